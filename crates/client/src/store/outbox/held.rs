//! Messages that wait on purpose: to be taken back for some seconds, or to be sent later.
//!
//! One that can be taken back is a message of its dialog like any other, and what is written after
//! it waits behind it. One that is to be sent later stands apart: it gets its date, and its place
//! in the dialog, at the moment it goes.

use rusqlite::params;

use crate::model::{DialogId, Hold, MessageId, Position, UnixMillis};
use crate::store::columns::Oid;
use crate::store::messages::{self, MessageRecord};
use crate::store::outbox::{enqueue, push};
use crate::store::{Error, WriteTx, dialogs};

/// Stores a message of this person that can be taken back until a moment, and is sent then.
pub fn enqueue_until(
    tx: &mut WriteTx<'_>,
    record: &MessageRecord,
    until: UnixMillis,
) -> Result<(), Error> {
    enqueue(tx, record)?;
    set_hold(tx, record.dialog, record.id, Hold::Undo { until })
}

/// Stores a message of this person that is to be sent at a later moment.
pub fn schedule(tx: &mut WriteTx<'_>, record: &MessageRecord, at: UnixMillis) -> Result<(), Error> {
    let hold = Hold::Scheduled { at };
    messages::insert_apart(tx, record, hold)?;
    push(tx, record.dialog, record.id)?;
    set_hold(tx, record.dialog, record.id, hold)
}

/// A message that is to be sent later gets another time. Returns whether it still waited for one.
pub fn reschedule(tx: &mut WriteTx<'_>, message: MessageId, at: UnixMillis) -> Result<bool, Error> {
    match messages::load(tx, message)? {
        Some(present) if matches!(present.hold, Some(Hold::Scheduled { .. })) => {
            set_hold(tx, present.dialog, message, Hold::Scheduled { at })?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The wait of row `seq` is over: the message is one of its dialog from now on, dated `now`, which
/// is the server's time. One that could be taken back keeps the date it was written at unless
/// something of the history has come behind it. Returns whether the row is still there.
pub fn release(tx: &mut WriteTx<'_>, seq: i64, now: UnixMillis) -> Result<bool, Error> {
    let found = tx.one(
        "SELECT m.id, m.dialog, m.hold, m.date_sent FROM outbox o JOIN messages m ON m.id = o.message
         WHERE o.seq = ?1",
        [seq],
        |row| {
            let id = row.get::<_, Oid>(0)?.message();
            let place = Position {
                seconds: row.get(3)?,
                id,
            };
            Ok((place, row.get::<_, Oid>(1)?.dialog(), row.get::<_, i64>(2)?))
        },
    )?;
    let Some((place, dialog, hold)) = found else {
        return Ok(false);
    };
    let Some(hold) = Hold::from_code(hold, UnixMillis(0)) else {
        return Ok(true);
    };
    let is_apart = matches!(hold, Hold::Scheduled { .. });
    tx.run(
        "UPDATE messages SET hold = 0, hold_until = 0 WHERE id = ?1",
        [Oid::from(place.id)],
    )?;
    tx.run("UPDATE outbox SET not_before = 0 WHERE seq = ?1", [seq])?;
    if is_apart || messages::newest_in_history(tx, dialog)?.is_some_and(|newest| newest > place) {
        let sent_at = dialogs::place_behind(tx, now, place.id, dialog)?;
        messages::move_to(tx, dialog, place.id, sent_at)?;
    }
    tx.touch_message(dialog, place.id);
    tx.touch_dialog(dialog);
    tx.touch_outbox();
    Ok(true)
}

/// Nothing can be taken back any more. Returns what could until now.
pub fn let_go(tx: &mut WriteTx<'_>) -> Result<Vec<MessageId>, Error> {
    let held = tx.all(
        "SELECT outbox.message, outbox.dialog
         FROM outbox CROSS JOIN messages m ON m.id = outbox.message WHERE m.hold = 1 ORDER BY seq",
        [],
        |row| {
            Ok((
                row.get::<_, Oid>(0)?.message(),
                row.get::<_, Oid>(1)?.dialog(),
            ))
        },
    )?;
    for &(message, dialog) in &held {
        let until = UnixMillis(0);
        set_hold(tx, dialog, message, Hold::Undo { until })?;
    }
    Ok(held.into_iter().map(|(message, _)| message).collect())
}

fn set_hold(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    hold: Hold,
) -> Result<(), Error> {
    tx.run(
        "UPDATE messages SET hold = ?2, hold_until = ?3 WHERE id = ?1",
        params![Oid::from(message), hold.code(), hold.until().0],
    )?;
    tx.run(
        "UPDATE outbox SET not_before = ?2 WHERE message = ?1",
        params![Oid::from(message), hold.until().0],
    )?;
    tx.touch_message(dialog, message);
    tx.touch_dialog(dialog);
    tx.touch_outbox();
    Ok(())
}

#[cfg(test)]
mod tests;
