//! What a person does.

use crate::attachments::wire;
use crate::engine::Account;
use crate::engine::account::attachments::Hung;
use crate::error::Error;
use crate::model::{
    CustomFields, DialogId, Draft, MessageId, Quote, Status, UnixMillis, is_free_name,
};
use crate::store::messages::MessageRecord;
use crate::store::reactions::Snapshot;
use crate::store::{self, WriteTx, dialogs, messages, outbox};
use crate::sync::composing::Keystroke;

/// A message written after one whose sender's clock is ahead by up to this many seconds still
/// comes behind it. More is a broken clock, and not followed.
const FOLLOWED_CLOCK_ERROR: i64 = 60;

impl Account {
    /// Queues a text: the short form of [`Self::send`].
    pub async fn send_text(&self, dialog: DialogId, text: String) -> Result<MessageId, Error> {
        let draft = Draft {
            text,
            ..Draft::default()
        };
        self.send(dialog, draft).await
    }

    /// Queues a message. It is on disk, with the id it keeps for life, before this returns.
    pub async fn send(&self, dialog: DialogId, draft: Draft) -> Result<MessageId, Error> {
        let text: String = draft.text.chars().filter(|&c| is_sendable(c)).collect();
        if text.trim().is_empty() && draft.attachments.is_empty() {
            return Err(Error::InvalidInput { field: "text" });
        }
        let mut says = CustomFields {
            mentions: draft.mentions,
            silent: draft.silent,
            ..CustomFields::default()
        };
        for (name, value) in draft.fields {
            if !is_free_name(&name) {
                return Err(Error::InvalidInput { field: "fields" });
            }
            let value = value.chars().filter(|&c| is_sendable(c)).collect();
            says.fields.push((name, value));
        }
        let context = self.context()?;
        let me = self.inner.me;
        let now = context.server_now();
        let id = context.ids.message(now);
        let queued = self
            .inner
            .store
            .write(move |tx| {
                let Some(target) = dialogs::load(tx, dialog)? else {
                    return Ok(Err(Error::NotFound));
                };
                if !target.can_write {
                    return Ok(Err(Error::Forbidden));
                }
                if let Some(answered) = draft.reply_to {
                    match messages::load(tx, answered)? {
                        Some(original) if original.dialog == dialog && !original.deleted => {
                            says.reply = Some(Quote {
                                message: answered,
                                sender: Some(original.sender),
                                text: original.text,
                            });
                        }
                        _ => return Ok(Err(Error::NotFound)),
                    }
                }
                let Some(hung) = Hung::find(tx, dialog, &draft.attachments)? else {
                    return Ok(Err(Error::NotFound));
                };
                let mut extra = says.write();
                wire::set(&mut extra, &hung.attachments);
                let record = MessageRecord {
                    id,
                    dialog,
                    sender: me,
                    text,
                    sent_at: behind(now, id, &target),
                    status: Status::Pending,
                    in_history: true,
                    extra,
                    delivered_to: Vec::new(),
                    read_by: Vec::new(),
                    from_history: false,
                    edited_at: None,
                    reactions: Snapshot::default(),
                };
                outbox::enqueue(tx, &record)?;
                hung.queue(tx, id)?;
                dialogs::save_draft(tx, dialog, "")?;
                Ok(Ok(()))
            })
            .await?;
        queued?;
        context.outbox_wake.notify_one();
        context.uploads.look();
        Ok(id)
    }

    /// Queues a failed message again, with the same id.
    pub async fn retry(&self, message: MessageId) -> Result<(), Error> {
        let context = self.context()?;
        let queued = self
            .inner
            .store
            .write(move |tx| outbox::retry(tx, message))
            .await?;
        if !queued {
            return Err(Error::NotFound);
        }
        context.outbox_wake.notify_one();
        context.uploads.look();
        Ok(())
    }

    /// Drops a message that was not sent; gives back its text if it was still there to drop. One
    /// that is on its way cannot be taken back.
    pub async fn discard_unsent(&self, message: MessageId) -> Result<Option<String>, Error> {
        let context = self.context().ok();
        if let Some(context) = &context {
            context.uploads.stop(message);
        }
        let text = self
            .inner
            .store
            .write(move |tx| {
                let row = outbox::row_of(tx, message)?;
                let on_its_way = row
                    .zip(context.as_ref())
                    .is_some_and(|(row, context)| context.taken.contains(row));
                if on_its_way {
                    return Ok(None);
                }
                outbox::discard(tx, message)
            })
            .await?;
        Ok(text)
    }

    /// The person has seen everything up to and including `up_to`. Counts at once here; the
    /// markers to the others wait in a durable queue.
    pub async fn mark_read(&self, dialog: DialogId, up_to: MessageId) -> Result<(), Error> {
        let marked = self
            .inner
            .store
            .write(move |tx| match messages::place(tx, up_to)? {
                Some((home, place)) if home == dialog => {
                    dialogs::mark_read(tx, dialog, place)?;
                    Ok(true)
                }
                _ => Ok(false),
            })
            .await?;
        if !marked {
            return Err(Error::NotFound);
        }
        if let Ok(context) = self.context() {
            context.markers_wake.notify_one();
        }
        Ok(())
    }

    /// Call it with `true` at every key and `false` when the field is emptied; what goes over the
    /// wire is decided here (seldom).
    #[allow(
        clippy::unused_async,
        reason = "every call of the facade is awaited alike, and this one may come to wait"
    )]
    pub async fn set_typing(&self, dialog: DialogId, typing: bool) -> Result<(), Error> {
        if let Some(keys) = self.keys() {
            // A full queue means that many keys wait already, which say the same.
            keys.try_send(Keystroke { dialog, typing }).ok();
        }
        Ok(())
    }

    /// Keeps what was typed; an empty text forgets it.
    pub async fn save_draft(&self, dialog: DialogId, text: String) -> Result<(), Error> {
        self.inner
            .store
            .write(move |tx| dialogs::save_draft(tx, dialog, &text))
            .await?;
        Ok(())
    }
}

/// The time to send at in a dialog, which may have changed within the same transaction.
pub(super) fn place_behind(
    tx: &WriteTx<'_>,
    now: UnixMillis,
    id: MessageId,
    dialog: DialogId,
) -> Result<UnixMillis, store::Error> {
    Ok(match dialogs::load(tx, dialog)? {
        Some(target) => behind(now, id, &target),
        None => now,
    })
}

/// The time to send at: now, or right behind the newest message when its sender's clock is a
/// little ahead, so that an answer never stands above what it answers.
fn behind(now: UnixMillis, id: MessageId, dialog: &crate::model::Dialog) -> UnixMillis {
    let seconds = now.seconds();
    let Some(last) = &dialog.last else {
        return UnixMillis::from_seconds(seconds);
    };
    let newest = last.sent_at.seconds();
    let ahead = newest > seconds || (newest == seconds && last.id > id);
    let followed = ahead && newest - seconds <= FOLLOWED_CLOCK_ERROR;
    let step = i64::from(last.id > id);
    UnixMillis::from_seconds(if followed { newest + step } else { seconds })
}

/// XML 1.0 has no place for other control characters; they would be lost on the way, and the two
/// sides would show different texts.
pub(super) fn is_sendable(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}
