//! Dialogs as the chat list shows them.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::{
    ids::{DialogId, MessageId, UserId},
    message::Status,
};

/// The four kinds of dialog (guide: "Dialogs"; `rest.md` types 3, 2, 4 and 1).
#[derive(Clone, Copy, Debug, Serialize, Type)]
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
    /// When, in unix milliseconds.
    pub sent_at: i64,
    /// How far it got, for my own messages only.
    pub status: Option<Status>,
}

/// One row of the chat list.
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
    /// Everyone in it; empty for public dialogs.
    pub occupant_ids: Vec<UserId>,
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
    /// Text left in the composer.
    pub draft: Option<String>,
    /// Whether a message here failed and waits for the person.
    pub unsent: bool,
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

impl From<model::Preview> for Preview {
    fn from(preview: model::Preview) -> Self {
        Self {
            message_id: preview.id.into(),
            sender_id: preview.sender.into(),
            text: preview.text,
            sent_at: preview.sent_at.0,
            status: preview.status.map(Into::into),
        }
    }
}

impl From<model::Dialog> for Dialog {
    fn from(dialog: model::Dialog) -> Self {
        Self {
            id: dialog.id.into(),
            kind: match dialog.kind {
                model::DialogKind::Private => DialogKind::Private,
                model::DialogKind::Group => DialogKind::Group,
                model::DialogKind::Public => DialogKind::Public,
                model::DialogKind::Broadcast => DialogKind::Broadcast,
            },
            name: dialog.name,
            photo: dialog.photo,
            description: dialog.description,
            owner_id: dialog.owner.into(),
            occupant_ids: dialog.occupants.into_iter().map(Into::into).collect(),
            opponent_id: dialog.opponent.map(Into::into),
            last: dialog.last.map(Into::into),
            last_activity: dialog.last_activity.0,
            unread: dialog.unread,
            first_unread_id: dialog.first_unread.map(Into::into),
            draft: dialog.draft,
            unsent: dialog.unsent,
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
