//! Telling the server what this person changed: texts, deletions, reactions.
//!
//! New texts go over the line, where every client of the platform listens for them, behind the
//! message they belong to. Deletions and reactions go over REST, whose answer says of each what
//! became of it; the server tells the others. The queue is on disk; what the server refuses is
//! undone here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::xep0308_correction::Replace;
use cubist_protocol::rest::{ChangeReactions, DeleteResult};
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use tokio::time::sleep;

use crate::attachments::NO_CAPTION;
use crate::model::{self, ATTACHMENTS_EXTRA, DialogId, Failure, FailureKind, MessageId};
use crate::outbox::edit_tag;
use crate::rest;
use crate::store::wishes::{self, Queued, Wish};
use crate::store::{Error, messages};
use crate::sync::context::Context;

/// Rows loaded at once.
const PAGE: u32 = 128;

/// Ids in one REST request: the path must stay below what servers accept (2 kB of ids).
const IDS_AT_ONCE: usize = 80;

/// Pause after a request that failed and can succeed later.
const RETRY: Duration = Duration::from_secs(10);

/// Utters what waits until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        let mut speaker = Speaker::default();
        loop {
            let wait = match speaker.round(&context).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "the queue of wishes cannot be used");
                    Some(RETRY)
                }
            };
            let news = context.wishes_wake.notified();
            match wait {
                None => news.await,
                Some(wait) => tokio::select! {
                    () = news => {}
                    () = sleep(wait) => {}
                },
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// What has been handed over in the present session.
#[derive(Debug, Default)]
struct Speaker {
    taken: BTreeSet<i64>,
    generation: u64,
}

/// The wishes of one round that go over REST.
#[derive(Debug, Default)]
struct OverRest {
    deletions: BTreeMap<bool, Vec<(i64, MessageId)>>,
    /// By message: what is added and what is taken back.
    reactions: BTreeMap<MessageId, Vec<(i64, String, bool)>>,
}

impl Speaker {
    /// Utters what can be uttered now. Returns how long until the next try, if one is needed.
    async fn round(&mut self, context: &Arc<Context>) -> Result<Option<Duration>, Error> {
        let generation = context.generation();
        if self.generation != generation || context.wishes_again.take() {
            self.generation = generation;
            self.taken.clear();
        }
        if generation == 0 || !context.is_online() {
            return Ok(None);
        }
        let now = context.clock.now();
        let (mut after, mut wait) = (0, None::<Duration>);
        loop {
            let page = context
                .store
                .read(move |db| wishes::due(db, after, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(wait);
            };
            after = last.seq;
            let mut rest = OverRest::default();
            for queued in page {
                if queued.not_before > now {
                    let millis = queued.not_before.0.saturating_sub(now.0).unsigned_abs();
                    let left = Duration::from_millis(millis);
                    wait = Some(wait.map_or(left, |wait| wait.min(left)));
                    continue;
                }
                match queued.wish {
                    Wish::Edit { stanza } => {
                        if !self.taken.contains(&queued.seq)
                            && !self.over_line(context, &queued, stanza).await?
                        {
                            return Ok(None);
                        }
                    }
                    // On its way: it would come to the server behind its deletion.
                    Wish::Delete { .. }
                        if queued.unsent.is_some_and(|row| context.taken.contains(row)) =>
                    {
                        wait = Some(wait.map_or(RETRY, |wait| wait.min(RETRY)));
                    }
                    Wish::Delete { for_everyone } => rest
                        .deletions
                        .entry(for_everyone)
                        .or_default()
                        .push((queued.seq, queued.message)),
                    Wish::React { emoji, is_on } => rest
                        .reactions
                        .entry(queued.message)
                        .or_default()
                        .push((queued.seq, emoji, is_on)),
                }
            }
            if !rest.tell(context).await? {
                return Ok(Some(RETRY));
            }
        }
    }

    /// Returns whether the line took it.
    async fn over_line(
        &mut self,
        context: &Context,
        queued: &Queued,
        id: MessageId,
    ) -> Result<bool, Error> {
        let (message, dialog) = (queued.message, queued.dialog);
        let (said, is_last) = context
            .store
            .read(move |db| {
                let newest = messages::newest_in_history(db, dialog)?;
                let said = messages::load(db, message)?;
                Ok((said, newest.is_some_and(|newest| newest.id == message)))
            })
            .await?;
        let Some(stanza) = said.and_then(|said| stanza(context, queued, id, &said, is_last)) else {
            let seq = queued.seq;
            context
                .store
                .write(move |tx| wishes::refused(tx, seq, &refusal(None)))
                .await?;
            return Ok(true);
        };
        // Noted before, since the confirmation can be quicker than the return.
        self.taken.insert(queued.seq);
        let tag = edit_tag(queued.seq, self.generation);
        if context.line.send(stanza, Some(tag)).await.is_err() {
            self.taken.remove(&queued.seq);
            return Ok(false);
        }
        Ok(true)
    }
}

impl OverRest {
    /// Returns whether everything was answered.
    async fn tell(self, context: &Context) -> Result<bool, Error> {
        for (for_everyone, rows) in self.deletions {
            for part in rows.chunks(IDS_AT_ONCE) {
                let ids: Vec<MessageId> = part.iter().map(|(_, id)| *id).collect();
                let answer = context.api.delete_messages(&ids, for_everyone).await;
                if !deleted(context, part.to_vec(), answer).await? {
                    return Ok(false);
                }
            }
        }
        for (message, rows) in self.reactions {
            let (added, removed): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|(_, _, is_on)| *is_on);
            let (mut added, mut removed) = (added.into_iter(), removed.into_iter());
            loop {
                let (add, remove) = (added.next(), removed.next());
                if add.is_none() && remove.is_none() {
                    break;
                }
                let seqs: Vec<i64> = add.iter().chain(&remove).map(|(seq, ..)| *seq).collect();
                let change = ChangeReactions {
                    add: add.map(|(_, emoji, _)| emoji),
                    remove: remove.map(|(_, emoji, _)| emoji),
                };
                let answer = context.api.change_reactions(message, &change).await;
                if !settled(context, seqs, answer).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// Takes in what became of some deletions. Returns whether they were answered.
async fn deleted(
    context: &Context,
    rows: Vec<(i64, MessageId)>,
    answer: Result<DeleteResult, rest::Error>,
) -> Result<bool, Error> {
    match answer {
        Ok(answer) => {
            let kept: BTreeSet<MessageId> = answer
                .wrong_permissions
                .ids
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect();
            context
                .store
                .write(move |tx| {
                    for (seq, message) in rows {
                        if kept.contains(&message) {
                            wishes::refused(tx, seq, &refusal(None))?;
                        } else {
                            // What the server does not know is gone as well.
                            wishes::done(tx, &[seq])?;
                        }
                    }
                    Ok(())
                })
                .await?;
            Ok(true)
        }
        Err(rest::Error::NotFound { .. }) => {
            let seqs = rows.into_iter().map(|(seq, _)| seq).collect();
            settled(context, seqs, Ok(())).await
        }
        Err(error) => {
            let seqs = rows.into_iter().map(|(seq, _)| seq).collect();
            settled(context, seqs, Err(error)).await
        }
    }
}

/// Takes in what became of some wishes. Returns whether they were answered.
async fn settled(
    context: &Context,
    seqs: Vec<i64>,
    answer: Result<(), rest::Error>,
) -> Result<bool, Error> {
    let failure = match answer {
        Ok(()) => None,
        Err(error) if error.is_recoverable() || is_no_answer(&error) => {
            tracing::debug!(%error, "wishes wait");
            return Ok(false);
        }
        Err(error) => {
            tracing::info!(%error, "the server refuses a change");
            Some(refusal(Some(error)))
        }
    };
    context
        .store
        .write(move |tx| match failure {
            None => wishes::done(tx, &seqs),
            Some(failure) => seqs
                .iter()
                .try_for_each(|seq| wishes::refused(tx, *seq, &failure)),
        })
        .await?;
    Ok(true)
}

/// Whether the failure says nothing about the wish: another sign-in, or another network, may let it
/// through.
fn is_no_answer(error: &rest::Error) -> bool {
    matches!(
        error,
        rest::Error::NotSignedIn | rest::Error::Credentials | rest::Error::Certificate { .. }
    )
}

fn refusal(error: Option<rest::Error>) -> Failure {
    let text = match error {
        Some(rest::Error::Server { message, .. } | rest::Error::Forbidden { message }) => {
            Some(message).filter(|message| !message.is_empty())
        }
        _ => None,
    };
    Failure {
        kind: FailureKind::Refused,
        text,
    }
}

/// The stanza of a new text (XEP-0308 with the flag of the platform, xmpp.md §9). `None` when it
/// cannot be addressed.
fn stanza(
    context: &Context,
    queued: &Queued,
    id: MessageId,
    said: &model::Message,
    is_last: bool,
) -> Option<Stanza> {
    let who = &context.who;
    let (kind, to) = match queued.opponent {
        Some(opponent) => (MessageKind::Chat, who.user(opponent)?),
        None => (MessageKind::Groupchat, who.room(queued.dialog)?),
    };
    let mut stanza = Message::new(kind, to);
    stanza.id = Some(id.to_string());
    stanza.body = Some(if said.text.is_empty() && !said.attachments.is_empty() {
        NO_CAPTION.to_owned()
    } else {
        said.text.clone()
    });
    stanza.replace = Some(Replace {
        id: queued.message.to_string(),
        last: Some(is_last),
    });
    let mut extra = parameters(queued.dialog);
    // Which of its files are gone travels like this.
    if let Some(about) = said.extra.text(ATTACHMENTS_EXTRA) {
        extra.set(ATTACHMENTS_EXTRA, about);
    }
    stanza.extra = Some(extra);
    Some(Stanza::Message(Box::new(stanza)))
}

/// Everything else of the message stays as it is: a correction names only what changes.
fn parameters(dialog: DialogId) -> ExtraParams {
    let mut extra = ExtraParams::new();
    extra.set_dialog_id(dialog);
    extra
}

#[cfg(test)]
mod tests;
