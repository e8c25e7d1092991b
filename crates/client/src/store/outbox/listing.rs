//! Everything unsent, for the page that shows it.

use crate::model::{DialogId, Message, MessageId, UnixMillis};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, messages};

/// Rows a page shows at most, of those that wait and of those that failed.
const LISTED: u32 = 500;

/// A message that is not on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// The message.
    pub message: Message,
    /// Its row, while it waits; one that failed has none.
    pub row: Option<UnsentRow>,
}

/// What the row of a waiting message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsentRow {
    /// Its number.
    pub seq: i64,
    /// Not to be sent before this moment.
    pub not_before: UnixMillis,
    /// How often the server asked to come again.
    pub attempts: u32,
}

/// What waits, in the order of sending, and what failed, by dialog and date.
pub fn unsent(db: &ReadDb<'_>) -> Result<Vec<Unsent>, Error> {
    let waiting = db.all(
        "SELECT outbox.message, seq, not_before, m.attempts
         FROM outbox CROSS JOIN messages m ON m.id = outbox.message ORDER BY seq LIMIT ?1",
        [LISTED],
        |row| {
            let known = UnsentRow {
                seq: row.get(1)?,
                not_before: UnixMillis(row.get(2)?),
                attempts: row.get(3)?,
            };
            Ok((row.get::<_, Oid>(0)?.message(), Some(known)))
        },
    )?;
    let failed = failed(db)?.into_iter().map(|id| (id, None));
    let mut unsent = Vec::with_capacity(waiting.len());
    for (id, row) in waiting.into_iter().chain(failed) {
        if let Some(message) = messages::load(db, id)?.filter(|message| !message.deleted) {
            unsent.push(Unsent { message, row });
        }
    }
    Ok(unsent)
}

/// What this person wrote in a dialog and the server does not have.
pub fn unsent_in(db: &ReadDb<'_>, dialog: DialogId) -> Result<Vec<MessageId>, Error> {
    db.all(
        "SELECT id FROM messages WHERE dialog = ?1 AND status = 0 AND deleted = 0
         UNION ALL SELECT m.id FROM outbox CROSS JOIN messages m ON m.id = outbox.message
           WHERE outbox.dialog = ?1 AND m.deleted = 0",
        [Oid::from(dialog)],
        |row| Ok(row.get::<_, Oid>(0)?.message()),
    )
}

/// Messages of this person that failed, by dialog and date.
pub fn failed(db: &ReadDb<'_>) -> Result<Vec<MessageId>, Error> {
    db.all(
        "SELECT id FROM messages WHERE status = 0 ORDER BY dialog, date_sent, id LIMIT ?1",
        [LISTED],
        |row| Ok(row.get::<_, Oid>(0)?.message()),
    )
}
