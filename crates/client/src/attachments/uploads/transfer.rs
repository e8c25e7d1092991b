//! One file on its way, step by step.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cubist_protocol::ids::BlobId;
use futures::Stream;
use tokio::sync::mpsc;
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

use super::CACHE_FAILED;
use crate::attachments::files::Files;
use crate::attachments::outgoing::Outgoing;
use crate::attachments::sealed::{CHUNK, Reader};
use crate::model::{Failure, FailureKind, FileProblem, FileState, UnixMillis};
use crate::rest::{self, Client, uploads as calls};
use crate::store::uploads::{self, Step, Upload};
use crate::store::{Error, outbox, staged};
use crate::sync::context::Context;

/// Portions that are read before the socket takes them.
const AHEAD: usize = 8;

/// Between two looks at how far an upload has come.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Time without a single byte after which a line counts as dead. Behind the last byte the store may
/// take as long to write.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// Milliseconds to wait after the first, second… failure; the last one again and again.
const WAITS: [i64; 6] = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];

/// Refusals of an address before the file is given up: the first may mean that it has expired.
const MOST_REFUSALS: u32 = 3;

/// Failures of the server itself, or of the line in the middle of a file, before the person is asked.
const MOST_FAILURES: u32 = 12;

/// What an upload needs.
pub(super) struct Transfer {
    pub(super) context: Arc<Context>,
    pub(super) client: Client,
    pub(super) outgoing: Outgoing,
    pub(super) files: Arc<Files>,
}

/// Whether the upload is to end, now or within a time.
async fn is_over(ending: &CancellationToken, within: Duration) -> bool {
    ending.run_until_cancelled(sleep(within)).await.is_none()
}

/// What became of one step.
enum Outcome {
    /// It is done.
    Next(Step),
    /// The server does not know what it said before: from the beginning.
    Again,
    /// Later.
    Later {
        /// What it is called when it happens again and again; `None` while there is no way to the
        /// server, which is waited for as long as it takes.
        problem: Option<FileProblem>,
    },
    /// It will not get there.
    Failed(FileProblem),
    /// The person stopped it, or the program ends.
    Stopped,
}

impl Transfer {
    /// Takes a file as far as it goes.
    pub(super) async fn run(&self, seq: i64, ending: &CancellationToken) -> Result<(), Error> {
        let store = &self.context.store;
        while !ending.is_cancelled() {
            let Some(upload) = store.read(move |db| uploads::load(db, seq)).await? else {
                return Ok(());
            };
            if matches!(upload.step, Step::Complete { .. }) {
                return Ok(());
            }
            let outcome = self.step(&upload, ending).await;
            // From here on the cache says how far it is.
            self.context.files.end(upload.message, upload.index);
            match outcome {
                Outcome::Next(step) => {
                    // What the server has is not sent again because this disk is full.
                    while let Err(error) = self.note(&upload, &step).await {
                        tracing::error!(%error, "how far an upload is cannot be written down");
                        if is_over(ending, CACHE_FAILED).await {
                            return Ok(());
                        }
                    }
                    if matches!(step, Step::Complete { .. }) {
                        self.context.outbox_wake.notify_one();
                        return self.forget(&upload).await;
                    }
                }
                Outcome::Again if upload.refusals + 1 < MOST_REFUSALS => {
                    store.write(move |tx| uploads::refuse(tx, seq)).await?;
                }
                Outcome::Again => return self.fail(&upload, FileProblem::Refused).await,
                Outcome::Failed(problem) => return self.fail(&upload, problem).await,
                Outcome::Later {
                    problem: Some(problem),
                } if upload.failures + 1 >= MOST_FAILURES => {
                    return self.fail(&upload, problem).await;
                }
                Outcome::Later { problem } => return self.wait(&upload, problem.is_some()).await,
                Outcome::Stopped => return self.say_waiting(&upload).await,
            }
        }
        Ok(())
    }

    /// Writes down how far an upload is.
    async fn note(&self, upload: &Upload, step: &Step) -> Result<(), Error> {
        if let Step::Complete { uid, .. } = step {
            self.keep(upload, uid).await?;
        }
        let (seq, step) = (upload.seq, step.clone());
        self.context
            .store
            .write(move |tx| uploads::advance(tx, seq, &step))
            .await
    }

    async fn step(&self, upload: &Upload, ending: &CancellationToken) -> Outcome {
        let now = self.context.server_now();
        let passed = Arc::new(AtomicU64::new(0));
        let done = match &upload.step {
            Step::New => {
                let announced = self
                    .client
                    .announce(&upload.name, &upload.content_type, false);
                ending.run_until_cancelled(announced).await.map(|answer| {
                    answer.map(|blob| Step::Announced {
                        blob: blob.id.get(),
                        uid: blob.uid.to_string(),
                        address: calls::address(&blob).unwrap_or_default().to_owned(),
                        expires: blob
                            .blob_object_access
                            .and_then(|access| access.expires)
                            .map(|expires| expires.0),
                    })
                })
            }
            Step::Announced {
                expires: Some(expires),
                ..
            } if *expires <= now => return Outcome::Again,
            Step::Announced {
                blob, uid, address, ..
            } => {
                let Some(reader) = self.open(upload).await else {
                    return Outcome::Failed(FileProblem::Gone);
                };
                let sent = ending
                    .run_until_cancelled(self.send(upload, address, reader, &passed))
                    .await;
                sent.map(|answer| {
                    answer.map(|()| Step::Uploaded {
                        blob: *blob,
                        uid: uid.clone(),
                    })
                })
            }
            Step::Uploaded { blob, uid } => {
                let Some(id) = BlobId::new(*blob) else {
                    return Outcome::Again;
                };
                let completed = self.client.complete(id, upload.size);
                ending.run_until_cancelled(completed).await.map(|answer| {
                    answer.map(|()| Step::Complete {
                        blob: *blob,
                        uid: uid.clone(),
                    })
                })
            }
            step @ Step::Complete { .. } => return Outcome::Next(step.clone()),
        };
        match done {
            None => Outcome::Stopped,
            Some(Ok(step)) => Outcome::Next(step),
            Some(Err(error)) => {
                tracing::debug!(%error, "a step of an upload was not taken");
                judge(&error, &upload.step, passed.load(Ordering::Relaxed) > 0)
            }
        }
    }

    async fn open(&self, upload: &Upload) -> Option<Reader> {
        let (outgoing, content) = (self.outgoing.clone(), upload.content);
        let opened = tokio::task::spawn_blocking(move || outgoing.open(content)).await;
        match opened {
            Ok(Ok(reader)) => Some(reader),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a file to be sent is missing");
                None
            }
            Err(_) => None,
        }
    }

    /// Streams a file to where the server wants it; tells how far it has come.
    async fn send(
        &self,
        upload: &Upload,
        address: &str,
        reader: Reader,
        sent: &Arc<AtomicU64>,
    ) -> Result<(), rest::Error> {
        let bytes = stream(reader, Arc::clone(sent));
        let sending = self
            .client
            .upload_stream(address, &upload.content_type, upload.size, bytes);
        tokio::pin!(sending);
        let mut look = interval(LOOK_EVERY);
        let (mut before, mut silent) = (0, Duration::ZERO);
        loop {
            tokio::select! {
                answer = &mut sending => return answer,
                _ = look.tick() => {
                    let now = sent.load(Ordering::Relaxed);
                    if now == before {
                        silent += LOOK_EVERY;
                    } else {
                        (before, silent) = (now, Duration::ZERO);
                    }
                    if silent >= SILENCE_LIMIT {
                        return Err(rest::Error::Unreachable { host: String::new() });
                    }
                    let state = FileState::Uploading { sent: now, total: upload.size };
                    self.context.files.report(upload.dialog, upload.message, upload.index, state);
                }
            }
        }
    }

    /// What was sent is here, too: the sender need not download it.
    async fn keep(&self, upload: &Upload, uid: &str) -> Result<(), Error> {
        match self.open(upload).await {
            Some(reader) => self.files.adopt(uid, reader).await,
            None => Ok(()),
        }
    }

    /// Forgets the copy of a file that is at the server, unless something else waits for it.
    async fn forget(&self, upload: &Upload) -> Result<(), Error> {
        let content = upload.content;
        let Some(unchosen) = self.outgoing.unchosen() else {
            // It is swept when nothing is on its way.
            return Ok(());
        };
        let is_needed = self
            .context
            .store
            .read(move |db| staged::needs(db, content))
            .await?;
        if !is_needed {
            let outgoing = self.outgoing.clone();
            let removed = tokio::task::spawn_blocking(move || {
                let removed = outgoing.remove(content);
                drop(unchosen);
                removed
            })
            .await;
            if let Ok(Err(error)) = removed {
                // It is swept when nothing is on its way.
                tracing::warn!(%error, "a file that was sent was not removed");
            }
        }
        Ok(())
    }

    /// Tries again after a while, longer each time.
    async fn wait(&self, upload: &Upload, is_failure: bool) -> Result<(), Error> {
        let place = usize::try_from(upload.attempts).unwrap_or(usize::MAX);
        let wait = WAITS.get(place).or(WAITS.last());
        let wait = wait.copied().unwrap_or_default();
        let not_before = UnixMillis(self.context.clock.now().0.saturating_add(wait));
        let seq = upload.seq;
        self.context
            .store
            .write(move |tx| uploads::postpone(tx, seq, not_before, is_failure))
            .await?;
        self.say_waiting(upload).await
    }

    /// What was being uploaded is not at the moment.
    async fn say_waiting(&self, upload: &Upload) -> Result<(), Error> {
        let message = upload.message;
        self.context
            .store
            .write(move |tx| uploads::touch(tx, message))
            .await
    }

    async fn fail(&self, upload: &Upload, problem: FileProblem) -> Result<(), Error> {
        tracing::info!(?problem, "a file was not uploaded");
        let (seq, message) = (upload.seq, upload.message);
        let kind = match problem {
            FileProblem::TooLarge => FailureKind::TooLarge,
            FileProblem::Server | FileProblem::NoSpace => FailureKind::Server,
            FileProblem::Network => FailureKind::NoAnswer,
            FileProblem::Refused
            | FileProblem::Gone
            | FileProblem::Damaged
            | FileProblem::NotAnImage => FailureKind::Refused,
        };
        self.context
            .store
            .write(move |tx| {
                uploads::fail(tx, seq, problem)?;
                outbox::fail(tx, message, &Failure { kind, text: None })?;
                Ok(())
            })
            .await?;
        // Its other files need not go on.
        self.context.uploads.stop(message);
        Ok(())
    }
}

/// What an error means for the step it happened at; `had_begun` when bytes of the file had passed.
fn judge(error: &rest::Error, step: &Step, had_begun: bool) -> Outcome {
    /// HTTP's "content too large".
    const TOO_LARGE: u16 = 413;
    let is_new = matches!(step, Step::New);
    match error {
        // A server that refuses a file may close the line while the file still comes, and its words
        // are lost with it: a line that ends in the middle of the bytes is not waited for for ever.
        rest::Error::Unreachable { .. } if had_begun => Outcome::Later {
            problem: Some(FileProblem::Network),
        },
        rest::Error::Offline
        | rest::Error::Unreachable { .. }
        | rest::Error::Proxy { .. }
        | rest::Error::RateLimited { .. } => Outcome::Later { problem: None },
        // Another sign-in, or another network, may let it through.
        rest::Error::NotSignedIn | rest::Error::Credentials | rest::Error::Certificate { .. }
            if is_new || matches!(step, Step::Uploaded { .. }) =>
        {
            Outcome::Later { problem: None }
        }
        rest::Error::Server { status, .. } if *status == TOO_LARGE => {
            Outcome::Failed(FileProblem::TooLarge)
        }
        rest::Error::Server { status, .. } if *status >= 500 => Outcome::Later {
            problem: Some(FileProblem::Server),
        },
        rest::Error::BadAnswer { .. } => Outcome::Later {
            problem: Some(FileProblem::Server),
        },
        // Where the server itself said to upload to, and what it said is complete, is no longer so:
        // the address has expired, or the file was swept.
        rest::Error::NotSignedIn
        | rest::Error::Credentials
        | rest::Error::Certificate { .. }
        | rest::Error::Insecure { .. }
        | rest::Error::NotFound { .. }
        | rest::Error::Forbidden { .. }
        | rest::Error::Validation { .. }
        | rest::Error::Server { .. } => {
            if is_new {
                Outcome::Failed(FileProblem::Refused)
            } else {
                Outcome::Again
            }
        }
    }
}

/// The bytes of a file, read as they are wanted.
fn stream(
    mut reader: Reader,
    sent: Arc<AtomicU64>,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    let (portions, wanted) = mpsc::channel::<std::io::Result<Bytes>>(AHEAD);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut portion = vec![0; CHUNK];
            match reader.read(&mut portion) {
                Ok(0) => return,
                Ok(read) => {
                    portion.truncate(read);
                    if portions.blocking_send(Ok(portion.into())).is_err() {
                        // Nobody wants the rest.
                        return;
                    }
                }
                Err(error) => {
                    portions.blocking_send(Err(error)).ok();
                    return;
                }
            }
        }
    });
    futures::stream::unfold((wanted, sent), |(mut wanted, sent)| async move {
        let portion = wanted.recv().await?;
        if let Ok(bytes) = &portion {
            sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Some((portion, (wanted, sent)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Outcome, judge};
    use crate::model::FileProblem;
    use crate::rest::Error;
    use crate::store::uploads::Step;

    fn server(status: u16) -> Error {
        Error::Server {
            status,
            message: String::new(),
        }
    }

    fn forbidden() -> Error {
        Error::Forbidden {
            message: "Request has expired".to_owned(),
        }
    }

    #[test]
    fn a_refused_address_is_asked_for_anew_and_a_refused_file_is_given_up() {
        let announced = Step::Announced {
            blob: 1,
            uid: "u".to_owned(),
            address: String::new(),
            expires: None,
        };
        assert!(matches!(
            judge(&forbidden(), &announced, true),
            Outcome::Again
        ));
        assert!(matches!(
            judge(&server(400), &announced, true),
            Outcome::Again
        ));
        assert!(matches!(
            judge(&forbidden(), &Step::New, false),
            Outcome::Failed(FileProblem::Refused)
        ));
        for step in [&announced, &Step::New] {
            assert!(matches!(
                judge(&server(413), step, true),
                Outcome::Failed(FileProblem::TooLarge)
            ));
            assert!(matches!(
                judge(&server(503), step, false),
                Outcome::Later {
                    problem: Some(FileProblem::Server)
                }
            ));
            assert!(matches!(
                judge(&Error::Offline, step, true),
                Outcome::Later { problem: None }
            ));
        }
        let broken = || Error::Unreachable {
            host: String::new(),
        };
        assert!(matches!(
            judge(&broken(), &announced, false),
            Outcome::Later { problem: None }
        ));
        assert!(matches!(
            judge(&broken(), &announced, true),
            Outcome::Later {
                problem: Some(FileProblem::Network)
            }
        ));
    }
}
