//! The history of the schema.
//!
//! Numbered files, each applied once, all in one transaction together with the version they lead
//! to. A file is never edited after a release; the present schema is described in
//! `docs/schema.sql`, and a test compares the two.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::Error;

/// Every migration, oldest first; its place in the list plus one is the version it leads to.
const MIGRATIONS: &[&str] = &[
    include_str!("001_first.sql"),
    include_str!("002_dialogs.sql"),
    include_str!("003_people.sql"),
    include_str!("004_changes.sql"),
    include_str!("005_search.sql"),
    include_str!("006_waiting.sql"),
    include_str!("007_files.sql"),
    include_str!("008_uploads.sql"),
    include_str!("009_unread.sql"),
    include_str!("010_refused_uploads.sql"),
    include_str!("011_alerts.sql"),
    include_str!("012_tray.sql"),
];

/// Brings a database to the present version.
pub(super) fn apply(conn: &mut Connection) -> Result<(), Error> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    let done = usize::try_from(found).map_err(|_| Error::Corrupt {
        what: "schema version",
    })?;
    if found < known {
        for migration in MIGRATIONS.iter().skip(done) {
            tx.execute_batch(migration)?;
        }
        tx.pragma_update(None, "user_version", known)?;
    }
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rusqlite::Connection;

    use super::{MIGRATIONS, apply};
    use crate::store::Error;

    /// Every object of a schema by name, with white space and comments taken out.
    fn objects(conn: &Connection) -> BTreeMap<String, String> {
        let mut statement = conn
            .prepare("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
            .unwrap();
        statement
            .query_map([], |row| {
                let sql: String = row.get(1)?;
                let bare: Vec<&str> = sql
                    .lines()
                    .map(|line| line.split("--").next().unwrap_or_default())
                    .flat_map(str::split_whitespace)
                    .collect();
                let mut sql = bare.join(" ");
                for (from, to) in [("( ", "("), (" )", ")"), (" ,", ",")] {
                    sql = sql.replace(from, to);
                }
                Ok((row.get(0)?, sql))
            })
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn the_documented_schema_is_the_real_one() {
        let mut real = Connection::open_in_memory().unwrap();
        apply(&mut real).unwrap();
        let documented = Connection::open_in_memory().unwrap();
        documented
            .execute_batch(include_str!("../../../../../docs/schema.sql"))
            .unwrap();
        assert_eq!(objects(&real), objects(&documented));
    }

    #[test]
    fn applying_twice_changes_nothing() {
        let mut conn = Connection::open_in_memory().unwrap();
        apply(&mut conn).unwrap();
        let before = objects(&conn);
        apply(&mut conn).unwrap();
        assert_eq!(objects(&conn), before);
        let version: i64 = conn
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, i64::try_from(MIGRATIONS.len()).unwrap());
    }

    #[test]
    fn a_database_of_a_later_version_is_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(
            apply(&mut conn),
            Err(Error::TooNew { found: 99, .. })
        ));
        assert!(objects(&conn).is_empty());
    }

    #[test]
    fn every_table_is_strict() {
        let mut conn = Connection::open_in_memory().unwrap();
        apply(&mut conn).unwrap();
        let lax: Vec<String> = conn
            .prepare(
                "SELECT name FROM pragma_table_list
                 WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
            )
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(lax, Vec::<String>::new());
    }

    #[test]
    fn a_cache_of_the_first_version_keeps_what_is_in_it() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(MIGRATIONS[0]).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        conn.execute_batch(
            "INSERT INTO dialogs (id, kind, name) VALUES (x'5356c64ab35c12bd3b108a41', 2, 'Hiking');
             INSERT INTO messages (row, id, dialog, sender, text, date_sent, status)
             VALUES (1, x'61f7de000000000000000001', x'5356c64ab35c12bd3b108a41', 7, 'hi', 100, 4);
             INSERT INTO users (id, name) VALUES (7, 'Ann');",
        )
        .unwrap();
        apply(&mut conn).unwrap();
        let dialog: (String, i64, String, i64) = conn
            .query_row(
                "SELECT name, notifications, admins, allow_preview FROM dialogs",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .unwrap();
        assert_eq!(dialog, ("Hiking".to_owned(), 1, String::new(), 0));
        let message: (String, String) = conn
            .query_row("SELECT text, system FROM messages", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(message, ("hi".to_owned(), String::new()));
        let person: String = conn
            .query_row("SELECT name FROM users", [], |row| row.get(0))
            .unwrap();
        assert_eq!(person, "Ann");
        // It is not searchable yet, and that is known.
        let waiting: i64 = conn
            .query_row("SELECT below FROM search_backlog", [], |row| row.get(0))
            .unwrap();
        assert_eq!(waiting, 2);
    }

    #[test]
    fn a_new_cache_has_nothing_to_make_up_for() {
        let mut conn = Connection::open_in_memory().unwrap();
        apply(&mut conn).unwrap();
        let waiting: i64 = conn
            .query_row("SELECT count(*) FROM search_backlog", [], |row| row.get(0))
            .unwrap();
        assert_eq!(waiting, 0);
    }
}
