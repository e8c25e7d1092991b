//! Connections that only look, for the calls that answer a screen.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::model::UserId;
use crate::store::tx::ReadDb;
use crate::store::{Error, RawKey, open};

/// Reads at the same time: a page, a search and one of the engine's own do not wait for another.
const READERS: usize = 3;

/// The pool. Cheap to clone.
#[derive(Clone)]
pub(super) struct Readers {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: RawKey,
    me: UserId,
    /// Connections nobody uses at the moment; opened when first needed.
    idle: Mutex<Vec<Connection>>,
    /// One permit per connection that may exist; closed when the store closes.
    permits: Arc<Semaphore>,
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readers")
    }
}

impl Readers {
    pub(super) fn new(path: PathBuf, key: RawKey, me: UserId) -> Self {
        Self {
            inner: Arc::new(Inner {
                path,
                key,
                me,
                idle: Mutex::new(Vec::new()),
                permits: Arc::new(Semaphore::new(READERS)),
            }),
        }
    }

    /// Runs `look` on a thread that may block, within one consistent view.
    pub(super) async fn read<T, F>(&self, look: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&ReadDb<'_>) -> Result<T, Error> + Send + 'static,
    {
        let permit = Arc::clone(&self.inner.permits)
            .acquire_owned()
            .await
            .map_err(|_| Error::Closed)?;
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let outcome = inner.run(look);
            drop(permit);
            outcome
        })
        .await
        .map_err(|_| Error::Closed)?
    }

    /// Lets running reads end, refuses new ones and closes the connections.
    pub(super) async fn close(&self) {
        let all = u32::try_from(READERS).unwrap_or(u32::MAX);
        if let Ok(permits) = self.inner.permits.acquire_many(all).await {
            self.inner.permits.close();
            self.inner.lock_idle().clear();
            drop(permits);
        }
    }
}

impl Inner {
    fn run<T>(&self, look: impl FnOnce(&ReadDb<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let idle = self.lock_idle().pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => open::reader(&self.path, &self.key)?,
        };
        let outcome = {
            let tx = conn.transaction()?;
            look(&ReadDb::new(&tx, self.me))
            // Dropping rolls back, which for a transaction that only read is its end.
        };
        self.lock_idle().push(conn);
        outcome
    }

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A list of connections is whole at any moment, so a panic elsewhere did not harm it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
