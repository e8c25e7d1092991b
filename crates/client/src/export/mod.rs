//! One chat as a folder that needs no messenger: pages to read, and data for programs.
//!
//! First the history is made whole: what the cache does not have is fetched like any other part of
//! it, page by page and unhurried. Then the cache is read from the oldest message to the newest and
//! written down as it comes, so that the memory does not grow with the chat. `docs/export.md` describes
//! what is in the folder.

mod files;
mod html;
mod names;
mod record;
mod words;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::files::{Copied, Copies, Files};
pub use self::files::{MissingFile, MissingReason};
use self::html::{MESSAGES_PER_PAGE, Pages, page_name};
pub use self::words::ExportWords;
use crate::attachments;
use crate::attachments::outgoing::Outgoing;
use crate::model::{Dialog, DialogId, DialogKind, Message, Position, UnixMillis, UserId};
use crate::store::window::{self, Side};
use crate::store::{self, ReadDb, Store, dialogs, messages, users};
use crate::sync::context::Context;
use crate::sync::{catch_up, history};

/// Messages that are in memory at a time.
const BATCH: u32 = 200;

/// Between two requests for the history: an export is in no hurry, and others use the server, too.
const PAUSE: Duration = Duration::from_millis(150);

/// What ends the name of a folder that is not written to its end.
const UNFINISHED: &str = "part";

/// Names a folder may have to try until one is free.
const MOST_FOLDERS: u32 = 1000;

/// Why nothing was written, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such dialog.
    #[error("there is no such dialog")]
    NotFound,
    /// The disk refused.
    #[error("the folder cannot be written")]
    Disk(#[from] io::Error),
    /// The cache could not be read.
    #[error("the cache cannot be read")]
    Store(#[from] store::Error),
    /// The person changed their mind. Nothing is left of it.
    #[error("cancelled")]
    Cancelled,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportProgress {
    /// The history is being fetched; this many messages are here.
    Fetching {
        /// Messages looked at so far.
        messages: u32,
    },
    /// It is being written.
    Writing {
        /// Messages written so far.
        written: u32,
        /// All of them.
        total: u32,
        /// Files copied so far.
        files: u32,
        /// Of the files that come just now: bytes that are here, and all of them.
        coming: Option<(u64, u64)>,
    },
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The folder.
    pub folder: PathBuf,
    /// How many messages are in it.
    pub messages: u32,
    /// Whether the whole history is in it. Without a connection only what is cached can be.
    pub complete: bool,
    /// How many files are in it.
    pub files: u32,
    /// Files of the messages that are not in it, oldest message first; none where none were wanted.
    pub missing: Vec<MissingFile>,
}

/// What is to be exported, and where to.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which dialog.
    pub dialog: DialogId,
    /// Where the new folder is made.
    pub into: PathBuf,
    /// Words for the pages.
    pub words: ExportWords,
    /// Whether the files of the messages are wanted, too.
    pub with_files: bool,
}

/// Whose history it is, and how to get more of it.
pub(crate) struct Source<'a> {
    pub(crate) store: &'a Store,
    /// The files of its messages.
    pub(crate) files: &'a attachments::files::Files,
    /// Those that wait to be sent.
    pub(crate) outgoing: &'a Outgoing,
    pub(crate) me: UserId,
    pub(crate) now: UnixMillis,
    /// `None` without a session.
    pub(crate) context: Option<Arc<Context>>,
}

/// Exports a dialog. Says how far it is after every batch.
pub(crate) async fn run(
    source: Source<'_>,
    export: Export,
    progress: impl Fn(ExportProgress),
    cancelled: CancellationToken,
) -> Result<Exported, ExportError> {
    let id = export.dialog;
    let card = source.store.read(move |db| dialogs::load(db, id)).await?;
    let card = card.ok_or(ExportError::NotFound)?;
    let made_whole = make_whole(&source, id, &progress);
    let made_whole = cancelled.run_until_cancelled(made_whole).await;
    let complete = made_whole.ok_or(ExportError::Cancelled)??;
    let (into, title) = (export.into.clone(), names::safe(&card.name, "chat"));
    let (parent, name) = (into.clone(), format!("{title}.{UNFINISHED}"));
    let half = off_thread(move || make_folder(&parent, &name)).await?;
    let written = write(
        &source, export, card, &half, complete, &progress, &cancelled,
    );
    let finished = match written.await {
        Ok(written) => {
            let from = half.clone();
            let folder = off_thread(move || finish(&from, &into, &title)).await;
            folder.map(|folder| (folder, written)).map_err(Into::into)
        }
        Err(error) => Err(error),
    };
    if finished.is_err()
        && let Err(error) = off_thread(move || fs::remove_dir_all(half)).await
    {
        tracing::warn!(%error, "a half-written export stays on the disk");
    }
    let (folder, written) = finished?;
    Ok(Exported {
        folder,
        messages: written.messages,
        complete,
        files: written.files,
        missing: written.missing,
    })
}

/// Disks may take their time; others use this thread, too.
async fn off_thread<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(job).await;
    done.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Fetches what is missing, from the newest message down. Gives back whether nothing is missing any
/// more.
async fn make_whole(
    source: &Source<'_>,
    dialog: DialogId,
    progress: &impl Fn(ExportProgress),
) -> Result<bool, ExportError> {
    let online = source
        .context
        .as_ref()
        .filter(|context| context.is_online());
    let mut complete = true;
    let mut part = source
        .store
        .read(move |db| window::newest(db, dialog, BATCH))
        .await?;
    if part.after == Side::Unknown || (part.items.is_empty() && part.before == Side::Unknown) {
        complete = match online {
            Some(context) => came(history::newest(context, dialog).await)?,
            None => false,
        };
        part = source
            .store
            .read(move |db| window::newest(db, dialog, BATCH))
            .await?;
    }
    let mut count: u32 = 0;
    let mut place = Position::END;
    // A place that was asked for and brought nothing would be asked for again and again.
    let mut asked_at = None;
    loop {
        count = count.saturating_add(u32::try_from(part.items.len()).unwrap_or(u32::MAX));
        progress(ExportProgress::Fetching { messages: count });
        if let Some(first) = part.items.first() {
            place = first.position();
        }
        match (part.before, online) {
            (Side::End, _) => return Ok(complete),
            (Side::More, _) if !part.items.is_empty() => {}
            (Side::More | Side::Unknown, Some(context)) if asked_at != Some(place) => {
                asked_at = Some(place);
                tokio::time::sleep(PAUSE).await;
                if !came(history::older(context, dialog, place).await)? {
                    return Ok(false);
                }
            }
            // What is cached beyond the hole is written all the same.
            (Side::More | Side::Unknown, _) => return Ok(false),
        }
        part = source
            .store
            .read(move |db| window::below(db, dialog, place, BATCH))
            .await?;
    }
}

/// Whether a part of the history came. That the server did not give it is no failure of the export.
fn came(fetched: Result<(), catch_up::Error>) -> Result<bool, ExportError> {
    match fetched {
        Ok(()) => Ok(true),
        Err(catch_up::Error::Rest(error)) => {
            tracing::info!(%error, "a part of the history is not in the export");
            Ok(false)
        }
        Err(catch_up::Error::Store(error)) => Err(error.into()),
    }
}

/// Makes a folder; never one that is there.
fn make_folder(into: &Path, name: &str) -> io::Result<PathBuf> {
    for n in 1..=MOST_FOLDERS {
        let folder = into.join(names::numbered(name, n));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Gives a folder that is written to its end its name. That name is taken first, so that two exports
/// at once do not get the same.
fn finish(half: &Path, into: &Path, title: &str) -> io::Result<PathBuf> {
    let folder = make_folder(into, title)?;
    if cfg!(windows) {
        // There, a folder takes the place of none, not even of an empty one.
        fs::remove_dir(&folder)?;
    }
    fs::rename(half, &folder)?;
    Ok(folder)
}

/// What is in the folder.
struct Written {
    messages: u32,
    files: u32,
    missing: Vec<MissingFile>,
}

/// Writes everything that is in the cache, oldest first.
async fn write(
    source: &Source<'_>,
    export: Export,
    card: Dialog,
    folder: &Path,
    complete: bool,
    progress: &impl Fn(ExportProgress),
    cancelled: &CancellationToken,
) -> Result<Written, ExportError> {
    let (dialog, with_files) = (export.dialog, export.with_files);
    let (newest, total) = source
        .store
        .read(move |db| {
            let last = messages::page_below(db, dialog, Position::END, Position::BEGIN, 1)?;
            Ok((
                last.last().map(Message::position),
                messages::count(db, dialog)?,
            ))
        })
        .await?;
    // What comes while it is being written belongs to the next export.
    let newest = newest.unwrap_or(Position::BEGIN);
    let pages = Pages {
        title: card.name.clone(),
        me: source.me,
        words: export.words,
        incomplete: !complete,
        zone: jiff::tz::TimeZone::system(),
    };
    let (into, me, now) = (folder.to_owned(), source.me, source.now);
    let begin = move || {
        Ok(Writing {
            data: Data::begin(&into, me, now, &card)?,
            sheets: Sheets::begin(into, pages)?,
            names: HashMap::new(),
        })
    };
    let mut writing = off_thread(begin).await?;
    let mut copies = Copies::new(folder);
    let mut place = Position::BEGIN;
    loop {
        if cancelled.is_cancelled() {
            return Err(ExportError::Cancelled);
        }
        let read = move |db: &ReadDb<'_>| messages::page_above(db, dialog, place, newest, BATCH);
        let batch = source.store.read(read).await?;
        let Some(last) = batch.last() else { break };
        place = last.position();
        learn(source, &mut writing.names, &batch).await?;
        let before = writing.data.count;
        let moved = |files, coming| {
            progress(ExportProgress::Writing {
                written: before,
                total: total.max(before),
                files,
                coming,
            });
        };
        let files = if with_files {
            copies.take(source, &batch, moved, cancelled).await?
        } else {
            Files::new()
        };
        writing = off_thread(move || {
            for message in &batch {
                let files = files.get(&message.id).map_or(&[][..], Vec::as_slice);
                writing.sheets.add(message, &writing.names, files)?;
                writing.data.add(message, files)?;
            }
            Ok(writing)
        })
        .await?;
        let written = writing.data.count;
        progress(ExportProgress::Writing {
            written,
            total: total.max(written),
            files: copies.count,
            coming: None,
        });
    }
    let (files, missing) = (copies.count, copies.missing);
    let end = move || {
        writing.sheets.end()?;
        let messages = writing.data.end(&writing.names, &missing, complete)?;
        Ok(Written {
            messages,
            files,
            missing,
        })
    };
    Ok(off_thread(end).await?)
}

/// What is open while an export is written.
struct Writing {
    sheets: Sheets,
    data: Data,
    /// Everyone who was met so far; empty where no name is known.
    names: HashMap<UserId, String>,
}

/// Learns the names that the messages of a batch need and nobody told so far.
async fn learn(
    source: &Source<'_>,
    known: &mut HashMap<UserId, String>,
    batch: &[Message],
) -> Result<(), ExportError> {
    let mut wanted: Vec<UserId> = batch.iter().flat_map(people_of).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted.retain(|id| !known.contains_key(id));
    if wanted.is_empty() {
        return Ok(());
    }
    let asked = wanted.clone();
    let found = source.store.read(move |db| users::load(db, &asked)).await?;
    known.extend(wanted.into_iter().map(|id| (id, String::new())));
    known.extend(found.into_iter().map(|user| (user.id, user.name)));
    Ok(())
}

/// Everyone whose name a message shows.
fn people_of(message: &Message) -> Vec<UserId> {
    use crate::model::SystemLine;

    let mut people = vec![message.sender];
    people.extend(message.forwarded.map(|origin| origin.sender));
    people.extend(message.reply.as_ref().and_then(|quote| quote.sender));
    match &message.system {
        Some(
            SystemLine::Added { users }
            | SystemLine::Removed { users }
            | SystemLine::AdminsAdded { users }
            | SystemLine::AdminsRemoved { users },
        ) => people.extend(users),
        Some(
            SystemLine::Created
            | SystemLine::Left
            | SystemLine::Renamed { .. }
            | SystemLine::PhotoChanged
            | SystemLine::DescriptionChanged
            | SystemLine::FieldsChanged
            | SystemLine::Called { .. },
        )
        | None => {}
    }
    people
}

/// The pages, one after the other.
struct Sheets {
    folder: PathBuf,
    pages: Pages,
    file: BufWriter<File>,
    /// Which page, counted from 1.
    page: usize,
    on_page: usize,
    day: String,
}

impl Sheets {
    fn begin(folder: PathBuf, pages: Pages) -> io::Result<Self> {
        let mut sheets = Self {
            file: create(&folder, &page_name(1))?,
            folder,
            pages,
            page: 1,
            on_page: 0,
            day: String::new(),
        };
        sheets.file.write_all(sheets.pages.head(1).as_bytes())?;
        Ok(sheets)
    }

    fn add(
        &mut self,
        message: &Message,
        names: &HashMap<UserId, String>,
        files: &[Option<Copied>],
    ) -> io::Result<()> {
        if self.on_page == MESSAGES_PER_PAGE {
            self.file
                .write_all(self.pages.foot(self.page, false).as_bytes())?;
            self.file.flush()?;
            self.page += 1;
            self.on_page = 0;
            self.day.clear();
            self.file = create(&self.folder, &page_name(self.page))?;
            self.file.write_all(self.pages.head(self.page).as_bytes())?;
        }
        let day = self.pages.day(message.sent_at);
        if day != self.day {
            self.file.write_all(Pages::day_line(&day).as_bytes())?;
            self.day = day;
        }
        self.on_page += 1;
        let html = self.pages.message(message, names, files);
        self.file.write_all(html.as_bytes())
    }

    fn end(mut self) -> io::Result<()> {
        self.file
            .write_all(self.pages.foot(self.page, true).as_bytes())?;
        self.file.flush()
    }
}

/// `messages.json`, one message a line.
struct Data {
    file: BufWriter<File>,
    count: u32,
}

impl Data {
    fn begin(folder: &Path, me: UserId, now: UnixMillis, card: &Dialog) -> io::Result<Self> {
        let mut file = create(folder, "messages.json")?;
        let dialog = json!({
            "id": card.id.to_string(),
            "kind": match card.kind {
                DialogKind::Private => "private",
                DialogKind::Group => "group",
                DialogKind::Public => "public",
                DialogKind::Broadcast => "broadcast",
            },
            "name": card.name,
            "description": card.description,
        });
        write!(
            file,
            "{{\"format\":\"cubist-chat\",\"version\":{},\"exported_at\":{},\"exported_by\":{},\n\"dialog\":{dialog},\n\"messages\":[",
            record::VERSION,
            json!(now.to_iso8601()),
            me,
        )?;
        Ok(Self { file, count: 0 })
    }

    fn add(&mut self, message: &Message, files: &[Option<Copied>]) -> io::Result<()> {
        let comma = if self.count == 0 { "" } else { "," };
        self.count = self.count.saturating_add(1);
        write!(self.file, "{comma}\n{}", record::of(message, files))
    }

    fn end(
        mut self,
        names: &HashMap<UserId, String>,
        missing: &[MissingFile],
        complete: bool,
    ) -> io::Result<u32> {
        let mut people: Vec<_> = names.iter().collect();
        people.sort_unstable_by_key(|(id, _)| id.get());
        let people: Vec<_> = people
            .into_iter()
            .map(|(id, name)| json!({ "id": id.get(), "name": name }))
            .collect();
        write!(
            self.file,
            "\n],\n\"people\":{},\n\"missing_files\":{},\n\"complete\":{complete}}}\n",
            json!(people),
            record::missing(missing),
        )?;
        self.file.flush()?;
        Ok(self.count)
    }
}

/// A new file; what is there already is never written over.
fn create(folder: &Path, name: &str) -> io::Result<BufWriter<File>> {
    File::create_new(folder.join(name)).map(BufWriter::new)
}

#[cfg(test)]
mod tests;
