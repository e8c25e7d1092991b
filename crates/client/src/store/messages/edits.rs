//! Messages that change or go after they were sent.

use rusqlite::params;

use crate::model::{MessageId, UserId};
use crate::store::messages::{Present, present};
use crate::store::{Error, WriteTx, dialogs, outbox};

/// The author corrected a message (XEP-0308). Anyone else's correction is ignored.
pub fn correct(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    by: UserId,
    text: &str,
) -> Result<(), Error> {
    match present(tx, message)? {
        Some(present) if present.sender == by && present.text != text => {
            set_text(tx, &present, message, text)
        }
        _ => Ok(()),
    }
}

pub(super) fn set_text(
    tx: &mut WriteTx<'_>,
    present: &Present,
    message: MessageId,
    text: &str,
) -> Result<(), Error> {
    tx.run(
        "UPDATE messages SET text = ?2 WHERE row = ?1",
        params![present.row, text],
    )?;
    tx.run("DELETE FROM messages_fts WHERE rowid = ?1", [present.row])?;
    if !text.is_empty() {
        tx.run(
            "INSERT INTO messages_fts (rowid, text) VALUES (?1, ?2)",
            params![present.row, text],
        )?;
    }
    tx.touch_message(present.dialog, message);
    if dialogs::refresh_last_text(tx, present.dialog, message, text)? {
        tx.touch_dialog(present.dialog);
    }
    Ok(())
}

/// Takes a message out of the cache, whoever wrote it.
pub fn remove(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let Some(present) = present(tx, message)? else {
        return Ok(());
    };
    outbox::settle(tx, message)?;
    tx.run("DELETE FROM messages_fts WHERE rowid = ?1", [present.row])?;
    tx.run("DELETE FROM messages WHERE row = ?1", [present.row])?;
    if present.unread {
        dialogs::change_unread(tx, present.dialog, -1)?;
    }
    dialogs::forget_last(tx, present.dialog, message)?;
    tx.touch_message(present.dialog, message);
    tx.touch_dialog(present.dialog);
    Ok(())
}
