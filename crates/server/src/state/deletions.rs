//! Deleting messages, for oneself or for everyone.

use std::collections::HashSet;
use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use rusqlite::{OptionalExtension, params};

use crate::state::dialogs::{DialogKind, kind, parse_dialog_id};
use crate::state::messages::{check_stanza_id, is_repeat, remember_stanza};
use crate::state::queue;
use crate::state::users::user_id;
use crate::state::writer::WriteTx;
use crate::state::{QueueFor, QueueId, State, StateError};

/// The deletion of one message for everyone, as people send it to a dialog.
pub struct Removal {
    /// Who deletes it.
    pub by: UserId,
    /// Which message.
    pub message: MessageId,
    /// Where the wish was sent to; a message of another dialog is not found there.
    pub dialog: DialogId,
    /// The id of the stanza that it came in: recognises a repeat.
    pub stanza_id: Option<String>,
    /// For whom to put it into the offline queue in the same transaction.
    pub queue: Option<QueueFor>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// Done: tell the others.
    Gone {
        /// The queue entries made for `Removal::queue`, for confirming after a live delivery.
        queued: Vec<(UserId, QueueId)>,
    },
    /// The sender sent this stanza id before: acknowledge it, tell nobody.
    Repeat,
}

/// What became of messages that somebody wanted to delete; every id asked for is in exactly one of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedMessages {
    /// Hidden from the caller.
    pub hidden: Vec<MessageId>,
    /// Gone for everyone, with their dialogs.
    pub gone: Vec<(MessageId, DialogId)>,
    /// Unknown, foreign, or deleted before.
    pub not_found: Vec<MessageId>,
    /// The caller has no right to delete them for everyone.
    pub refused: Vec<MessageId>,
}

impl State {
    /// Deletes one message for everyone: its author may, in groups and public dialogs also the owner and admins, in
    /// broadcasts these alone.
    ///
    /// [`StateError::NotFound`] for a message that the caller does not see, [`StateError::Forbidden`] without a right
    /// to delete it.
    pub async fn remove_message(&self, removal: Removal) -> Result<Removed, StateError> {
        if let Some(stanza_id) = &removal.stanza_id {
            check_stanza_id(stanza_id)?;
        }
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            if let Some(stanza_id) = &removal.stanza_id {
                if is_repeat(tx, removal.by, stanza_id)? {
                    return Ok(Removed::Repeat);
                }
                remember_stanza(tx, removal.by, stanza_id, now)?;
            }
            let found = find(tx, removal.by, removal.message)?
                .filter(|found| found.dialog_id == removal.dialog)
                .ok_or(StateError::NotFound)?;
            if !found.may_be_removed() {
                return Err(StateError::Forbidden(
                    "You cannot delete this message for everyone".to_owned(),
                ));
            }
            remove(tx, &found, now)?;
            let queued = match removal.queue {
                Some(queue) if !queue.users.is_empty() && !found.kind.is_open() => {
                    let stanza = (queue.render)(&removal.message, now);
                    queue::insert_for_all(tx, &inner, &queue.users, &stanza, now)?
                }
                Some(_) | None => Vec::new(),
            };
            Ok(Removed::Gone { queued })
        })
        .await
    }

    /// Deletes messages for the user, or (`for_all`) for everyone, with the rights of [`Self::remove_message`].
    pub async fn delete_messages(
        &self,
        user: UserId,
        messages: Vec<MessageId>,
        for_all: bool,
    ) -> Result<DeletedMessages, StateError> {
        self.check_count(messages.len())?;
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let mut done = DeletedMessages::default();
            let mut met = HashSet::new();
            for message in messages.into_iter().filter(|message| met.insert(*message)) {
                match find(tx, user, message)? {
                    None => done.not_found.push(message),
                    Some(found) if !for_all => {
                        hide(tx, user, &found)?;
                        done.hidden.push(message);
                    }
                    Some(found) if found.may_be_removed() => {
                        remove(tx, &found, now)?;
                        done.gone.push((message, found.dialog_id));
                    }
                    Some(_) => done.refused.push(message),
                }
            }
            Ok(done)
        })
        .await
    }
}

/// A message as the one sees it who wants to delete it.
struct Found {
    key: i64,
    dialog: i64,
    dialog_id: DialogId,
    kind: DialogKind,
    sender: i64,
    stanza_id: Option<String>,
    /// Whether the caller wrote it.
    is_own: bool,
    /// Whether the caller is the owner or an admin.
    manages: bool,
    /// Whether it counts among the caller's unread messages.
    is_unread: bool,
}

impl Found {
    const fn may_be_removed(&self) -> bool {
        match self.kind {
            DialogKind::Private => self.is_own,
            DialogKind::Group | DialogKind::Public => self.is_own || self.manages,
            DialogKind::Broadcast => self.manages,
        }
    }
}

/// The message, if the user sees it.
fn find(tx: &WriteTx<'_>, user: UserId, message: MessageId) -> Result<Option<Found>, StateError> {
    let mut query = tx.prepare_cached(
        "SELECT m.key, m.dialog, d.id, d.kind, m.sender, m.stanza_id, o.is_admin OR d.owner = ?2,
                CASE WHEN d.kind IN (1, 4) THEN m.key > o.read_to
                     ELSE NOT EXISTS (SELECT 1 FROM marks k
                            WHERE k.message = m.key AND k.user_id = ?2 AND k.read_at IS NOT NULL) END
         FROM messages m JOIN dialogs d ON d.key = m.dialog
         JOIN occupants o ON o.dialog = m.dialog AND o.user_id = ?2
         WHERE m.id = ?1 AND m.key > o.cleared_to AND NOT EXISTS
           (SELECT 1 FROM hidden_messages h WHERE h.user_id = ?2 AND h.dialog = m.dialog AND h.message = m.key)",
    )?;
    let mut rows = query.query(params![message.to_string(), user.as_i64()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let (sender, dialog_id): (i64, String) = (row.get(4)?, row.get(2)?);
    let is_own = user_id(row, 4)? == user;
    Ok(Some(Found {
        key: row.get(0)?,
        dialog: row.get(1)?,
        dialog_id: parse_dialog_id(&dialog_id)?,
        kind: kind(row.get(3)?)?,
        sender,
        stanza_id: row.get(5)?,
        is_own,
        manages: row.get(6)?,
        is_unread: !is_own && row.get(7)?,
    }))
}

/// Hides the message from one person. What they did not read is not unread any more.
fn hide(tx: &WriteTx<'_>, user: UserId, found: &Found) -> Result<(), StateError> {
    tx.prepare_cached(
        "INSERT INTO hidden_messages (user_id, dialog, message) VALUES (?1, ?2, ?3)",
    )?
    .execute([user.as_i64(), found.dialog, found.key])?;
    if found.is_unread {
        tx.prepare_cached(
            "UPDATE occupants SET seen = seen + 1 WHERE dialog = ?1 AND user_id = ?2",
        )?
        .execute([found.dialog, user.as_i64()])?;
    }
    Ok(())
}

/// Takes the message out of the history and keeps all counts right.
fn remove(tx: &WriteTx<'_>, found: &Found, now: i64) -> Result<(), StateError> {
    if found.kind.is_open() {
        forget_in_open_dialog(tx, found)?;
    } else {
        forget_in_closed_dialog(tx, found)?;
    }
    tx.prepare_cached(
        "UPDATE dialogs SET (last_message, last_sent) =
           (SELECT m.key, m.date_sent FROM messages m WHERE m.dialog = ?1 AND m.key <> ?2
            ORDER BY m.date_sent DESC, m.id DESC LIMIT 1)
         WHERE key = ?1 AND last_message = ?2",
    )?
    .execute([found.dialog, found.key])?;
    tx.prepare_cached("UPDATE dialogs SET updated_at = max(updated_at, ?2) WHERE key = ?1")?
        .execute([found.dialog, now])?;
    tx.prepare_cached("DELETE FROM messages WHERE key = ?1")?
        .execute([found.key])?;
    // A client that had no answer sends the message again; it must not come back.
    if let Some(stanza_id) = &found.stanza_id {
        let sender = UserId::try_from(found.sender)
            .map_err(|_| StateError::Internal("the database holds an odd sender".to_owned()))?;
        remember_stanza(tx, sender, stanza_id, now)?;
    }
    Ok(())
}

/// Everyone's `seen` counts the messages that are not unread for them, so those for whom this one was not have one
/// less. The cost is that of its readers, whose marks go with it.
fn forget_in_closed_dialog(tx: &WriteTx<'_>, found: &Found) -> Result<(), StateError> {
    tx.prepare_cached("UPDATE dialogs SET message_count = message_count - 1 WHERE key = ?1")?
        .execute([found.dialog])?;
    for sql in [
        "UPDATE occupants SET seen = seen - 1 WHERE dialog = ?1 AND user_id IN
           (SELECT ?3
            UNION SELECT user_id FROM marks WHERE message = ?2 AND read_at IS NOT NULL
            UNION SELECT user_id FROM hidden_messages WHERE message = ?2
            UNION SELECT user_id FROM occupants INDEXED BY occupants_who_cleared
                  WHERE dialog = ?1 AND cleared_to > 0 AND cleared_to >= ?2)",
        "UPDATE former_occupants SET seen = seen - 1 WHERE dialog = ?1 AND
           (user_id = ?3 OR cleared_to >= ?2
            OR EXISTS (SELECT 1 FROM marks k
                       WHERE k.message = ?2 AND k.user_id = former_occupants.user_id AND k.read_at IS NOT NULL)
            OR EXISTS (SELECT 1 FROM hidden_messages h
                       WHERE h.message = ?2 AND h.user_id = former_occupants.user_id))",
    ] {
        tx.prepare_cached(sql)?
            .execute([found.dialog, found.key, found.sender])?;
    }
    Ok(())
}

/// Remembers that the count of messages holds one that is gone; see the table. Who had hidden it unread had counted it
/// as seen on its own.
fn forget_in_open_dialog(tx: &WriteTx<'_>, found: &Found) -> Result<(), StateError> {
    tx.prepare_cached("INSERT INTO removed_messages (dialog, key, sender) VALUES (?1, ?2, ?3)")?
        .execute([found.dialog, found.key, found.sender])?;
    tx.prepare_cached(
        "UPDATE occupants SET seen = seen - 1
         WHERE dialog = ?1 AND read_to < ?2 AND user_id <> ?3 AND user_id IN
           (SELECT user_id FROM hidden_messages WHERE message = ?2)",
    )?
    .execute([found.dialog, found.key, found.sender])?;
    Ok(())
}

/// Whether somebody deleted a message for themselves.
pub(crate) fn is_hidden(
    tx: &WriteTx<'_>,
    user: UserId,
    dialog: i64,
    message: i64,
) -> Result<bool, StateError> {
    let found = tx
        .prepare_cached(
            "SELECT 1 FROM hidden_messages WHERE user_id = ?1 AND dialog = ?2 AND message = ?3",
        )?
        .query_row([user.as_i64(), dialog, message], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}
