//! Messages.

use cubist_protocol::ext::extra_params::ExtraParams;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{
    Attachment, DialogId, Hold, LinkPreview, MessageId, NewAttachment, Position, PreviewAttachment,
    SendTime, Status, UnixMillis, UserId,
};

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

    /// Whether a person may want to send the very same message again: the refusal was about who
    /// writes, which can be put right elsewhere, and not about the message.
    pub const fn can_retry(self) -> bool {
        match self {
            Self::Server | Self::NoAnswer | Self::Refused | Self::Blocked => true,
            Self::NotMember | Self::TooLarge => false,
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
    /// The other person of a private dialog called, which this messenger cannot take.
    Called {
        /// Whether with a picture.
        video: bool,
    },
}

/// How often people reacted to a message with one emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji, as the wire has it.
    pub emoji: String,
    /// How many people, this person included.
    pub count: u32,
    /// Whether this person is among them.
    pub mine: bool,
}

/// What a message answers, as the answer carries it: it can be drawn without the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The message that is answered.
    pub message: MessageId,
    /// Who wrote that, as far as the answer says.
    pub sender: Option<UserId>,
    /// The beginning of its text.
    pub text: String,
    /// What hangs on it.
    #[serde(default)]
    pub attachment: Option<PreviewAttachment>,
}

/// Where a forwarded message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Who wrote it first.
    pub sender: UserId,
    /// When that was, if the message says.
    pub sent_at: Option<UnixMillis>,
}

/// A message about to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// The message of the same dialog that it answers.
    pub reply_to: Option<MessageId>,
    /// People the text names and who are to be told of it.
    pub mentions: Vec<UserId>,
    /// Whether nobody is to be alerted by the server.
    pub silent: bool,
    /// The link of the text whose preview goes along, if one was made of it.
    pub preview_of: Option<Url>,
    /// Fields of the application's own, by name.
    pub fields: Vec<(String, String)>,
    /// What hangs on it, in order.
    pub attachments: Vec<NewAttachment>,
    /// When it is to go.
    pub time: SendTime,
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
    /// Why it failed, when it did; or, of a message that was sent, why the server refused the last
    /// change of it.
    pub failure: Option<Failure>,
    /// Who has it on a device, apart from its sender, ascending.
    pub delivered_to: Vec<UserId>,
    /// Who has seen it, apart from its sender, ascending.
    pub read_by: Vec<UserId>,
    /// Whether the server keeps it; live-only messages are no part of the history.
    pub in_history: bool,
    /// What hangs on it, in order, read from `extra`; files with where their bytes are now.
    pub attachments: Vec<Attachment>,
    /// Everything in `extraParams` that has no field here, attachments included, as it came.
    pub extra: ExtraParams,
    /// What happened to the dialog, when that is all this is: a line between the messages, without
    /// text, never unread and no part of the history. The sender is who did it.
    pub system: Option<SystemLine>,
    /// When its author last changed its text.
    pub edited_at: Option<UnixMillis>,
    /// Its text before the last change, if this device has seen that.
    pub previous_text: Option<String>,
    /// Deleted for everyone: nothing is left of it but its place and its author.
    pub deleted: bool,
    /// Reactions to it, the most frequent first; of two as frequent ones the older first.
    pub reactions: Vec<Reaction>,
    /// What it answers.
    pub reply: Option<Quote>,
    /// Where it was forwarded from.
    pub forwarded: Option<Forwarded>,
    /// People it names, who are to be told of it even where they want to hear little.
    pub mentions: Vec<UserId>,
    /// What the page behind a link of its text shows of itself, as its sender says.
    pub preview: Option<LinkPreview>,
    /// Fields of other applications, by name; objects and lists as JSON text.
    pub fields: Vec<(String, String)>,
    /// Whether its sender asked that nobody be alerted.
    pub silent: bool,
    /// Why it waits on purpose, if it does.
    pub hold: Option<Hold>,
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
