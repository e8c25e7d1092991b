//! Telling others what this person has received and seen.
//!
//! The queue is on disk, so a marker is neither lost with the program nor sent twice in a session.
//! A few go over the line one by one, as the platform's apps do; many of one dialog go over REST
//! in one request, and "everything here is read" always does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::xep0333_markers::{Marker, MarkerKind};
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use tokio::time::sleep;

use crate::model::{DialogId, MessageId};
use crate::outbox::marker_tag;
use crate::store::Error;
use crate::store::receipts::{self, Kind, Receipt};
use crate::sync::context::Context;

/// Rows loaded at once.
const PAGE: u32 = 256;

/// More markers of one dialog and kind than this go over REST.
const ONE_BY_ONE: usize = 20;

/// Ids in one REST request: the path must stay below what servers accept (2 kB of ids).
const IDS_AT_ONCE: usize = 80;

/// Pause after a request that failed and can succeed later.
const RETRY: Duration = Duration::from_secs(10);

/// Sends what waits until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        let mut teller = Teller::default();
        loop {
            let done = match teller.round(&context).await {
                Ok(done) => done,
                Err(error) => {
                    tracing::error!(%error, "the queue of markers cannot be used");
                    false
                }
            };
            let news = context.markers_wake.notified();
            if done {
                news.await;
            } else {
                tokio::select! {
                    () = news => {}
                    () = sleep(RETRY) => {}
                }
                teller.start_over();
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// What has been handed over in the present session.
#[derive(Debug, Default)]
struct Teller {
    cursor: i64,
    taken: BTreeSet<i64>,
    generation: u64,
}

impl Teller {
    fn start_over(&mut self) {
        self.cursor = 0;
    }

    /// Sends what waits. Returns whether everything was handed over.
    async fn round(&mut self, context: &Arc<Context>) -> Result<bool, Error> {
        let generation = context.generation();
        if self.generation != generation || context.markers_again.take() {
            self.generation = generation;
            self.taken.clear();
            self.start_over();
        }
        if generation == 0 || !context.is_online() {
            return Ok(true);
        }
        let mut complete = true;
        loop {
            let after = self.cursor;
            let page = context
                .store
                .read(move |db| receipts::due(db, after, PAGE))
                .await?;
            let Some(last) = page.last() else { break };
            self.cursor = last.seq;
            complete &= self.tell(context, page).await?;
        }
        if self.cursor > 0 && complete {
            // What is acknowledged leaves the table; only rows above the cursor are new.
            self.taken
                .retain(|&seq| seq > self.cursor - i64::from(PAGE) * 16);
        }
        Ok(complete)
    }

    async fn tell(&mut self, context: &Arc<Context>, page: Vec<Receipt>) -> Result<bool, Error> {
        let mut groups: BTreeMap<(DialogId, Kind), Vec<Receipt>> = BTreeMap::new();
        for receipt in page {
            if !self.taken.contains(&receipt.seq) {
                groups
                    .entry((receipt.dialog, receipt.kind))
                    .or_default()
                    .push(receipt);
            }
        }
        let mut complete = true;
        for ((dialog, kind), group) in groups {
            let (stored, live): (Vec<Receipt>, Vec<Receipt>) =
                group.into_iter().partition(|receipt| receipt.in_history);
            if kind == Kind::DialogRead {
                let seqs = stored.iter().chain(&live).map(|receipt| receipt.seq);
                let seqs: Vec<i64> = seqs.collect();
                complete &= finish(context, &seqs, context.api.mark_all_read(dialog).await).await?;
            } else if stored.len() > ONE_BY_ONE {
                complete &= self.over_line(context, &live).await;
                for part in stored.chunks(IDS_AT_ONCE) {
                    complete &= over_rest(context, dialog, kind, part).await?;
                }
            } else {
                complete &= self.over_line(context, &stored).await;
                complete &= self.over_line(context, &live).await;
            }
        }
        Ok(complete)
    }

    /// Returns whether the line took them all. Those it did not take go with the next session.
    async fn over_line(&mut self, context: &Context, group: &[Receipt]) -> bool {
        for receipt in group {
            let Some(stanza) = stanza(context, receipt) else {
                continue;
            };
            let tag = marker_tag(receipt.seq, self.generation);
            if context.line.send(stanza, Some(tag)).await.is_err() {
                return false;
            }
            self.taken.insert(receipt.seq);
        }
        true
    }
}

async fn over_rest(
    context: &Context,
    dialog: DialogId,
    kind: Kind,
    part: &[Receipt],
) -> Result<bool, Error> {
    let ids: Vec<MessageId> = part.iter().map(|receipt| receipt.message).collect();
    let seqs: Vec<i64> = part.iter().map(|receipt| receipt.seq).collect();
    let answer = match kind {
        Kind::Received => context.api.mark_delivered(dialog, &ids).await,
        Kind::Displayed => context.api.mark_read(dialog, &ids).await,
        Kind::DialogRead => context.api.mark_all_read(dialog).await,
    };
    finish(context, &seqs, answer).await
}

/// Takes rows out of the queue when the server has them, or will never take them.
async fn finish(
    context: &Context,
    seqs: &[i64],
    answer: Result<(), crate::rest::Error>,
) -> Result<bool, Error> {
    match answer {
        Err(error) if error.is_recoverable() => {
            tracing::debug!(%error, "markers wait");
            return Ok(false);
        }
        Err(error) => tracing::warn!(%error, "the server does not take markers"),
        Ok(()) => {}
    }
    let seqs = seqs.to_vec();
    context
        .store
        .write(move |tx| receipts::done(tx, &seqs))
        .await?;
    Ok(true)
}

/// The marker of one message, to its author's bare address, also for messages of a group
/// (xmpp.md §7 of the platform).
fn stanza(context: &Context, receipt: &Receipt) -> Option<Stanza> {
    let kind = match receipt.kind {
        Kind::Received => MarkerKind::Received,
        Kind::Displayed => MarkerKind::Displayed,
        Kind::DialogRead => return None,
    };
    let mut extra = ExtraParams::new();
    extra.set_dialog_id(receipt.dialog);
    let mut stanza = Message::new(MessageKind::Chat, context.who.user(receipt.author)?);
    stanza.id = Some(context.ids.message(context.server_now()).to_string());
    stanza.marker = Some(Marker {
        kind,
        id: receipt.message.to_string(),
    });
    stanza.extra = Some(extra);
    Some(Stanza::Message(Box::new(stanza)))
}

#[cfg(test)]
mod tests;
