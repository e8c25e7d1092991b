//! The files of one account: what the cache says of them, and the folder with their bytes.

mod room;

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::attachments::cache::{Cache, Derived, Part};
use crate::attachments::downloads::Downloads;
use crate::attachments::images;
use crate::attachments::progress::Progress;
use crate::attachments::sealed::{CHUNK, ContentHash, Reader};
use crate::clock::Clock;
use crate::model::{
    Attachment, AttachmentKind, FilePolicy, FileProblem, FileState, Message, MessageId, StorageUse,
    UnixMillis,
};
use crate::rest::downloads::Wanted;
use crate::store::files::{Content, Queued};
use crate::store::{Error, Store, files, messages, shared};

/// Messages that show a file and are looked at for how it is meant to be shown.
const SHOWN_AT: usize = 20;

/// Bytes from which the type of a file is told.
const HEAD: usize = 512;

/// Pictures decoded at the same time: one may take a quarter of a gigabyte.
const DECODINGS: usize = 1;

/// What comes later than this is no news that is worth a download before somebody looks.
const NEWS_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Files of one account. Shared by the tasks and the screens.
pub(crate) struct Files {
    pub(super) store: Store,
    pub(super) cache: Cache,
    pub(super) progress: Progress,
    pub(super) downloads: Arc<Downloads>,
    clock: Arc<dyn Clock>,
    policy: Arc<Mutex<FilePolicy>>,
    pins: Pins,
    decodings: Arc<Semaphore>,
    /// Files that messages say are no longer on the server, until somebody looks what is here of them.
    removed: Mutex<Vec<String>>,
    /// How much of a wait is waited; tests have none.
    pub(super) pace: Duration,
}

/// Contents that are open, and how often. They do not make room.
#[derive(Clone, Debug, Default)]
struct Pins(Arc<Mutex<HashMap<ContentHash, usize>>>);

impl Pins {
    fn pin(&self, content: ContentHash) -> Pin {
        *self.lock().entry(content).or_default() += 1;
        Pin {
            pins: self.clone(),
            content,
        }
    }

    fn has(&self, content: ContentHash) -> bool {
        self.lock().contains_key(&content)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ContentHash, usize>> {
        // Counts; each is changed in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a content in the cache as long as it lives.
#[derive(Debug)]
struct Pin {
    pins: Pins,
    content: ContentHash,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pins = self.pins.lock();
        if let Some(count) = pins.get_mut(&self.content) {
            *count -= 1;
            if *count == 0 {
                pins.remove(&self.content);
            }
        }
    }
}

/// A file of the cache that is being read, which stays there meanwhile, or one that is still to be sent.
pub struct OpenFile {
    reader: Reader,
    /// Its media type as its bytes tell; empty when they do not.
    pub content_type: String,
    /// The attachment that shows it.
    pub attachment: Attachment,
    _pin: Option<Pin>,
}

impl std::fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenFile")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

impl OpenFile {
    /// A file that is still to be sent: no room is made of those.
    pub(crate) fn to_be_sent(reader: Reader, content_type: String, attachment: Attachment) -> Self {
        Self {
            reader,
            content_type,
            attachment,
            _pin: None,
        }
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.reader.length()
    }
}

impl Read for OpenFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into)
    }
}

impl io::Seek for OpenFile {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureSize {
    /// For the conversation.
    Thumbnail,
    /// For the whole window.
    Full,
}

/// A picture as the page may show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPicture {
    /// Encoded.
    pub bytes: Vec<u8>,
    /// `image/jpeg`, `image/png`, `image/gif` or `image/webp`; checked.
    pub content_type: String,
}

/// What [`Files`] is made of.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) cache: Cache,
    pub(crate) progress: Progress,
    pub(crate) downloads: Arc<Downloads>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: Arc<Mutex<FilePolicy>>,
}

impl Files {
    /// Nothing is on its way.
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            cache: parts.cache,
            progress: parts.progress,
            downloads: parts.downloads,
            clock: parts.clock,
            policy: parts.policy,
            pins: Pins::default(),
            decodings: Arc::new(Semaphore::new(DECODINGS)),
            removed: Mutex::default(),
            pace: Duration::from_secs(1),
        }
    }

    /// How far those on their way have come.
    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What is on its way.
    pub(crate) fn downloads(&self) -> Arc<Downloads> {
        Arc::clone(&self.downloads)
    }

    /// A person wants a file, whatever its size.
    pub(crate) async fn want(&self, attachment: &Attachment) -> Result<(), Error> {
        let Some(source) = attachment.source.key() else {
            return Ok(());
        };
        self.enqueue(vec![Queued {
            source,
            limit: None,
        }])
        .await
    }

    /// A person does not want a file any more.
    pub(crate) async fn cancel(&self, source: &str) -> Result<(), Error> {
        self.downloads.cancel(source);
        self.forget(source).await?;
        self.downloads.say_settled();
        Ok(())
    }

    /// These are on the screen, the most wanted first.
    pub(crate) async fn prioritise(&self, places: Vec<(MessageId, u32)>) -> Result<(), Error> {
        let shown = self
            .store
            .read(move |db| {
                let mut shown = Vec::new();
                for (message, index) in places {
                    shown.extend(attachment(db, message, index)?);
                }
                Ok(shown)
            })
            .await?;
        let sources = shown.iter().filter_map(|one| one.source.key()).collect();
        self.downloads.set_screen(sources);
        let wanted = shown.iter().filter_map(|one| self.automatic(one)).collect();
        self.enqueue(wanted).await
    }

    /// Messages have arrived or are others now: what is small enough need not wait for somebody to look,
    /// and what its sender removed from the server goes here, too. Does not wait for the disk.
    pub(crate) fn hear(&self, messages: &[Message]) {
        self.hear_of_removed(messages);
        let news: Vec<Queued> = messages.iter().flat_map(|one| self.news(one)).collect();
        if !news.is_empty() {
            self.downloads.hear(news);
        }
    }

    /// What of a message is downloaded unasked, if it is news.
    fn news(&self, message: &Message) -> Vec<Queued> {
        let age = self.clock.now().0.saturating_sub(message.sent_at.0);
        if message.attachments.is_empty() || age > NEWS_MILLIS {
            return Vec::new();
        }
        let all = message.attachments.iter();
        all.filter_map(|one| self.automatic(one)).collect()
    }

    /// Whether a file is downloaded unasked, and up to which size.
    fn automatic(&self, attachment: &Attachment) -> Option<Queued> {
        if attachment.file != Some(FileState::Remote) {
            return None;
        }
        let policy = *self.policy();
        let limit = match attachment.kind {
            AttachmentKind::Image => policy.images,
            AttachmentKind::Video
            | AttachmentKind::Audio
            | AttachmentKind::Voice
            | AttachmentKind::File => policy.files,
            AttachmentKind::Location => 0,
        };
        let is_wanted = limit > 0 && attachment.size.is_none_or(|size| size <= limit);
        let source = attachment.source.key().filter(|_| is_wanted)?;
        // Asking elsewhere than at the own server tells a stranger that this person is here.
        matches!(Wanted::parse(&source), Some(Wanted::Blob(_))).then_some(Queued {
            source,
            limit: Some(limit),
        })
    }

    pub(super) async fn enqueue(&self, wanted: Vec<Queued>) -> Result<(), Error> {
        if wanted.is_empty() {
            return Ok(());
        }
        let queued = self
            .store
            .write(move |tx| {
                let mut queued = Vec::new();
                for one in wanted {
                    if files::enqueue(tx, &one)? {
                        queued.push(one);
                    }
                }
                Ok(queued)
            })
            .await?;
        for one in queued {
            self.downloads.want(one);
        }
        Ok(())
    }

    /// The line is back: what failed with it can be asked for again.
    pub(super) async fn forget_failures(&self) -> Result<(), Error> {
        self.store.write(files::forget_failures).await
    }

    /// A picture that is here, as the page may show it; `None` when it is not here or is none.
    pub(crate) async fn picture(
        &self,
        message: MessageId,
        index: u32,
        size: PictureSize,
    ) -> Result<Option<ShownPicture>, Error> {
        let Some((_, content, what)) = self.content(message, index).await? else {
            return Ok(None);
        };
        if !what.content_type.starts_with("image/") {
            return Ok(None);
        }
        self.used(content).await;
        let cache = self.cache.clone();
        let read = blocking(move || {
            let derived = match size {
                PictureSize::Thumbnail => cache.open_derived(content, Derived::Thumbnail),
                PictureSize::Full => cache.open_derived(content, Derived::View),
            };
            let (mut reader, is_own) = match derived {
                Ok(reader) => (reader, true),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    (cache.open(content)?, false)
                }
                Err(error) => return Err(error),
            };
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes)?;
            Ok((bytes, is_own))
        })
        .await;
        match read {
            Ok((bytes, is_own)) => {
                let content_type = if is_own {
                    // Made here: one of these two.
                    images::sniffed(&bytes).to_owned()
                } else {
                    what.content_type
                };
                Ok(Some(ShownPicture {
                    bytes,
                    content_type,
                }))
            }
            Err(error) => {
                self.unreadable(content, &error).await?;
                Ok(None)
            }
        }
    }

    /// A file that is here, to be read; `None` when it is not here.
    pub(crate) async fn open(
        &self,
        message: MessageId,
        index: u32,
    ) -> Result<Option<OpenFile>, Error> {
        let Some((attachment, content, what)) = self.content(message, index).await? else {
            return Ok(None);
        };
        let pin = self.pins.pin(content);
        self.used(content).await;
        let cache = self.cache.clone();
        match blocking(move || cache.open(content)).await {
            Ok(reader) => Ok(Some(OpenFile {
                reader,
                content_type: what.content_type,
                attachment,
                _pin: Some(pin),
            })),
            Err(error) => {
                self.unreadable(content, &error).await?;
                Ok(None)
            }
        }
    }

    /// What the files of each dialog take up, the most first.
    pub(crate) async fn storage_use(&self) -> Result<Vec<StorageUse>, Error> {
        self.store.read(files::storage_use).await
    }

    /// A finished download becomes a file that is here. The inner error is the disk's.
    pub(super) async fn keep(&self, source: &str, part: Part) -> Result<io::Result<()>, Error> {
        let cache = self.cache.clone();
        let finished = blocking(move || {
            let (content, size) = cache.finish(part)?;
            let mut head = [0; HEAD];
            let read = cache.open(content)?.read(&mut head)?;
            let sniffed = images::sniffed(head.get(..read).unwrap_or_default());
            Ok((content, size, sniffed))
        })
        .await;
        let (content, size, sniffed) = match finished {
            Ok(finished) => finished,
            Err(error) => return Ok(Err(error)),
        };
        // A content that is read or prepared now must not make room for others.
        let pin = self.pins.pin(content);
        let (content_type, derived) = match self.prepare(content, size, sniffed).await {
            Ok(prepared) => prepared,
            Err(error) => return Ok(Err(error)),
        };
        let name = source.to_owned();
        let now = self.clock.now();
        let what = Content { size, content_type };
        let budget = self.policy().budget;
        let pins = self.pins.clone();
        let gone = self
            .store
            .write(move |tx| {
                let is_picture = what.content_type.starts_with("image/");
                files::arrived(tx, &name, content, &what, now)?;
                if derived > 0 {
                    files::derived_is(tx, content, derived)?;
                }
                if !is_picture && is_meant_as_picture(tx, &name)? {
                    files::failed(tx, &name, FileProblem::NotAnImage)?;
                }
                let gone = files::make_room(tx, budget, |content| pins.has(content))?;
                // Whoever hears that it is here can free it at once.
                drop(pin);
                Ok(gone)
            })
            .await?;
        self.remove(gone).await;
        self.tidy_parts().await?;
        Ok(Ok(()))
    }

    /// A file that this person sent is here under the name that the server gave it.
    pub(crate) async fn adopt(&self, source: &str, mut from: Reader) -> Result<(), Error> {
        let (cache, name) = (self.cache.clone(), source.to_owned());
        let copied = blocking(move || {
            let mut part = cache.part_anew(&name)?;
            let mut buffer = vec![0; CHUNK];
            loop {
                let read = from.read(&mut buffer)?;
                if read == 0 {
                    return Ok(part);
                }
                part.write(buffer.get(..read).unwrap_or_default())?;
            }
        })
        .await;
        let kept = match copied {
            Ok(part) => self.keep(source, part).await?,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            // It can be downloaded like any other.
            tracing::warn!(%error, "what was sent is not in the cache");
        }
        Ok(())
    }

    /// Makes what is shown of a picture. Returns the type of the file, and the bytes that were made.
    async fn prepare(
        &self,
        content: ContentHash,
        size: u64,
        sniffed: &'static str,
    ) -> io::Result<(String, u64)> {
        if !sniffed.starts_with("image/") {
            return Ok((sniffed.to_owned(), 0));
        }
        let turn = Arc::clone(&self.decodings).acquire_owned().await;
        let cache = self.cache.clone();
        let prepared = tokio::task::spawn_blocking(move || {
            let prepared = images::prepare(cache.open(content)?, size);
            drop(turn);
            let Ok(prepared) = prepared else {
                // It may be one, but none that is shown.
                return Ok((String::new(), 0));
            };
            let mut derived = prepared.thumbnail.bytes.len() as u64;
            cache.put_derived(content, Derived::Thumbnail, &prepared.thumbnail.bytes)?;
            if let Some(view) = &prepared.view {
                derived += view.bytes.len() as u64;
                cache.put_derived(content, Derived::View, &view.bytes)?;
            }
            Ok((prepared.content_type.to_owned(), derived))
        });
        // A decoder that panics found no picture.
        prepared.await.unwrap_or(Ok((String::new(), 0)))
    }

    pub(super) async fn part(&self, source: &str) -> io::Result<Part> {
        let (cache, source) = (self.cache.clone(), source.to_owned());
        blocking(move || cache.part(&source)).await
    }

    pub(super) async fn part_anew(&self, source: &str) -> io::Result<Part> {
        let (cache, source) = (self.cache.clone(), source.to_owned());
        blocking(move || cache.part_anew(&source)).await
    }

    /// Forgets the part that is here.
    pub(super) async fn drop_part(&self, source: &str) -> Result<(), Error> {
        let name = source.to_owned();
        self.store
            .write(move |tx| files::announced(tx, &name, None, None))
            .await?;
        let (cache, source) = (self.cache.clone(), source.to_owned());
        if let Err(error) = blocking(move || cache.drop_part(&source)).await {
            tracing::warn!(%error, "a part of a download was not removed");
        }
        Ok(())
    }

    /// A file is not wanted any more, and what is here of it neither.
    pub(super) async fn forget(&self, source: &str) -> Result<(), Error> {
        let name = source.to_owned();
        self.store
            .write(move |tx| {
                let total = files::load(tx, &name)?.and_then(|row| row.total);
                files::announced(tx, &name, total, None)?;
                files::unqueue(tx, &name)
            })
            .await?;
        let (cache, source) = (self.cache.clone(), source.to_owned());
        if let Err(error) = blocking(move || cache.drop_part(&source)).await {
            tracing::warn!(%error, "a part of a download was not removed");
        }
        Ok(())
    }

    /// A file will not come. What is here of it stays where trying again may help.
    pub(super) async fn give_up(&self, source: &str, problem: FileProblem) -> Result<(), Error> {
        let may_help = matches!(
            problem,
            FileProblem::Network | FileProblem::Server | FileProblem::NoSpace
        );
        if !may_help {
            self.drop_part(source).await?;
        }
        let name = source.to_owned();
        self.store
            .write(move |tx| files::failed(tx, &name, problem))
            .await?;
        self.tidy_parts().await
    }

    /// Says anew where a file is.
    pub(super) async fn tell(&self, source: &str) -> Result<(), Error> {
        let source = source.to_owned();
        self.store
            .write(move |tx| shared::touch_source(tx, &source))
            .await
    }

    /// Whether all who sent a file said that it is longer than this.
    pub(super) async fn is_shorter_than_announced(
        &self,
        source: &str,
        length: u64,
    ) -> Result<bool, Error> {
        let source = source.to_owned();
        let shown = self.store.read(move |db| shown(db, &source)).await?;
        let mut sizes = shown.iter().filter_map(|one| one.size).peekable();
        Ok(sizes.peek().is_some() && sizes.all(|size| size > length))
    }

    pub(super) fn paced(&self, wait: Duration) -> Duration {
        wait.mul_f64(self.pace.as_secs_f64())
    }

    async fn content(
        &self,
        message: MessageId,
        index: u32,
    ) -> Result<Option<(Attachment, ContentHash, Content)>, Error> {
        self.store
            .read(move |db| {
                let found = attachment(db, message, index)?;
                // What its sender removed is for nobody, even where other messages still show it.
                let Some(attachment) = found.filter(|one| one.file != Some(FileState::Deleted))
                else {
                    return Ok(None);
                };
                let row = match attachment.source.key() {
                    Some(source) => files::load(db, &source)?,
                    None => None,
                };
                let Some(content) = row.and_then(|row| row.content) else {
                    return Ok(None);
                };
                let what = files::content(db, content)?;
                Ok(what.map(|what| (attachment, content, what)))
            })
            .await
    }

    /// Notes that a content is used now. What is here can be seen without that: a full disk takes no note.
    async fn used(&self, content: ContentHash) {
        let now: UnixMillis = self.clock.now();
        let note = async {
            let is_news = self
                .store
                .read(move |db| files::is_use_news(db, content, now))
                .await?;
            if is_news {
                self.store
                    .write(move |tx| files::used(tx, content, now))
                    .await?;
            }
            Ok::<(), Error>(())
        };
        if let Err(error) = note.await {
            tracing::warn!(%error, "the use of a file was not noted");
        }
    }

    /// The bytes of a content could not be read. If they are not where they should be, they can be had
    /// again.
    async fn unreadable(&self, content: ContentHash, error: &io::Error) -> Result<(), Error> {
        if !is_lost(error.kind()) {
            tracing::warn!(%error, "a file of the cache cannot be read now");
            return Ok(());
        }
        tracing::warn!(%error, "a file of the cache is missing");
        self.store.write(move |tx| files::lost(tx, content)).await?;
        self.remove(vec![content]).await;
        Ok(())
    }

    async fn remove(&self, contents: Vec<ContentHash>) {
        if contents.is_empty() {
            return;
        }
        let cache = self.cache.clone();
        let removed = blocking(move || contents.into_iter().try_for_each(|one| cache.remove(one)));
        if let Err(error) = removed.await {
            // They are swept at the next start.
            tracing::warn!(%error, "files were not removed");
        }
    }

    fn policy(&self) -> MutexGuard<'_, FilePolicy> {
        // Replaced as a whole.
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether what could not be read is gone or damaged. Anything else may pass: too many open files, a right
/// that is missing, a disk that fails for a moment.
pub(super) const fn is_lost(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof
    )
}

/// One attachment of a message.
pub(crate) fn attachment(
    db: &crate::store::ReadDb<'_>,
    message: MessageId,
    index: u32,
) -> Result<Option<Attachment>, Error> {
    let message = messages::load(db, message)?;
    Ok(message.and_then(|message| {
        let index = usize::try_from(index).ok()?;
        message.attachments.into_iter().nth(index)
    }))
}

/// The attachments that show a file.
fn shown(db: &crate::store::ReadDb<'_>, source: &str) -> Result<Vec<Attachment>, Error> {
    let mut shown = Vec::new();
    for (_, message, index) in shared::places(db, source)?.into_iter().take(SHOWN_AT) {
        shown.extend(attachment(db, message, index)?);
    }
    Ok(shown)
}

/// Whether some message shows a file as a picture.
fn is_meant_as_picture(db: &crate::store::ReadDb<'_>, source: &str) -> Result<bool, Error> {
    let shown = shown(db, source)?;
    Ok(shown.iter().any(|one| one.kind == AttachmentKind::Image))
}

/// Runs what waits for the disk on a thread that may.
async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::task::spawn_blocking(job).await {
        Ok(done) => done,
        // A decoder that panics found no picture.
        Err(panic) => Err(io::Error::other(panic)),
    }
}
