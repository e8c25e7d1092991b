//! Messages that a dialog keeps in sight for everyone in it.

use std::collections::HashMap;

use cubist_protocol::ids::MessageId;
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::state::StateError;
use crate::state::dialogs::{Dialog, parse_message_id};
use crate::state::writer::WriteTx;

/// Most pinned messages of one dialog. The service publishes no number; each is part of every answer with the dialog.
const PINS_MAX: i64 = 100;

/// Takes pins out, then pins messages behind those that are pinned already. What is pinned stays where it is, and what
/// is not pinned needs no taking out.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    dialog: i64,
    add: &[MessageId],
    remove: &[MessageId],
) -> Result<(), StateError> {
    for message in remove {
        tx.prepare_cached(
            "DELETE FROM pinned_messages WHERE dialog = ?1
             AND message = (SELECT key FROM messages WHERE id = ?2)",
        )?
        .execute(params![dialog, message.to_string()])?;
    }
    for message in add {
        // One that is pinned is written anew in its place, so that what is counted here is what was found.
        let found = tx
            .prepare_cached(
                "INSERT INTO pinned_messages (dialog, message)
                 SELECT dialog, key FROM messages WHERE id = ?2 AND dialog = ?1
                 ON CONFLICT (message) DO UPDATE SET dialog = excluded.dialog",
            )?
            .execute(params![dialog, message.to_string()])?;
        if found == 0 {
            return Err(StateError::invalid(
                "pinned_messages_ids",
                format!("names {message}, which is no message of this dialog"),
            ));
        }
    }
    let count: i64 = tx
        .prepare_cached("SELECT count(*) FROM pinned_messages WHERE dialog = ?1")?
        .query_row([dialog], |row| row.get(0))?;
    if count > PINS_MAX {
        return Err(StateError::invalid(
            "pinned_messages_ids",
            format!("has too many messages (maximum is {PINS_MAX})"),
        ));
    }
    Ok(())
}

/// Fills in the pinned messages of dialogs, by their keys.
pub(crate) fn fill_in(
    db: &Connection,
    dialogs: &mut HashMap<i64, Dialog>,
) -> Result<(), StateError> {
    let keys = Value::from(dialogs.keys().copied().collect::<Vec<_>>()).to_string();
    let mut query = db.prepare_cached(
        "SELECT p.dialog, m.id FROM json_each(?1) j
         JOIN pinned_messages p ON p.dialog = j.value JOIN messages m ON m.key = p.message
         ORDER BY p.key",
    )?;
    let mut rows = query.query([keys])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(1)?;
        if let Some(dialog) = dialogs.get_mut(&row.get(0)?) {
            dialog.pinned.push(parse_message_id(&id)?);
        }
    }
    Ok(())
}
