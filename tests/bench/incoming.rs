//! Messages that come in: how many the cache takes per second, and whether a full one is slower.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cubist_client::clock::{Clock, SystemClock};
use cubist_client::model::{DialogId, DialogKind, Position};
use cubist_client::store::messages::{MessageRecord, Stored};
use cubist_client::store::{
    Error, Store, WriteTx, dialogs, messages, ranges, receipts, sync_state,
};
use tempfile::TempDir;

use crate::bare::Bare;
use crate::cache;
use crate::corpus::{Chat, Corpus, Kind};
use crate::figures::{per_second, progress, report};

/// Chats of every cache measured here.
pub(crate) const CHATS: u32 = 2_000;

/// Stanzas that the engine takes into one transaction while it is busy (`client::sync::incoming`).
const BATCH: usize = 256;

/// Where the cost of a message is looked at: that many are in the cache already.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// How many messages are looked at there.
const LOOK: usize = 10_000;

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    runs: usize,
    messages: usize,
    /// How far the growing cache grows.
    largest: usize,
}

impl Plan {
    /// The whole measurement, or a short look.
    pub(crate) const fn new(quick: bool) -> Self {
        if quick {
            Self {
                runs: 2,
                messages: 5_000,
                largest: 100_000,
            }
        } else {
            Self {
                runs: 7,
                messages: 20_000,
                largest: 1_000_000,
            }
        }
    }
}

/// Measures both.
pub(crate) async fn measure(work: &Path, plan: Plan) {
    let corpus = Corpus::new(cache::me(), CHATS);
    let now = SystemClock.now();
    let sample: Vec<MessageRecord> = corpus.messages(Kind::Live, plan.messages, now).collect();
    let privates = privates(&corpus);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for run in 1..=plan.runs {
        progress(&format!("incoming messages, run {run} of {}", plan.runs));
        let folder = TempDir::new_in(work).unwrap();
        let path = folder.path().join("ours.db");
        let store = empty_cache(&path, &corpus).await;
        let batches: Vec<_> = sample.chunks(BATCH).map(<[_]>::to_vec).collect();
        let started = Instant::now();
        for batch in batches {
            take_in(&store, &privates, batch).await;
        }
        ours.push(per_second(sample.len(), started.elapsed()));
        store.close().await;

        let path = folder.path().join("bare.db");
        empty_cache(&path, &corpus).await.close().await;
        let mut limit = Bare::writer(&path);
        let started = Instant::now();
        for batch in sample.chunks(BATCH) {
            limit.insert(batch);
        }
        bare.push(per_second(sample.len(), started.elapsed()));
    }
    report("incoming.stored", "messages/s", &ours);
    report("incoming.stored.limit", "messages/s", &bare);
    grow(work, &corpus, plan.largest).await;
}

async fn empty_cache(path: &Path, corpus: &Corpus) -> Store {
    let store = cache::open(path).await;
    cache::save_chats(&store, corpus).await;
    let chats: Vec<_> = corpus.chats.iter().map(|chat| chat.record.id).collect();
    // The beginning of each chat is known, so that messages on the line continue it.
    store
        .write(move |tx| {
            for chat in chats {
                ranges::add(tx, chat, Position::BEGIN, Position::start_of(0))?;
            }
            Ok(())
        })
        .await
        .unwrap();
    store
}

/// Which chats are private.
type Privates = Arc<HashSet<DialogId>>;

fn privates(corpus: &Corpus) -> Privates {
    let is_private = |chat: &&Chat| chat.record.kind == DialogKind::Private;
    let found = corpus.chats.iter().filter(is_private);
    Arc::new(found.map(|chat| chat.record.id).collect())
}

/// One transaction of `client::sync::incoming` over messages, step by step.
async fn take_in(store: &Store, privates: &Privates, batch: Vec<MessageRecord>) {
    let privates = Arc::clone(privates);
    store
        .write(move |tx| store_batch(tx, &privates, &batch))
        .await
        .unwrap();
}

fn store_batch(
    tx: &mut WriteTx<'_>,
    privates: &HashSet<DialogId>,
    batch: &[MessageRecord],
) -> Result<(), Error> {
    for record in batch {
        let is_incomplete = if privates.contains(&record.dialog) {
            dialogs::home_of_private(tx, record.dialog, record.sender)?.unwrap()
        } else {
            dialogs::home_of_room(tx, record.dialog)?
        };
        assert!(!is_incomplete, "every chat is known");
    }
    let stored = messages::insert_live(tx, batch, |_| true)?;
    assert!(stored.iter().all(|stored| *stored == Stored::New));
    if let Some(last) = batch.last() {
        sync_state::set_followed_until(tx, last.sent_at)?;
    }
    Ok(())
}

/// Fills a cache up to `largest` and looks at the cost on the way. The full one stays for the
/// search.
async fn grow(work: &Path, corpus: &Corpus, largest: usize) {
    let path = full_cache(work, largest);
    remove_cache(&path);
    let store = empty_cache(&path, corpus).await;
    let now = SystemClock.now();
    let mut source = corpus.messages(Kind::Live, largest, now);
    let privates = privates(corpus);
    let mut cost = Cost::new("incoming.cost", largest);
    progress(&format!("a cache grows to {largest} messages"));
    while let Some(batch) = next_batch(&mut source) {
        let count = batch.len();
        let started = Instant::now();
        take_in(&store, &privates, batch).await;
        cost.note(count, started.elapsed());
        // The server has the markers soon after; a cache does not collect them.
        forget_receipts(&store).await;
    }
    cost.report();
    store.close().await;
    std::fs::write(finished_mark(&path), "").unwrap();

    let folder = TempDir::new_in(work).unwrap();
    let path = folder.path().join("bare.db");
    empty_cache(&path, corpus).await.close().await;
    let mut limit = Bare::writer(&path);
    let mut source = corpus.messages(Kind::Live, largest, now);
    let mut cost = Cost::new("incoming.cost.limit", largest);
    progress("the same with bare inserts");
    while let Some(batch) = next_batch(&mut source) {
        let started = Instant::now();
        limit.insert(&batch);
        cost.note(batch.len(), started.elapsed());
        limit.forget_receipts();
    }
    cost.report();
}

fn next_batch(source: &mut impl Iterator<Item = MessageRecord>) -> Option<Vec<MessageRecord>> {
    let batch: Vec<_> = source.take(BATCH).collect();
    (!batch.is_empty()).then_some(batch)
}

async fn forget_receipts(store: &Store) {
    store
        .write(|tx| {
            let due = receipts::due(tx, 0, u32::MAX)?;
            let seqs: Vec<i64> = due.iter().map(|receipt| receipt.seq).collect();
            receipts::done(tx, &seqs)
        })
        .await
        .unwrap();
}

/// What a message costs at some sizes of the cache.
struct Cost {
    series: &'static str,
    sizes: Vec<usize>,
    stored: usize,
    /// Microseconds per message, batch by batch, for each size.
    samples: Vec<Vec<f64>>,
}

impl Cost {
    fn new(series: &'static str, largest: usize) -> Self {
        // The last look ends with the last message.
        let sizes: Vec<_> = SIZES
            .into_iter()
            .filter(|size| *size <= largest)
            .map(|size| size.min(largest - LOOK))
            .collect();
        let samples = vec![Vec::new(); sizes.len()];
        Self {
            series,
            sizes,
            stored: 0,
            samples,
        }
    }

    fn note(&mut self, count: usize, took: Duration) {
        let micros = 1_000_000.0 / per_second(count, took);
        for (size, samples) in self.sizes.iter().zip(&mut self.samples) {
            if (*size..*size + LOOK).contains(&self.stored) {
                samples.push(micros);
            }
        }
        self.stored += count;
    }

    fn report(&self) {
        for (size, samples) in SIZES.iter().zip(&self.samples) {
            report(&format!("{}.{size}", self.series), "µs/message", samples);
        }
    }
}

/// Where the grown cache lies.
pub(crate) fn full_cache(work: &Path, messages: usize) -> PathBuf {
    work.join(format!("cache-{messages}.db"))
}

/// Says that the grown cache is whole.
fn finished_mark(path: &Path) -> PathBuf {
    path.with_extension("done")
}

fn remove_cache(path: &Path) {
    for ending in ["db", "db-wal", "db-shm", "done"] {
        let file = path.with_extension(ending);
        if file.exists() {
            std::fs::remove_file(file).unwrap();
        }
    }
}

/// The grown cache, made now when no earlier measurement has left one.
pub(crate) async fn ensure_full_cache(work: &Path, messages: usize) -> PathBuf {
    let path = full_cache(work, messages);
    if finished_mark(&path).exists() {
        return path;
    }
    remove_cache(&path);
    progress(&format!("filling a cache with {messages} messages"));
    let corpus = Corpus::new(cache::me(), CHATS);
    let store = empty_cache(&path, &corpus).await;
    let privates = privates(&corpus);
    let mut source = corpus.messages(Kind::Live, messages, SystemClock.now());
    while let Some(batch) = next_batch(&mut source) {
        take_in(&store, &privates, batch).await;
        forget_receipts(&store).await;
    }
    store.close().await;
    std::fs::write(finished_mark(&path), "").unwrap();
    path
}
