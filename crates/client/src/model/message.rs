//! Messages.

use cubist_protocol::ext::extra_params::ExtraParams;
use serde::{Deserialize, Serialize};

use crate::model::{DialogId, MessageId, Position, Status, UnixMillis, UserId};

/// Why a message was not sent, in kinds a screen can word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The server said no: blocked, or not allowed to write here.
    Refused,
    /// This person is not, or no longer, in the dialog.
    NotMember,
    /// The message is larger than the server takes.
    TooLarge,
    /// The server failed; trying again later can help.
    Server,
    /// Nobody answered in time; trying again can help.
    NoAnswer,
    /// The other person blocks this one, or is blocked by them.
    Blocked,
}

impl FailureKind {
    /// Whether the same message can succeed later without anyone changing it.
    pub const fn is_recoverable(self) -> bool {
        match self {
            Self::Server | Self::NoAnswer => true,
            Self::Refused | Self::NotMember | Self::TooLarge | Self::Blocked => false,
        }
    }

    /// Its number in the cache; never renumbered. Zero is kept for "no failure".
    pub const fn code(self) -> i64 {
        match self {
            Self::Refused => 1,
            Self::NotMember => 2,
            Self::TooLarge => 3,
            Self::Server => 4,
            Self::NoAnswer => 5,
            Self::Blocked => 6,
        }
    }

    /// The kind with this number in the cache.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Refused),
            2 => Some(Self::NotMember),
            3 => Some(Self::TooLarge),
            4 => Some(Self::Server),
            5 => Some(Self::NoAnswer),
            6 => Some(Self::Blocked),
            _ => None,
        }
    }
}

/// Why one message failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What a caller can act on.
    pub kind: FailureKind,
    /// The server's own words, if it gave any.
    pub text: Option<String>,
}

/// Something that happened to a dialog, told by a system message of the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SystemLine {
    /// The dialog was made.
    Created,
    /// People were added.
    Added {
        /// Who.
        users: Vec<UserId>,
    },
    /// People were removed.
    Removed {
        /// Who.
        users: Vec<UserId>,
    },
    /// The sender left.
    Left,
    /// The dialog has another name.
    Renamed {
        /// The new one.
        name: String,
    },
    /// Its picture is another one, or gone.
    PhotoChanged,
    /// Its description is another one, or gone.
    DescriptionChanged,
    /// Fields of the application's own are different.
    FieldsChanged,
    /// People became admins.
    AdminsAdded {
        /// Who.
        users: Vec<UserId>,
    },
    /// People are no admins any more.
    AdminsRemoved {
        /// Who.
        users: Vec<UserId>,
    },
}

/// One message. Its place in a dialog is (whole seconds of `sent_at`, `id`), ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Chosen once by the sender and kept for life.
    pub id: MessageId,
    /// The dialog it belongs to.
    pub dialog: DialogId,
    /// Who wrote it.
    pub sender: UserId,
    /// Its text.
    pub text: String,
    /// When it was sent (`date_sent` on the wire, whole seconds).
    pub sent_at: UnixMillis,
    /// How far it has come.
    pub status: Status,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// Who has it on a device, apart from its sender, ascending.
    pub delivered_to: Vec<UserId>,
    /// Who has seen it, apart from its sender, ascending.
    pub read_by: Vec<UserId>,
    /// Whether the server keeps it; live-only messages are no part of the history.
    pub in_history: bool,
    /// Everything in `extraParams` that has no field here, attachments included, as it came.
    pub extra: ExtraParams,
    /// What happened to the dialog, when that is all this is: a line between the messages, without
    /// text, never unread and no part of the history. The sender is who did it.
    pub system: Option<SystemLine>,
}

impl Message {
    /// Its place in the dialog, ascending.
    pub fn position(&self) -> Position {
        Position {
            seconds: self.sent_at.seconds(),
            id: self.id,
        }
    }
}
