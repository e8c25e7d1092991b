//! Delivered and read marks.

use std::collections::{HashMap, HashSet};

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use rusqlite::{OptionalExtension, params};

use crate::state::deletions::is_hidden;
use crate::state::dialogs::{kind, parse_dialog_id, parse_message_id};
use crate::state::user_search::to_i64;
use crate::state::users::user_id;
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// The two marks of a message. A message never goes back from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// The recipient's device has it.
    Delivered,
    /// The recipient saw it; implies delivered.
    Read,
}

/// A message that got a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The message.
    pub message: MessageId,
    /// Its dialog.
    pub dialog: DialogId,
    /// Who is to hear of it.
    pub author: UserId,
    /// Whether the mark is new.
    pub changed: bool,
}

impl State {
    /// Records that `by` got or saw messages.
    ///
    /// Returns those that `by` can mark (in one of their dialogs, by someone else), also when the mark was there
    /// already; others are passed over. So are messages of open dialogs: there reading moves a pointer, and nobody is
    /// told who of thousands read what.
    pub async fn mark(
        &self,
        by: UserId,
        mark: Mark,
        messages: Vec<MessageId>,
    ) -> Result<Vec<Marked>, StateError> {
        self.check_count(messages.len())?;
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let mut marked = Vec::with_capacity(messages.len());
            let mut done = HashSet::new();
            // Of each open dialog the newest of the messages.
            let mut pointers: HashMap<i64, i64> = HashMap::new();
            for message in messages.into_iter().filter(|message| done.insert(*message)) {
                let found: Option<(i64, i64, UserId, String, i64)> = tx
                    .prepare_cached(
                        "SELECT m.key, m.dialog, m.sender, d.id, d.kind
                         FROM messages m JOIN dialogs d ON d.key = m.dialog
                         JOIN occupants o ON o.dialog = m.dialog AND o.user_id = ?2
                         WHERE m.id = ?1 AND m.key > o.cleared_to",
                    )?
                    .query_row(params![message.to_string(), by.as_i64()], |row| {
                        Ok((
                            row.get(0)?,
                            row.get(1)?,
                            user_id(row, 2)?,
                            row.get(3)?,
                            row.get(4)?,
                        ))
                    })
                    .optional()?;
                let Some((key, dialog_key, author, dialog, number)) = found else {
                    continue;
                };
                if author == by {
                    continue;
                }
                if kind(number)?.is_open() {
                    if mark == Mark::Read {
                        let newest = pointers.entry(dialog_key).or_insert(key);
                        *newest = key.max(*newest);
                    }
                    continue;
                }
                let changed = set(tx, mark, key, dialog_key, by, now)?;
                marked.push(Marked {
                    message,
                    dialog: parse_dialog_id(&dialog)?,
                    author,
                    changed,
                });
            }
            for (dialog, newest) in pointers {
                read_up_to(tx, dialog, by, newest)?;
            }
            Ok(marked)
        })
        .await
    }

    /// Records that `by` got or saw everything in a dialog. Returns what changed, oldest first; nothing of an open
    /// dialog, as of [`Self::mark`].
    pub async fn mark_all(
        &self,
        by: UserId,
        mark: Mark,
        dialog: DialogId,
    ) -> Result<Vec<Marked>, StateError> {
        self.own_dialog_card(by, dialog).await?;
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let counts: Option<(i64, i64, i64, i64)> = tx
                .prepare_cached(
                    "SELECT d.key, max(0, d.message_count - o.seen), d.kind, o.cleared_to FROM dialogs d
                     JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2 WHERE d.id = ?1",
                )?
                .query_row(params![dialog.to_string(), by.as_i64()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })
                .optional()?;
            let Some((dialog_key, unread, number, cleared_to)) = counts else {
                return Ok(Vec::new());
            };
            if kind(number)?.is_open() {
                if mark == Mark::Read {
                    let newest: i64 = tx
                        .prepare_cached(
                            "SELECT coalesce(max(key), 0) FROM messages WHERE dialog = ?1 AND views IS NOT NULL",
                        )?
                        .query_row([dialog_key], |row| row.get(0))?;
                    read_up_to(tx, dialog_key, by, newest)?;
                }
                return Ok(Vec::new());
            }
            // What is unread is usually newest, so the walk ends as soon as the known number is found.
            let mut unread_messages = tx.prepare_cached(
                "SELECT m.key, m.id, m.sender FROM messages m
                 WHERE m.dialog = ?1 AND m.sender <> ?2 AND +m.key > ?5 AND NOT EXISTS
                   (SELECT 1 FROM marks k WHERE k.message = m.key AND k.user_id = ?2
                      AND (k.read_at IS NOT NULL OR ?4))
                   AND NOT EXISTS (SELECT 1 FROM hidden_messages h
                      WHERE h.user_id = ?2 AND h.dialog = ?1 AND h.message = m.key)
                 ORDER BY m.date_sent DESC, m.id DESC LIMIT ?3",
            )?;
            let any_mark = mark == Mark::Delivered;
            let mut rows =
                unread_messages.query(params![dialog_key, by.as_i64(), unread, any_mark, cleared_to])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let id: String = row.get(1)?;
                found.push((
                    row.get::<_, i64>(0)?,
                    parse_message_id(&id)?,
                    user_id(row, 2)?,
                ));
            }
            let mut marked = Vec::with_capacity(found.len());
            for (key, message, author) in found.into_iter().rev() {
                let changed = set(tx, mark, key, dialog_key, by, now)?;
                marked.push(Marked {
                    message,
                    dialog,
                    author,
                    changed,
                });
            }
            Ok(marked)
        })
        .await
    }

    pub(crate) fn check_count(&self, count: usize) -> Result<(), StateError> {
        let most = self.inner.config.limits.ids_per_request;
        if count > most {
            return Err(StateError::invalid(
                "base",
                format!("too many ids in one request (maximum is {most})"),
            ));
        }
        Ok(())
    }
}

/// Moves somebody's pointer in an open dialog forward to the message with that key.
///
/// The cost is that of the messages read for the first time, and nothing is written once per message and person but
/// the number of views.
pub(crate) fn read_up_to(
    tx: &WriteTx<'_>,
    dialog: i64,
    by: UserId,
    newest: i64,
) -> Result<(), StateError> {
    let read_to: Option<i64> = tx
        .prepare_cached("SELECT read_to FROM occupants WHERE dialog = ?1 AND user_id = ?2")?
        .query_row([dialog, by.as_i64()], |row| row.get(0))
        .optional()?;
    let Some(read_to) = read_to.filter(|read_to| *read_to < newest) else {
        return Ok(());
    };
    let read = tx
        .prepare_cached(
            "UPDATE messages SET views = views + 1
             WHERE dialog = ?1 AND key > ?2 AND key <= ?3 AND views IS NOT NULL AND sender <> ?4",
        )?
        .execute([dialog, read_to, newest, by.as_i64()])?;
    // Both counters hold what was deleted since, see `unread`; what the person hid counts as seen already.
    tx.prepare_cached(
        "UPDATE occupants SET read_to = ?3, seen = seen + ?4
           + (SELECT count(*) FROM removed_messages x
              WHERE x.dialog = ?1 AND x.key > ?5 AND x.key <= ?3 AND x.sender <> ?2)
           - (SELECT count(*) FROM hidden_messages h JOIN messages m ON m.key = h.message
              WHERE h.user_id = ?2 AND h.dialog = ?1 AND h.message > ?5 AND h.message <= ?3 AND m.sender <> ?2)
         WHERE dialog = ?1 AND user_id = ?2",
    )?
    .execute([dialog, by.as_i64(), newest, to_i64(read), read_to])?;
    Ok(())
}

/// Sets one mark; `true` if that changed something.
fn set(
    tx: &WriteTx<'_>,
    mark: Mark,
    message: i64,
    dialog: i64,
    by: UserId,
    now: i64,
) -> Result<bool, StateError> {
    let changed = match mark {
        Mark::Delivered => tx
            .prepare_cached(
                "INSERT INTO marks (message, user_id, delivered_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (message, user_id) DO NOTHING",
            )?
            .execute([message, by.as_i64(), now])?,
        Mark::Read => tx
            .prepare_cached(
                "INSERT INTO marks (message, user_id, delivered_at, read_at) VALUES (?1, ?2, ?3, ?3)
                 ON CONFLICT (message, user_id) DO UPDATE SET read_at = ?3 WHERE read_at IS NULL",
            )?
            .execute([message, by.as_i64(), now])?,
    } > 0;
    if changed {
        // What the person deleted for themselves counts as seen already.
        if mark == Mark::Read && !is_hidden(tx, by, dialog, message)? {
            tx.prepare_cached(
                "UPDATE occupants SET seen = seen + 1 WHERE dialog = ?1 AND user_id = ?2",
            )?
            .execute([dialog, by.as_i64()])?;
        }
        // Lets a client find messages whose marks moved by `updated_at[gt]`.
        tx.prepare_cached("UPDATE messages SET updated_at = max(updated_at, ?2) WHERE key = ?1")?
            .execute([message, now])?;
    }
    Ok(changed)
}
