//! Messages of this person that have no place in their dialog yet, because they are to be sent
//! later: neither its newest message nor on any page of it, until the moment they go.

use rusqlite::params;

use crate::model::{DialogId, Hold, MessageId, UnixMillis};
use crate::store::columns::Oid;
use crate::store::messages::{MessageRecord, encode_extra, free_row, stored_seconds};
use crate::store::search::index;
use crate::store::{Error, WriteTx, dialogs, shared};

/// Stores a message apart from its dialog.
pub(in crate::store) fn insert_apart(
    tx: &mut WriteTx<'_>,
    record: &MessageRecord,
    hold: Hold,
) -> Result<(), Error> {
    let second = record.position().seconds;
    let row = free_row(tx, second)?;
    tx.run(
        "INSERT INTO messages (row, id, dialog, sender, text, date_sent, status, in_history, extra, hold,
           hold_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO NOTHING",
        params![
            row,
            Oid::from(record.id),
            Oid::from(record.dialog),
            record.sender.as_i64(),
            record.text,
            second,
            record.status.code(),
            record.in_history,
            encode_extra(&record.extra),
            hold.code(),
            hold.until().0,
        ],
    )?;
    tx.touch_message(record.dialog, record.id);
    tx.touch_dialog(record.dialog);
    Ok(())
}

/// Gives a message of this person that has not been sent another date: where it stands among the
/// others, and among what is found by its words.
pub(in crate::store) fn move_to(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    sent_at: UnixMillis,
) -> Result<(), Error> {
    let second = stored_seconds(sent_at);
    let found = tx.one(
        "SELECT row FROM messages WHERE id = ?1",
        [Oid::from(message)],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    let Some(from) = found else {
        return Ok(());
    };
    let to = free_row(tx, second)?;
    index::remove(tx, from)?;
    tx.run(
        "UPDATE messages SET row = ?2, date_sent = ?3 WHERE row = ?1",
        [from, to, second],
    )?;
    index::renew(tx, to)?;
    shared::renew(tx, to)?;
    dialogs::find_last(tx, dialog)?;
    tx.touch_message(dialog, message);
    tx.touch_dialog(dialog);
    Ok(())
}
