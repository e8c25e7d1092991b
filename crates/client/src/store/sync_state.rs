//! How far the cache follows the server.

use rusqlite::params;

use crate::model::UnixMillis;
use crate::store::{Error, ReadDb, WriteTx};

/// Key of the moment up to which every change of the server is in the cache (unix milliseconds,
/// server time).
const FOLLOWED_UNTIL: &str = "followed_until";

/// Key of the moment up to which every change of a dialog's own properties is in the cache. Messages
/// on the line say nothing of those, so it stays behind the other one.
const LISTED_UNTIL: &str = "listed_until";

/// The moment up to which everything is known; `None` before the first synchronisation ended.
pub fn followed_until(db: &ReadDb<'_>) -> Result<Option<UnixMillis>, Error> {
    moment(db, FOLLOWED_UNTIL)
}

/// The moment up to which the properties of all dialogs are known; `None` before the first list.
pub fn listed_until(db: &ReadDb<'_>) -> Result<Option<UnixMillis>, Error> {
    moment(db, LISTED_UNTIL)
}

fn moment(db: &ReadDb<'_>, key: &str) -> Result<Option<UnixMillis>, Error> {
    db.one(
        "SELECT value FROM sync_state WHERE key = ?1",
        [key],
        |row| Ok(UnixMillis(row.get(0)?)),
    )
}

/// Moves that moment forward; an earlier one is ignored.
pub fn set_followed_until(tx: &mut WriteTx<'_>, moment: UnixMillis) -> Result<(), Error> {
    advance(tx, FOLLOWED_UNTIL, moment)
}

/// Moves that moment forward; an earlier one is ignored.
pub fn set_listed_until(tx: &mut WriteTx<'_>, moment: UnixMillis) -> Result<(), Error> {
    advance(tx, LISTED_UNTIL, moment)
}

fn advance(tx: &mut WriteTx<'_>, key: &str, moment: UnixMillis) -> Result<(), Error> {
    tx.run(
        "INSERT INTO sync_state (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)",
        params![key, moment.0],
    )?;
    Ok(())
}
