//! Messages with what became of them, as they are read from the database.

use std::collections::HashMap;

use cubist_protocol::ids::UserId;
use rusqlite::Connection;

use crate::state::StateError;
use crate::state::dialogs::{DialogKind, parse_dialog_id, parse_message_id};
use crate::state::message_list::MessageRecord;
use crate::state::messages::StoredMessage;
use crate::state::reactions::load_reactions;
use crate::state::users::user_id;

/// Loads one message as `viewer` sees it.
pub(crate) fn load_message(
    db: &Connection,
    viewer: UserId,
    key: i64,
) -> Result<MessageRecord, StateError> {
    load_messages(db, viewer, &[key])?
        .pop()
        .ok_or(StateError::NotFound)
}

/// Loads messages as `viewer` sees them, in the order of `keys`: four queries, however many messages.
pub(crate) fn load_messages(
    db: &Connection,
    viewer: UserId,
    keys: &[i64],
) -> Result<Vec<MessageRecord>, StateError> {
    let list = serde_json::Value::from(keys).to_string();
    let mut query = db.prepare_cached(
        "SELECT m.key, m.id, d.id, m.sender, m.body, m.date_sent, m.attachments, m.extra,
                m.created_at, m.updated_at, m.edited_at, d.kind, d.pair_low, d.pair_high, coalesce(m.views, 0)
         FROM json_each(?1) j JOIN messages m ON m.key = j.value JOIN dialogs d ON d.key = m.dialog",
    )?;
    let mut records: HashMap<i64, MessageRecord> = HashMap::with_capacity(keys.len());
    let mut rows = query.query([&list])?;
    while let Some(row) = rows.next()? {
        let sender = user_id(row, 3)?;
        let kind: i64 = row.get(11)?;
        let recipient = if kind == DialogKind::Private.number() {
            let (low, high) = (user_id(row, 12)?, user_id(row, 13)?);
            Some(if low == sender { high } else { low })
        } else {
            None
        };
        let (id, dialog): (String, String) = (row.get(1)?, row.get(2)?);
        let (attachments, extra): (String, String) = (row.get(6)?, row.get(7)?);
        let record = MessageRecord {
            message: StoredMessage {
                id: parse_message_id(&id)?,
                dialog: parse_dialog_id(&dialog)?,
                sender,
                body: row.get(4)?,
                date_sent: row.get(5)?,
                attachments: serde_json::from_str(&attachments).unwrap_or_default(),
                extra: serde_json::from_str(&extra).unwrap_or_default(),
            },
            recipient,
            delivered: vec![sender],
            read: vec![sender],
            views: row.get::<_, i64>(14)?.unsigned_abs(),
            created_at: row.get(8)?,
            updated_at: row.get(9)?,
            edited_at: row.get(10)?,
            reactions: None,
        };
        records.insert(row.get(0)?, record);
    }
    let mut query = db.prepare_cached(
        "SELECT message, user_id, read_at IS NOT NULL FROM marks WHERE message IN (SELECT value FROM json_each(?1))",
    )?;
    let mut rows = query.query([&list])?;
    while let Some(row) = rows.next()? {
        if let Some(record) = records.get_mut(&row.get(0)?) {
            let user = user_id(row, 1)?;
            record.delivered.push(user);
            if row.get(2)? {
                record.read.push(user);
            }
        }
    }
    for (key, reactions) in load_reactions(db, viewer, &list)? {
        if let Some(record) = records.get_mut(&key) {
            record.reactions = Some(reactions);
        }
    }
    for record in records.values_mut() {
        record.delivered.sort_unstable();
        record.read.sort_unstable();
    }
    Ok(keys.iter().filter_map(|key| records.remove(key)).collect())
}
