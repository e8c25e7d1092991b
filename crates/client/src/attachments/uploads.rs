//! Files on their way to the server.
//!
//! Two at once, in the order of sending. Each goes in steps (announced, uploaded, complete), and
//! every step is on the disk before the next one (`store::uploads`): after any end of the program
//! it goes on there. When the last file of a message is complete, the outbox sends the message.

#[cfg(test)]
mod tests;
mod transfer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::transfer::Transfer;
use crate::attachments::files::Files;
use crate::attachments::outgoing::Outgoing;
use crate::model::MessageId;
use crate::rest::Client;
use crate::store::uploads::{self, Upload};
use crate::store::{Error, staged};
use crate::sync::context::Context;

/// Uploads at the same time: a large file does not hold up a small one behind it.
const AT_ONCE: usize = 2;

/// Rows looked at in one round.
const PAGE: u32 = 64;

/// Longest wait before the rows are looked at again: files of messages for later have their time, and
/// a computer that sleeps counts none.
const MOST_WAIT: Duration = Duration::from_secs(60 * 60);

/// How long to wait when the cache fails, so that a full disk does not become a busy loop.
const CACHE_FAILED: Duration = Duration::from_secs(5);

/// What is on its way now.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    active: Mutex<BTreeMap<i64, (MessageId, CancellationToken)>>,
    /// The line came back, and nobody has looked yet what waits for it.
    line_news: crate::sync::context::Again,
    wake: Notify,
}

impl Uploads {
    /// There may be something to upload.
    pub(crate) fn look(&self) {
        self.wake.notify_one();
    }

    /// The line is back: what waits for it need not.
    pub(crate) fn line_is_back(&self) {
        self.line_news.request();
        self.wake.notify_one();
    }

    /// Stops the files of a message where they are.
    pub(crate) fn stop(&self, message: MessageId) {
        for (of, running) in self.lock().values() {
            if *of == message {
                running.cancel();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, (MessageId, CancellationToken)>> {
        // Entries come and go as a whole.
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Uploads what is to be uploaded until the account ends.
pub(crate) async fn run(
    context: Arc<Context>,
    client: Client,
    outgoing: Outgoing,
    files: Arc<Files>,
) {
    let transfer = Arc::new(Transfer {
        context: Arc::clone(&context),
        client,
        outgoing,
        files,
    });
    let work = async {
        let mut running: JoinSet<i64> = JoinSet::new();
        // What a crash left, and what was not sent of what was: originals of pictures, for one.
        let mut is_swept = false;
        loop {
            let wait = match round(&transfer, &mut running).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "the queue of uploads cannot be used");
                    CACHE_FAILED
                }
            };
            if running.is_empty() && !is_swept {
                is_swept = transfer.sweep().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the folder of what is sent was not swept");
                    false
                });
            }
            let uploads = &transfer.context.uploads;
            tokio::select! {
                () = uploads.wake.notified() => {}
                Some(ended) = running.join_next() => {
                    is_swept = false;
                    match ended {
                        Ok(seq) => {
                            uploads.lock().remove(&seq);
                        }
                        Err(error) => {
                            tracing::error!(%error, "an upload failed by itself");
                            uploads.lock().clear();
                            running.abort_all();
                        }
                    }
                }
                () = sleep(wait) => {}
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Begins what can begin. Returns when to look again.
async fn round(transfer: &Arc<Transfer>, running: &mut JoinSet<i64>) -> Result<Duration, Error> {
    let context = &transfer.context;
    if context.uploads.line_news.take() {
        context.store.write(uploads::hurry).await?;
    }
    let now = context.clock.now();
    let queue = context.store.read(move |db| uploads::due(db, now, PAGE));
    let queue = queue.await?;
    let mut earliest: Option<i64> = None;
    let mut begun: Vec<&Upload> = Vec::new();
    for upload in &queue {
        let mut active = context.uploads.lock();
        if active.len() >= AT_ONCE {
            break;
        }
        let twin = |other: &&Upload| {
            other.origin == upload.origin
                && other.content == upload.content
                && other.seq != upload.seq
        };
        if active.contains_key(&upload.seq) {
            begun.push(upload);
            continue;
        }
        // Its twin is on the way or waits to go on; when that is there, both are.
        let is_active = |other: &&Upload| active.contains_key(&other.seq) && twin(other);
        if begun.iter().any(twin) || queue.iter().any(|other| is_active(&other)) {
            continue;
        }
        if upload.not_before > now {
            begun.push(upload);
            let wait = upload.not_before.0.saturating_sub(now.0).max(1);
            earliest = Some(earliest.map_or(wait, |earliest| earliest.min(wait)));
            continue;
        }
        let stop = context.shutdown.child_token();
        active.insert(upload.seq, (upload.message, stop.clone()));
        begun.push(upload);
        let (transfer, seq) = (Arc::clone(transfer), upload.seq);
        running.spawn(async move {
            if let Err(error) = transfer.run(seq, &stop).await {
                tracing::error!(%error, "an upload cannot be kept up");
                // Not at once again: the disk may be full.
                stop.run_until_cancelled(sleep(CACHE_FAILED)).await;
            }
            seq
        });
    }
    let earliest = earliest.map(|wait| Duration::from_millis(wait.unsigned_abs()));
    Ok(earliest.unwrap_or(MOST_WAIT).min(MOST_WAIT))
}

impl Transfer {
    /// Removes files that nothing waits for any more. Returns whether it did: not while somebody
    /// chooses files, of which no row says anything yet.
    async fn sweep(&self) -> Result<bool, Error> {
        let Some(unchosen) = self.outgoing.unchosen() else {
            return Ok(false);
        };
        let needed = self.context.store.read(staged::contents).await?;
        let outgoing = self.outgoing.clone();
        let swept = tokio::task::spawn_blocking(move || {
            let swept = outgoing.sweep(&needed);
            drop(unchosen);
            swept
        })
        .await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(%error, "files that nothing waits for were not removed");
        }
        Ok(true)
    }
}
