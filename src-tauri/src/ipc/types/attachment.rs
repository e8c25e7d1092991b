//! What hangs on messages, and what is about to.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::{
    error::IpcError,
    types::{
        ids::{DialogId, MessageId},
        message::Message,
    },
};

/// Characters of the name and of the address of a place.
const PLACE_CHARS: usize = 200;

/// How an attachment is shown.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AttachmentKind {
    /// A picture, drawn in the conversation.
    Image,
    /// A film.
    Video,
    /// Music or other sound.
    Audio,
    /// Something spoken into the microphone, with the shape of its sound.
    Voice,
    /// Any other file, or a picture that its sender wants left as it is.
    File,
    /// A place; nothing to load.
    Location,
}

/// A place.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Degrees to the north, from −90 to 90.
    #[specta(type = specta_typescript::Number)]
    pub latitude: f64,
    /// Degrees to the east, from −180 to 180.
    #[specta(type = specta_typescript::Number)]
    pub longitude: f64,
    /// What its sender calls it.
    pub name: Option<String>,
    /// Its address, if its sender gave one.
    pub address: Option<String>,
}

/// Why a file is not here, or did not get to the server.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FileProblem {
    /// Larger than the server takes, or than it said.
    TooLarge,
    /// The server does not give it to me, or does not take it from me.
    Refused,
    /// What was to be sent is not on this computer any more.
    Gone,
    /// It is not what was announced: another size, or cut off.
    Damaged,
    /// It says that it is a picture and is none, or one too large to be drawn.
    NotAnImage,
    /// The disk is full.
    NoSpace,
    /// The network failed; trying again can help.
    Network,
    /// The server failed; trying again can help.
    Server,
}

/// Where the bytes of an attachment are. Amounts are bytes.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum FileState {
    /// On the server; nobody asked for them yet.
    Remote,
    /// Asked for, behind others.
    Queued,
    /// On their way to this computer.
    Downloading {
        /// Those that are here.
        received: u64,
        /// All of them.
        total: u64,
    },
    /// On this computer.
    Here,
    /// To be sent, once there is a connection and others are done.
    Waiting,
    /// On their way to the server.
    Uploading {
        /// Those that left.
        sent: u64,
        /// All of them.
        total: u64,
    },
    /// To be sent when the person says so.
    Paused {
        /// Those that left before.
        sent: u64,
        /// All of them.
        total: u64,
    },
    /// Neither here nor there; the person can try again where that helps.
    Failed {
        /// What happened.
        reason: FileProblem,
    },
    /// Removed from the server.
    Deleted,
}

/// One attachment, named by its message and its place there.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its place on the message, from 0.
    pub index: u32,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Its name.
    pub name: String,
    /// Its media type, as its sender says; may be empty.
    pub content_type: String,
    /// Bytes.
    pub size: Option<u64>,
    /// Pixels from left to right.
    pub width: Option<u32>,
    /// Pixels from top to bottom.
    pub height: Option<u32>,
    /// How long it plays.
    pub duration_ms: Option<u64>,
    /// A thumbhash in Base64: colours to show before a byte of the file is here.
    pub placeholder: Option<String>,
    /// How loud it is from its beginning to its end, 0 to 31; may be empty.
    pub waveform: Vec<u8>,
    /// Where its bytes are; `null` for a location.
    pub file: Option<FileState>,
    /// The place, for a location.
    pub location: Option<Location>,
}

/// News of one attachment.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentChange {
    /// On which message.
    pub message_id: MessageId,
    /// Its place there.
    pub index: u32,
    /// Where its bytes are now.
    pub file: FileState,
}

/// Which attachment is meant.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentRef {
    /// On which message.
    pub message_id: MessageId,
    /// Its place there.
    pub index: u32,
}

/// A file that was chosen for a chat and is not sent yet. It is kept with the draft.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Staged {
    /// Which.
    pub id: u32,
    /// How it will be shown.
    pub kind: AttachmentKind,
    /// Its name.
    pub name: String,
    /// Bytes, as it was chosen.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// Pixels from left to right.
    pub width: Option<u32>,
    /// Pixels from top to bottom.
    pub height: Option<u32>,
    /// How long it plays.
    pub duration_ms: Option<u64>,
    /// How loud it is, for what was spoken; 0 to 31.
    pub waveform: Vec<u8>,
    /// Whether it can be sent as a picture, and not only as it is.
    pub can_be_image: bool,
    /// Whether I want a picture sent as it is.
    pub as_file: bool,
    /// Whether there is a small picture of it: what was made of a picture, or the poster of a film.
    pub has_picture: bool,
}

/// Why a file was not taken.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RefusalReason {
    /// Larger than can be sent.
    TooLarge,
    /// There is nothing in it.
    Empty,
    /// It cannot be read.
    Unreadable,
    /// It is a folder.
    Folder,
    /// The disk is full.
    NoSpace,
    /// As many as a message carries are chosen already.
    TooMany,
}

/// A file that was not taken.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusedFile {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: RefusalReason,
}

/// Files that a person chose, before they are read.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileOffer {
    /// For `stageOffered`; can be taken once.
    pub offer_id: u32,
    /// How many there are.
    pub count: u32,
}

/// What became of chosen files.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Staging {
    /// Those that were taken, in their order.
    pub staged: Vec<Staged>,
    /// Those that were not.
    pub refused: Vec<RefusedFile>,
}

/// What is to hang on a new message.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum NewAttachment {
    /// A file that was chosen for the chat.
    Staged {
        /// Which.
        id: u32,
        /// Whether a picture is sent as it is, with everything that stands beside its pixels.
        as_file: bool,
    },
    /// A place.
    Location(Location),
}

/// Where dragged files are.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DragPhase {
    /// They came into the window.
    Enter,
    /// They move within it.
    Over,
    /// They left.
    Leave,
    /// They were let go of.
    Drop,
}

/// Which of the things shared in a chat are wanted.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SharedKind {
    /// Pictures and films.
    Media,
    /// Sound and other files.
    Files,
    /// Links in texts.
    Links,
    /// Places.
    Locations,
}

/// One thing that was shared in a chat.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SharedItem {
    /// The message.
    pub message: Message,
    /// The place of the attachment on it, or of the link in its text.
    pub index: u32,
}

/// Things that were shared in a chat, newest first.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SharedPage {
    /// They.
    pub items: Vec<SharedItem>,
    /// What to ask for the next page with; `null` when this is the last.
    pub next: Option<String>,
}

/// How many things of each kind were shared in a chat, as far as this computer knows.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SharedCounts {
    /// Pictures and films.
    pub media: u32,
    /// Sound and other files.
    pub files: u32,
    /// Links in texts.
    pub links: u32,
    /// Places.
    pub locations: u32,
}

/// What the files of a chat take up on this computer.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StorageUse {
    /// Which chat.
    pub dialog_id: DialogId,
    /// Bytes.
    pub bytes: u64,
    /// Files.
    pub files: u32,
}

/// Where the window gets sound or a film from.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    /// An address on this computer, good until the app ends.
    pub url: String,
}

impl Attachment {
    /// The attachment at this place of its message.
    pub fn new(index: u32, attachment: model::Attachment) -> Self {
        Self {
            index,
            kind: attachment.kind.into(),
            name: attachment.name,
            content_type: attachment.content_type,
            size: attachment.size,
            width: attachment.width,
            height: attachment.height,
            duration_ms: attachment.duration,
            placeholder: attachment.placeholder,
            waveform: attachment.waveform,
            file: attachment.file.map(Into::into),
            location: attachment.location.map(Into::into),
        }
    }
}

impl From<model::AttachmentKind> for AttachmentKind {
    fn from(kind: model::AttachmentKind) -> Self {
        match kind {
            model::AttachmentKind::Image => Self::Image,
            model::AttachmentKind::Video => Self::Video,
            model::AttachmentKind::Audio => Self::Audio,
            model::AttachmentKind::Voice => Self::Voice,
            model::AttachmentKind::File => Self::File,
            model::AttachmentKind::Location => Self::Location,
        }
    }
}

impl From<AttachmentKind> for model::AttachmentKind {
    fn from(kind: AttachmentKind) -> Self {
        match kind {
            AttachmentKind::Image => Self::Image,
            AttachmentKind::Video => Self::Video,
            AttachmentKind::Audio => Self::Audio,
            AttachmentKind::Voice => Self::Voice,
            AttachmentKind::File => Self::File,
            AttachmentKind::Location => Self::Location,
        }
    }
}

impl From<model::FileProblem> for FileProblem {
    fn from(problem: model::FileProblem) -> Self {
        match problem {
            model::FileProblem::TooLarge => Self::TooLarge,
            model::FileProblem::Refused => Self::Refused,
            model::FileProblem::Gone => Self::Gone,
            model::FileProblem::Damaged => Self::Damaged,
            model::FileProblem::NotAnImage => Self::NotAnImage,
            model::FileProblem::NoSpace => Self::NoSpace,
            model::FileProblem::Network => Self::Network,
            model::FileProblem::Server => Self::Server,
        }
    }
}

impl From<model::FileState> for FileState {
    fn from(state: model::FileState) -> Self {
        match state {
            model::FileState::Remote => Self::Remote,
            model::FileState::Queued => Self::Queued,
            model::FileState::Downloading { received, total } => {
                Self::Downloading { received, total }
            }
            model::FileState::Here => Self::Here,
            model::FileState::Waiting => Self::Waiting,
            model::FileState::Uploading { sent, total } => Self::Uploading { sent, total },
            model::FileState::Paused { sent, total } => Self::Paused { sent, total },
            model::FileState::Failed { problem } => Self::Failed {
                reason: problem.into(),
            },
            model::FileState::Deleted => Self::Deleted,
        }
    }
}

impl From<model::AttachmentChange> for AttachmentChange {
    fn from(change: model::AttachmentChange) -> Self {
        Self {
            message_id: change.message.into(),
            index: change.index,
            file: change.file.into(),
        }
    }
}

impl From<SharedKind> for model::SharedKind {
    fn from(kind: SharedKind) -> Self {
        match kind {
            SharedKind::Media => Self::Media,
            SharedKind::Files => Self::Files,
            SharedKind::Links => Self::Links,
            SharedKind::Locations => Self::Locations,
        }
    }
}

/// What a page of shared things ended with, as text: `SECOND.MESSAGE.INDEX`.
fn shared_cursor_text(cursor: model::SharedCursor) -> String {
    let model::Position { seconds, id } = cursor.position;
    format!("{seconds}.{id}.{}", cursor.index)
}

/// Reads what [`SharedPage::next`] gave.
pub fn shared_cursor(text: &str) -> Result<model::SharedCursor, IpcError> {
    let read = || {
        let mut parts = text.split('.');
        let cursor = model::SharedCursor {
            position: model::Position {
                seconds: parts.next()?.parse().ok()?,
                id: parts.next()?.parse().ok()?,
            },
            index: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    };
    read().ok_or_else(|| IpcError::InvalidInput {
        field: "before".to_owned(),
    })
}

impl From<model::SharedPage> for SharedPage {
    fn from(page: model::SharedPage) -> Self {
        Self {
            items: page
                .items
                .into_iter()
                .map(|item| SharedItem {
                    message: item.message.into(),
                    index: item.index,
                })
                .collect(),
            next: page.next.map(shared_cursor_text),
        }
    }
}

impl From<model::SharedCounts> for SharedCounts {
    fn from(counts: model::SharedCounts) -> Self {
        Self {
            media: counts.media,
            files: counts.files,
            links: counts.links,
            locations: counts.locations,
        }
    }
}

impl From<model::StorageUse> for StorageUse {
    fn from(sum: model::StorageUse) -> Self {
        Self {
            dialog_id: sum.dialog.into(),
            bytes: sum.bytes,
            files: sum.files,
        }
    }
}

impl From<model::Location> for Location {
    fn from(location: model::Location) -> Self {
        Self {
            latitude: location.point.latitude(),
            longitude: location.point.longitude(),
            name: location.name,
            address: location.address,
        }
    }
}

impl TryFrom<Location> for model::Location {
    type Error = IpcError;

    fn try_from(location: Location) -> Result<Self, IpcError> {
        let invalid = |field: &str| IpcError::InvalidInput {
            field: field.to_owned(),
        };
        let text = |text: Option<String>, field: &str| match text {
            Some(text) if text.chars().count() > PLACE_CHARS => Err(invalid(field)),
            other => Ok(other.filter(|text| !text.trim().is_empty())),
        };
        Ok(Self {
            point: model::Point::new(location.latitude, location.longitude)
                .ok_or_else(|| invalid("location"))?,
            name: text(location.name, "name")?,
            address: text(location.address, "address")?,
        })
    }
}

impl From<model::Staged> for Staged {
    fn from(staged: model::Staged) -> Self {
        Self {
            id: staged.id.0,
            kind: staged.kind.into(),
            name: staged.name,
            size: staged.size,
            content_type: staged.content_type,
            width: staged.width,
            height: staged.height,
            duration_ms: staged.duration,
            waveform: staged.waveform,
            can_be_image: staged.can_be_image,
            as_file: staged.as_file,
            has_picture: staged.has_picture,
        }
    }
}

impl From<model::Staging> for Staging {
    fn from(staging: model::Staging) -> Self {
        Self {
            staged: staging.staged.into_iter().map(Into::into).collect(),
            refused: staging
                .refused
                .into_iter()
                .map(|(name, reason)| RefusedFile {
                    name,
                    reason: match reason {
                        model::Unstageable::TooLarge => RefusalReason::TooLarge,
                        model::Unstageable::Empty => RefusalReason::Empty,
                        model::Unstageable::Unreadable => RefusalReason::Unreadable,
                        model::Unstageable::Folder => RefusalReason::Folder,
                        model::Unstageable::NoSpace => RefusalReason::NoSpace,
                        model::Unstageable::TooMany => RefusalReason::TooMany,
                    },
                })
                .collect(),
        }
    }
}

impl TryFrom<NewAttachment> for model::NewAttachment {
    type Error = IpcError;

    fn try_from(attachment: NewAttachment) -> Result<Self, IpcError> {
        Ok(match attachment {
            NewAttachment::Staged { id, as_file } => Self::Staged {
                id: model::StagedId(id),
                as_file,
            },
            NewAttachment::Location(location) => Self::Location(location.try_into()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use cubist_client::model;

    use super::{shared_cursor, shared_cursor_text};

    #[test]
    fn where_a_page_ends_is_read_again_and_nothing_else_is() {
        let cursor = model::SharedCursor {
            position: model::Position {
                seconds: 1_700_000_000,
                id: "61f7de000000000000000001".parse().unwrap(),
            },
            index: 3,
        };
        let text = shared_cursor_text(cursor);
        assert_eq!(text, "1700000000.61f7de000000000000000001.3");
        assert_eq!(shared_cursor(&text).unwrap(), cursor);
        for text in [
            "",
            "1",
            "1.x.3",
            "1.61f7de000000000000000001",
            "1.61f7de000000000000000001.3.4",
        ] {
            assert!(shared_cursor(text).is_err(), "{text}");
        }
    }
}
