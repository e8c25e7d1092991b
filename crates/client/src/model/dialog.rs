//! Dialogs as the chat list shows them.

use serde::{Deserialize, Serialize};

use crate::attachments::wire::whole_seconds;
use crate::model::{
    Alerts, Attachment, AttachmentKind, DialogId, FolderId, KeptDraft, MessageId, Status,
    UnixMillis, UserId,
};

/// What sort of dialog it is; the numbers are those of the wire (rest.md, dialogs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogKind {
    /// Type 1: everyone of the application reads, admins write.
    Broadcast,
    /// Type 2: a closed circle.
    Group,
    /// Type 3: two people.
    Private,
    /// Type 4: anyone may subscribe.
    Public,
}

impl DialogKind {
    /// The number on the wire and in the cache.
    pub const fn code(self) -> i64 {
        match self {
            Self::Broadcast => 1,
            Self::Group => 2,
            Self::Private => 3,
            Self::Public => 4,
        }
    }

    /// The kind with this number; `None` for kinds this client does not show.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Broadcast),
            2 => Some(Self::Group),
            3 => Some(Self::Private),
            4 => Some(Self::Public),
            _ => None,
        }
    }
}

/// What this account's person is in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Made it, or inherited it.
    Owner,
    /// Made an admin by the owner.
    Admin,
    /// Everyone else.
    Occupant,
}

/// A field of the application's own; the platform allows at most three per dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value; the platform casts everything to text.
    pub value: String,
}

/// What hangs on a message, in the few words that a row has room for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Brief", into = "Brief")]
pub struct PreviewAttachment {
    /// How the first of them is shown.
    pub kind: AttachmentKind,
    /// How many there are.
    pub count: u32,
    /// The name of the first file, or of the place.
    pub name: Option<String>,
    /// How long the first one plays, in milliseconds.
    pub duration: Option<u64>,
}

impl PreviewAttachment {
    /// In a few words what these are; `None` for none.
    pub fn of(attachments: &[Attachment]) -> Option<Self> {
        let first = attachments.first()?;
        let name = match &first.location {
            Some(location) => location.name.clone().or_else(|| location.address.clone()),
            None => Some(first.name.clone()),
        };
        Some(Self {
            kind: first.kind,
            count: attachments.len().try_into().unwrap_or(u32::MAX),
            name: name.filter(|name| !name.is_empty()),
            duration: first.duration,
        })
    }
}

/// Attachments a message says it has, at most; more is nobody's intention.
const MOST_ATTACHMENTS: u32 = 100;

/// Characters of a name that travel with an answer.
const NAME_CHARS: usize = 100;

/// [`PreviewAttachment`] in fields of messages (`docs/message-fields.md`) and in drafts.
#[derive(Serialize, Deserialize)]
struct Brief {
    kind: AttachmentKind,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
}

impl From<PreviewAttachment> for Brief {
    fn from(attachment: PreviewAttachment) -> Self {
        Self {
            kind: attachment.kind,
            count: attachment.count,
            name: attachment.name.as_deref().map(short),
            duration: attachment.duration.map(whole_seconds),
        }
    }
}

impl From<Brief> for PreviewAttachment {
    fn from(brief: Brief) -> Self {
        let name = brief.name.as_deref().map(short);
        let seconds = brief.duration.filter(|&seconds| seconds > 0);
        Self {
            kind: brief.kind,
            count: brief.count.clamp(1, MOST_ATTACHMENTS),
            name: name.filter(|name| !name.is_empty()),
            duration: seconds.map(|seconds| seconds.saturating_mul(1_000)),
        }
    }
}

const fn one() -> u32 {
    1
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_one(count: &u32) -> bool {
    *count == 1
}

/// The beginning of a name, cut between characters.
fn short(name: &str) -> String {
    name.chars().take(NAME_CHARS).collect()
}

/// The newest message of a dialog, as its row shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Which message.
    pub id: MessageId,
    /// Who wrote it.
    pub sender: UserId,
    /// Its text, cut to what fits a row.
    pub text: String,
    /// What hangs on it.
    pub attachment: Option<PreviewAttachment>,
    /// When it was sent.
    pub sent_at: UnixMillis,
    /// How far it has come; only for messages of this account's person.
    pub status: Option<Status>,
}

/// One dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "properties that are independent of one another, as a screen shows them"
)]
pub struct Dialog {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Its title; of a private dialog the other person's name.
    pub name: String,
    /// Blob uid or URL of its picture; of a private dialog the other person's.
    pub photo: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Who made it.
    pub owner: UserId,
    /// Who is in it, ascending; empty for public dialogs, whose occupants are paged from the server.
    pub occupants: Vec<UserId>,
    /// How many are in it; for public and broadcast dialogs as the server last said.
    pub occupant_count: u32,
    /// People with more rights, ascending.
    pub admins: Vec<UserId>,
    /// What this account's person is here.
    pub role: Role,
    /// Whether this person may write here: in a broadcast only its owner and admins may.
    pub can_write: bool,
    /// Fields of the application's own, by name.
    pub fields: Vec<Field>,
    /// Whether people who are not in it may read its newest messages.
    pub allow_preview: bool,
    /// Whether the server notifies this person's other devices, as last known.
    pub notifications: bool,
    /// The other person of a private dialog.
    pub opponent: Option<UserId>,
    /// Its newest message.
    pub last: Option<Preview>,
    /// When something last happened here: the order of the chat list.
    pub last_activity: UnixMillis,
    /// How many messages of others are unread.
    pub unread: u32,
    /// The oldest unread message in the cache: where the divider goes.
    pub first_unread: Option<MessageId>,
    /// Whether an unread message here names this person.
    pub mention: bool,
    /// How many messages are to be sent here at a later time.
    pub scheduled: u32,
    /// What was typed and not sent.
    pub draft: Option<KeptDraft>,
    /// Whether a message here has failed and waits for a decision.
    pub unsent: bool,
    /// Its place among the pinned ones, 0 first (places may have gaps); `None` when not pinned.
    pub pinned: Option<u32>,
    /// Put away; comes back with the next message of someone else, unless muted.
    pub archived: bool,
    /// Marked as unread by hand.
    pub marked_unread: bool,
    /// Quiet until this moment; `i64::MAX` is for good. A moment that has passed means nothing.
    pub muted_until: Option<UnixMillis>,
    /// Which of its messages are told on this computer.
    pub alerts: Alerts,
    /// The folders it was put into by hand, ascending. Folders by kind are not among them.
    pub folders: Vec<FolderId>,
}

impl Dialog {
    /// Mutes for good.
    pub const MUTED_FOR_GOOD: UnixMillis = UnixMillis(i64::MAX);
}
