//! The encrypted cache of one account.
//!
//! One SQLite file under SQLCipher. A single thread writes, in transactions that carry everything
//! that queued up meanwhile ([`Store::write`]); a few connections that cannot write answer the
//! screens ([`Store::read`]). The functions of the modules say by their first parameter which of
//! the two they need. After each commit the writer describes what changed as events, in the order
//! of the commits.

pub mod account;
mod changes;
mod columns;
pub mod dialogs;
mod error;
pub mod files;
pub mod folders;
pub mod messages;
mod migrations;
mod open;
pub mod organise;
pub mod outbox;
pub mod pictures;
#[cfg(test)]
mod plans;
pub mod privacy;
pub mod ranges;
pub mod reactions;
mod reader;
pub mod receipts;
pub mod search;
pub mod shared;
pub mod staged;
pub mod states;
pub mod sync_state;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tx;
pub mod uploads;
pub mod users;
pub mod window;
pub mod wishes;
mod writer;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

pub use self::error::Error;
use self::reader::Readers;
pub use self::tx::{ReadDb, WriteTx};
pub use self::writer::Publish;
use self::writer::{Setup, Writer, WriterThread};
use crate::model::{AccountId, UserId};

/// The raw key SQLCipher encrypts one cache with; nothing is derived from it.
pub type RawKey = Zeroizing<[u8; 32]>;

/// The cache of one account. A cheap handle; the last one dropped closes the file.
#[derive(Clone, Debug)]
pub struct Store {
    writer: Writer,
    readers: Readers,
    /// Resolves when the writer's thread has closed the file; taken by the one who waits for it.
    closed: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
    /// Ended with the last handle. Must stay below `writer`: fields are dropped in their order, and
    /// the thread ends when its last queue is gone.
    _thread: Arc<WriterThread>,
}

impl Store {
    /// Opens the file, making it when there is none.
    pub async fn open(
        path: PathBuf,
        key: RawKey,
        account: AccountId,
        me: UserId,
        publish: Publish,
    ) -> Result<Self, Error> {
        let readers = Readers::new(path.clone(), key.clone(), me);
        let (writer, thread, closed) = Writer::start(Setup {
            path,
            key,
            account,
            me,
            publish,
        })
        .await?;
        Ok(Self {
            writer,
            readers,
            closed: Arc::new(Mutex::new(Some(closed))),
            _thread: Arc::new(thread),
        })
    }

    /// Runs `job` in a transaction and resolves after its commit; `Err` leaves nothing behind.
    pub async fn write<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.writer.write(job).await
    }

    /// Runs `look` against the last commit.
    pub async fn read<T, F>(&self, look: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&ReadDb<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.readers.read(look).await
    }

    /// Ends what is queued, closes the file and waits for it. Calls on other handles fail with
    /// [`Error::Closed`] from then on.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        let closed = self
            .closed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(closed) = closed {
            // The sender is dropped when the file is closed; that is the message.
            closed.await.ok();
        }
    }
}
