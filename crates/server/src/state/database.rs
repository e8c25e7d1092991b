//! Opening the database and bringing its tables up to date.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::config::Storage;
use crate::state::StateError;

/// One file per step, applied in order, never edited after a release. `user_version` counts the applied ones.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_initial.sql"),
    include_str!("migrations/002_dialogs_and_people.sql"),
    include_str!("migrations/003_dialog_names.sql"),
    include_str!("migrations/004_messages_in_full.sql"),
    include_str!("migrations/005_pinned_messages.sql"),
    include_str!("migrations/006_telephone_numbers.sql"),
    include_str!("migrations/007_file_uses.sql"),
    include_str!("migrations/008_file_uses_in_json.sql"),
];

/// Prepared statements kept per connection: all there are, with room for the variants of list filters.
const STATEMENTS: usize = 128;

/// Opens the writing connection and applies missing migrations.
pub(crate) fn open_writer(path: &Path, settings: &Storage) -> Result<Connection, StateError> {
    let mut db = Connection::open(path)?;
    prepare(&db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // FULL waits for the disk at each commit of the WAL, NORMAL only at checkpoints.
    db.pragma_update(
        None,
        "synchronous",
        if settings.sync { "FULL" } else { "NORMAL" },
    )?;
    migrate(&mut db, MIGRATIONS)?;
    Ok(db)
}

/// Opens a connection that cannot change anything.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StateError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    prepare(&db)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

fn prepare(db: &Connection) -> Result<(), rusqlite::Error> {
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // Only another process can hold a lock for long, and the folder's lock keeps that one away.
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    db.pragma_update(None, "foreign_keys", true)
}

/// Refuses a database of a newer version, which may mean something else by its tables.
pub(crate) fn check_version(db: &Connection) -> Result<(), StateError> {
    version_up_to(db, MIGRATIONS.len()).map(drop)
}

/// The database's version, if it is at most `known`.
fn version_up_to(db: &Connection, known: usize) -> Result<i64, StateError> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(known).unwrap_or(i64::MAX);
    if found > known {
        return Err(StateError::TooNew { found, known });
    }
    Ok(found)
}

fn migrate(db: &mut Connection, steps: &[&str]) -> Result<(), StateError> {
    let applied = version_up_to(db, steps.len())?;
    for (version, step) in (1_i64..)
        .zip(steps)
        .filter(|(version, _)| *version > applied)
    {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", version)?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_gets_all_tables_and_a_second_opening_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        for _ in 0..2 {
            let db = open_writer(&path, &Storage::default()).unwrap();
            let version: i64 = db
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .unwrap();
            assert_eq!(version, i64::try_from(MIGRATIONS.len()).unwrap());
            let tables: i64 = db
                .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'", [], |r| {
                    r.get(0)
                })
                .unwrap();
            assert_eq!(tables, 20);
        }
    }

    #[test]
    fn a_database_of_the_first_version_keeps_its_dialogs_and_learns_how_many_are_in_them() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, MIGRATIONS.get(..1).unwrap()).unwrap();
        db.execute_batch(
            "INSERT INTO dialogs (id, kind, owner, created_at, updated_at) VALUES ('a', 2, 1, 0, 0), ('b', 2, 1, 0, 0);
             INSERT INTO occupants (dialog, user_id, joined_at) VALUES (1, 1, 0), (1, 2, 0);",
        )
        .unwrap();
        migrate(&mut db, MIGRATIONS).unwrap();
        let counts = |db: &Connection| -> Vec<i64> {
            let mut query = db
                .prepare("SELECT occupant_count FROM dialogs ORDER BY key")
                .unwrap();
            let rows = query.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(counts(&db), [2, 0]);
        db.execute_batch(
            "INSERT INTO occupants (dialog, user_id, joined_at) VALUES (2, 1, 0);
             DELETE FROM occupants WHERE dialog = 1 AND user_id = 2;",
        )
        .unwrap();
        assert_eq!(counts(&db), [1, 1]);
    }

    #[test]
    fn acknowledged_means_on_disk_wal_with_full_sync() {
        let dir = tempfile::tempdir().unwrap();
        let db = open_writer(&dir.path().join("t.db"), &Storage::default()).unwrap();
        let mode: String = db
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        let sync: i64 = db
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap();
        assert_eq!((mode.as_str(), sync), ("wal", 2));
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        open_writer(&path, &Storage::default())
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let refused = open_writer(&path, &Storage::default());
        assert!(
            matches!(refused, Err(StateError::TooNew { found: 99, .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn a_failing_step_leaves_the_version_before_it() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(
            &mut db,
            &[
                "CREATE TABLE a (x)",
                "CREATE TABLE b (x); CREATE TABLE a (x)",
            ],
        )
        .unwrap_err();
        let version: i64 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, 1);
        db.execute_batch("SELECT x FROM b").unwrap_err();
    }

    #[test]
    fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        open_writer(&path, &Storage::default()).unwrap();
        open_reader(&path)
            .unwrap()
            .execute("DELETE FROM users", [])
            .unwrap_err();
    }
}
