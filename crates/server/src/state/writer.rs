//! The one task that changes the database: takes jobs from a channel and commits many of them together.
//!
//! A commit waits for the disk, some milliseconds on common hardware. While it waits, further jobs gather in the
//! channel and share the next commit, so throughput grows with load and a lone job is not delayed. Each job runs in a
//! savepoint of its own: one that fails leaves no trace and harms none of its neighbours.
//!
//! Jobs run on a thread rather than on a Tokio worker because they block on the disk.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, Savepoint, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::config::Storage;
use crate::state::StateError;

/// The right to change the database, within one job.
pub(crate) struct WriteTx<'a> {
    /// The job's savepoint within the shared transaction.
    savepoint: Savepoint<'a>,
    /// What to do once the shared transaction is on disk.
    after_commit: Vec<AfterCommit>,
}

type AfterCommit = Box<dyn FnOnce() + Send>;

impl WriteTx<'_> {
    /// Runs `action` after the commit and before the job's caller resumes, even if the caller went away.
    pub(crate) fn after_commit(&mut self, action: impl FnOnce() + Send + 'static) {
        self.after_commit.push(Box::new(action));
    }
}

impl Deref for WriteTx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.savepoint
    }
}

/// Sends jobs to the writer.
pub(crate) struct Writer {
    /// Bounded, so that a slow disk slows the callers and memory stays flat. `None` once closed.
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// Awaited on closing.
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Transactions committed so far: what shows how well jobs share them.
    commits: Arc<AtomicU64>,
}

impl Writer {
    /// Takes the connection to a thread of its own.
    pub(crate) fn start(db: Connection, settings: &Storage) -> Result<Self, StateError> {
        let (jobs, queue) = mpsc::channel(settings.queue);
        let batch = settings.batch;
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        let thread = std::thread::Builder::new()
            .name("database-writer".to_owned())
            .spawn(move || run(db, queue, batch, &counter))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            commits,
        })
    }

    /// Refuses new jobs, finishes the queued ones and closes the database.
    pub(crate) async fn close(&self) {
        drop(
            self.jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
            if !matches!(joined, Ok(true)) {
                tracing::error!("the database writer ended in disorder");
            }
        }
    }

    /// Transactions committed so far.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Runs `work` in the next transaction and returns its result after the commit.
    ///
    /// Once queued the job runs to its end even if the returned future is dropped.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StateError>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, StateError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Task {
            work: Some(work),
            result: None,
            answer,
        };
        let jobs = self
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let jobs = jobs.ok_or(StateError::Stopping)?;
        jobs.send(Box::new(job))
            .await
            .map_err(|_| StateError::Stopping)?;
        drop(jobs);
        answered.await.map_err(|_| StateError::Stopping)?
    }
}

/// A job in the channel. Split in two, since the answer must not leave before the commit.
trait Job: Send {
    /// Does the work in the savepoint; `true` if it is to be kept.
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool;
    /// Answers the caller, with the job's own result if its transaction was committed.
    fn finish(self: Box<Self>, committed: Result<(), StateError>);
}

struct Task<T, F> {
    /// Taken when run.
    work: Option<F>,
    /// Kept until the commit.
    result: Option<Result<T, StateError>>,
    /// Where the caller waits, if it still does.
    answer: oneshot::Sender<Result<T, StateError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut WriteTx<'_>) -> Result<T, StateError> + Send,
{
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let result = work(tx);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, committed: Result<(), StateError>) {
        let result = match (committed, self.result) {
            // A refusal is an answer of its own, whatever became of the neighbours.
            (_, Some(Err(refused))) => Err(refused),
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(StateError::Internal(
                "a database job did not run".to_owned(),
            )),
            (Err(failed), _) => Err(failed),
        };
        // An error here only says that the caller no longer waits.
        drop(self.answer.send(result));
    }
}

fn run(
    mut db: Connection,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    batch: usize,
    commits: &AtomicU64,
) {
    let mut jobs = Vec::with_capacity(batch);
    while queue.blocking_recv_many(&mut jobs, batch) > 0 {
        match commit_together(&mut db, &mut jobs, &mut queue, batch) {
            Ok(after_commit) => {
                commits.fetch_add(1, Ordering::Relaxed);
                for action in after_commit {
                    action();
                }
                for job in jobs.drain(..) {
                    job.finish(Ok(()));
                }
            }
            Err(error) => {
                tracing::error!(%error, jobs = jobs.len(), "a database transaction failed");
                for job in jobs.drain(..) {
                    job.finish(Err(StateError::Database(again(&error))));
                }
            }
        }
    }
    // The log is moved into the file, so that a copy of the file alone is a complete backup of a stopped backend.
    if let Err(error) = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the database's log was not moved into the file");
    }
    if let Err((_, error)) = db.close() {
        tracing::warn!(%error, "the database did not close cleanly; its log is replayed at the next start");
    }
}

/// Runs all jobs, and those that arrive meanwhile, in one transaction.
fn commit_together(
    db: &mut Connection,
    jobs: &mut Vec<Box<dyn Job>>,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
    batch: usize,
) -> Result<Vec<AfterCommit>, rusqlite::Error> {
    let mut tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut after_commit = Vec::new();
    let mut next = 0;
    loop {
        while let Some(job) = jobs.get_mut(next) {
            next += 1;
            let mut write = WriteTx {
                savepoint: tx.savepoint()?,
                after_commit: Vec::new(),
            };
            if job.run(&mut write) {
                let WriteTx {
                    savepoint,
                    after_commit: actions,
                } = write;
                savepoint.commit()?;
                after_commit.extend(actions);
            } else {
                write.savepoint.rollback()?;
            }
        }
        if jobs.len() >= batch {
            break;
        }
        match queue.try_recv() {
            Ok(job) => jobs.push(job),
            Err(_) => break,
        }
    }
    tx.commit()?;
    Ok(after_commit)
}

/// The same failure for each of the jobs that shared a transaction; `rusqlite::Error` cannot be cloned.
fn again(error: &rusqlite::Error) -> rusqlite::Error {
    let code = error
        .sqlite_error()
        .map_or(rusqlite::ffi::SQLITE_ERROR, |failure| failure.extended_code);
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn writer(batch: usize) -> (Arc<Writer>, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let db = Connection::open(dir.path().join("t.db")).unwrap();
        db.execute_batch(
            "PRAGMA journal_mode=WAL; CREATE TABLE t (x INTEGER NOT NULL UNIQUE) STRICT",
        )
        .unwrap();
        let writer = Writer::start(
            db,
            &Storage {
                batch,
                ..Storage::default()
            },
        )
        .unwrap();
        (Arc::new(writer), dir)
    }

    fn insert(tx: &WriteTx<'_>, x: i64) -> Result<(), StateError> {
        tx.execute("INSERT INTO t (x) VALUES (?1)", [x])?;
        Ok(())
    }

    async fn count(writer: &Writer) -> i64 {
        writer
            .write(|tx| Ok(tx.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_failing_job_leaves_no_trace_and_its_neighbours_stay() {
        let (writer, _dir) = writer(16);
        let good = writer.write(|tx| insert(tx, 1));
        let bad = writer.write(|tx| {
            insert(tx, 2)?;
            Err::<(), _>(StateError::NotFound)
        });
        let other = writer.write(|tx| insert(tx, 3));
        let (good, bad, other) = tokio::join!(good, bad, other);
        good.unwrap();
        assert!(matches!(bad, Err(StateError::NotFound)));
        other.unwrap();
        assert_eq!(count(&writer).await, 2);
    }

    #[tokio::test]
    async fn actions_run_after_the_commit_and_never_for_a_failed_job() {
        let (writer, _dir) = writer(16);
        let ran = Arc::new(AtomicUsize::new(0));
        let (one, other) = (Arc::clone(&ran), Arc::clone(&ran));
        writer
            .write(move |tx| {
                tx.after_commit(move || {
                    one.fetch_add(1, Ordering::SeqCst);
                });
                insert(tx, 1)
            })
            .await
            .unwrap();
        assert_eq!(ran.load(Ordering::SeqCst), 1);
        writer
            .write(move |tx| {
                tx.after_commit(move || {
                    other.fetch_add(1, Ordering::SeqCst);
                });
                insert(tx, 1)
            })
            .await
            .unwrap_err();
        assert_eq!(ran.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn jobs_that_wait_together_share_a_transaction() {
        let (writer, _dir) = writer(64);
        // The first job holds the writer, alone, until all others wait in the channel.
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let (announce, started) = oneshot::channel();
        let mut jobs = tokio::task::JoinSet::new();
        let first = Arc::clone(&writer);
        jobs.spawn(async move {
            let hold = move |_: &mut WriteTx<'_>| {
                announce.send(()).map_err(|()| StateError::Stopping)?;
                gate.recv().map_err(|_| StateError::Stopping)
            };
            first.write(hold).await
        });
        started.await.unwrap();
        for x in 0..50 {
            let writer = Arc::clone(&writer);
            jobs.spawn(async move { writer.write(move |tx| insert(tx, x)).await });
        }
        while waiting(&writer) < 50 {
            tokio::task::yield_now().await;
        }
        release.send(()).unwrap();
        while let Some(done) = jobs.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(writer.commits(), 1);
        assert_eq!(count(&writer).await, 50);
    }

    fn waiting(writer: &Writer) -> usize {
        let jobs = writer.jobs.lock().unwrap();
        let jobs = jobs.as_ref().unwrap();
        jobs.max_capacity() - jobs.capacity()
    }

    #[tokio::test]
    async fn closing_finishes_queued_jobs_and_refuses_later_ones() {
        let (writer, dir) = writer(4);
        let mut jobs = tokio::task::JoinSet::new();
        for x in 0..20 {
            let writer = Arc::clone(&writer);
            jobs.spawn(async move { writer.write(move |tx| insert(tx, x)).await });
        }
        // On this single-threaded runtime every task has queued its job after one round.
        tokio::task::yield_now().await;
        writer.close().await;
        while let Some(done) = jobs.join_next().await {
            done.unwrap().unwrap();
        }
        let refused = writer.write(|tx| insert(tx, 99)).await;
        assert!(matches!(refused, Err(StateError::Stopping)));
        let db = Connection::open(dir.path().join("t.db")).unwrap();
        let stored: i64 = db
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!(stored, 20);
    }
}
