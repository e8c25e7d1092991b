//! What a person does.

use crate::attachments::{MOST_ON_MESSAGE, wire};
use crate::engine::Account;
use crate::engine::account::attachments::Hung;
use crate::error::Error;
use crate::model::{
    CustomFields, DialogId, Draft, Hold, KeptDraft, MessageId, PreviewAttachment, Quote, SendTime,
    Status, UnixMillis, is_free_name,
};
use crate::store::messages::MessageRecord;
use crate::store::reactions::Snapshot;
use crate::store::{dialogs, messages, outbox};
use crate::sync::composing::Keystroke;

/// Longest time a message can be taken back for, in milliseconds.
const LONGEST_UNDO: u32 = 60_000;

/// How far ahead a message can be scheduled, in milliseconds: a year and a day. A further date is
/// a slip of the finger.
const FURTHEST: i64 = 366 * 24 * 60 * 60 * 1_000;

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
            preview: draft
                .preview_of
                .and_then(|url| self.inner.previews.take(&url)),
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
        if draft.attachments.len() > MOST_ON_MESSAGE {
            let limit = u32::try_from(MOST_ON_MESSAGE).unwrap_or(u32::MAX);
            return Err(Error::TooMany { limit });
        }
        let context = self.context()?;
        let me = self.inner.me;
        let now = context.server_now();
        let id = context.ids.message(now);
        let today = context.clock.now();
        let hold = match draft.time {
            SendTime::Now | SendTime::After { millis: 0 } => None,
            SendTime::After { millis } => Some(Hold::Undo {
                until: UnixMillis(today.0 + i64::from(millis.min(LONGEST_UNDO))),
            }),
            SendTime::At(at) => Some(scheduled(today, at)?),
        };
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
                                attachment: PreviewAttachment::of(&original.attachments),
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
                    sent_at: dialogs::behind(now, id, &target),
                    status: Status::Pending,
                    in_history: true,
                    extra,
                    delivered_to: Vec::new(),
                    read_by: Vec::new(),
                    from_history: false,
                    edited_at: None,
                    reactions: Snapshot::default(),
                };
                match hold {
                    None => outbox::enqueue(tx, &record)?,
                    Some(Hold::Undo { until }) => outbox::enqueue_until(tx, &record, until)?,
                    Some(Hold::Scheduled { at }) => outbox::schedule(tx, &record, at)?,
                }
                hung.queue(tx, id)?;
                dialogs::save_draft(tx, dialog, &KeptDraft::default())?;
                Ok(Ok(()))
            })
            .await?;
        queued?;
        context.outbox_wake.notify_one();
        context.uploads.look();
        Ok(id)
    }

    /// Whether this person may write to a dialog now: [`Error::Forbidden`] when not,
    /// [`Error::NotFound`] when there is none.
    pub(in crate::engine) async fn may_write(&self, dialog: DialogId) -> Result<(), Error> {
        let found = self
            .inner
            .store
            .read(move |db| dialogs::load(db, dialog))
            .await?;
        match found {
            None => Err(Error::NotFound),
            Some(target) if !target.can_write => Err(Error::Forbidden),
            Some(_) => Ok(()),
        }
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

    /// The person has seen everything in every dialog. Counts at once here; what others are told
    /// waits in the same queue, one request for a dialog with many messages.
    pub async fn mark_everything_read(&self) -> Result<(), Error> {
        self.write(dialogs::mark_everything_read).await?;
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

    /// Keeps what stands in the field of a dialog, with what it answers or changes; an empty draft
    /// is forgotten.
    pub async fn save_draft(&self, dialog: DialogId, draft: KeptDraft) -> Result<(), Error> {
        self.inner
            .store
            .write(move |tx| dialogs::save_draft(tx, dialog, &draft))
            .await?;
        Ok(())
    }
}

/// The hold of a message that is to be sent at a moment, if that is one.
pub(super) fn scheduled(now: UnixMillis, at: UnixMillis) -> Result<Hold, Error> {
    if at.0.saturating_sub(now.0) > FURTHEST {
        return Err(Error::InvalidInput { field: "time" });
    }
    Ok(Hold::Scheduled { at })
}

/// XML 1.0 has no place for other control characters; they would be lost on the way, and the two
/// sides would show different texts.
pub(super) fn is_sendable(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}
