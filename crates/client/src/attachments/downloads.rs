//! Files on their way to this computer.
//!
//! A few at once, those on the screen first, then those a person asked for, then the rest, newest
//! first. What is wanted stands in the cache (`store::files`), so it is wanted after a restart, too;
//! the order is a matter of the moment and kept here.

mod transfer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::transfer::{Outcome, transfer};
use crate::attachments::files::Files;
use crate::model::{FileProblem, FileState};
use crate::rest::Client;
use crate::store::files::Queued;
use crate::store::{self, Error, shared};

/// Downloads at the same time. One more is begun of what is on the screen and comes unasked, which is
/// small: large files that were asked for do not keep every picture waiting.
const AT_ONCE: usize = 3;

/// Waits before a download that was cut is tried again, by how often it was cut without having come
/// any further.
const WAITS: [u64; 6] = [1, 2, 4, 8, 16, 32];

/// Tries of one file altogether, however far each comes.
const MOST_TRIES: u32 = 100;

/// Wait while this machine has no network; a new line ends it.
const OFFLINE_WAIT: Duration = Duration::from_secs(30);

/// Wait when the cache fails, so that a full disk does not become a busy loop.
const CACHE_FAILED: Duration = Duration::from_secs(30);

/// Files of messages that just arrived and wait to be noted.
const MOST_NEWS: usize = 200;

/// Messages of an older version that one transaction puts into the index.
const INDEX_STEP: u32 = 500;

/// What is wanted, in which order, and what comes now.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    state: Mutex<State>,
    wake: Notify,
    /// A file came, was given up, or waits again.
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<String, Waiting>,
    active: HashMap<String, Active>,
    /// What is on the screen, the most wanted first.
    screen: Vec<String>,
    /// Counts what is asked for: the newest of it comes first.
    turns: u64,
    /// Of messages that just arrived; not in the cache yet.
    news: Vec<Queued>,
    /// The line came back, and nobody has looked yet what failed with it.
    is_line_news: bool,
}

#[derive(Clone, Debug)]
struct Waiting {
    limit: Option<u64>,
    turn: u64,
    /// Cuts without any progress.
    cuts: usize,
    tries: u32,
    not_before: Option<Instant>,
}

impl Waiting {
    /// A person asks for it, as if nothing had been tried.
    const fn asked(turn: u64) -> Self {
        Self {
            limit: None,
            turn,
            cuts: 0,
            tries: 0,
            not_before: None,
        }
    }
}

/// A file that comes now.
#[derive(Debug)]
struct Active {
    token: CancellationToken,
    /// The turn at which the person asked for it meanwhile, unless they cancelled it after that.
    asked: Option<u64>,
}

impl Downloads {
    /// Wants a file. One that waits already is wanted by the person from now on, if they ask. One that
    /// comes already is tried once more if that does not bring what they ask for.
    pub(crate) fn want(&self, queued: Queued) {
        let mut state = self.lock();
        state.turns += 1;
        let turn = state.turns;
        if let Some(active) = state.active.get_mut(&queued.source) {
            if queued.limit.is_none() {
                active.asked = Some(turn);
            }
        } else {
            let waiting = state.waiting.entry(queued.source).or_insert(Waiting {
                limit: queued.limit,
                turn,
                cuts: 0,
                tries: 0,
                not_before: None,
            });
            if queued.limit.is_none() {
                *waiting = Waiting::asked(turn);
            }
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Wants a file no longer.
    pub(crate) fn cancel(&self, source: &str) {
        let mut state = self.lock();
        state.waiting.remove(source);
        if let Some(active) = state.active.get_mut(source) {
            active.asked = None;
            active.token.cancel();
        }
    }

    /// Resolves when the next file came, was given up, or waits again, counted from this call on.
    pub(crate) fn next_settled(&self) -> Notified<'_> {
        self.settled.notified()
    }

    /// What the cache says of a file on its way has changed.
    pub(super) fn say_settled(&self) {
        self.settled.notify_waiters();
    }

    /// These are on the screen, the most wanted first.
    pub(crate) fn set_screen(&self, sources: Vec<String>) {
        self.lock().screen = sources;
        self.wake.notify_one();
    }

    /// The line is back: what waits for it need not.
    pub(crate) fn line_is_back(&self) {
        let mut state = self.lock();
        state.is_line_news = true;
        for waiting in state.waiting.values_mut() {
            waiting.not_before = None;
        }
        drop(state);
        self.wake.notify_one();
    }

    /// These came with messages. Of very many only the newest are kept: the others are downloaded
    /// when somebody looks at them.
    pub(super) fn hear(&self, news: Vec<Queued>) {
        let mut state = self.lock();
        state.news.extend(news);
        let excess = state.news.len().saturating_sub(MOST_NEWS);
        state.news.drain(..excess);
        drop(state);
        self.wake.notify_one();
    }

    /// There is something to be taken in.
    pub(super) fn look(&self) {
        self.wake.notify_one();
    }

    fn take_news(&self) -> (Vec<Queued>, bool) {
        let mut state = self.lock();
        let news = std::mem::take(&mut state.news);
        (news, std::mem::take(&mut state.is_line_news))
    }

    /// The next one to begin with, or when to look again.
    fn next(&self, now: Instant) -> Next {
        let mut state = self.lock();
        if state.active.len() > AT_ONCE {
            return Next::Later(None);
        }
        let is_full = state.active.len() == AT_ONCE;
        let State {
            waiting, screen, ..
        } = &mut *state;
        let is_due = |waiting: &Waiting| {
            let fits = !is_full || waiting.limit.is_some();
            fits && waiting.not_before.is_none_or(|at| at <= now)
        };
        let on_screen = screen
            .iter()
            .find(|source| waiting.get(*source).is_some_and(is_due));
        let chosen = on_screen.cloned().or_else(|| {
            waiting
                .iter()
                .filter(|(_, waiting)| !is_full && is_due(waiting))
                .max_by_key(|(_, waiting)| (waiting.limit.is_none(), waiting.turn))
                .map(|(source, _)| source.clone())
        });
        let found = chosen.and_then(|source| Some((waiting.remove(&source)?, source)));
        let Some((waiting, source)) = found else {
            let moments = waiting.values().filter_map(|waiting| waiting.not_before);
            return Next::Later(moments.filter(|&at| at > now).min());
        };
        let token = CancellationToken::new();
        let active = Active {
            token: token.clone(),
            asked: None,
        };
        state.active.insert(source.clone(), active);
        Next::Now(source, waiting, token)
    }

    /// When the person asked for a file that comes now, if they did.
    fn asked(&self, source: &str) -> Option<u64> {
        self.lock().active.get(source)?.asked
    }

    /// A file comes no more; it waits `again` unless it was cancelled meanwhile. Returns whether the
    /// person asked for it in a moment that `again` knows nothing of.
    fn ended(&self, source: &str, again: Option<Waiting>) -> bool {
        let mut state = self.lock();
        let Some(active) = state.active.remove(source) else {
            return false;
        };
        let again = match (again, active.asked) {
            (None, None) => return false,
            (None, Some(_)) => return true,
            (Some(_), Some(turn)) => Waiting::asked(turn),
            (Some(_), None) if active.token.is_cancelled() => return false,
            (Some(again), None) => again,
        };
        state.waiting.insert(source.to_owned(), again);
        false
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each entry is put in or taken out as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Next {
    Now(String, Waiting, CancellationToken),
    Later(Option<Instant>),
}

/// Works until the account stops. Downloads that run then go on at the next start.
pub(crate) async fn run(files: Arc<Files>, client: Client, shutdown: CancellationToken) {
    let work = async {
        if let Err(error) = restore(&files).await {
            tracing::warn!(%error, "what was to be downloaded is not known");
        }
        let mut running = JoinSet::new();
        let indexing = Arc::clone(&files);
        running.spawn(async move {
            if let Err(error) = index_older(&indexing).await {
                tracing::warn!(%error, "what was shared is not known in full");
            }
        });
        loop {
            if let Err(error) = take_in(&files).await {
                tracing::warn!(%error, "news of files were not noted");
            }
            let later = loop {
                match files.downloads.next(Instant::now()) {
                    Next::Now(source, waiting, token) => {
                        let (files, client) = (Arc::clone(&files), client.clone());
                        running.spawn(async move {
                            one(&files, &client, source, waiting, token).await;
                        });
                    }
                    Next::Later(at) => break at,
                }
            };
            let wait = async {
                match later {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = files.downloads.wake.notified() => {}
                Some(_) = running.join_next() => {}
                () = wait => {}
            }
        }
    };
    shutdown.run_until_cancelled(work).await;
}

async fn take_in(files: &Files) -> Result<(), Error> {
    let (news, is_line_news) = files.downloads.take_news();
    if is_line_news {
        files.forget_failures().await?;
    }
    files.forget_removed().await?;
    files.enqueue(news).await
}

/// What was wanted before the restart; what was left behind; what was not indexed yet.
async fn restore(files: &Arc<Files>) -> Result<(), Error> {
    let queued = files.store.read(store::files::queued).await?;
    for queued in queued {
        files.downloads.want(queued);
    }
    files.sweep().await
}

/// Messages of an older version come into the index, beside everything else.
async fn index_older(files: &Files) -> Result<(), Error> {
    let step = || files.store.write(|tx| shared::index_older(tx, INDEX_STEP));
    while step().await? {}
    Ok(())
}

async fn one(
    files: &Files,
    client: &Client,
    source: String,
    mut waiting: Waiting,
    token: CancellationToken,
) {
    let limit = waiting.limit;
    let places = files
        .store
        .read({
            let source = source.clone();
            move |db| shared::places(db, &source)
        })
        .await
        .unwrap_or_default();
    let report = |received: u64, total: u64| {
        for &(dialog, message, index) in &places {
            let state = FileState::Downloading { received, total };
            files.progress.report(dialog, message, index, state);
        }
    };
    let outcome = transfer(files, client, &source, limit, &token, &report).await;
    for &(_, message, index) in &places {
        files.progress.end(message, index);
    }
    let asked = files.downloads.asked(&source).map(Waiting::asked);
    let was_cancelled = token.is_cancelled();
    let is_over = match outcome {
        Ok(Outcome::Here) => true,
        Ok(Outcome::Failed(_)) => !was_cancelled,
        _ => false,
    };
    let is_here = matches!(outcome, Ok(Outcome::Here));
    let once_more = waiting.clone();
    let mut again = None;
    let settled = match outcome {
        // What was told with the commit still said that it was on its way.
        Ok(Outcome::Here) => files.tell(&source).await,
        // It is not what the person wanted last: their wish stands.
        _ if asked.is_some() && !is_over => {
            again = asked;
            files.tell(&source).await
        }
        _ if was_cancelled => files.forget(&source).await,
        Ok(Outcome::Declined) => files.forget(&source).await,
        Ok(Outcome::Failed(problem)) => files.give_up(&source, problem).await,
        Ok(Outcome::Cut {
            has_progress,
            is_offline,
            problem,
        }) => {
            waiting.tries += 1;
            waiting.cuts = if has_progress { 0 } else { waiting.cuts + 1 };
            let wait = if is_offline {
                Some(OFFLINE_WAIT)
            } else {
                WAITS
                    .get(waiting.cuts.saturating_sub(1))
                    .map(|seconds| Duration::from_secs(*seconds))
            };
            match wait.filter(|_| is_offline || waiting.tries < MOST_TRIES) {
                Some(wait) => {
                    waiting.not_before = Some(Instant::now() + files.paced(wait));
                    again = Some(waiting);
                    // What it shows is that it waits again.
                    files.tell(&source).await
                }
                None => files.give_up(&source, problem).await,
            }
        }
        Err(error) => {
            tracing::warn!(%error, "a download could not be noted");
            files.give_up(&source, FileProblem::Server).await
        }
    };
    if let Err(error) = settled {
        tracing::warn!(%error, "the end of a download could not be noted");
        // The cache still says that it is wanted. What came of it is not asked for again.
        if again.is_none() && !is_here && !was_cancelled {
            let not_before = Some(Instant::now() + files.paced(CACHE_FAILED));
            again = Some(Waiting {
                not_before,
                ..once_more
            });
        }
    }
    let is_asked = files.downloads.ended(&source, again) && !is_over;
    // They asked while it was being noted that it does not come.
    if is_asked
        && let Err(error) = files
            .enqueue(vec![Queued {
                source,
                limit: None,
            }])
            .await
    {
        tracing::warn!(%error, "a file that was asked for is not noted");
    }
    files.downloads.wake.notify_one();
    files.downloads.say_settled();
}

#[cfg(test)]
pub(crate) mod tests;
