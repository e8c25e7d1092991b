//! Query connections: a small pool whose work runs on Tokio's blocking threads, never on its workers.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::state::{StateError, database};

/// The right to read, and nothing more.
pub(crate) struct ReadDb<'a>(&'a Connection);

impl<'a> ReadDb<'a> {
    /// The right to read through a connection that may do more.
    pub(crate) fn of(db: &'a Connection) -> Self {
        Self(db)
    }
}

impl std::ops::Deref for ReadDb<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

/// The pool; clones share it.
#[derive(Clone)]
pub(crate) struct Readers {
    /// Connections not in use.
    idle: Arc<Mutex<Vec<Connection>>>,
    /// One permit per connection.
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens `count` connections.
    pub(crate) fn open(path: &Path, count: usize) -> Result<Self, StateError> {
        let idle = (0..count)
            .map(|_| database::open_reader(path))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(count)),
            idle: Arc::new(Mutex::new(idle)),
        })
    }

    /// Runs `work` in one read transaction: everything it sees is of the same moment.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StateError>
    where
        T: Send + 'static,
        F: FnOnce(&ReadDb<'_>) -> Result<T, StateError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| StateError::Stopping)?;
        let idle = Arc::clone(&self.idle);
        let run = move || {
            let _permit = permit;
            let Some(mut db) = idle.lock().unwrap_or_else(PoisonError::into_inner).pop() else {
                return Err(StateError::Internal(
                    "a query connection got lost".to_owned(),
                ));
            };
            let result = match db.transaction() {
                Ok(tx) => work(&ReadDb(&tx)),
                Err(error) => Err(error.into()),
            };
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            result
        };
        tokio::task::spawn_blocking(run)
            .await
            .map_err(|_| StateError::Stopping)?
    }
}
