//! Dialogs as the chat list shows them.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::types::{
    attachment::AttachmentKind,
    ids::{DialogId, MessageId, UserId},
    message::Status,
    outbox::Draft,
};

/// The largest whole number a page's arithmetic keeps exact; the window's sign for “for good”.
const LARGEST: i64 = (1 << 53) - 1;

/// The four kinds of dialog (guide: "Dialogs"; `rest.md` types 3, 2, 4 and 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DialogKind {
    /// Two people.
    Private,
    /// A closed circle of occupants.
    Group,
    /// Open to everybody of the application.
    Public,
    /// Read by everybody, written by its owner and admins.
    Broadcast,
}

/// What I am in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Who made it, or was left it.
    Owner,
    /// Somebody the owner trusts.
    Admin,
    /// Anybody else.
    Occupant,
}

/// A custom field of a dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What hangs on a message, in the few words that a row has room for.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewAttachment {
    /// How the first of them is shown.
    pub kind: AttachmentKind,
    /// How many there are.
    pub count: u32,
    /// The name of the first file, or of the place.
    pub name: Option<String>,
    /// How long the first one plays.
    pub duration_ms: Option<u64>,
}

impl From<model::PreviewAttachment> for PreviewAttachment {
    fn from(attachment: model::PreviewAttachment) -> Self {
        Self {
            kind: attachment.kind.into(),
            count: attachment.count,
            name: attachment.name,
            duration_ms: attachment.duration,
        }
    }
}

impl From<PreviewAttachment> for model::PreviewAttachment {
    fn from(attachment: PreviewAttachment) -> Self {
        Self {
            kind: attachment.kind.into(),
            count: attachment.count,
            name: attachment.name,
            duration: attachment.duration_ms,
        }
    }
}

/// The newest message of a dialog, for its row.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The message's id.
    pub message_id: MessageId,
    /// Who wrote it.
    pub sender_id: UserId,
    /// Its text.
    pub text: String,
    /// What hangs on it.
    pub attachment: Option<PreviewAttachment>,
    /// When, in unix milliseconds.
    pub sent_at: i64,
    /// How far it got, for my own messages only.
    pub status: Option<Status>,
}

/// One row of the chat list.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own in the row"
)]
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Dialog {
    /// The server's id.
    pub id: DialogId,
    /// Private, group, public or broadcast.
    pub kind: DialogKind,
    /// Name to show; for a private dialog the other person's.
    pub name: String,
    /// Blob uid or address of the picture.
    pub photo: Option<String>,
    /// Description, where there is one.
    pub description: Option<String>,
    /// Who created it.
    pub owner_id: UserId,
    /// Who helps the owner, five at most.
    pub admin_ids: Vec<UserId>,
    /// Everyone in it; empty for public dialogs.
    pub occupant_ids: Vec<UserId>,
    /// How many people are in it.
    pub occupant_count: u32,
    /// The other person of a private dialog.
    pub opponent_id: Option<UserId>,
    /// Newest message.
    pub last: Option<Preview>,
    /// Moment by which rows are ordered, unix milliseconds.
    pub last_activity: i64,
    /// Messages of others that I have not read.
    pub unread: u32,
    /// The first of them, where it is known.
    pub first_unread_id: Option<MessageId>,
    /// Whether an unread message here names me.
    pub mention: bool,
    /// How many messages are to be sent here later.
    pub scheduled: u32,
    /// What was left in the composer.
    pub draft: Option<Draft>,
    /// Whether a message here failed and waits for the person.
    pub unsent: bool,
    /// Custom fields.
    pub fields: Vec<Field>,
    /// Whether people outside may read the last messages of a public dialog.
    pub allow_preview: bool,
    /// What I am here.
    pub role: Role,
    /// Whether I may write here.
    pub can_write: bool,
    /// Place among the pinned, 0 first; `null` when not pinned.
    pub pinned: Option<u32>,
    /// Whether it lies in the archive.
    pub archived: bool,
    /// Whether I marked it unread by hand.
    pub marked_unread: bool,
    /// No notifications until then, in unix milliseconds; `Number.MAX_SAFE_INTEGER` stands for
    /// good.
    pub muted_until: Option<i64>,
    /// Which of its messages this computer notifies about.
    pub alerts: Alerts,
    /// Whether the server notifies about it.
    pub notifications: bool,
    /// Folders it was put into by hand.
    pub folder_ids: Vec<u32>,
}

/// A page of the chat list, newest activity first.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DialogPage {
    /// The rows.
    pub items: Vec<Dialog>,
    /// Pass this back for the next page; `null` after the last.
    pub next: Option<String>,
}

/// Which messages of a chat this computer notifies about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Alerts {
    /// Those that the settings say for all chats.
    Usual,
    /// All of them, whatever the settings say.
    All,
    /// Those that name me.
    Mentions,
    /// None.
    Nothing,
}

impl From<model::Alerts> for Alerts {
    fn from(alerts: model::Alerts) -> Self {
        match alerts {
            model::Alerts::Usual => Self::Usual,
            model::Alerts::All => Self::All,
            model::Alerts::Mentions => Self::Mentions,
            model::Alerts::Nothing => Self::Nothing,
        }
    }
}

impl From<Alerts> for model::Alerts {
    fn from(alerts: Alerts) -> Self {
        match alerts {
            Alerts::Usual => Self::Usual,
            Alerts::All => Self::All,
            Alerts::Mentions => Self::Mentions,
            Alerts::Nothing => Self::Nothing,
        }
    }
}

/// When a mute ends, from the window.
pub fn muted_until(until: i64) -> model::UnixMillis {
    if until >= LARGEST {
        model::Dialog::MUTED_FOR_GOOD
    } else {
        model::UnixMillis(until)
    }
}

impl From<model::DialogKind> for DialogKind {
    fn from(kind: model::DialogKind) -> Self {
        match kind {
            model::DialogKind::Private => Self::Private,
            model::DialogKind::Group => Self::Group,
            model::DialogKind::Public => Self::Public,
            model::DialogKind::Broadcast => Self::Broadcast,
        }
    }
}

impl From<DialogKind> for model::DialogKind {
    fn from(kind: DialogKind) -> Self {
        match kind {
            DialogKind::Private => Self::Private,
            DialogKind::Group => Self::Group,
            DialogKind::Public => Self::Public,
            DialogKind::Broadcast => Self::Broadcast,
        }
    }
}

impl From<model::Field> for Field {
    fn from(field: model::Field) -> Self {
        Self {
            name: field.name,
            value: field.value,
        }
    }
}

impl From<Field> for model::Field {
    fn from(field: Field) -> Self {
        Self {
            name: field.name,
            value: field.value,
        }
    }
}

impl From<model::Preview> for Preview {
    fn from(preview: model::Preview) -> Self {
        Self {
            message_id: preview.id.into(),
            sender_id: preview.sender.into(),
            text: preview.text,
            attachment: preview.attachment.map(Into::into),
            sent_at: preview.sent_at.0,
            status: preview.status.map(Into::into),
        }
    }
}

impl From<model::Dialog> for Dialog {
    fn from(dialog: model::Dialog) -> Self {
        Self {
            id: dialog.id.into(),
            kind: dialog.kind.into(),
            name: dialog.name,
            photo: dialog.photo,
            description: dialog.description,
            owner_id: dialog.owner.into(),
            admin_ids: dialog.admins.into_iter().map(Into::into).collect(),
            occupant_ids: dialog.occupants.into_iter().map(Into::into).collect(),
            occupant_count: dialog.occupant_count,
            opponent_id: dialog.opponent.map(Into::into),
            last: dialog.last.map(Into::into),
            last_activity: dialog.last_activity.0,
            unread: dialog.unread,
            first_unread_id: dialog.first_unread.map(Into::into),
            mention: dialog.mention,
            scheduled: dialog.scheduled,
            draft: dialog.draft.map(Into::into),
            unsent: dialog.unsent,
            fields: dialog.fields.into_iter().map(Into::into).collect(),
            allow_preview: dialog.allow_preview,
            role: match dialog.role {
                model::Role::Owner => Role::Owner,
                model::Role::Admin => Role::Admin,
                model::Role::Occupant => Role::Occupant,
            },
            can_write: dialog.can_write,
            pinned: dialog.pinned,
            archived: dialog.archived,
            marked_unread: dialog.marked_unread,
            alerts: dialog.alerts.into(),
            muted_until: dialog.muted_until.map(|until| until.0.min(LARGEST)),
            notifications: dialog.notifications,
            folder_ids: dialog.folders.into_iter().map(|id| id.0).collect(),
        }
    }
}

impl From<model::DialogPage> for DialogPage {
    fn from(page: model::DialogPage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next: page.next.map(|cursor| cursor.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use cubist_client::model::{Dialog, UnixMillis};

    use super::{LARGEST, muted_until};

    #[test]
    fn the_largest_number_of_a_page_mutes_for_good() {
        assert_eq!(muted_until(LARGEST), Dialog::MUTED_FOR_GOOD);
        assert_eq!(muted_until(LARGEST - 1), UnixMillis(LARGEST - 1));
    }
}
