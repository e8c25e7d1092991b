//! From the outbox table to the connection.
//!
//! One task hands the rows over in their order, so messages of one dialog leave in the order they
//! were written. What the connection has taken is not handed over again until it says that it
//! could not confirm it; then the same message goes out once more with the same id, and whoever
//! has it already drops the copy. Rows survive the program: the first session after a start takes
//! up what the last one left.
//!
//! A row may wait for its time: because the server asked to come later, because the person may
//! still take the message back, or because it is to be sent later. The first two hold up what was
//! written after them in the same dialog; a message for later does not, and gets its date when it
//! goes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use tokio::time::sleep;

use crate::attachments::NO_CAPTION;
use crate::connection::SendTag;
use crate::model::{DialogId, Failure, FailureKind, Hold, UnixMillis};
use crate::store::Error;
use crate::store::outbox::{self as rows, Queued, Row};
use crate::sync::context::{Context, Who};

/// Rows loaded at once.
const PAGE: u32 = 64;

/// How long to wait when the cache fails, so that a full disk does not become a busy loop.
const CACHE_FAILED: Duration = Duration::from_secs(5);

/// Milliseconds to wait after the first, second… time the server asked to try later; after the
/// last one the message has failed and the person decides.
const WAITS: [i64; 5] = [2_000, 8_000, 30_000, 60_000, 120_000];

/// The task looks at the clock at least this often while something waits for its time: a computer
/// that slept does not count the hours, and its clock may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// The bit that tells markers from messages in a tag.
const MARKER: u64 = 1 << 63;

/// The bit that tells new texts of messages from messages in a tag. Row numbers stay below it.
const EDIT: u64 = 1 << 47;

/// Bits of a tag that hold the number of the session.
const GENERATION_BITS: u32 = 15;

/// Bits of a tag that hold the row number.
const SEQ_BITS: u32 = 47;

/// Where the number of the session begins.
const GENERATION_AT: u32 = 48;

/// What a tag names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    /// A row of the outbox.
    Message {
        /// Its number.
        seq: i64,
        /// In which session it was handed over.
        generation: u64,
    },
    /// A new text, in the queue of wishes.
    Edit {
        /// Its number.
        seq: i64,
        /// In which session it was handed over.
        generation: u64,
    },
    /// A row of the queue of markers.
    Marker {
        /// Its number.
        seq: i64,
        /// In which session it was handed over.
        generation: u64,
    },
}

/// The tag of a row of the outbox.
///
/// It carries the session in which the row was handed over: a session that was not resumed gives
/// back everything, and rows are taken up again as soon as the next one starts, so what it then
/// reports of the old one is no news.
pub(crate) fn message_tag(seq: i64, generation: u64) -> SendTag {
    SendTag(pack(seq, generation))
}

/// The tag of a row of the queue of markers.
pub(crate) fn marker_tag(seq: i64, generation: u64) -> SendTag {
    SendTag(MARKER | pack(seq, generation))
}

/// The tag of a new text in the queue of wishes.
pub(crate) fn edit_tag(seq: i64, generation: u64) -> SendTag {
    SendTag(EDIT | pack(seq, generation))
}

fn pack(seq: i64, generation: u64) -> u64 {
    let generation = generation & ((1 << GENERATION_BITS) - 1);
    (generation << GENERATION_AT) | (seq.cast_unsigned() & ((1 << SEQ_BITS) - 1))
}

/// What a tag names.
pub(crate) fn read_tag(tag: SendTag) -> Tagged {
    let SendTag(bits) = tag;
    let seq = (bits & ((1 << SEQ_BITS) - 1)).cast_signed();
    let generation = (bits >> GENERATION_AT) & ((1 << GENERATION_BITS) - 1);
    if bits & MARKER != 0 {
        Tagged::Marker { seq, generation }
    } else if bits & EDIT != 0 {
        Tagged::Edit { seq, generation }
    } else {
        Tagged::Message { seq, generation }
    }
}

/// How long to wait before the next try after `attempts` refusals; `None` when it was the last.
pub(crate) fn next_wait(attempts: u32) -> Option<i64> {
    WAITS.get(usize::try_from(attempts).ok()?).copied()
}

/// The connection could not confirm these: they are handed over again in their order.
pub(crate) fn unsent(context: &Context, tags: &[SendTag]) {
    let present = context.generation() & ((1 << GENERATION_BITS) - 1);
    for &tag in tags {
        match read_tag(tag) {
            Tagged::Message { generation, .. } if generation == present => {
                context.outbox_again.request();
            }
            Tagged::Marker { generation, .. } if generation == present => {
                context.markers_again.request();
            }
            Tagged::Edit { generation, .. } if generation == present => {
                context.wishes_again.request();
            }
            Tagged::Message { .. } | Tagged::Marker { .. } | Tagged::Edit { .. } => {}
        }
    }
    context.wishes_wake.notify_one();
    context.outbox_wake.notify_one();
    context.markers_wake.notify_one();
}

/// The server asked to try a message again later: its row must be looked at once more.
pub(crate) fn refused_for_now(context: &Context) {
    context.outbox_wake.notify_one();
}

/// Hands rows over until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        let mut sender = Sender::default();
        loop {
            let wait = match sender.round(&context).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read");
                    Some(CACHE_FAILED)
                }
            };
            let news = context.outbox_wake.notified();
            match wait {
                None => news.await,
                Some(wait) => {
                    tokio::select! {
                        () = news => {}
                        () = sleep(wait) => sender.start_over(),
                    }
                }
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Rows the connection has taken in the present session and not confirmed.
///
/// Shared: what is on its way must not be handed over twice, nor be taken back by the person.
#[derive(Debug, Default)]
pub(crate) struct Taken(Mutex<BTreeSet<i64>>);

impl Taken {
    /// Whether the row is on its way.
    pub(crate) fn contains(&self, seq: i64) -> bool {
        self.lock().contains(&seq)
    }

    /// The server has these.
    pub(crate) fn confirm(&self, seqs: &[i64]) {
        let mut taken = self.lock();
        for seq in seqs {
            taken.remove(seq);
        }
    }

    fn insert_all(&self, seqs: &[i64]) {
        self.lock().extend(seqs);
    }

    fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // A set of numbers is whole whatever happened elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The walk along the table.
#[derive(Debug, Default)]
struct Sender {
    /// Rows up to here have been handed over, or were passed by for now.
    cursor: i64,
    /// The session they were handed over in.
    generation: u64,
    /// Whether rows were passed by: they are looked at again in every round.
    passed_by: bool,
}

impl Sender {
    fn start_over(&mut self) {
        self.cursor = 0;
        self.passed_by = false;
    }

    /// Hands over whatever can go now. Returns how long until something else can.
    async fn round(&mut self, context: &Arc<Context>) -> Result<Option<Duration>, Error> {
        let generation = context.generation();
        if self.generation != generation || context.outbox_again.take() {
            self.generation = generation;
            context.taken.clear();
            self.start_over();
        }
        if generation == 0 || !context.is_online() {
            // Nothing is noted as on its way without a line: until there is one again, all of it
            // can be changed and taken back, and what waits on purpose goes on waiting.
            return Ok(None);
        }
        if self.passed_by {
            self.start_over();
        }
        let mut held: BTreeSet<DialogId> = BTreeSet::new();
        let mut earliest: Option<i64> = None;
        let now = context.clock.now();
        loop {
            let after = self.cursor;
            let page = context
                .store
                .read(move |db| rows::due(db, after, PAGE))
                .await?;
            let Some(last) = page.last().map(|row| row.seq) else {
                break;
            };
            let mut ready = Vec::with_capacity(page.len());
            for row in page {
                let is_early = row.not_before > now;
                if is_early {
                    let wait = row.not_before.0.saturating_sub(now.0);
                    earliest = Some(earliest.map_or(wait, |earliest| earliest.min(wait)));
                }
                let is_apart = matches!(row.hold, Some(Hold::Scheduled { .. }));
                if is_early || held.contains(&row.dialog) {
                    self.passed_by = true;
                    if !is_apart {
                        // Later messages of the dialog wait behind this one.
                        held.insert(row.dialog);
                    }
                } else if !context.taken.contains(row.seq) {
                    ready.push(row);
                }
            }
            self.cursor = last;
            if !self.hand_over(context, ready).await? {
                // The next session begins from the first row.
                self.start_over();
                return Ok(None);
            }
        }
        Ok(earliest.map(|wait| Duration::from_millis(wait.unsigned_abs()).min(LONGEST_SLEEP)))
    }

    /// Returns whether the line took them.
    async fn hand_over(&self, context: &Arc<Context>, ready: Vec<Row>) -> Result<bool, Error> {
        if ready.is_empty() {
            return Ok(true);
        }
        let seqs: Vec<i64> = ready.iter().map(|row| row.seq).collect();
        // Noted before they are read: from here on the person can take none of them back, nor
        // change its words without the other side being told. And the confirmation can be quicker
        // than the return.
        context.taken.insert_all(&seqs);
        let queue = match prepare(context, &ready, seqs.clone()).await {
            Ok(queue) => queue,
            Err(error) => {
                context.taken.confirm(&seqs);
                return Err(error);
            }
        };
        // What was taken back or deleted just before is not on its way.
        let is_left = |seq: &i64| queue.iter().all(|row| row.seq != *seq);
        let left: Vec<i64> = seqs.into_iter().filter(is_left).collect();
        context.taken.confirm(&left);
        for (index, row) in queue.iter().enumerate() {
            let Some(stanza) = stanza(row, &context.who) else {
                let id = row.message.id;
                let failure = Failure {
                    kind: FailureKind::Refused,
                    text: None,
                };
                context
                    .store
                    .write(move |tx| rows::fail(tx, id, &failure))
                    .await?;
                continue;
            };
            let tag = message_tag(row.seq, self.generation);
            if context.line.send(stanza, Some(tag)).await.is_err() {
                let left = queue.iter().skip(index).map(|row| row.seq);
                context.taken.confirm(&left.collect::<Vec<_>>());
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Ends the wait of those that waited on purpose, and reads all of them as they are then.
async fn prepare(context: &Context, ready: &[Row], seqs: Vec<i64>) -> Result<Vec<Queued>, Error> {
    let released = ready.iter().filter(|row| row.hold.is_some());
    let released: Vec<i64> = released.map(|row| row.seq).collect();
    if !released.is_empty() {
        let now = context.server_now();
        context
            .store
            .write(move |tx| {
                for seq in released {
                    rows::release(tx, seq, now)?;
                }
                Ok(())
            })
            .await?;
    }
    context.store.read(move |db| rows::queued(db, &seqs)).await
}

/// The stanza of a message (xmpp.md §6 of the platform: date, history flag and dialog are always
/// written, and it always asks for markers). `None` when it cannot be addressed.
pub(crate) fn stanza(row: &Queued, who: &Who) -> Option<Stanza> {
    let message = &row.message;
    let (kind, to) = match row.opponent {
        Some(opponent) => (MessageKind::Chat, who.user(opponent)?),
        None => (MessageKind::Groupchat, who.room(message.dialog)?),
    };
    let mut extra = ExtraParams::new();
    if message.in_history {
        extra.set_save_to_history();
    }
    extra.set_dialog_id(message.dialog);
    extra.set_date_sent(UnixMillis::from_seconds(message.sent_at.seconds()));
    extra.entries.extend(message.extra.entries.iter().cloned());
    let mut stanza = Message::new(kind, to);
    stanza.id = Some(message.id.to_string());
    stanza.body = Some(message.text.clone()).filter(|text| !text.is_empty());
    if stanza.body.is_none() && !message.attachments.is_empty() {
        // The official SDK confirms only what has a body, and so do its apps.
        stanza.body = Some(NO_CAPTION.to_owned());
    }
    stanza.extra = Some(extra);
    stanza.markable = true;
    Some(Stanza::Message(Box::new(stanza)))
}

#[cfg(test)]
mod tests {
    use super::{Tagged, edit_tag, marker_tag, message_tag, next_wait, read_tag};

    #[test]
    fn a_tag_names_its_row_and_session() {
        assert_eq!(
            read_tag(message_tag(77, 3)),
            Tagged::Message {
                seq: 77,
                generation: 3
            }
        );
        assert_eq!(
            read_tag(marker_tag(1 << 40, 2)),
            Tagged::Marker {
                seq: 1 << 40,
                generation: 2
            }
        );
        assert_eq!(
            read_tag(edit_tag(9, 4)),
            Tagged::Edit {
                seq: 9,
                generation: 4
            }
        );
    }

    #[test]
    fn waiting_ends_after_some_tries() {
        assert_eq!(next_wait(0), Some(2_000));
        assert_eq!(next_wait(4), Some(120_000));
        assert_eq!(next_wait(5), None);
    }
}

#[cfg(test)]
mod orders;
#[cfg(test)]
mod story;
