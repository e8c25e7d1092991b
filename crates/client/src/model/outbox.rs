//! What waits to be sent, and why.

use serde::{Deserialize, Serialize};

use crate::model::{Dialog, Message, MessageId, Quote, UnixMillis, UserId};

/// When a message about to be sent is to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SendTime {
    /// As soon as there is a line.
    #[default]
    Now,
    /// The same, but not before this many milliseconds have passed: until then it can be taken back.
    After {
        /// How long.
        millis: u32,
    },
    /// At a moment of this computer's clock, or when the engine next runs and has a line after it.
    At(UnixMillis),
}

/// Why a message waits on purpose, though nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The person may still take it back.
    Undo {
        /// Until when.
        until: UnixMillis,
    },
    /// The person wants it sent later. It has no place among the messages of its dialog yet.
    Scheduled {
        /// When.
        at: UnixMillis,
    },
}

impl Hold {
    /// Its number in the cache; never renumbered. Zero is kept for "waits for nothing".
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::Undo { .. } => 1,
            Self::Scheduled { .. } => 2,
        }
    }

    /// The hold with this number in the cache.
    pub(crate) const fn from_code(code: i64, until: UnixMillis) -> Option<Self> {
        match code {
            1 => Some(Self::Undo { until }),
            2 => Some(Self::Scheduled { at: until }),
            _ => None,
        }
    }

    /// When it ends.
    pub const fn until(self) -> UnixMillis {
        match self {
            Self::Undo { until } => until,
            Self::Scheduled { at } => at,
        }
    }
}

/// What an unsent message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For a line, and for nothing else.
    Line,
    /// For the one before it in its dialog.
    Turn,
    /// On the line: the server's word is expected.
    Answer,
    /// The server asked to come again.
    Retry {
        /// Not before this moment.
        at: UnixMillis,
        /// How often it has asked.
        attempts: u32,
    },
    /// For the person, who may take it back.
    Undo {
        /// Until this moment.
        until: UnixMillis,
    },
    /// For its time.
    Scheduled {
        /// Which is this.
        at: UnixMillis,
    },
    /// For a decision: it failed, and [`Message::failure`] says why.
    Decision,
}

/// One unsent message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// The message.
    pub message: Message,
    /// What it waits for.
    pub waiting: Waiting,
}

/// A message that was not sent and is written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// As it stood; it is gone.
    pub message: Message,
    /// How many of its files are not on this computer any more, so that they are not chosen again.
    pub lost_files: u32,
}

/// Everything of an account that the server does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// Those on their way in the order of sending, those that failed by their date, those of later
    /// by their time.
    pub items: Vec<OutboxItem>,
    /// The dialogs they belong to.
    pub dialogs: Vec<Dialog>,
}

/// How far one recipient has come with a message of this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub user: UserId,
    /// When it came to their device, if this device was told at that time.
    pub received_at: Option<UnixMillis>,
    /// Whether they have seen it.
    pub has_seen: bool,
    /// When they saw it, if this device was told at that time.
    pub seen_at: Option<UnixMillis>,
}

/// What stands in the field of a dialog and was not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptDraft {
    /// The words.
    pub text: String,
    /// What they answer.
    pub reply: Option<Quote>,
    /// A message that is being changed meanwhile.
    pub edit: Option<KeptEdit>,
}

/// A message that is being changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEdit {
    /// Which.
    pub message: MessageId,
    /// The words it has.
    pub before: String,
    /// Its new words so far.
    pub text: String,
}
