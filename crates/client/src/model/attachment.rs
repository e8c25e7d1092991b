//! What hangs on a message: pictures, sound, video, other files, and places.

use serde::{Deserialize, Serialize};

use crate::model::{DialogId, MessageId};

/// How an attachment is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

impl AttachmentKind {
    /// Its number in the cache; never renumbered.
    pub const fn code(self) -> i64 {
        match self {
            Self::Image => 1,
            Self::Video => 2,
            Self::Audio => 3,
            Self::Voice => 4,
            Self::File => 5,
            Self::Location => 6,
        }
    }

    /// The kind with this number in the cache.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Image),
            2 => Some(Self::Video),
            3 => Some(Self::Audio),
            4 => Some(Self::Voice),
            5 => Some(Self::File),
            6 => Some(Self::Location),
            _ => None,
        }
    }
}

/// A point on the earth in ten-millionths of a degree: about a centimetre, and exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    latitude: i32,
    longitude: i32,
}

impl Point {
    const PER_DEGREE: f64 = 1e7;

    /// A point, in degrees: latitude from −90 (south) to 90, longitude from −180 (west) to 180.
    /// `None` when it is not on the earth.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let is_on_earth =
            (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "180 degrees are 1.8 thousand million, below the limit of i32; the range was checked"
        )]
        let fixed = |degrees: f64| (degrees * Self::PER_DEGREE).round() as i32;
        is_on_earth.then(|| Self {
            latitude: fixed(latitude),
            longitude: fixed(longitude),
        })
    }

    /// Degrees to the north.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / Self::PER_DEGREE
    }

    /// Degrees to the east.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / Self::PER_DEGREE
    }
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Where.
    pub point: Point,
    /// What its sender calls it.
    pub name: Option<String>,
    /// Its address, if its sender gave one.
    pub address: Option<String>,
}

/// Why a file is not here, or did not get to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileProblem {
    /// Larger than the server takes, or than it said.
    TooLarge,
    /// The server does not give it to this person, or does not take it from them.
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

impl FileProblem {
    /// Its number in the cache; never renumbered. Zero is kept for "none".
    pub const fn code(self) -> i64 {
        match self {
            Self::TooLarge => 1,
            Self::Refused => 2,
            Self::Gone => 3,
            Self::Damaged => 4,
            Self::NotAnImage => 5,
            Self::NoSpace => 6,
            Self::Network => 7,
            Self::Server => 8,
        }
    }

    /// The problem with this number in the cache.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::TooLarge),
            2 => Some(Self::Refused),
            3 => Some(Self::Gone),
            4 => Some(Self::Damaged),
            5 => Some(Self::NotAnImage),
            6 => Some(Self::NoSpace),
            7 => Some(Self::Network),
            8 => Some(Self::Server),
            _ => None,
        }
    }
}

/// Where the bytes of an attachment are. Amounts are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileState {
    /// On the server; nobody asked for them yet.
    Remote,
    /// Asked for, behind others.
    Queued,
    /// On their way to this computer.
    Downloading {
        /// Those that are here.
        received: u64,
        /// All of them, as far as it is known.
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
        problem: FileProblem,
    },
    /// Removed from the server.
    Deleted,
}

/// By what the wire names a file. All of it comes from a stranger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSource {
    /// The server's name of it in links.
    pub uid: Option<String>,
    /// The server's number of it.
    pub id: Option<u64>,
    /// An address, for files that are elsewhere.
    pub url: Option<String>,
}

impl FileSource {
    /// The one name under which the cache keeps the file; `None` when nothing names it. An address
    /// may carry a session of long ago, so the uid counts before it.
    pub fn key(&self) -> Option<String> {
        let id = || self.id.map(|id| id.to_string());
        self.uid.clone().or_else(|| self.url.clone()).or_else(id)
    }
}

/// One attachment. It is named by its message and its place there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Its name: safe to show, and to name a file.
    pub name: String,
    /// Its media type, as its sender says.
    pub content_type: String,
    /// Bytes, as its sender says.
    pub size: Option<u64>,
    /// Pixels from left to right, as it is to be shown.
    pub width: Option<u32>,
    /// Pixels from top to bottom.
    pub height: Option<u32>,
    /// How long it plays, in milliseconds.
    pub duration: Option<u64>,
    /// A `thumbhash` in Base64: colours to show before a byte of the file is here.
    pub placeholder: Option<String>,
    /// How loud it is from its beginning to its end, 0 to 31; may be empty.
    pub waveform: Vec<u8>,
    /// Where its bytes are; `None` for a location.
    pub file: Option<FileState>,
    /// The place, for a location.
    pub location: Option<Location>,
    /// By what the wire names it.
    pub source: FileSource,
}

/// News of one attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachmentChange {
    /// On which message.
    pub message: MessageId,
    /// Its place there, from 0.
    pub index: u32,
    /// Where its bytes are now.
    pub file: FileState,
}

/// A file that was chosen for a dialog and is not sent yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StagedId(pub u32);

/// A file that was chosen for a dialog and is not sent yet. It is kept, as it was at that moment,
/// with the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Which.
    pub id: StagedId,
    /// For which dialog.
    pub dialog: DialogId,
    /// How it will be shown.
    pub kind: AttachmentKind,
    /// Its name.
    pub name: String,
    /// Bytes of the file as it was chosen.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// Pixels from left to right, as it is to be shown.
    pub width: Option<u32>,
    /// Pixels from top to bottom.
    pub height: Option<u32>,
    /// How long it plays, in milliseconds.
    pub duration: Option<u64>,
    /// How loud it is, for what was spoken.
    pub waveform: Vec<u8>,
    /// Whether it can be sent as a picture, and not only as it is.
    pub can_be_image: bool,
    /// Whether the person wants a picture sent as it is.
    pub as_file: bool,
    /// Whether there is a small picture of it: what was made of a picture, or the poster of a film.
    pub has_picture: bool,
}

/// Why a file was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unstageable {
    /// Larger than the server takes.
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

/// What became of the files that a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staging {
    /// Those that were taken, in their order.
    pub staged: Vec<Staged>,
    /// Names of those that were not, and why.
    pub refused: Vec<(String, Unstageable)>,
}

/// What is to hang on a new message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewAttachment {
    /// A file that was chosen for the dialog.
    Staged {
        /// Which.
        id: StagedId,
        /// Whether a picture is sent as it is, with everything that stands beside its pixels.
        as_file: bool,
    },
    /// A place.
    Location(Location),
}

#[cfg(test)]
mod tests {
    use super::{FileProblem, Point};

    #[test]
    fn a_point_keeps_seven_digits_and_stays_on_the_earth() {
        let point = Point::new(64.796_427_4, -23.739_187_8).unwrap();
        assert_eq!(
            (point.latitude(), point.longitude()),
            (64.796_427_4, -23.739_187_8)
        );
        assert!(Point::new(-90.0, 180.0).is_some());
        for (latitude, longitude) in [
            (90.1, 0.0),
            (0.0, -180.1),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert_eq!(Point::new(latitude, longitude), None);
        }
    }

    #[test]
    fn a_problem_has_the_number_it_is_found_by() {
        let known: Vec<FileProblem> = (0..20).filter_map(FileProblem::from_code).collect();
        assert_eq!(known.len(), 8);
        for problem in known {
            assert_eq!(FileProblem::from_code(problem.code()), Some(problem));
        }
    }
}
