//! Pictures of people and dialogs, small and ready to be shown.
//!
//! They are bounded: the least recently seen ones make room for new ones. When a picture was seen
//! is kept to the day, so that looking at one is no write.

use std::sync::Arc;

use rusqlite::params;

use crate::model::{Picture, PictureKind, UnixMillis};
use crate::store::{Error, ReadDb, WriteTx};

/// Room for all pictures together (bytes): two thousand faces and more.
pub const BUDGET: u64 = 64 * 1024 * 1024;

/// Rows that are looked at in one go when room is made.
const STEP: i64 = 64;

/// A picture, and when it was last noted as seen.
pub fn load(db: &ReadDb<'_>, name: &str) -> Result<Option<(Picture, UnixMillis)>, Error> {
    db.one(
        "SELECT kind, bytes, seen_at FROM pictures WHERE name = ?1",
        [name],
        |row| {
            let kind = PictureKind::from_code(row.get(0)?).ok_or(Error::Corrupt {
                what: "picture kind",
            })?;
            let bytes: Vec<u8> = row.get(1)?;
            let picture = Picture {
                bytes: Arc::from(bytes),
                kind,
            };
            Ok((picture, UnixMillis(row.get(2)?)))
        },
    )
}

/// Notes that a picture was seen.
pub fn seen(tx: &mut WriteTx<'_>, name: &str, now: UnixMillis) -> Result<(), Error> {
    tx.run(
        "UPDATE pictures SET seen_at = ?2 WHERE name = ?1",
        params![name, now.0],
    )?;
    Ok(())
}

/// Keeps a picture, and gives up those seen longest ago until all fit into `budget` bytes.
pub fn save(
    tx: &mut WriteTx<'_>,
    name: &str,
    picture: &Picture,
    now: UnixMillis,
    budget: u64,
) -> Result<(), Error> {
    let size = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
    tx.run(
        "INSERT INTO pictures (name, kind, size, seen_at, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, size = excluded.size,
           seen_at = excluded.seen_at, bytes = excluded.bytes",
        params![name, picture.kind.code(), size, now.0, &picture.bytes[..]],
    )?;
    make_room(tx, i64::try_from(budget).unwrap_or(i64::MAX))
}

/// Forgets a picture.
pub fn remove(tx: &mut WriteTx<'_>, name: &str) -> Result<(), Error> {
    tx.run("DELETE FROM pictures WHERE name = ?1", [name])?;
    Ok(())
}

fn make_room(tx: &mut WriteTx<'_>, budget: i64) -> Result<(), Error> {
    let total = tx.one("SELECT coalesce(sum(size), 0) FROM pictures", [], |row| {
        Ok(row.get::<_, i64>(0)?)
    })?;
    let mut excess = total.unwrap_or_default().saturating_sub(budget);
    while excess > 0 {
        let oldest = tx.all(
            "SELECT rowid, size FROM pictures ORDER BY seen_at, size LIMIT ?1",
            [STEP],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        )?;
        if oldest.is_empty() {
            return Ok(());
        }
        for (row, size) in oldest {
            if excess <= 0 {
                break;
            }
            tx.run("DELETE FROM pictures WHERE rowid = ?1", [row])?;
            excess -= size;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{load, remove, save, seen};
    use crate::model::{Picture, PictureKind, UnixMillis};
    use crate::store::testing::TestDb;

    fn picture(size: usize) -> Picture {
        Picture {
            bytes: Arc::from(vec![7; size]),
            kind: PictureKind::Png,
        }
    }

    fn names(db: &TestDb, candidates: &[&str]) -> Vec<String> {
        candidates
            .iter()
            .filter(|name| db.read(|db| load(db, name)).is_some())
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_picture_comes_back_as_it_was_kept() {
        let db = TestDb::new();
        db.write(|tx| save(tx, "a", &picture(10), UnixMillis(5), 100));
        let expected = Some((picture(10), UnixMillis(5)));
        assert_eq!(db.read(|db| load(db, "a")), expected);
        db.write(|tx| remove(tx, "a"));
        assert_eq!(db.read(|db| load(db, "a")), None);
    }

    #[test]
    fn the_pictures_seen_longest_ago_make_room() {
        let db = TestDb::new();
        for (name, at) in [("a", 1), ("b", 2), ("c", 3)] {
            db.write(|tx| save(tx, name, &picture(40), UnixMillis(at), 120));
        }
        assert_eq!(names(&db, &["a", "b", "c"]), ["a", "b", "c"]);
        db.write(|tx| seen(tx, "a", UnixMillis(4)));
        db.write(|tx| save(tx, "d", &picture(40), UnixMillis(5), 120));
        assert_eq!(names(&db, &["a", "b", "c", "d"]), ["a", "c", "d"]);
        // One that is larger takes the place of several.
        db.write(|tx| save(tx, "e", &picture(70), UnixMillis(6), 120));
        assert_eq!(names(&db, &["a", "c", "d", "e"]), ["d", "e"]);
    }

    #[test]
    fn a_picture_takes_the_place_of_the_one_with_its_name() {
        let db = TestDb::new();
        for size in [60, 61] {
            db.write(|tx| save(tx, "a", &picture(size), UnixMillis(1), 100));
        }
        let found = db.read(|db| load(db, "a")).unwrap();
        assert_eq!(found.0.bytes.len(), 61);
    }
}
