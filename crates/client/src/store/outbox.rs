//! Messages the server does not have yet.
//!
//! A row exists exactly as long as its message is `Pending`. The number of the row is the order of
//! sending, and the name under which the connection reports what became of it.

mod held;
mod listing;

use rusqlite::params;

pub use self::held::{enqueue_until, let_go, release, reschedule, schedule};
pub use self::listing::{Unsent, failed, unsent, unsent_in};

use crate::model::{DialogId, Failure, Hold, Message, MessageId, Status, UnixMillis, UserId};
use crate::store::columns::{Oid, optional_user};
use crate::store::messages::{self, MessageRecord, Stored};
use crate::store::{Error, ReadDb, WriteTx, dialogs, uploads};

/// A row of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Place in the order of sending.
    pub seq: i64,
    /// Where the message belongs.
    pub dialog: DialogId,
    /// Not to be sent before this moment.
    pub not_before: UnixMillis,
    /// Why it waits on purpose, if it does.
    pub hold: Option<Hold>,
}

/// A message on its way, with what is needed to address it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Place in the order of sending.
    pub seq: i64,
    /// The message.
    pub message: Message,
    /// The other person of a private dialog; `None` for rooms.
    pub opponent: Option<UserId>,
}

/// Stores a message of this person together with the intent to send it.
pub fn enqueue(tx: &mut WriteTx<'_>, record: &MessageRecord) -> Result<(), Error> {
    let stored = messages::insert(tx, record)?;
    if stored == Stored::Known {
        return Ok(());
    }
    push(tx, record.dialog, record.id)
}

fn push(tx: &mut WriteTx<'_>, dialog: DialogId, message: MessageId) -> Result<(), Error> {
    tx.run(
        "INSERT INTO outbox (message, dialog) VALUES (?1, ?2) ON CONFLICT (message) DO NOTHING",
        params![Oid::from(message), Oid::from(dialog)],
    )?;
    tx.touch_outbox();
    Ok(())
}

/// The files of a message are at the server: it is the newest to be sent. The walk along the table
/// may have passed its old row. What it waits for beside its files it goes on waiting for.
pub(super) fn ready(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<(), Error> {
    let not_before = tx.one(
        "SELECT not_before FROM outbox WHERE message = ?1",
        [Oid::from(message)],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    if let Some(not_before) = not_before {
        settle(tx, message)?;
        push(tx, dialog, message)?;
        tx.run(
            "UPDATE outbox SET not_before = ?2 WHERE message = ?1",
            params![Oid::from(message), not_before],
        )?;
    }
    Ok(())
}

/// How many messages wait, apart from those that are to be sent later.
pub fn waiting(db: &ReadDb<'_>) -> Result<u32, Error> {
    let count = db.one(
        "SELECT count(*) FROM outbox CROSS JOIN messages m ON m.id = outbox.message
         WHERE m.hold <> 2",
        [],
        |row| Ok(row.get(0)?),
    )?;
    Ok(count.unwrap_or_default())
}

/// The next rows behind place `after`, in the order of sending. What is deleted before it was sent
/// is not sent any more, and what has files goes once they are at the server.
pub fn due(db: &ReadDb<'_>, after: i64, limit: u32) -> Result<Vec<Row>, Error> {
    db.all(
        "SELECT o.seq, o.dialog, o.not_before, m.hold, m.hold_until
         FROM outbox o CROSS JOIN messages m ON m.id = o.message
         WHERE o.seq > ?1 AND m.deleted = 0
           AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.message = o.message)
         ORDER BY o.seq LIMIT ?2",
        params![after, limit],
        |row| {
            Ok(Row {
                seq: row.get(0)?,
                dialog: row.get::<_, Oid>(1)?.dialog(),
                not_before: UnixMillis(row.get(2)?),
                hold: Hold::from_code(row.get(3)?, UnixMillis(row.get(4)?)),
            })
        },
    )
}

/// The messages of these rows as they are now, in the order given. Rows that are gone, and messages
/// that are deleted, are passed over.
pub fn queued(db: &ReadDb<'_>, seqs: &[i64]) -> Result<Vec<Queued>, Error> {
    let mut queue = Vec::with_capacity(seqs.len());
    for &seq in seqs {
        let found = db.one(
            "SELECT o.message, d.opponent FROM outbox o JOIN dialogs d ON d.id = o.dialog
             WHERE o.seq = ?1",
            [seq],
            |row| Ok((row.get::<_, Oid>(0)?.message(), row.get::<_, i64>(1)?)),
        )?;
        let Some((id, opponent)) = found else {
            continue;
        };
        if let Some(message) = messages::load(db, id)?.filter(|message| !message.deleted) {
            queue.push(Queued {
                seq,
                message,
                opponent: optional_user(opponent),
            });
        }
    }
    Ok(queue)
}

/// The row of a message on its way.
pub fn row_of(db: &ReadDb<'_>, message: MessageId) -> Result<Option<i64>, Error> {
    db.one(
        "SELECT seq FROM outbox WHERE message = ?1",
        [Oid::from(message)],
        |row| Ok(row.get(0)?),
    )
}

/// The server has the message of row `seq`: the row goes, the message is `Sent`. A row that is
/// already gone (refused, or confirmed by its reflection) changes nothing.
pub fn acked(tx: &mut WriteTx<'_>, seq: i64) -> Result<Option<MessageId>, Error> {
    let message = tx.one("SELECT message FROM outbox WHERE seq = ?1", [seq], |row| {
        Ok(row.get::<_, Oid>(0)?.message())
    })?;
    if let Some(message) = message {
        messages::confirm(tx, message, Status::Sent)?;
    }
    Ok(message)
}

/// The message needs no sending any more.
pub(super) fn settle(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    if tx.run(
        "DELETE FROM outbox WHERE message = ?1",
        [Oid::from(message)],
    )? > 0
    {
        tx.touch_outbox();
    }
    Ok(())
}

/// How often the server asked to try a message of this person again; `None` when it is not on its
/// way any more, or has reached someone.
pub fn attempts(db: &ReadDb<'_>, message: MessageId) -> Result<Option<u32>, Error> {
    db.one(
        "SELECT attempts FROM messages WHERE id = ?1 AND sender = ?2 AND status IN (1, 2)",
        params![Oid::from(message), db.me().as_i64()],
        |row| Ok(row.get(0)?),
    )
}

/// The server asked to try again: the message goes out once more after `not_before`.
///
/// It gets a new row. A server acknowledges what it refuses, before or after, and that
/// acknowledgement must find the old row gone. Returns whether the message was on its way.
pub fn postpone(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    not_before: UnixMillis,
) -> Result<bool, Error> {
    let me = tx.me().as_i64();
    let dialog = tx.one(
        "UPDATE messages SET status = 1, attempts = attempts + 1
         WHERE id = ?1 AND sender = ?2 AND status IN (1, 2) RETURNING dialog",
        params![Oid::from(message), me],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    let Some(dialog) = dialog else {
        return Ok(false);
    };
    settle(tx, message)?;
    push(tx, dialog, message)?;
    tx.run(
        "UPDATE outbox SET not_before = ?2 WHERE message = ?1",
        params![Oid::from(message), not_before.0],
    )?;
    dialogs::refresh_last_status(tx, dialog, message, Status::Pending)?;
    tx.touch_message(dialog, message);
    tx.touch_dialog(dialog);
    Ok(true)
}

/// The server refused a message of this person, or it was given up.
///
/// Also after an ack: a server acknowledges what it then sends back. A message that reached
/// someone stays as it is. Returns whether it failed.
pub fn fail(tx: &mut WriteTx<'_>, message: MessageId, failure: &Failure) -> Result<bool, Error> {
    let me = tx.me().as_i64();
    let dialog = tx.one(
        "UPDATE messages SET status = 0, failure = ?2, failure_text = ?3, hold = 0, hold_until = 0
         WHERE id = ?1 AND sender = ?4 AND status IN (1, 2) RETURNING dialog",
        params![
            Oid::from(message),
            failure.kind.code(),
            failure.text.as_deref().unwrap_or_default(),
            me
        ],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    let Some(dialog) = dialog else {
        return Ok(false);
    };
    settle(tx, message)?;
    tx.touch_outbox();
    dialogs::refresh_last_status(tx, dialog, message, Status::Failed)?;
    tx.touch_message(dialog, message);
    tx.touch_dialog(dialog);
    Ok(true)
}

/// Everything the server asked to try later is tried now. What waits on purpose goes on waiting.
pub fn try_now(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE outbox SET not_before = 0
         WHERE not_before > 0 AND (SELECT hold FROM messages m WHERE m.id = outbox.message) = 0",
        [],
    )?;
    if changed > 0 {
        tx.touch_outbox();
    }
    Ok(())
}

/// Queues every failed message again that can succeed as it is. Returns how many.
pub fn retry_all(tx: &mut WriteTx<'_>) -> Result<usize, Error> {
    let mut retried = 0;
    for id in failed(tx)? {
        let can = messages::load(tx, id)?
            .and_then(|message| message.failure)
            .is_none_or(|failure| failure.kind.can_retry());
        if can && retry(tx, id)? {
            retried += 1;
        }
    }
    Ok(retried)
}

/// Queues a failed message again, behind what waits already. Returns whether it had failed.
pub fn retry(tx: &mut WriteTx<'_>, message: MessageId) -> Result<bool, Error> {
    let dialog = tx.one(
        "UPDATE messages SET status = 1, failure = 0, failure_text = '', attempts = 0
         WHERE id = ?1 AND status = 0 RETURNING dialog",
        [Oid::from(message)],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    let Some(dialog) = dialog else {
        return Ok(false);
    };
    uploads::retry(tx, message)?;
    push(tx, dialog, message)?;
    dialogs::refresh_last_status(tx, dialog, message, Status::Pending)?;
    tx.touch_message(dialog, message);
    tx.touch_dialog(dialog);
    Ok(true)
}

/// Forgets a message of this person that the server does not have; gives it back.
pub fn discard(tx: &mut WriteTx<'_>, message: MessageId) -> Result<Option<Message>, Error> {
    let me = tx.me();
    let unsent = messages::load(tx, message)?
        .filter(|message| message.sender == me && message.status <= Status::Pending);
    let Some(unsent) = unsent else {
        return Ok(None);
    };
    settle(tx, message)?;
    messages::forget(tx, message)?;
    dialogs::let_lost_go(tx, unsent.dialog)?;
    tx.touch_outbox();
    Ok(Some(unsent))
}

#[cfg(test)]
mod tests;
