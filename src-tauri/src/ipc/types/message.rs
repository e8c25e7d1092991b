//! Messages and the pages they come in.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::{
    error::IpcError,
    types::{
        attachment::Attachment,
        dialog::{Field, PreviewAttachment},
        ids::{DialogId, MessageId, UserId},
        outbox::Hold,
        reaction::Reaction,
        system_line::SystemLine,
    },
};

/// How far a message got; only ever moves forward, but for `failed` and `pending`.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Given up; the person decides.
    Failed,
    /// On this computer's disk, waiting for the server.
    Pending,
    /// The server has it (XEP-0198 ack).
    Sent,
    /// Every recipient's device has it, or one of them in a private dialog.
    Delivered,
    /// Read.
    Read,
}

/// Why a message failed, as far as the screen acts on it.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// The recipient or a rule refuses it.
    Refused,
    /// I am not in this dialog.
    NotMember,
    /// Longer than the server takes.
    TooLarge,
    /// The server could not.
    Server,
    /// No answer for too long.
    NoAnswer,
    /// They block me, or I block them.
    Blocked,
}

/// A failure and the server's words for it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The kind the screen words itself.
    pub kind: FailureKind,
    /// What the server said, where it said something.
    pub text: Option<String>,
}

/// What a message answers, as the answer itself carries it: enough to draw it without the original.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// The message that is answered.
    pub message_id: MessageId,
    /// Who wrote that, where the answer says so.
    pub sender_id: Option<UserId>,
    /// The beginning of its text.
    pub text: String,
    /// What hangs on it.
    pub attachment: Option<PreviewAttachment>,
}

/// Where a forwarded message comes from.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Forwarded {
    /// Who wrote it first.
    pub sender_id: UserId,
    /// When that was, in unix milliseconds, where it is said.
    pub sent_at: Option<i64>,
}

/// A picture of a page, stored with the messenger's own files.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewPicture {
    /// What `pictureUrl` takes.
    pub uid: String,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// What the page behind a link shows of itself, as the sender says. Texts are one line of limited
/// length; what they claim is not checked.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinkPreview {
    /// The link it belongs to: `http` or `https`. It counts only where the text has that link.
    pub url: String,
    /// The page's title; empty where only a picture is shown.
    pub title: String,
    /// One or two sentences about it; may be empty.
    pub description: String,
    /// What the site calls itself; may be empty.
    pub site: String,
    /// Its picture.
    pub picture: Option<PreviewPicture>,
}

/// One message.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Chosen by the sender, kept for life.
    pub id: MessageId,
    /// The dialog it belongs to.
    pub dialog_id: DialogId,
    /// Who wrote it.
    pub sender_id: UserId,
    /// Its text.
    pub text: String,
    /// What hangs on it, in order.
    pub attachments: Vec<Attachment>,
    /// When, in unix milliseconds; with the id the place in the conversation.
    pub sent_at: i64,
    /// How far it got.
    pub status: Status,
    /// Why it failed, if it did; of one that was sent, why its last change was refused.
    pub failure: Option<Failure>,
    /// People whose devices have it.
    pub delivered_to: Vec<UserId>,
    /// People who read it.
    pub read_by: Vec<UserId>,
    /// What happened, for a line the messenger writes itself; such a message has no text and no
    /// status to show, and `senderId` is who did it.
    pub system: Option<SystemLine>,
    /// When its author last changed its text, in unix milliseconds.
    pub edited_at: Option<i64>,
    /// Its text before that change, where this computer saw it.
    pub previous_text: Option<String>,
    /// Deleted for everyone: nothing is left of it but its place and its author.
    pub deleted: bool,
    /// Reactions to it, the most frequent first.
    pub reactions: Vec<Reaction>,
    /// What it answers.
    pub reply: Option<Quote>,
    /// Where it was forwarded from.
    pub forwarded: Option<Forwarded>,
    /// People it names.
    pub mentions: Vec<UserId>,
    /// What the page behind a link of its text shows of itself.
    pub preview: Option<LinkPreview>,
    /// Fields of other applications, by name; objects and lists as JSON text.
    pub fields: Vec<Field>,
    /// Whether its sender asked that nobody be alerted.
    pub silent: bool,
    /// Why it waits on purpose, if it does.
    pub hold: Option<Hold>,
}

/// What lies beyond the end of a page.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Edge {
    /// Nothing: the beginning, or the newest.
    End,
    /// More messages; ask for the next page.
    More,
    /// Messages that exist and could not be loaded.
    Gap {
        /// Why not.
        reason: GapReason,
    },
}

/// Why a stretch of history could not be loaded.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GapReason {
    /// There is no connection.
    Offline,
    /// The server answered with an error.
    Failed,
}

/// A stretch of a conversation.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// Oldest first.
    pub items: Vec<Message>,
    /// What lies before the first.
    pub before: Edge,
    /// What lies after the last.
    pub after: Edge,
}

/// Where a page of messages is wanted.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Anchor {
    /// The newest messages.
    Newest,
    /// Around the first unread one, or the newest where all is read.
    FirstUnread,
    /// Those before this id.
    Before(MessageId),
    /// Those after this id.
    After(MessageId),
    /// This id in the middle.
    Around(MessageId),
    /// Around the first message of this moment or later, in unix milliseconds; the newest where
    /// there is none.
    Date(i64),
}

impl From<model::Status> for Status {
    fn from(status: model::Status) -> Self {
        match status {
            model::Status::Failed => Self::Failed,
            model::Status::Pending => Self::Pending,
            model::Status::Sent => Self::Sent,
            model::Status::Delivered => Self::Delivered,
            model::Status::Read => Self::Read,
        }
    }
}

impl From<model::Failure> for Failure {
    fn from(failure: model::Failure) -> Self {
        Self {
            kind: match failure.kind {
                model::FailureKind::Refused => FailureKind::Refused,
                model::FailureKind::NotMember => FailureKind::NotMember,
                model::FailureKind::TooLarge => FailureKind::TooLarge,
                model::FailureKind::Server => FailureKind::Server,
                model::FailureKind::NoAnswer => FailureKind::NoAnswer,
                model::FailureKind::Blocked => FailureKind::Blocked,
            },
            text: failure.text,
        }
    }
}

impl From<model::Quote> for Quote {
    fn from(quote: model::Quote) -> Self {
        Self {
            message_id: quote.message.into(),
            sender_id: quote.sender.map(Into::into),
            text: quote.text,
            attachment: quote.attachment.map(Into::into),
        }
    }
}

impl From<model::LinkPreview> for LinkPreview {
    fn from(preview: model::LinkPreview) -> Self {
        Self {
            url: preview.url.into(),
            title: preview.title,
            description: preview.description,
            site: preview.site,
            picture: preview.picture.map(|picture| PreviewPicture {
                uid: picture.uid.to_string(),
                width: picture.width,
                height: picture.height,
            }),
        }
    }
}

impl From<model::Message> for Message {
    fn from(message: model::Message) -> Self {
        let ids = |people: Vec<model::UserId>| people.into_iter().map(Into::into).collect();
        Self {
            id: message.id.into(),
            dialog_id: message.dialog.into(),
            sender_id: message.sender.into(),
            text: message.text,
            attachments: attachments(message.attachments),
            sent_at: message.sent_at.0,
            status: message.status.into(),
            failure: message.failure.map(Into::into),
            delivered_to: ids(message.delivered_to),
            read_by: ids(message.read_by),
            system: message.system.map(Into::into),
            edited_at: message.edited_at.map(|at| at.0),
            previous_text: message.previous_text,
            deleted: message.deleted,
            reactions: message.reactions.into_iter().map(Into::into).collect(),
            reply: message.reply.map(Into::into),
            forwarded: message.forwarded.map(|first| Forwarded {
                sender_id: first.sender.into(),
                sent_at: first.sent_at.map(|at| at.0),
            }),
            mentions: ids(message.mentions),
            preview: message.preview.map(Into::into),
            fields: message
                .fields
                .into_iter()
                .map(|(name, value)| Field { name, value })
                .collect(),
            silent: message.silent,
            hold: message.hold.map(Into::into),
        }
    }
}

fn attachments(all: Vec<model::Attachment>) -> Vec<Attachment> {
    (0..)
        .zip(all)
        .map(|(index, attachment)| Attachment::new(index, attachment))
        .collect()
}

impl From<model::Edge> for Edge {
    fn from(edge: model::Edge) -> Self {
        match edge {
            model::Edge::End => Self::End,
            model::Edge::More => Self::More,
            model::Edge::Gap { reason } => Self::Gap {
                reason: match reason {
                    model::GapReason::Offline => GapReason::Offline,
                    model::GapReason::Failed => GapReason::Failed,
                },
            },
        }
    }
}

impl From<model::MessagePage> for MessagePage {
    fn from(page: model::MessagePage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            before: page.before.into(),
            after: page.after.into(),
        }
    }
}

impl TryFrom<Anchor> for model::Anchor {
    type Error = IpcError;

    fn try_from(anchor: Anchor) -> Result<Self, IpcError> {
        Ok(match anchor {
            Anchor::Newest => Self::Newest,
            Anchor::FirstUnread => Self::FirstUnread,
            Anchor::Before(id) => Self::Before(id.try_into()?),
            Anchor::After(id) => Self::After(id.try_into()?),
            Anchor::Around(id) => Self::Around(id.try_into()?),
            Anchor::Date(at) => Self::Date(model::UnixMillis(at)),
        })
    }
}
