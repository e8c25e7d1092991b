//! Changing a message that was sent.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use crate::state::blocks::check_message;
use crate::state::dialogs::{DialogKind, kind, parse_dialog_id};
use crate::state::message_loading::load_message;
use crate::state::messages::{
    check_sizes, check_stanza_id, is_repeat, remember_stanza, unserialisable,
};
use crate::state::queue;
use crate::state::users::user_id;
use crate::state::writer::WriteTx;
use crate::state::{MessageRecord, QueueFor, QueueId, State, StateError};

/// A change of a message.
pub struct Edit {
    /// Who changes it; only its author may.
    pub by: UserId,
    /// Which message.
    pub message: MessageId,
    /// Where the change was sent to; a message of another dialog is not found there. `None` if it names the message
    /// alone.
    pub dialog: Option<DialogId>,
    /// The id of the stanza that it came in: recognises a repeat.
    pub stanza_id: Option<String>,
    /// The new text; `None` keeps the old one.
    pub body: Option<String>,
    /// The new attachments; `None` keeps the old ones.
    pub attachments: Option<Vec<Map<String, Value>>>,
    /// The sender's own fields that change; others stay.
    pub extra: Map<String, Value>,
    /// For whom to put it into the offline queue in the same transaction.
    pub queue: Option<QueueFor>,
}

impl Edit {
    /// A change of nothing but the text.
    pub fn text(by: UserId, message: MessageId, body: String) -> Self {
        Self {
            by,
            message,
            dialog: None,
            stanza_id: None,
            body: Some(body),
            attachments: None,
            extra: Map::new(),
            queue: None,
        }
    }
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Edited {
    /// Done: tell the others.
    Changed {
        /// As it is now.
        message: Box<MessageRecord>,
        /// Whether it is the newest of its dialog.
        is_last: bool,
        /// The queue entries made for `Edit::queue`, for confirming after a live delivery.
        queued: Vec<(UserId, QueueId)>,
    },
    /// The sender sent this stanza id before: acknowledge it, tell nobody.
    Repeat,
}

impl State {
    /// Changes a message: checks author, blocks and limits, stores, moves message and dialog, queues; all in one
    /// transaction.
    ///
    /// [`StateError::NotFound`] for a message that the caller does not see, [`StateError::Forbidden`] for somebody
    /// else's.
    pub async fn edit_message(&self, edit: Edit) -> Result<Edited, StateError> {
        if let Some(stanza_id) = &edit.stanza_id {
            check_stanza_id(stanza_id)?;
        }
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            if let Some(stanza_id) = &edit.stanza_id {
                if is_repeat(tx, edit.by, stanza_id)? {
                    return Ok(Edited::Repeat);
                }
                remember_stanza(tx, edit.by, stanza_id, now)?;
            }
            let old = find(tx, &edit)?;
            if old.sender != edit.by {
                return Err(StateError::Forbidden(
                    "Only its author can change a message".to_owned(),
                ));
            }
            if old.kind == DialogKind::Broadcast && !old.manages {
                return Err(StateError::Forbidden(
                    "Only the owner and admins can write in a broadcast".to_owned(),
                ));
            }
            // A changed message would reach the other person as a new one does.
            if let Some(other) = old.opponent {
                check_message(&inner.blocks, edit.by, other)?;
            }
            let body = edit.body.unwrap_or(old.body);
            let attachments = match &edit.attachments {
                Some(given) => serde_json::to_string(given).map_err(|_| unserialisable())?,
                None => old.attachments,
            };
            let mut extra: Map<String, Value> = serde_json::from_str(&old.extra).unwrap_or_default();
            extra.extend(edit.extra);
            let extra = serde_json::to_string(&extra).map_err(|_| unserialisable())?;
            check_sizes(&inner.config.limits, &body, &attachments, &extra)?;
            if body.is_empty() && attachments == "[]" {
                return Err(StateError::invalid("message", "is required"));
            }
            tx.prepare_cached(
                "UPDATE messages SET body = ?2, attachments = ?3, extra = ?4, updated_at = max(updated_at, ?5),
                   edited_at = ?5 WHERE key = ?1",
            )?
            .execute(params![old.key, body, attachments, extra, now])?;
            tx.prepare_cached("UPDATE dialogs SET updated_at = max(updated_at, ?2) WHERE key = ?1")?
                .execute([old.dialog, now])?;
            let message = load_message(tx, edit.by, old.key)?;
            let queued = match edit.queue {
                Some(queue) if !queue.users.is_empty() && !old.kind.is_open() => {
                    let stanza = (queue.render)(&edit.message, message.message.date_sent);
                    queue::insert_for_all(tx, &inner, &queue.users, &stanza, now)?
                }
                Some(_) | None => Vec::new(),
            };
            Ok(Edited::Changed {
                message: Box::new(message),
                is_last: old.is_last,
                queued,
            })
        })
        .await
    }
}

/// The message before the change, and where its dialog is concerned its author's place in it.
struct Old {
    key: i64,
    dialog: i64,
    kind: DialogKind,
    sender: UserId,
    /// Whether the caller is the owner or an admin.
    manages: bool,
    /// The other person of a private dialog.
    opponent: Option<UserId>,
    is_last: bool,
    body: String,
    attachments: String,
    extra: String,
}

fn find(tx: &WriteTx<'_>, edit: &Edit) -> Result<Old, StateError> {
    let found: Option<(Old, i64, String)> = tx
        .prepare_cached(
            "SELECT m.key, m.dialog, m.sender, o.is_admin OR d.owner = ?2, d.last_message IS m.key, m.body,
                    m.attachments, m.extra, d.kind, d.id,
                    CASE WHEN d.pair_low = ?2 THEN d.pair_high ELSE d.pair_low END
             FROM messages m JOIN dialogs d ON d.key = m.dialog
             JOIN occupants o ON o.dialog = m.dialog AND o.user_id = ?2
             WHERE m.id = ?1 AND m.key > o.cleared_to AND NOT EXISTS
               (SELECT 1 FROM hidden_messages h WHERE h.user_id = ?2 AND h.dialog = m.dialog AND h.message = m.key)",
        )?
        .query_row(
            params![edit.message.to_string(), edit.by.as_i64()],
            |row| {
                let opponent: Option<i64> = row.get(10)?;
                let old = Old {
                    key: row.get(0)?,
                    dialog: row.get(1)?,
                    kind: DialogKind::Private,
                    sender: user_id(row, 2)?,
                    manages: row.get(3)?,
                    opponent: opponent.and_then(|other| UserId::try_from(other).ok()),
                    is_last: row.get(4)?,
                    body: row.get(5)?,
                    attachments: row.get(6)?,
                    extra: row.get(7)?,
                };
                Ok((old, row.get(8)?, row.get(9)?))
            },
        )
        .optional()?;
    let (old, number, dialog) = found.ok_or(StateError::NotFound)?;
    if edit
        .dialog
        .is_some_and(|named| parse_dialog_id(&dialog).ok() != Some(named))
    {
        return Err(StateError::NotFound);
    }
    Ok(Old {
        kind: kind(number)?,
        ..old
    })
}
