//! The thread that owns the one connection that writes.
//!
//! Jobs queue up while a commit is flushed to the disk, and the next transaction takes all of
//! them: the busier the engine, the cheaper each write. A job runs inside a savepoint of its own,
//! so a failing one takes nothing with it, and is answered only after the commit.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use crate::events::ClientEvent;
use crate::model::{AccountId, UserId};
use crate::store::changes::Changes;
use crate::store::search::index;
use crate::store::tx::{ReadDb, WriteTx};
use crate::store::{Error, RawKey, migrations, open};

/// Where events go after a commit. Called on the writer's thread, so it must not block.
pub type Publish = Arc<dyn Fn(Vec<ClientEvent>) + Send + Sync>;

/// Jobs that may wait before the one who brings the next has to: back-pressure for bursts.
const QUEUE: usize = 512;

/// Jobs of one transaction at most, so that the first one's answer is not put off for long.
const BATCH_JOBS: usize = 512;

/// A transaction takes no further jobs after this time, for the same reason.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// Messages indexed in one transaction while nothing else is to be written: about as long as
/// [`BATCH_TIME`], which a write that comes just then waits.
const INDEX_AT_ONCE: u32 = 200;

/// One queued write. Runs the work, and returns whether it is to be kept and how to answer.
type Job = Box<dyn FnOnce(&mut WriteTx<'_>) -> Done + Send>;

/// What comes through the queue.
enum Order {
    /// A write.
    Run(Job),
    /// Finish what was queued before, and close the file.
    Close,
}

/// What is left to do for a job after its transaction ended.
struct Done {
    /// Whether its changes are part of the transaction.
    keep: bool,
    /// Tells the one who waits; `Err` when the commit failed.
    answer: Box<dyn FnOnce(Result<(), Error>) + Send>,
}

/// The queue to the writer's thread.
#[derive(Clone)]
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

/// The writer's thread, for the one who drops the last queue to it.
///
/// Dropping waits until the file is closed. `SQLCipher` frees its memory when the process exits, whatever
/// other threads do, so a thread that nobody waits for crashes a process that ends just then. The
/// queue is dropped first, and nothing the thread still does needs the one who waits: it takes as
/// long as the jobs that are queued, milliseconds.
pub(super) struct WriterThread(Option<JoinHandle<()>>);

impl fmt::Debug for WriterThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriterThread")
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        let Some(thread) = self.0.take() else {
            return;
        };
        // A job or a listener held the last handle: the thread cannot wait for itself.
        if thread.thread().id() == std::thread::current().id() {
            return;
        }
        if thread.join().is_err() {
            tracing::error!("the thread that writes the cache panicked");
        }
    }
}

/// What the thread needs to begin.
pub(super) struct Setup {
    /// The database file.
    pub(super) path: PathBuf,
    /// Its key.
    pub(super) key: RawKey,
    /// Whose cache it is, for the events.
    pub(super) account: AccountId,
    /// Whose cache it is, for the rows.
    pub(super) me: UserId,
    /// Who hears of changes.
    pub(super) publish: Publish,
}

impl Writer {
    /// Opens the database, brings it to the present schema and starts the thread. The receiver
    /// resolves when the thread has closed the file.
    pub(super) async fn start(
        setup: Setup,
    ) -> Result<(Self, WriterThread, oneshot::Receiver<()>), Error> {
        // Declared before the queue to it, so that it is dropped after: a caller who loses interest
        // while the file opens would wait for a thread that waits for orders.
        let mut thread = WriterThread(None);
        let (orders, queue) = mpsc::channel(QUEUE);
        let (opened, ready) = oneshot::channel();
        let (closed, gone) = oneshot::channel();
        let spawned = std::thread::Builder::new()
            .name("cubist-store".to_owned())
            .spawn(move || {
                let conn = match open_and_migrate(&setup) {
                    Ok(conn) => conn,
                    Err(error) => {
                        // Nobody waits any more: then nobody wants to know either.
                        drop(opened.send(Err(error)));
                        return;
                    }
                };
                drop(opened.send(Ok(())));
                serve(conn, queue, &setup);
                // Closes the channel, which is the message.
                drop::<oneshot::Sender<()>>(closed);
            })?;
        thread.0 = Some(spawned);
        ready.await.map_err(|_| Error::Closed)??;
        Ok((Self { orders }, thread, gone))
    }

    /// Runs `job` in a transaction; resolves after its commit.
    pub(super) async fn write<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            let outcome = job(tx);
            Done {
                keep: outcome.is_ok(),
                answer: Box::new(move |committed| {
                    // A caller that went away does not undo its write.
                    drop(reply.send(committed.and(outcome)));
                }),
            }
        });
        self.orders
            .send(Order::Run(job))
            .await
            .map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Lets queued jobs end and refuses new ones.
    pub(super) async fn close(&self) {
        // Closed already: then there is nothing to do.
        self.orders.send(Order::Close).await.ok();
    }
}

fn open_and_migrate(setup: &Setup) -> Result<Connection, Error> {
    if let Some(folder) = setup.path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut conn = open::writer(&setup.path, &setup.key)?;
    migrations::apply(&mut conn)?;
    Ok(conn)
}

fn serve(mut conn: Connection, mut queue: mpsc::Receiver<Order>, setup: &Setup) {
    let mut is_behind = index_is_behind(&conn, setup);
    while let Some(order) = next(&mut conn, &mut queue, setup, &mut is_behind) {
        let first = match order {
            Order::Run(job) => job,
            Order::Close => {
                // What is queued already is still done; then the loop ends.
                queue.close();
                continue;
            }
        };
        let mut done = Vec::new();
        match batch(&mut conn, first, &mut queue, setup, &mut done) {
            Ok(events) => {
                // Before the answers: who reads both hears of a write no later than its maker.
                if !events.is_empty() {
                    (setup.publish)(events);
                }
                for done in done {
                    (done.answer)(Ok(()));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a transaction was lost");
                let error = Arc::new(error);
                for done in done {
                    (done.answer)(Err(Error::Commit(Arc::clone(&error))));
                }
            }
        }
    }
    // No `PRAGMA optimize`: statistics gathered while a table is small make SQLite scan it, and stay
    // when it has grown. Without any, the plans are the ones that tests have checked.
    if let Err((_, error)) = conn.close() {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

/// Waits for the next order. While there are messages that an older version indexed differently,
/// waiting is indexing them: nobody stands in line for it, and it goes on after a restart.
fn next(
    conn: &mut Connection,
    queue: &mut mpsc::Receiver<Order>,
    setup: &Setup,
    is_behind: &mut bool,
) -> Option<Order> {
    while *is_behind {
        match queue.try_recv() {
            Ok(order) => return Some(order),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        *is_behind = index_more(conn, setup).unwrap_or_else(|error| {
            // It is tried again at the next start.
            tracing::warn!(%error, "older messages were not made searchable");
            false
        });
    }
    queue.blocking_recv()
}

fn index_is_behind(conn: &Connection, setup: &Setup) -> bool {
    index::is_behind(&ReadDb::new(conn, setup.me)).unwrap_or_else(|error| {
        tracing::warn!(%error, "it is not known whether older messages are searchable");
        false
    })
}

/// Indexes some messages; returns whether there are more.
fn index_more(conn: &mut Connection, setup: &Setup) -> Result<bool, Error> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut changes = Changes::default();
    let more = index::catch_up(
        &mut WriteTx::new(&tx, setup.me, &mut changes),
        INDEX_AT_ONCE,
    )?;
    tx.commit()?;
    Ok(more)
}

/// One transaction over `first` and whatever queued up behind it. What is pushed to `done` waits
/// for an answer, whatever becomes of the transaction.
fn batch(
    conn: &mut Connection,
    first: Job,
    queue: &mut mpsc::Receiver<Order>,
    setup: &Setup,
    done: &mut Vec<Done>,
) -> Result<Vec<ClientEvent>, rusqlite::Error> {
    let started = Instant::now();
    let mut changes = Changes::default();
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut next = Some(first);
    while let Some(job) = next {
        tx.execute_batch("SAVEPOINT job")?;
        let outcome = job(&mut WriteTx::new(&tx, setup.me, &mut changes));
        let keep = outcome.keep;
        done.push(outcome);
        if !keep {
            tx.execute_batch("ROLLBACK TO job")?;
            changes.forget_copies();
        }
        tx.execute_batch("RELEASE job")?;
        next = if done.len() < BATCH_JOBS && started.elapsed() < BATCH_TIME {
            match queue.try_recv() {
                Ok(Order::Run(job)) => Some(job),
                Ok(Order::Close) => {
                    queue.close();
                    None
                }
                Err(_) => None,
            }
        } else {
            None
        };
    }
    let events = match changes.events(&setup.account, &ReadDb::new(&tx, setup.me)) {
        Ok(events) => events,
        Err(error) => {
            // The write itself is sound; those who show it will reload on the next change.
            tracing::error!(%error, "changes could not be described");
            Vec::new()
        }
    };
    tx.commit()?;
    Ok(events)
}
