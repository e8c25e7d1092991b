//! Messages.

use cubist_protocol::ext::extra_params::ExtraParams;

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
}

impl FailureKind {
    /// Whether the same message can succeed later without anyone changing it.
    pub const fn is_recoverable(self) -> bool {
        match self {
            Self::Server | Self::NoAnswer => true,
            Self::Refused | Self::NotMember | Self::TooLarge => false,
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
