//! One try to get one file.

use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::attachments::MAX_BYTES;
use crate::attachments::cache::Part;
use crate::attachments::files::Files;
use crate::model::FileProblem;
use crate::rest::downloads::{Download, Resume, Wanted};
use crate::rest::{self, Client};
use crate::store::{Error, files};

/// Portions that wait for the disk before the socket is no longer read.
const AHEAD: usize = 16;

/// How a try ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The file is in the cache.
    Here,
    /// It is larger than is downloaded unasked, or elsewhere.
    Declined,
    /// It will not come.
    Failed(FileProblem),
    /// It was cut; what is here of it is kept.
    Cut {
        /// Whether more of it is here than before.
        has_progress: bool,
        /// This machine has no network.
        is_offline: bool,
        /// What to say when it is not tried again.
        problem: FileProblem,
    },
}

pub(super) async fn transfer(
    files: &Files,
    client: &Client,
    source: &str,
    limit: Option<u64>,
    cancelled: &CancellationToken,
    report: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Outcome, Error> {
    let Some(wanted) = Wanted::parse(source) else {
        return Ok(Outcome::Failed(FileProblem::Gone));
    };
    if limit.is_some() && client.is_elsewhere(&wanted) {
        // Asking tells a stranger that this person is here.
        return Ok(Outcome::Declined);
    }
    let name = source.to_owned();
    let known = files.store.read(move |db| files::load(db, &name)).await?;
    let known = known.unwrap_or_else(files::FileRow::remote);
    let part = match &known.etag {
        Some(_) => files.part(source).await,
        None => files.part_anew(source).await,
    };
    let mut part = match part {
        Ok(part) => part,
        Err(error) => return Ok(of_disk(&error)),
    };
    let before = part.length();
    let resume = known
        .etag
        .filter(|_| before > 0)
        .map(|etag| Resume { from: before, etag });
    let opened = client.open_download(&wanted, resume.as_ref());
    let opened = tokio::select! {
        opened = opened => opened,
        () = cancelled.cancelled() => return Ok(Outcome::Declined),
    };
    let download = match opened {
        Ok(download) => download,
        Err(error) if resume.is_some() && is_no_continuation(&error) => {
            return start_over(files, source).await;
        }
        Err(error) => return Ok(refused(&error)),
    };
    let most = limit.unwrap_or(MAX_BYTES).min(MAX_BYTES);
    let too_large = if most == MAX_BYTES {
        Outcome::Failed(FileProblem::TooLarge)
    } else {
        Outcome::Declined
    };
    let (name, total, etag) = (source.to_owned(), download.total, download.etag.clone());
    files
        .store
        .write(move |tx| files::announced(tx, &name, total, etag.as_deref()))
        .await?;
    if download.total.is_some_and(|total| total > most) {
        return Ok(too_large);
    }
    if download.offset == 0 && before > 0 {
        part = match files.part_anew(source).await {
            Ok(part) => part,
            Err(error) => return Ok(of_disk(&error)),
        };
    }
    let all = Bounds {
        most,
        before,
        too_large,
    };
    bring(files, source, download, part, all, cancelled, report).await
}

/// How much may come, and what is here already.
struct Bounds {
    most: u64,
    before: u64,
    /// What it means that more comes.
    too_large: Outcome,
}

/// Brings what a server has begun to give to its place in the cache.
async fn bring(
    files: &Files,
    source: &str,
    mut download: Download,
    part: Part,
    bounds: Bounds,
    cancelled: &CancellationToken,
    report: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Outcome, Error> {
    let resumable = download.etag.is_some();
    let announced = download.total;
    let received = receive(&mut download, part, bounds.most, cancelled, report).await;
    let part = match received {
        Received::All(part) => part,
        Received::TooMuch { length } => {
            // So large at least: it is not begun unasked again.
            let name = source.to_owned();
            files
                .store
                .write(move |tx| files::announced(tx, &name, Some(length), None))
                .await?;
            return Ok(bounds.too_large);
        }
        Received::Cancelled => return Ok(Outcome::Declined),
        Received::Disk(error) => return Ok(of_disk(&error)),
        Received::Cut { length, error } => {
            let length = length / crate::attachments::sealed::CHUNK as u64;
            return Ok(Outcome::Cut {
                has_progress: resumable
                    && length > bounds.before / crate::attachments::sealed::CHUNK as u64,
                is_offline: error == rest::Error::Offline,
                problem: FileProblem::Network,
            });
        }
    };
    if announced.is_some_and(|total| total != part.length()) {
        return if download.offset > 0 {
            start_over(files, source).await
        } else {
            Ok(Outcome::Failed(FileProblem::Damaged))
        };
    }
    if announced.is_none()
        && files
            .is_shorter_than_announced(source, part.length())
            .await?
    {
        // Nothing but its sender says how long it is, and it ended before that.
        return Ok(Outcome::Cut {
            has_progress: false,
            is_offline: false,
            problem: FileProblem::Damaged,
        });
    }
    match files.keep(source, part).await? {
        Ok(()) => Ok(Outcome::Here),
        Err(error) => Ok(of_disk(&error)),
    }
}

enum Received {
    All(Part),
    TooMuch { length: u64 },
    Cancelled,
    Disk(io::Error),
    Cut { length: u64, error: rest::Error },
}

/// Brings bytes from the socket to the disk. The thread that writes and hashes them may block; the
/// one that reads waits for it when it falls behind, so memory stays flat.
async fn receive(
    download: &mut Download,
    mut part: Part,
    most: u64,
    cancelled: &CancellationToken,
    report: &(dyn Fn(u64, u64) + Send + Sync),
) -> Received {
    let (to_disk, mut portions) = mpsc::channel::<Bytes>(AHEAD);
    let mut length = part.length();
    let writing = tokio::task::spawn_blocking(move || {
        while let Some(portion) = portions.blocking_recv() {
            part.write(&portion)?;
        }
        Ok(part)
    });
    let total = download.total.unwrap_or_default();
    report(length, total.max(length));
    let ended = loop {
        let next = tokio::select! {
            next = download.next() => next,
            () = cancelled.cancelled() => break Some(Received::Cancelled),
        };
        match next {
            Ok(Some(bytes)) => {
                length += bytes.len() as u64;
                if length > most {
                    break Some(Received::TooMuch { length });
                }
                report(length, total.max(length));
                if to_disk.send(bytes).await.is_err() {
                    // The writer says why.
                    break None;
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(Received::Cut { length, error }),
        }
    };
    drop(to_disk);
    let written = writing.await;
    match (written, ended) {
        (Ok(Err(error)), _) => Received::Disk(error),
        (Err(panic), _) => Received::Disk(io::Error::other(panic)),
        (Ok(Ok(_)), Some(ended)) => ended,
        (Ok(Ok(part)), None) => Received::All(part),
    }
}

/// What is here does not fit to what there is: the next try begins anew.
async fn start_over(files: &Files, source: &str) -> Result<Outcome, Error> {
    files.drop_part(source).await?;
    Ok(Outcome::Cut {
        has_progress: false,
        is_offline: false,
        problem: FileProblem::Damaged,
    })
}

/// Whether the server has nothing that goes on where what is here ends.
fn is_no_continuation(error: &rest::Error) -> bool {
    const RANGE_NOT_SATISFIABLE: u16 = 416;
    matches!(
        error,
        rest::Error::BadAnswer { .. }
            | rest::Error::Server {
                status: RANGE_NOT_SATISFIABLE,
                ..
            }
    )
}

/// What it means that a server did not give a file.
fn refused(error: &rest::Error) -> Outcome {
    let cut = |is_offline, problem| Outcome::Cut {
        has_progress: false,
        is_offline,
        problem,
    };
    match error {
        rest::Error::Offline => cut(true, FileProblem::Network),
        rest::Error::Unreachable { .. } | rest::Error::Proxy { .. } => {
            cut(false, FileProblem::Network)
        }
        rest::Error::RateLimited { .. } => cut(false, FileProblem::Server),
        rest::Error::NotFound { .. } | rest::Error::Server { status: 410, .. } => {
            Outcome::Failed(FileProblem::Gone)
        }
        rest::Error::Server { status, .. } if *status >= 500 => cut(false, FileProblem::Server),
        rest::Error::Server { .. }
        | rest::Error::BadAnswer { .. }
        | rest::Error::Validation { .. } => Outcome::Failed(FileProblem::Server),
        rest::Error::Certificate { .. }
        | rest::Error::Insecure { .. }
        | rest::Error::NotSignedIn
        | rest::Error::Credentials
        | rest::Error::Forbidden { .. } => Outcome::Failed(FileProblem::Refused),
    }
}

/// What it means that a file could not be written.
fn of_disk(error: &io::Error) -> Outcome {
    if matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        return Outcome::Failed(FileProblem::NoSpace);
    }
    // The folder may just have been emptied.
    tracing::warn!(%error, "a download could not be written");
    Outcome::Cut {
        has_progress: false,
        is_offline: false,
        problem: FileProblem::NoSpace,
    }
}
