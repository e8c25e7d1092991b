//! The folder of what this person sends: files that were chosen, until the server has them.
//!
//! They are no cache: what is in it exists nowhere else for sure, so it stands beside the cache of
//! files, sealed with the same key, and nothing of it is ever removed to make room. A file is copied
//! when it is chosen, so that what is sent is what was seen.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::DynamicImage;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, Semaphore};

use crate::attachments::cache::{Cache, Derived};
use crate::attachments::files::OpenFile;
use crate::attachments::moving::Needed;
use crate::attachments::probe::{Probed, probe};
use crate::attachments::sealed::{ContentHash, Reader};
use crate::attachments::{MAX_BYTES, images, names};
use crate::model::{AttachmentKind, DialogId, Staged, StagedId, Unstageable};
use crate::store::staged::{Content, StagedFile};
use crate::sync::pictures::encoding::{self, Bounds, Unusable};

/// Largest side of a picture that is sent, in pixels: more than most screens show.
const SENT_SIDE: u32 = 2560;

/// Largest side of a picture that is to be cut to a face, in pixels.
const FACE_SIDE: u32 = 1280;

/// Characters of a file's name; the limit of the service.
const NAME_CHARS: usize = 100;

/// Largest side of what a placeholder is made of; `thumbhash` takes no more.
const HASHED_SIDE: u32 = 100;

/// How large the frame of a film may be that its poster is made of: the window makes it smaller.
const FRAME: Bounds = Bounds {
    side: 2048,
    pixels: 2_000_000,
    memory: 32 * 1024 * 1024,
};

/// Why a film has no poster.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPoster {
    /// What was given is no picture, or too large.
    #[error("not a picture that can be used")]
    NoPicture,
    /// The film is not there any more, or the disk is full.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

impl From<Unusable> for NoPoster {
    fn from(Unusable: Unusable) -> Self {
        Self::NoPicture
    }
}

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    folder: Cache,
    /// Large pictures are decoded one after another: each needs much memory.
    decodings: Arc<Semaphore>,
    /// Read by those who choose files, written by those who remove them.
    choices: Arc<RwLock<()>>,
}

/// Where a chosen file comes from.
pub(crate) enum Chosen {
    /// A file on the disk.
    Path(PathBuf),
    /// A file that is nowhere, and its name.
    Bytes(String, Vec<u8>),
    /// A file of the cache, and its name.
    Cached(String, Box<OpenFile>),
}

impl Chosen {
    /// Its name, as people call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Path(path) => path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            Self::Bytes(name, _) | Self::Cached(name, _) => name.clone(),
        }
    }
}

impl Outgoing {
    /// The folder, which need not be there.
    pub(crate) fn new(folder: Cache) -> Self {
        Self {
            folder,
            decodings: Arc::new(Semaphore::new(1)),
            choices: Arc::default(),
        }
    }

    /// Somebody chooses files: until this is dropped nothing is removed that no row names. The rows of
    /// what was copied stand by then.
    pub(crate) async fn choosing(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.choices).read_owned().await
    }

    /// For whoever removes files that no row names, while nobody chooses any. `None` if somebody does:
    /// it can wait.
    pub(crate) fn unchosen(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        Arc::clone(&self.choices).try_write_owned().ok()
    }

    /// Copies a chosen file and looks what it is.
    pub(crate) async fn take(
        &self,
        dialog: DialogId,
        chosen: Chosen,
    ) -> Result<StagedFile, Unstageable> {
        let turn = Arc::clone(&self.decodings).acquire_owned().await;
        let folder = self.folder.clone();
        let job = move || {
            let taken = take(&folder, dialog, chosen);
            drop(turn);
            taken
        };
        // A decoder that panics has read no picture.
        tokio::task::spawn_blocking(job)
            .await
            .unwrap_or(Err(Unstageable::Unreadable))
    }

    /// A file, to be read from its beginning.
    pub(crate) fn open(&self, content: ContentHash) -> io::Result<Reader> {
        self.folder.open(content)
    }

    /// A small picture of a file, if one was made.
    pub(crate) fn thumbnail(&self, content: ContentHash) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.folder
            .open_derived(content, Derived::Thumbnail)?
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Keeps a frame of a film as its small picture, made smaller and encoded anew, and gives back its
    /// colours: a `thumbhash` in Base64.
    pub(crate) async fn keep_poster(
        &self,
        film: ContentHash,
        frame: Vec<u8>,
    ) -> Result<String, NoPoster> {
        let folder = self.folder.clone();
        let job = move || {
            // A film that is gone has no use for it.
            folder.open(film)?;
            let decoded = encoding::decode_within(Cursor::new(frame), &FRAME)?;
            let small = decoded.shrunk(images::THUMBNAIL_SIDE);
            let picture = encoding::encode(&small)?;
            folder.put_derived(film, Derived::Thumbnail, &picture.bytes)?;
            Ok(placeholder(small))
        };
        // A decoder that panics has read no picture.
        tokio::task::spawn_blocking(job)
            .await
            .unwrap_or(Err(NoPoster::NoPicture))
    }

    /// Forgets a file.
    pub(crate) fn remove(&self, content: ContentHash) -> io::Result<()> {
        self.folder.remove(content)
    }

    /// Removes what a crash left behind; `needed` are the files that something waits for.
    pub(crate) fn sweep(&self, needed: &[ContentHash]) -> io::Result<u32> {
        let names: std::collections::BTreeSet<String> = needed
            .iter()
            .map(|content| self.folder.name(*content))
            .collect();
        self.folder.sweep(|name| names.contains(name), |_| false)
    }
}

fn take(folder: &Cache, dialog: DialogId, chosen: Chosen) -> Result<StagedFile, Unstageable> {
    let name = chosen.name();
    let (original, size) = match chosen {
        Chosen::Path(path) => copy(folder, open(&path)?)?,
        Chosen::Bytes(_, bytes) => copy(folder, Cursor::new(bytes))?,
        Chosen::Cached(_, file) => copy(folder, file)?,
    };
    let reader = folder.open(original).map_err(|error| refused(&error))?;
    let probed = probe(reader, size, &name);
    let name = file_name(&name, &probed);
    let made = if probed.kind == AttachmentKind::Image {
        let reader = folder.open(original).map_err(|error| refused(&error))?;
        make(reader, probed.moving).ok()
    } else {
        None
    };
    let mut file = StagedFile {
        shown: Staged {
            id: StagedId(0),
            dialog,
            kind: match (probed.kind, &made) {
                // It says that it is a picture, and cannot be read as one.
                (AttachmentKind::Image, None) => AttachmentKind::File,
                (kind, _) => kind,
            },
            name,
            size,
            content_type: probed.content_type,
            width: probed.size.map(|(width, _)| width),
            height: probed.size.map(|(_, height)| height),
            duration: probed.duration,
            waveform: Vec::new(),
            can_be_image: made.is_some(),
            as_file: false,
            has_picture: made.is_some(),
        },
        original,
        picture: None,
        placeholder: None,
    };
    if let Some(made) = made {
        let keep = || -> io::Result<Content> {
            folder.put_derived(original, Derived::Thumbnail, &made.thumbnail)?;
            let moving = file.shown.content_type.clone();
            let ((hash, size), content_type) = match made.sent {
                Sent::Anew(bytes, content_type) => {
                    (folder.put(bytes.as_slice())?, content_type.to_owned())
                }
                Sent::AsItIs => ((original, size), moving),
                Sent::Without(needed) => (folder.put(needed.of(folder.open(original)?))?, moving),
            };
            if hash != original {
                folder.put_derived(hash, Derived::Thumbnail, &made.thumbnail)?;
            }
            Ok(Content {
                hash,
                size,
                content_type,
                pixels: Some(made.pixels),
            })
        };
        file.picture = Some(keep().map_err(|error| refused(&error))?);
        file.placeholder = Some(made.placeholder);
    }
    Ok(file)
}

fn open(path: &Path) -> Result<File, Unstageable> {
    let found = std::fs::metadata(path).map_err(|_| Unstageable::Unreadable)?;
    if found.is_dir() {
        return Err(Unstageable::Folder);
    }
    // A pipe or a device has no end.
    if !found.is_file() {
        return Err(Unstageable::Unreadable);
    }
    if found.len() > MAX_BYTES {
        return Err(Unstageable::TooLarge);
    }
    File::open(path).map_err(|_| Unstageable::Unreadable)
}

fn copy(folder: &Cache, from: impl Read) -> Result<(ContentHash, u64), Unstageable> {
    // It may grow while it is read.
    let (content, size) = folder
        .put(from.take(MAX_BYTES + 1))
        .map_err(|error| refused(&error))?;
    let refusal = if size == 0 {
        Unstageable::Empty
    } else if size > MAX_BYTES {
        Unstageable::TooLarge
    } else {
        return Ok((content, size));
    };
    if let Err(error) = folder.remove(content) {
        tracing::debug!(%error, "a copy stays until the next start");
    }
    Err(refusal)
}

fn refused(error: &io::Error) -> Unstageable {
    let is_full = matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    );
    if is_full {
        Unstageable::NoSpace
    } else {
        Unstageable::Unreadable
    }
}

/// A name that the service takes and that leads nowhere, with an ending that fits what is in it.
fn file_name(name: &str, probed: &Probed) -> String {
    let ending = mime_guess::get_mime_extensions_str(&probed.content_type)
        .and_then(|endings| endings.first())
        .filter(|_| probed.content_type != "application/octet-stream")
        .copied();
    let name = names::file_name(name, ending);
    if name.chars().count() <= NAME_CHARS {
        return name;
    }
    let ending: String = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() < NAME_CHARS / 2 => format!(".{ending}"),
        _ => String::new(),
    };
    let kept = NAME_CHARS - ending.chars().count();
    name.chars().take(kept).chain(ending.chars()).collect()
}

/// The name of a picture once it is encoded anew: the ending says what it is now.
pub(crate) fn picture_name(name: &str, content_type: &str) -> String {
    let ending = match content_type {
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "jpg",
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem: String = stem.chars().take(NAME_CHARS - ending.len() - 1).collect();
    format!("{stem}.{ending}")
}

/// What is made of a picture.
struct Made {
    sent: Sent,
    /// As it will be shown.
    pixels: (u32, u32),
    thumbnail: Vec<u8>,
    placeholder: String,
}

/// What goes to others of a picture.
enum Sent {
    /// Encoded anew, with its media type.
    Anew(Vec<u8>, &'static str),
    /// It moves, and nothing stands in it that is not to be seen.
    AsItIs,
    /// It moves: what is needed to draw it.
    Without(Needed),
}

/// Reads a picture and encodes it anew: turned as it is to be seen, no larger than a screen, and
/// without anything that stood beside its pixels. One that moves keeps its frames as they are.
fn make(file: impl Read + io::Seek, moving: Option<Needed>) -> Result<Made, Unusable> {
    let mut decoded = encoding::decode_within(io::BufReader::new(file), &images::BOUNDS)?;
    if moving.is_some() {
        // What says that it is to be turned does not go with it.
        decoded = decoded.unturned();
    }
    let whole = decoded.size();
    let picture = decoded.shrunk(SENT_SIDE);
    let (sent, pixels) = match moving {
        Some(needed) if needed.is_all() => (Sent::AsItIs, whole),
        Some(needed) => (Sent::Without(needed), whole),
        None => {
            let sent = encoding::encode(&picture)?;
            let content_type = sent.content_type();
            (
                Sent::Anew(sent.bytes.to_vec(), content_type),
                (picture.width(), picture.height()),
            )
        }
    };
    let small = encoding::shrunk(picture, images::THUMBNAIL_SIDE);
    Ok(Made {
        thumbnail: encoding::encode(&small)?.bytes.to_vec(),
        placeholder: placeholder(small),
        sent,
        pixels,
    })
}

/// The picture in a file that a person chose, made small enough to be cut to a face.
///
/// `None` when it is none, or cannot be read. Slow: call it on a thread that may block.
pub fn picture_in(path: &Path) -> Option<crate::model::Picture> {
    let file = open(path).ok()?;
    let decoded = encoding::decode_within(io::BufReader::new(file), &images::BOUNDS).ok()?;
    encoding::encode(&decoded.shrunk(FACE_SIDE)).ok()
}

fn placeholder(picture: DynamicImage) -> String {
    let pixels = encoding::shrunk(picture, HASHED_SIDE).to_rgba8();
    let (width, height) = pixels.dimensions();
    // Both are at most 100.
    let hash = thumbhash::rgba_to_thumb_hash(width as usize, height as usize, pixels.as_raw());
    STANDARD.encode(hash)
}

#[cfg(test)]
mod tests;
