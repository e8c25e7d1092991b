//! The files of an export: those that are on this computer are copied, the others fetched first.
//!
//! Only a few are ahead of what is being copied, because the cache may make room for the next ones
//! at any time. Nobody but the account's own server is asked: an export must not tell every place
//! that somebody named in a message that this person is here.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use unicode_normalization::UnicodeNormalization as _;

use super::{ExportError, Source, names, off_thread};
use crate::attachments::files::attachment;
use crate::attachments::names::{name_of, runs_when_opened};
use crate::model::{Attachment, FileProblem, FileState, Message, MessageId};
use crate::rest::downloads::Wanted;
use crate::store::{self, uploads};

/// The folder of the files, below that of the export.
const FOLDER: &str = "files";

/// Files that are fetched or wait to be copied at a time.
const AHEAD: usize = 3;

/// Between two reports of what is on its way, and two looks whether anything still comes.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Time without a single byte of any file after which one counts as not to be had now.
const SILENCE: Duration = Duration::from_secs(90);

/// How often a file is asked for: once more when the cache made room before it was copied.
const ASKS: u32 = 2;

/// Bytes from which it is told what a file is.
const HEAD: u64 = 4096;

/// Names tried for one file; more of one name than this are no names any more.
const NAMES: u32 = 100_000;

/// Why a file is not in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingReason {
    /// It is at an address that somebody else chose, which an export does not ask.
    Elsewhere,
    /// Its sender, or this person, removed it from the server.
    Removed,
    /// It could not be fetched.
    Failed(FileProblem),
}

/// A file that is not in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingFile {
    /// On which message.
    pub message: MessageId,
    /// Its place there, from 0.
    pub index: u32,
    /// Its name, or what it is.
    pub name: String,
    /// Why.
    pub reason: MissingReason,
}

/// A file that is in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copied {
    /// Its path below the folder of the export, with `/`.
    pub(super) path: String,
    /// Whether a system would run it when it is opened: a click in a page must not.
    pub(super) runs: bool,
}

/// What was copied so far.
pub(super) struct Copies {
    folder: PathBuf,
    /// Names in the folder as the strictest system compares them.
    taken: HashSet<String>,
    /// What a file became that several messages show.
    known: HashMap<String, Copied>,
    pub(super) count: u32,
    pub(super) missing: Vec<MissingFile>,
}

/// One attachment that is wanted.
struct Place {
    message: MessageId,
    index: u32,
    attachment: Attachment,
}

/// Its bytes.
struct Content {
    bytes: Box<dyn Read + Send>,
    content_type: String,
}

/// What was asked for on behalf of the export and has not come yet.
#[derive(Default)]
struct Asked(Mutex<BTreeSet<String>>);

impl Asked {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // One name is put in or taken out.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of the attachments of some messages, by their place there.
pub(super) type Files = HashMap<MessageId, Vec<Option<Copied>>>;

impl Copies {
    /// None yet; the folder is made with the first.
    pub(super) fn new(export: &Path) -> Self {
        Self {
            folder: export.join(FOLDER),
            taken: HashSet::new(),
            known: HashMap::new(),
            count: 0,
            missing: Vec::new(),
        }
    }

    /// Brings the files of these messages into the folder. `moved` hears how many are there and how
    /// far those are that come (bytes).
    pub(super) async fn take(
        &mut self,
        source: &Source<'_>,
        batch: &[Message],
        moved: impl Fn(u32, Option<(u64, u64)>),
        cancelled: &CancellationToken,
    ) -> Result<Files, ExportError> {
        let asked = Asked::default();
        let taken = self.take_all(source, batch, &asked, moved, cancelled).await;
        let left = std::mem::take(&mut *asked.lock());
        for name in left {
            // Nobody else wanted it.
            source.files.cancel(&name).await?;
        }
        taken
    }

    async fn take_all(
        &mut self,
        source: &Source<'_>,
        batch: &[Message],
        asked: &Asked,
        moved: impl Fn(u32, Option<(u64, u64)>),
        cancelled: &CancellationToken,
    ) -> Result<Files, ExportError> {
        let mut files = Files::new();
        let places = places_of(batch);
        let all: Vec<_> = places.iter().map(|one| (one.message, one.index)).collect();
        let mut coming = stream::iter(places)
            .map(|place| async move {
                let content = obtain(source, &place, asked).await;
                (place, content)
            })
            .buffered(AHEAD);
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let next = tokio::select! {
                biased;
                () = cancelled.cancelled() => return Err(ExportError::Cancelled),
                next = coming.next() => next,
                _ = look.tick() => {
                    moved(self.count, source.files.progress().received(&all));
                    continue;
                }
            };
            let Some((place, content)) = next else {
                return Ok(files);
            };
            let copied = match content? {
                Ok(content) => self.copy(&place, content).await?,
                Err(reason) => Err(reason),
            };
            let row = files.entry(place.message).or_default();
            let at = usize::try_from(place.index).unwrap_or(usize::MAX);
            row.resize(row.len().max(at.saturating_add(1)), None);
            match copied {
                Ok(copied) => {
                    if let Some(slot) = row.get_mut(at) {
                        *slot = Some(copied);
                    }
                }
                Err(reason) => self.missing.push(MissingFile {
                    message: place.message,
                    index: place.index,
                    name: name_of(&place.attachment, ""),
                    reason,
                }),
            }
            moved(self.count, source.files.progress().received(&all));
        }
    }

    /// Copies one file. What cannot be read to its end leaves nothing behind.
    async fn copy(
        &mut self,
        place: &Place,
        content: Content,
    ) -> Result<Result<Copied, MissingReason>, ExportError> {
        let source = place.attachment.source.key();
        if let Some(known) = source.as_ref().and_then(|source| self.known.get(source)) {
            return Ok(Ok(known.clone()));
        }
        let wanted = names::safe(&name_of(&place.attachment, &content.content_type), "file");
        let name = self.free(&wanted)?;
        let (folder, file) = (self.folder.clone(), name.clone());
        let written = off_thread(move || {
            fs::create_dir_all(&folder)?;
            write(&folder.join(&file), &file, content.bytes)
        })
        .await?;
        let Some(runs) = written else {
            return Ok(Err(MissingReason::Failed(FileProblem::Damaged)));
        };
        self.taken.insert(compared(&name));
        self.count = self.count.saturating_add(1);
        let path = format!("{FOLDER}/{name}");
        let copied = Copied { path, runs };
        if let Some(source) = source {
            self.known.insert(source, copied.clone());
        }
        Ok(Ok(copied))
    }

    /// A name like the wanted one that no file here has, on any system.
    fn free(&self, wanted: &str) -> io::Result<String> {
        (1..=NAMES)
            .map(|n| names::numbered(wanted, n))
            .find(|name| !self.taken.contains(&compared(name)))
            .ok_or_else(|| io::ErrorKind::AlreadyExists.into())
    }
}

/// A name as the strictest system compares it: without case, and composed.
fn compared(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// The attachments of these messages that have bytes.
fn places_of(batch: &[Message]) -> Vec<Place> {
    batch
        .iter()
        .filter(|message| !message.deleted)
        .flat_map(|message| {
            let all = (0..).zip(&message.attachments);
            all.filter(|(_, attachment)| attachment.file.is_some())
                .map(|(index, attachment)| Place {
                    message: message.id,
                    index,
                    attachment: attachment.clone(),
                })
        })
        .collect()
}

/// The bytes of an attachment, fetched if they are not here; or why they cannot be had.
async fn obtain(
    source: &Source<'_>,
    place: &Place,
    asked: &Asked,
) -> Result<Result<Content, MissingReason>, store::Error> {
    let (message, index) = (place.message, place.index);
    let Some(name) = place.attachment.source.key() else {
        return unsent(source, place).await;
    };
    let mut asks = 0;
    loop {
        // What settles between the look and the wait is not missed.
        let downloads = source.files.downloads();
        let settled = downloads.next_settled();
        if let Some(file) = source.files.open(message, index).await? {
            asked.lock().remove(&name);
            let content_type = file.content_type.clone();
            return Ok(Ok(Content {
                bytes: Box::new(file),
                content_type,
            }));
        }
        let now = source
            .store
            .read(move |db| attachment(db, message, index))
            .await?;
        let state = now.and_then(|now| now.file);
        let problem = match state {
            None | Some(FileState::Deleted) => return Ok(Err(MissingReason::Removed)),
            // One that is still to be sent.
            Some(FileState::Waiting | FileState::Uploading { .. } | FileState::Paused { .. }) => {
                return unsent(source, place).await;
            }
            Some(FileState::Failed { problem }) => problem,
            Some(
                FileState::Remote
                | FileState::Queued
                | FileState::Downloading { .. }
                | FileState::Here,
            ) => FileProblem::Network,
        };
        if matches!(Wanted::parse(&name), Some(Wanted::Url(_))) {
            return Ok(Err(MissingReason::Elsewhere));
        }
        let is_coming = matches!(
            state,
            Some(FileState::Queued | FileState::Downloading { .. })
        );
        let is_online = source
            .context
            .as_ref()
            .is_some_and(|context| context.is_online());
        if !is_online || (!is_coming && asks >= ASKS) {
            return Ok(Err(MissingReason::Failed(problem)));
        }
        if !is_coming {
            asks += 1;
            asked.lock().insert(name.clone());
            source.files.want(&place.attachment).await?;
            continue;
        }
        if !settles(source, settled).await {
            return Ok(Err(MissingReason::Failed(FileProblem::Network)));
        }
    }
}

/// Waits until some file has settled; false when nothing has come for too long.
async fn settles(source: &Source<'_>, settled: impl Future<Output = ()>) -> bool {
    let mut settled = std::pin::pin!(settled);
    let mut last = source.files.progress().moved();
    let mut since = Instant::now();
    loop {
        if timeout(LOOK_EVERY, settled.as_mut()).await.is_ok() {
            return true;
        }
        let now = source.files.progress().moved();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        if since.elapsed() >= SILENCE {
            return false;
        }
    }
}

/// The bytes of a file of a message that did not leave yet.
async fn unsent(
    source: &Source<'_>,
    place: &Place,
) -> Result<Result<Content, MissingReason>, store::Error> {
    let (message, index) = (place.message, place.index);
    let content = source
        .store
        .read(move |db| uploads::content(db, message, index))
        .await?;
    let outgoing = source.outgoing.clone();
    let opened = off_thread(move || match content {
        Some((content, _)) => outgoing.open(content),
        None => Err(io::ErrorKind::NotFound.into()),
    });
    Ok(match opened.await {
        Ok(reader) => Ok(Content {
            bytes: Box::new(reader),
            content_type: place.attachment.content_type.clone(),
        }),
        Err(error) => {
            tracing::warn!(%error, "a file that waits to be sent is not in the export");
            Err(MissingReason::Failed(FileProblem::Gone))
        }
    })
}

/// Writes a file that is not there yet. Gives back whether it would run when it is opened; `None`
/// when what is copied cannot be read to its end, and nothing is left of it then.
fn write(path: &Path, name: &str, mut from: Box<dyn Read + Send>) -> io::Result<Option<bool>> {
    let mut head = Vec::new();
    if from.by_ref().take(HEAD).read_to_end(&mut head).is_err() {
        return Ok(None);
    }
    let mut file = File::create_new(path)?;
    let written = file
        .write_all(&head)
        .and_then(|()| copy_rest(&mut file, from));
    match written {
        Ok(true) => Ok(Some(runs_when_opened(name, &head))),
        Ok(false) => {
            drop(file);
            fs::remove_file(path)?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Copies what is left; false when it cannot be read. Only the disk that is written to is an error.
fn copy_rest(file: &mut File, mut from: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(read) => file.write_all(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::warn!(%error, "a file of the cache cannot be read");
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{self, Read};

    use tempfile::TempDir;

    use super::write;

    /// Gives some bytes, and then what a damaged file gives.
    struct Damaged(usize);

    impl Read for Damaged {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = self.0.min(into.len());
            self.0 -= read;
            if read == 0 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            Ok(read)
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_to_its_end_leaves_nothing() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("a.bin");
        for length in [0, 10, 1_000_000] {
            let written = write(&path, "a.bin", Box::new(Damaged(length))).unwrap();
            assert_eq!(written, None, "{length}");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{length}");
        }
    }

    #[test]
    fn nothing_is_written_over_and_a_program_is_known_as_one() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("a.txt");
        let bytes = || Box::new(b"plain".as_slice());
        assert_eq!(write(&path, "a.txt", bytes()).unwrap(), Some(false));
        assert!(write(&path, "a.txt", bytes()).is_err());
        let program = dir.path().join("b.txt");
        let bytes = Box::new(b"#!/bin/sh\n".as_slice());
        assert_eq!(write(&program, "b.txt", bytes).unwrap(), Some(true));
    }
}
