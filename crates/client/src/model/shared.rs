//! What was shared in a dialog, and what files take up.

use crate::model::{DialogId, Message, Position};

/// Which of the things shared in a dialog are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharedKind {
    /// Pictures and films.
    Media,
    /// Sound and other files.
    Files,
    /// Web addresses in texts.
    Links,
    /// Places.
    Locations,
}

/// Where a page of shared things ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedCursor {
    /// The message of the last one.
    pub position: Position,
    /// Its place on that message.
    pub index: u32,
}

/// One thing that was shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedItem {
    /// The message.
    pub message: Message,
    /// The place of the attachment on it, or of the link in its text, from 0.
    pub index: u32,
}

/// Things that were shared, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPage {
    /// They.
    pub items: Vec<SharedItem>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<SharedCursor>,
}

/// How many things of each kind were shared, as far as the cache knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedCounts {
    /// Pictures and films.
    pub media: u32,
    /// Sound and other files.
    pub files: u32,
    /// Web addresses in texts.
    pub links: u32,
    /// Places.
    pub locations: u32,
}

/// What the files of a dialog take up on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageUse {
    /// Which dialog.
    pub dialog: DialogId,
    /// Bytes.
    pub bytes: u64,
    /// Files.
    pub files: u32,
}

/// What is downloaded without being asked for, and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePolicy {
    /// Pictures of up to so many bytes; 0 for none.
    pub images: u64,
    /// Other files of up to so many bytes; 0 for none.
    pub files: u64,
    /// Room for the files of one account (bytes).
    pub budget: u64,
}

impl Default for FilePolicy {
    fn default() -> Self {
        Self {
            images: 10 * 1024 * 1024,
            files: 1024 * 1024,
            budget: 2 * 1024 * 1024 * 1024,
        }
    }
}
