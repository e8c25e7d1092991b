//! Pictures of people and dialogs: from the server, or from where a profile says, to the cache.
//!
//! A picture is named by what stands in a profile: the uid of a stored file, or a URL. Each is
//! fetched once at a time, however many rows ask for it, and one that could not be had is not asked
//! for again for a while.

pub(crate) mod encoding;
mod jpeg;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::model::{Picture, UnixMillis};
use crate::rest;
use crate::store::{self, Store, pictures};
use crate::sync::context::Context;

/// Largest side of a picture that is shown, in pixels.
pub(crate) const SHOWN_SIDE: u32 = 512;

/// Largest side of a picture that is uploaded, in pixels.
pub(crate) const UPLOADED_SIDE: u32 = 640;

/// Longest file that is fetched (bytes): what a camera makes, and some.
pub(crate) const MAX_BYTES: usize = 12 * 1024 * 1024;

/// Pictures on their way at the same time.
const DOWNLOADS: usize = 4;

/// Pictures decoded at the same time: one may take a hundred megabytes.
const DECODINGS: usize = 1;

/// How long a picture that is not there, or is none, is not asked for again.
const GONE: Duration = Duration::from_secs(60 * 60);

/// The same when trying again may help.
const FAILED: Duration = Duration::from_secs(30);

/// Failures that are remembered.
const MOST_FAILURES: usize = 1000;

/// How exactly it is kept when a picture was last seen.
const SEEN_STEP_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Why there is no picture.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It could not be fetched.
    #[error("the picture was not fetched")]
    Rest(#[from] rest::Error),
    /// What was fetched is no picture.
    #[error("this is no picture")]
    Unusable,
}

impl From<encoding::Unusable> for Error {
    fn from(_: encoding::Unusable) -> Self {
        Self::Unusable
    }
}

/// Shared by all who want pictures.
#[derive(Debug)]
pub(crate) struct Pictures {
    state: Mutex<State>,
    downloads: Semaphore,
    decodings: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    /// Held by the one who fetches a picture; the others wait and find it in the cache.
    fetching: HashMap<String, Arc<tokio::sync::Mutex<()>>>,
    /// Until when a picture is not asked for again, and why.
    failures: HashMap<String, (Instant, Error)>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            downloads: Semaphore::new(DOWNLOADS),
            decodings: Arc::new(Semaphore::new(DECODINGS)),
        }
    }
}

impl Pictures {
    /// Runs what decodes or encodes, on a thread that may block and not beside others of its kind.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, encoding::Unusable> + Send + 'static,
    ) -> Result<T, encoding::Unusable> {
        let turn = Arc::clone(&self.decodings).acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = job();
            drop(turn);
            outcome
        });
        // A decoder that panics found no picture.
        done.await.unwrap_or(Err(encoding::Unusable))
    }

    fn failure(&self, name: &str) -> Option<Error> {
        let mut state = self.lock();
        let (until, error) = state.failures.get(name)?;
        if *until > Instant::now() {
            return Some(error.clone());
        }
        state.failures.remove(name);
        None
    }

    fn note_failure(&self, name: &str, error: &Error) {
        let pause = match error {
            Error::Rest(error) if error.is_recoverable() => FAILED,
            Error::Rest(_) | Error::Unusable => GONE,
        };
        let now = Instant::now();
        let mut state = self.lock();
        if state.failures.len() >= MOST_FAILURES {
            state.failures.retain(|_, (until, _)| *until > now);
        }
        if state.failures.len() < MOST_FAILURES {
            let noted = (now + pause, error.clone());
            state.failures.insert(name.to_owned(), noted);
        }
    }

    /// The line is back, or the server is another one: what failed may work.
    pub(crate) fn forget_failures(&self) {
        self.lock().failures.clear();
    }

    fn turn(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut state = self.lock();
        Arc::clone(state.fetching.entry(name.to_owned()).or_default())
    }

    fn end_turn(&self, name: &str, turn: Arc<tokio::sync::Mutex<()>>) {
        let mut state = self.lock();
        drop(turn);
        // Nobody else holds it: the map's own is the last one.
        let is_last = |turn: &Arc<tokio::sync::Mutex<()>>| Arc::strong_count(turn) == 1;
        if state.fetching.get(name).is_some_and(is_last) {
            state.fetching.remove(name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Two maps; a panic elsewhere can at worst have left a name in one of them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A picture from the cache.
pub(crate) async fn cached(
    store: &Store,
    name: &str,
    now: UnixMillis,
) -> Result<Option<Picture>, store::Error> {
    let wanted = name.to_owned();
    let found = store.read(move |db| pictures::load(db, &wanted)).await?;
    let Some((picture, seen_at)) = found else {
        return Ok(None);
    };
    if now.0.saturating_sub(seen_at.0) >= SEEN_STEP_MILLIS {
        let name = name.to_owned();
        store
            .write(move |tx| pictures::seen(tx, &name, now))
            .await?;
    }
    Ok(Some(picture))
}

/// A picture that is not in the cache. Once here, it is.
pub(crate) async fn fetch(context: &Context, name: &str) -> Result<Picture, Error> {
    let turn = context.pictures.turn(name);
    let outcome = {
        let _fetching = turn.lock().await;
        fetch_alone(context, name).await
    };
    context.pictures.end_turn(name, turn);
    outcome
}

async fn fetch_alone(context: &Context, name: &str) -> Result<Picture, Error> {
    // The one before may have fetched it, or failed to.
    let now = context.clock.now();
    match cached(&context.store, name, now).await {
        Ok(Some(picture)) => return Ok(picture),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the cached picture was not read"),
    }
    if let Some(error) = context.pictures.failure(name) {
        return Err(error);
    }
    let outcome = download(context, name).await;
    match &outcome {
        Ok(picture) => keep(&context.store, name, picture.clone(), now).await,
        Err(error) => {
            tracing::debug!(%error, "a picture is missing");
            context.pictures.note_failure(name, error);
        }
    }
    outcome
}

async fn download(context: &Context, name: &str) -> Result<Picture, Error> {
    let bytes = {
        let _turn = context.pictures.downloads.acquire().await;
        context.api.file(name, MAX_BYTES).await?
    };
    let job = move || encoding::fitted(&bytes, SHOWN_SIDE);
    Ok(context.pictures.work(job).await?)
}

/// Puts a picture into the cache. Without it the picture is fetched again the next time.
pub(crate) async fn keep(store: &Store, name: &str, picture: Picture, now: UnixMillis) {
    let name = name.to_owned();
    let stored = store
        .write(move |tx| pictures::save(tx, &name, &picture, now, pictures::BUDGET))
        .await;
    if let Err(error) = stored {
        tracing::warn!(%error, "a picture was not kept");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;

    use super::encoding::tests::some_png;
    use super::{Error, FAILED, GONE, fetch};
    use crate::rest;
    use crate::sync::testing::World;

    async fn with_picture() -> World {
        let world = World::new().await;
        world
            .api
            .files
            .lock()
            .unwrap()
            .insert("uid".to_owned(), some_png(600, 600));
        world
    }

    #[tokio::test]
    async fn a_picture_is_fetched_once_however_many_ask() {
        let world = with_picture().await;
        let fetches = (0..20).map(|_| {
            let context = Arc::clone(&world.context);
            tokio::spawn(async move { fetch(&context, "uid").await.unwrap() })
        });
        let pictures = join_all(fetches).await;
        let first = pictures.first().unwrap().as_ref().unwrap();
        assert!(
            pictures
                .iter()
                .all(|other| other.as_ref().unwrap() == first)
        );
        assert_eq!(world.api.asked(), ["file uid"]);
        assert!(world.context.pictures.lock().fetching.is_empty());
    }

    #[tokio::test]
    async fn a_picture_that_is_gone_or_none_is_not_asked_for_again_for_a_while() {
        let world = with_picture().await;
        let text = b"no picture at all".to_vec();
        world
            .api
            .files
            .lock()
            .unwrap()
            .insert("text".to_owned(), text);
        tokio::time::pause();
        for _ in 0..3 {
            let gone = fetch(&world.context, "gone").await;
            assert!(matches!(
                gone,
                Err(Error::Rest(rest::Error::NotFound { .. }))
            ));
            let text = fetch(&world.context, "text").await;
            assert!(matches!(text, Err(Error::Unusable)));
        }
        assert_eq!(world.api.asked(), ["file gone", "file text"]);
        tokio::time::advance(GONE).await;
        fetch(&world.context, "gone").await.unwrap_err();
        assert_eq!(world.api.asked(), ["file gone"]);
    }

    #[tokio::test]
    async fn a_server_that_did_not_answer_is_asked_again_soon_or_with_the_next_line() {
        let world = with_picture().await;
        tokio::time::pause();
        let fail = || {
            let mut failures = world.api.failures.lock().unwrap();
            failures.push_back(rest::Error::Offline);
        };
        fail();
        fetch(&world.context, "uid").await.unwrap_err();
        fetch(&world.context, "uid").await.unwrap_err();
        assert_eq!(world.api.asked().len(), 1);
        tokio::time::advance(FAILED).await;
        fail();
        fetch(&world.context, "uid").await.unwrap_err();
        world.context.pictures.forget_failures();
        fetch(&world.context, "uid").await.unwrap();
    }
}
