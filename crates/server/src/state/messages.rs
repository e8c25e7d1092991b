//! Accepting messages from their senders.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, ObjectId, UserId};
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use crate::config::Limits;
use crate::state::blocks::{Blocks, check_message};
use crate::state::dialogs::DialogKind;
use crate::state::occupants::{Place, own_place};
use crate::state::queue::{self, QueueId};
use crate::state::users::user_id;
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// A message to be accepted from its sender.
pub struct NewMessage {
    /// Who sends.
    pub sender: UserId,
    /// Where to; the sender must be an occupant, of a broadcast the owner or an admin.
    pub dialog: DialogId,
    /// The stanza's id. Becomes the message id if it is an ObjectId that nobody used before; also recognises a repeat.
    pub stanza_id: Option<String>,
    /// The text.
    pub body: String,
    /// The sender's time in unix seconds, if given; kept unless it lies too far in the future.
    pub date_sent: Option<i64>,
    /// Attachments: their attribute maps.
    pub attachments: Vec<Map<String, Value>>,
    /// The sender's own fields, shown at the top level of the message in the history.
    pub extra: Map<String, Value>,
    /// `save_to_history`: without it the message is only recognised when repeated, and queued.
    pub save: bool,
    /// For whom to put it into the offline queue in the same transaction.
    pub queue: Option<QueueFor>,
}

/// Queueing as part of accepting.
pub struct QueueFor {
    /// The users.
    pub users: Vec<UserId>,
    /// Makes the text to queue, once id and time are known. Runs on the writer's thread: no blocking.
    pub render: Render,
}

/// Makes a queued text of a message's id and time (unix seconds).
pub type Render = Box<dyn FnOnce(&MessageId, i64) -> String + Send>;

/// What became of a message.
#[derive(Clone, Debug)]
pub enum Accepted {
    /// New: deliver it.
    New {
        /// As stored; for `save: false` as it would have been.
        message: StoredMessage,
        /// The queue entries made for `NewMessage::queue`, for confirming after a live delivery.
        queued: Vec<(UserId, QueueId)>,
    },
    /// The sender sent this stanza id before: acknowledge it, deliver nothing.
    Repeat,
}

/// A message of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// Its dialog.
    pub dialog: DialogId,
    /// Its author.
    pub sender: UserId,
    /// The text.
    pub body: String,
    /// Unix seconds.
    pub date_sent: i64,
    /// Attribute maps.
    pub attachments: Vec<Map<String, Value>>,
    /// The sender's own fields.
    pub extra: Map<String, Value>,
}

/// Longest stanza id that is remembered. Ours and the SDK's have 24 characters, a UUID 36.
const STANZA_ID_MAX: usize = 256;

impl State {
    /// Accepts a message: checks blocks, membership and limits, stores, moves the dialog, queues; all in one
    /// transaction. Nothing is queued for open dialogs, whose history serves those who were away.
    pub async fn accept_message(&self, new: NewMessage) -> Result<Accepted, StateError> {
        let limits = &self.inner.config.limits;
        let attachments = serde_json::to_string(&new.attachments).map_err(|_| unserialisable())?;
        let extra = serde_json::to_string(&new.extra).map_err(|_| unserialisable())?;
        check_sizes(limits, &new.body, &attachments, &extra)?;
        if let Some(stanza_id) = &new.stanza_id {
            check_stanza_id(stanza_id)?;
        }
        let now = self.inner.clock.now();
        let latest = now
            .seconds()
            .saturating_add(i64::from(limits.clock_skew_seconds));
        let date_sent = new
            .date_sent
            .filter(|at| (0..=latest).contains(at))
            .unwrap_or(now.seconds());
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            if let Some(stanza_id) = &new.stanza_id
                && is_repeat(tx, new.sender, stanza_id)?
            {
                return Ok(Accepted::Repeat);
            }
            let place = writing_place(tx, &inner.blocks, new.dialog, new.sender)?;
            let message = StoredMessage {
                id: choose_id(tx, new.stanza_id.as_deref(), || inner.ids.message(now))?,
                dialog: new.dialog,
                sender: new.sender,
                body: new.body,
                date_sent,
                attachments: new.attachments,
                extra: new.extra,
            };
            if new.save {
                let row = Row {
                    stanza_id: new.stanza_id.as_deref(),
                    attachments: &attachments,
                    extra: &extra,
                };
                insert(tx, &place, &message, &row, now.seconds())?;
            } else if let Some(stanza_id) = &new.stanza_id {
                remember_stanza(tx, new.sender, stanza_id, now.seconds())?;
            }
            let queued = match new.queue {
                Some(queue) if !queue.users.is_empty() && !place.kind.is_open() => {
                    let stanza = (queue.render)(&message.id, message.date_sent);
                    queue::insert_for_all(tx, &inner, &queue.users, &stanza, now.seconds())?
                }
                Some(_) | None => Vec::new(),
            };
            Ok(Accepted::New { message, queued })
        })
        .await
    }

    /// Part of the periodic flush.
    pub(crate) async fn forget_old_repeats(&self) -> Result<(), StateError> {
        let age = i64::try_from(self.inner.config.timing.repeat_memory_seconds).unwrap_or(i64::MAX);
        let oldest = self.inner.clock.seconds().saturating_sub(age);
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM repeats WHERE at < ?1")?
                .execute([oldest])?;
            Ok(())
        })
        .await
    }
}

/// What is stored of a message beside [`StoredMessage`].
struct Row<'a> {
    stanza_id: Option<&'a str>,
    attachments: &'a str,
    extra: &'a str,
}

/// Fails if a message is larger than it may be.
pub(crate) fn check_sizes(
    limits: &Limits,
    body: &str,
    attachments: &str,
    extra: &str,
) -> Result<(), StateError> {
    if body.len() > limits.body_bytes {
        return Err(StateError::invalid(
            "message",
            format!("is too long (maximum is {} bytes)", limits.body_bytes),
        ));
    }
    if attachments.len() + extra.len() > limits.extra_bytes {
        let problem = format!(
            "has too large attachments or own fields (maximum is {} bytes)",
            limits.extra_bytes
        );
        return Err(StateError::invalid("message", problem));
    }
    Ok(())
}

/// Fails if a stanza's id is longer than what is remembered.
pub(crate) fn check_stanza_id(stanza_id: &str) -> Result<(), StateError> {
    if stanza_id.len() > STANZA_ID_MAX {
        return Err(StateError::invalid(
            "id",
            format!("is too long (maximum is {STANZA_ID_MAX} bytes)"),
        ));
    }
    Ok(())
}

/// Remembers a stanza that left no message in the history, to recognise a repeat.
pub(crate) fn remember_stanza(
    tx: &WriteTx<'_>,
    sender: UserId,
    stanza_id: &str,
    now: i64,
) -> Result<(), StateError> {
    tx.prepare_cached(
        "INSERT INTO repeats (sender, stanza_id, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (sender, stanza_id) DO NOTHING",
    )?
    .execute(params![sender.as_i64(), stanza_id, now])?;
    Ok(())
}

/// Whether the sender sent a stanza of that id before.
pub(crate) fn is_repeat(
    tx: &WriteTx<'_>,
    sender: UserId,
    stanza_id: &str,
) -> Result<bool, StateError> {
    let stored = "SELECT 1 FROM messages WHERE sender = ?1 AND stanza_id = ?2";
    let passed = "SELECT 1 FROM repeats WHERE sender = ?1 AND stanza_id = ?2";
    let key = params![sender.as_i64(), stanza_id];
    Ok(tx.prepare_cached(stored)?.exists(key)? || tx.prepare_cached(passed)?.exists(key)?)
}

/// The sender's place in the dialog, if they may write there.
///
/// Blocks are looked up here and not before the transaction: nothing may be awaited first, or two messages of one
/// sender could change places.
fn writing_place(
    tx: &WriteTx<'_>,
    blocks: &Blocks,
    dialog: DialogId,
    sender: UserId,
) -> Result<Place, StateError> {
    let place = own_place(tx, dialog, sender)?;
    match place.kind {
        DialogKind::Broadcast if !place.manages() => {
            return Err(StateError::Forbidden(
                "Only the owner and admins can write in a broadcast".to_owned(),
            ));
        }
        DialogKind::Private => {
            let other: Option<UserId> = tx
                .prepare_cached(
                    "SELECT u.id FROM dialogs d JOIN users u
                       ON u.id = CASE WHEN d.pair_low = ?2 THEN d.pair_high ELSE d.pair_low END
                     WHERE d.key = ?1",
                )?
                .query_row([place.key, sender.as_i64()], |row| user_id(row, 0))
                .optional()?;
            // Who deleted their account cannot be written to.
            check_message(blocks, sender, other.ok_or(StateError::NotFound)?)?;
        }
        DialogKind::Broadcast | DialogKind::Group | DialogKind::Public => {}
    }
    Ok(place)
}

/// The stanza's id if it is an ObjectId that names no message yet, else a new one.
fn choose_id(
    tx: &WriteTx<'_>,
    stanza_id: Option<&str>,
    fresh: impl Fn() -> MessageId,
) -> Result<MessageId, StateError> {
    let mut taken = tx.prepare_cached("SELECT 1 FROM messages WHERE id = ?1")?;
    if let Some(id) = stanza_id.and_then(|id| id.parse::<ObjectId>().ok())
        && !taken.exists([id.to_string()])?
    {
        return Ok(MessageId::new(id));
    }
    Ok(fresh())
}

fn insert(
    tx: &WriteTx<'_>,
    place: &Place,
    message: &StoredMessage,
    row: &Row<'_>,
    now: i64,
) -> Result<(), StateError> {
    let id = message.id.to_string();
    let key = tx
        .prepare_cached(
            "INSERT INTO messages
               (id, dialog, sender, stanza_id, body, date_sent, attachments, extra, created_at, updated_at, views)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)",
        )?
        .insert(params![
            id,
            place.key,
            message.sender.as_i64(),
            row.stanza_id,
            message.body,
            message.date_sent,
            row.attachments,
            row.extra,
            now,
            place.kind.is_open().then_some(0)
        ])?;
    // A message that was written long ago and sent only now does not become the newest.
    tx.prepare_cached(
        "UPDATE dialogs SET message_count = message_count + 1, updated_at = max(updated_at, ?4),
           last_message = CASE WHEN newer THEN ?2 ELSE last_message END,
           last_sent = CASE WHEN newer THEN ?3 ELSE last_sent END
         FROM (SELECT d.last_sent IS NULL OR
                      (?3, ?5) > (d.last_sent, (SELECT m.id FROM messages m WHERE m.key = d.last_message)) AS newer
               FROM dialogs d WHERE d.key = ?1)
         WHERE key = ?1",
    )?
    .execute(params![place.key, key, message.date_sent, now, id])?;
    tx.prepare_cached("UPDATE occupants SET seen = seen + 1 WHERE dialog = ?1 AND user_id = ?2")?
        .execute([place.key, message.sender.as_i64()])?;
    if place.kind == DialogKind::Private {
        tx.prepare_cached("UPDATE occupants SET hidden = 0 WHERE dialog = ?1 AND hidden")?
            .execute([place.key])?;
    }
    Ok(())
}

pub(crate) fn unserialisable() -> StateError {
    StateError::invalid("message", "holds fields that cannot be stored")
}
