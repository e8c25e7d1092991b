//! Messages that go.
//!
//! What someone deleted for everyone leaves a line where it stood, for those who saw it. What
//! nobody saw here, or what this person deleted for themselves, leaves nothing but a note that it
//! is not to come back: a copy may still be on its way.

use rusqlite::params;

use crate::model::{DialogId, MessageId};
use crate::store::columns::Oid;
use crate::store::messages::{Present, present};
use crate::store::search::index;
use crate::store::{Error, ReadDb, WriteTx, dialogs, outbox, shared, wishes};

/// Notes kept. A server delivers nothing that old again.
const GONE: i64 = 10_000;

/// Deleted for everyone.
const FOR_ALL: i64 = 1;

/// Not shown while the server is asked to delete it for this person.
const HIDDEN: i64 = 2;

/// Shown as deleted while the server is asked to delete it for everyone.
const GOING: i64 = 3;

/// A message was deleted for everyone, where it stands; one that is not here will not come.
///
/// Whoever says so says it in a dialog. A message elsewhere is not meant: a stranger's word deletes
/// nothing.
pub fn remove_for_all(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<(), Error> {
    let Some(present) = present(tx, message)? else {
        return keep_gone(tx, dialog, message);
    };
    if present.dialog != dialog {
        return Ok(());
    }
    if present.unread || present.deleted == HIDDEN {
        return gone(tx, message);
    }
    if present.deleted == FOR_ALL {
        return Ok(());
    }
    wishes::drop_all(tx, message)?;
    outbox::settle(tx, message)?;
    clear(tx, &present, message, FOR_ALL)?;
    tx.run(
        "UPDATE messages SET text = '', previous_text = '', extra = '', reactions = '', edited_at = 0,
           failure = 0, failure_text = ''
         WHERE row = ?1",
        [present.row],
    )?;
    tx.run(
        "DELETE FROM reactors WHERE message = ?1",
        [Oid::from(message)],
    )?;
    Ok(())
}

/// A message leaves the cache and does not come back.
pub(in crate::store) fn gone(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    if let Some(present) = present(tx, message)? {
        keep_gone(tx, present.dialog, message)?;
        forget(tx, message)?;
    }
    Ok(())
}

/// Takes a message out of the cache, whoever wrote it. If the server still has it, it comes back
/// with the history.
pub fn forget(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let Some(present) = present(tx, message)? else {
        return Ok(());
    };
    outbox::settle(tx, message)?;
    index::remove(tx, present.row)?;
    tx.run("DELETE FROM messages WHERE row = ?1", [present.row])?;
    if present.unread {
        dialogs::change_unread(tx, present.dialog, -1)?;
    }
    dialogs::forget_last(tx, present.dialog, message)?;
    tx.touch_message(present.dialog, message);
    tx.touch_dialog(present.dialog);
    Ok(())
}

/// The server's history does not have a message any more. Whether it was deleted for this person or
/// for everyone it does not say, so nothing is claimed.
pub fn forget_missing(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    match present(tx, message)? {
        Some(present) if !present.is_deleted() => forget(tx, message),
        _ => Ok(()),
    }
}

/// This person wants a message deleted: it is out of sight at once, and can still come back.
/// Returns whether there was something to delete.
pub(in crate::store) fn hide(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    for_everyone: bool,
) -> Result<bool, Error> {
    match present(tx, message)? {
        Some(present) if present.deleted != HIDDEN => {
            // What is deleted for everyone already can only be taken out of sight.
            if for_everyone && present.is_deleted() {
                return Ok(false);
            }
            let state = if for_everyone { GOING } else { HIDDEN };
            clear(tx, &present, message, state)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The server did not delete a message: it is there again.
pub(in crate::store) fn show_again(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let Some(present) = present(tx, message)? else {
        return Ok(());
    };
    if !matches!(present.deleted, HIDDEN | GOING) {
        return Ok(());
    }
    // A message that was deleted for everyone has no text left to come back to.
    tx.run(
        "UPDATE messages SET deleted = CASE WHEN text = '' AND extra = '' THEN ?2 ELSE 0 END
         WHERE row = ?1",
        params![present.row, FOR_ALL],
    )?;
    index::renew(tx, present.row)?;
    shared::renew(tx, present.row)?;
    dialogs::find_last(tx, present.dialog)?;
    tx.touch_message(present.dialog, message);
    tx.touch_dialog(present.dialog);
    Ok(())
}

/// Takes a message out of the counts, the search and the list.
fn clear(
    tx: &mut WriteTx<'_>,
    present: &Present,
    message: MessageId,
    state: i64,
) -> Result<(), Error> {
    index::remove(tx, present.row)?;
    tx.run(
        "UPDATE messages SET deleted = ?2, unread = 0, status = CASE WHEN unread = 1 THEN 4 ELSE status END
         WHERE row = ?1",
        params![present.row, state],
    )?;
    shared::remove(tx, message)?;
    if present.unread {
        dialogs::change_unread(tx, present.dialog, -1)?;
    }
    dialogs::forget_last(tx, present.dialog, message)?;
    tx.touch_message(present.dialog, message);
    tx.touch_dialog(present.dialog);
    Ok(())
}

fn keep_gone(tx: &mut WriteTx<'_>, dialog: DialogId, message: MessageId) -> Result<(), Error> {
    tx.run(
        "INSERT INTO gone_messages (message, dialog) VALUES (?1, ?2)
         ON CONFLICT (message, dialog) DO NOTHING",
        params![Oid::from(message), Oid::from(dialog)],
    )?;
    tx.run(
        "DELETE FROM gone_messages WHERE seq <= (SELECT max(seq) FROM gone_messages) - ?1",
        [GONE],
    )?;
    Ok(())
}

/// Whether any message is not to come back.
pub(super) fn any_gone(db: &ReadDb<'_>) -> Result<bool, Error> {
    Ok(db
        .one("SELECT 1 FROM gone_messages LIMIT 1", [], |_| Ok(()))?
        .is_some())
}

/// Whether this message is not to come back.
pub(super) fn is_gone(
    db: &ReadDb<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<bool, Error> {
    Ok(db
        .one(
            "SELECT 1 FROM gone_messages WHERE message = ?1 AND dialog = ?2",
            params![Oid::from(message), Oid::from(dialog)],
            |_| Ok(()),
        )?
        .is_some())
}
