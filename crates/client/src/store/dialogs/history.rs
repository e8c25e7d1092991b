//! Taking the history out of a dialog that stays.

use rusqlite::params;

use crate::model::{DialogId, Position};
use crate::store::columns::Oid;
use crate::store::dialogs::newest::find_last;
use crate::store::{Error, WriteTx, ranges};

/// The person has cleared the history: everything up to `up_to` that the server had is gone, and
/// nothing older exists. What was not sent stays.
pub fn clear_history(tx: &mut WriteTx<'_>, dialog: DialogId, up_to: Position) -> Result<(), Error> {
    let top = ranges::top(tx, dialog)?;
    delete(tx, dialog, up_to)?;
    tx.run(
        "UPDATE dialogs SET unread_elsewhere = 0 WHERE id = ?1",
        [Oid::from(dialog)],
    )?;
    ranges::add(tx, dialog, Position::BEGIN, up_to)?;
    // What came meanwhile follows without a hole if it did before.
    if let Some(top) = top.filter(|top| top.to > up_to) {
        ranges::add(tx, dialog, top.from.max(up_to), top.to)?;
    }
    Ok(())
}

/// The server knows nothing any more of what it once told of up to `up_to`: cleared on another
/// device. What else is there has to be asked for again.
pub fn forget_history(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    up_to: Position,
) -> Result<(), Error> {
    delete(tx, dialog, up_to)
}

fn delete(tx: &mut WriteTx<'_>, dialog: DialogId, up_to: Position) -> Result<(), Error> {
    // 2 and more: the server has it, or it came from there.
    tx.run(
        "DELETE FROM messages_fts WHERE rowid IN
           (SELECT row FROM messages WHERE dialog = ?1 AND (date_sent, id) <= (?2, ?3) AND status >= 2)",
        params![Oid::from(dialog), up_to.seconds, Oid::from(up_to.id)],
    )?;
    let gone = tx.all(
        "DELETE FROM messages WHERE dialog = ?1 AND (date_sent, id) <= (?2, ?3) AND status >= 2
         RETURNING id",
        params![Oid::from(dialog), up_to.seconds, Oid::from(up_to.id)],
        |row| Ok(row.get::<_, Oid>(0)?.message()),
    )?;
    for message in gone {
        tx.touch_message(dialog, message);
    }
    tx.run("DELETE FROM ranges WHERE dialog = ?1", [Oid::from(dialog)])?;
    tx.run(
        "UPDATE dialogs SET server_last_id = x'', server_last_date = 0
         WHERE id = ?1 AND (server_last_date, server_last_id) <= (?2, ?3)",
        params![Oid::from(dialog), up_to.seconds, Oid::from(up_to.id)],
    )?;
    tx.run(
        "UPDATE dialogs SET unread_known =
           (SELECT count(*) FROM messages WHERE dialog = ?1 AND unread = 1) WHERE id = ?1",
        [Oid::from(dialog)],
    )?;
    find_last(tx, dialog)?;
    tx.touch_dialog(dialog);
    tx.touch_history(dialog);
    Ok(())
}
