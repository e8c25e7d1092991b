//! What a person does with messages that are there: another text, away with it, a reaction, on to
//! other chats.
//!
//! Everything is on disk, and to be seen, before these return; the server hears of it when there is
//! a line. What it refuses is undone, and the message says why.

use crate::engine::Account;
use crate::engine::account::writing::is_sendable;
use crate::error::Error;
use crate::model::{DialogId, Message, MessageId, Status, UserId, passed_on};
use crate::store::messages::MessageRecord;
use crate::store::reactions::Snapshot;
use crate::store::{self, WriteTx, dialogs, messages, outbox, reactions, uploads, wishes};
use crate::sync::context::Context;
use crate::sync::people;

/// Bytes of a reaction; the platform takes no more.
const REACTION_BYTES: usize = 32;

impl Account {
    /// Gives a message of this person another text. One that the server does not have yet simply
    /// gets it; one with attachments may lose its text.
    pub async fn edit_message(&self, message: MessageId, text: String) -> Result<(), Error> {
        let text: String = text.chars().filter(|&c| is_sendable(c)).collect();
        let context = self.context()?;
        let me = self.inner.me;
        let now = context.server_now();
        let stanza = context.ids.message(now);
        let shared = std::sync::Arc::clone(&context);
        self.write(move |tx| {
            let Some(present) = messages::load(tx, message)? else {
                return Ok(Err(Error::NotFound));
            };
            if present.sender != me || present.deleted || present.system.is_some() {
                return Ok(Err(Error::Forbidden));
            }
            if text.trim().is_empty() && present.extra.attachments().next().is_none() {
                return Ok(Err(Error::InvalidInput { field: "text" }));
            }
            if present.text != text {
                let is_here = is_only_here(tx, &shared, &present)?;
                wishes::edit(tx, message, &text, (!is_here).then_some(stanza), now)?;
            }
            Ok(Ok(()))
        })
        .await??;
        context.wishes_wake.notify_one();
        Ok(())
    }

    /// Deletes messages, for this person or for everyone. Those that the server never had are
    /// dropped; ids that are not in the dialog are passed over.
    pub async fn delete_messages(
        &self,
        dialog: DialogId,
        ids: Vec<MessageId>,
        for_everyone: bool,
    ) -> Result<(), Error> {
        let context = self.context()?;
        let shared = std::sync::Arc::clone(&context);
        self.write(move |tx| {
            for id in ids {
                let Some(present) = messages::load(tx, id)?.filter(|m| m.dialog == dialog) else {
                    continue;
                };
                if is_only_here(tx, &shared, &present)? {
                    shared.uploads.stop(id);
                    outbox::discard(tx, id)?;
                } else if present.system.is_some() || !present.in_history {
                    // Nobody else has it in any history.
                    messages::forget(tx, id)?;
                } else {
                    wishes::delete(tx, dialog, id, for_everyone)?;
                }
            }
            Ok(())
        })
        .await?;
        context.wishes_wake.notify_one();
        Ok(())
    }

    /// Reacts to a message, or takes the reaction back.
    pub async fn react(&self, message: MessageId, emoji: String, on: bool) -> Result<(), Error> {
        if emoji.is_empty() || emoji.len() > REACTION_BYTES || !emoji.chars().all(is_sendable) {
            return Err(Error::InvalidInput { field: "emoji" });
        }
        let context = self.context()?;
        self.write(move |tx| {
            let Some(present) = messages::load(tx, message)? else {
                return Ok(Err(Error::NotFound));
            };
            if present.deleted || present.system.is_some() || !present.in_history {
                return Ok(Err(Error::Forbidden));
            }
            if reactions::is_mine(tx, message, &emoji)? != on {
                wishes::react(tx, present.dialog, message, &emoji, on)?;
            }
            Ok(Ok(()))
        })
        .await??;
        context.wishes_wake.notify_one();
        Ok(())
    }

    /// Who reacted to a message, by emoji, as the server says now.
    pub async fn reactions_of(
        &self,
        message: MessageId,
    ) -> Result<Vec<(String, Vec<UserId>)>, Error> {
        let context = self.context()?;
        let who = context.api.reactions(message).await?;
        let everyone = who.values().flatten().copied().collect();
        people::want_unknown(&context, everyone).await?;
        Ok(who.into_iter().collect())
    }

    /// Passes messages on to other dialogs, in their order, a comment before them. What they are
    /// stays: attachments are not uploaded again. All of it is queued, or nothing.
    pub async fn forward(
        &self,
        ids: Vec<MessageId>,
        to: Vec<DialogId>,
        comment: Option<String>,
    ) -> Result<(), Error> {
        let comment: Option<String> = comment
            .map(|text| text.chars().filter(|&c| is_sendable(c)).collect::<String>())
            .filter(|text| !text.trim().is_empty());
        let context = self.context()?;
        let me = self.inner.me;
        let shared = std::sync::Arc::clone(&context);
        self.write(move |tx| {
            let mut originals = Vec::with_capacity(ids.len());
            for id in ids {
                match messages::load(tx, id)? {
                    Some(found) if !found.deleted && found.system.is_none() => {
                        originals.push(found);
                    }
                    _ => return Ok(Err(Error::NotFound)),
                }
            }
            originals.sort_by_key(Message::position);
            originals.dedup_by_key(|message| message.id);
            for &dialog in &to {
                match dialogs::load(tx, dialog)? {
                    None => return Ok(Err(Error::NotFound)),
                    Some(target) if !target.can_write => return Ok(Err(Error::Forbidden)),
                    Some(_) => {}
                }
            }
            for dialog in to {
                let comment = comment.iter().map(|text| (text.clone(), None));
                let passed = originals
                    .iter()
                    .map(|original| (original.text.clone(), Some(original)));
                for (text, original) in comment.chain(passed) {
                    let now = shared.server_now();
                    let id = shared.ids.message(now);
                    let record = MessageRecord {
                        id,
                        dialog,
                        sender: me,
                        text,
                        sent_at: dialogs::place_behind(tx, now, id, dialog)?,
                        status: Status::Pending,
                        in_history: true,
                        extra: original.map(passed_on).unwrap_or_default(),
                        delivered_to: Vec::new(),
                        read_by: Vec::new(),
                        from_history: false,
                        edited_at: None,
                        reactions: Snapshot::default(),
                    };
                    outbox::enqueue(tx, &record)?;
                    if let Some(original) = original {
                        uploads::copy(tx, original.id, id)?;
                    }
                }
            }
            Ok(Ok(()))
        })
        .await??;
        context.outbox_wake.notify_one();
        context.uploads.look();
        Ok(())
    }
}

/// Whether a message of this person has not left this device: it failed, or waits and is not on
/// the line.
fn is_only_here(
    tx: &WriteTx<'_>,
    context: &Context,
    message: &Message,
) -> Result<bool, store::Error> {
    if message.sender != tx.me() {
        return Ok(false);
    }
    Ok(match message.status {
        Status::Failed => true,
        Status::Pending => {
            outbox::row_of(tx, message.id)?.is_none_or(|row| !context.taken.contains(row))
        }
        Status::Sent | Status::Delivered | Status::Read => false,
    })
}
