//! What waits to be sent, and what stands in the composer.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::{
    error::IpcError,
    types::{
        dialog::Dialog,
        ids::{MessageId, UserId},
        message::{Message, Quote},
    },
};

/// Why a message waits on purpose, though nothing is wrong.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Hold {
    /// It can be taken back.
    Undo {
        /// Until then, in unix milliseconds.
        until: i64,
    },
    /// It is to be sent later, and stands in the conversation only then.
    Scheduled {
        /// When, in unix milliseconds.
        at: i64,
    },
}

/// What an unsent message waits for.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Waiting {
    /// For a connection.
    Line,
    /// For the one before it in its chat.
    Turn,
    /// For the server's answer; it is on its way.
    Answer,
    /// The server asked to come again.
    Retry {
        /// Not before, in unix milliseconds.
        at: i64,
        /// How often it has asked.
        attempts: u32,
    },
    /// For me, who may take it back.
    Undo {
        /// Until then, in unix milliseconds.
        until: i64,
    },
    /// For its time.
    Scheduled {
        /// When, in unix milliseconds.
        at: i64,
    },
    /// For me: it failed, and the message says why.
    Decision,
}

/// One unsent message.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutboxItem {
    /// The message.
    pub message: Message,
    /// What it waits for.
    pub waiting: Waiting,
}

/// A message that was not sent and is written again.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TakenBack {
    /// As it stood; it is gone.
    pub message: Message,
    /// How many of its files are not on this computer any more, so that they are not chosen again.
    pub lost_files: u32,
}

impl From<model::TakenBack> for TakenBack {
    fn from(taken: model::TakenBack) -> Self {
        Self {
            message: taken.message.into(),
            lost_files: taken.lost_files,
        }
    }
}

/// Everything of an account that the server does not have.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Outbox {
    /// Those that wait in the order of sending, those that failed by chat and date.
    pub items: Vec<OutboxItem>,
    /// The chats they belong to.
    pub dialogs: Vec<Dialog>,
}

/// How far somebody has come with a message of mine.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    /// Who.
    pub user_id: UserId,
    /// When it came to their device, in unix milliseconds, where this computer was told.
    pub received_at: Option<i64>,
    /// Whether they have seen it.
    pub has_seen: bool,
    /// When they saw it, in unix milliseconds, where this computer was told.
    pub seen_at: Option<i64>,
}

/// A message that is being changed.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DraftEdit {
    /// Which.
    pub message_id: MessageId,
    /// The words it has.
    pub before: String,
    /// Its new words so far.
    pub text: String,
}

/// What stands in the field of a chat and was not sent.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The words.
    pub text: String,
    /// What they answer.
    pub reply: Option<Quote>,
    /// A message that is being changed meanwhile.
    pub edit: Option<DraftEdit>,
}

impl From<model::Hold> for Hold {
    fn from(hold: model::Hold) -> Self {
        match hold {
            model::Hold::Undo { until } => Self::Undo { until: until.0 },
            model::Hold::Scheduled { at } => Self::Scheduled { at: at.0 },
        }
    }
}

impl From<model::Waiting> for Waiting {
    fn from(waiting: model::Waiting) -> Self {
        match waiting {
            model::Waiting::Line => Self::Line,
            model::Waiting::Turn => Self::Turn,
            model::Waiting::Answer => Self::Answer,
            model::Waiting::Retry { at, attempts } => Self::Retry { at: at.0, attempts },
            model::Waiting::Undo { until } => Self::Undo { until: until.0 },
            model::Waiting::Scheduled { at } => Self::Scheduled { at: at.0 },
            model::Waiting::Decision => Self::Decision,
        }
    }
}

impl From<model::Outbox> for Outbox {
    fn from(outbox: model::Outbox) -> Self {
        Self {
            items: outbox
                .items
                .into_iter()
                .map(|item| OutboxItem {
                    message: item.message.into(),
                    waiting: item.waiting.into(),
                })
                .collect(),
            dialogs: outbox.dialogs.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<model::Recipient> for Recipient {
    fn from(recipient: model::Recipient) -> Self {
        Self {
            user_id: recipient.user.into(),
            received_at: recipient.received_at.map(|at| at.0),
            has_seen: recipient.has_seen,
            seen_at: recipient.seen_at.map(|at| at.0),
        }
    }
}

impl From<model::KeptDraft> for Draft {
    fn from(draft: model::KeptDraft) -> Self {
        Self {
            text: draft.text,
            reply: draft.reply.map(Into::into),
            edit: draft.edit.map(|edit| DraftEdit {
                message_id: edit.message.into(),
                before: edit.before,
                text: edit.text,
            }),
        }
    }
}

impl TryFrom<Draft> for model::KeptDraft {
    type Error = IpcError;

    fn try_from(draft: Draft) -> Result<Self, IpcError> {
        let reply = draft.reply.map(|quote| {
            Ok::<_, IpcError>(model::Quote {
                message: quote.message_id.try_into()?,
                sender: quote.sender_id.map(TryInto::try_into).transpose()?,
                text: quote.text,
                attachment: quote.attachment.map(Into::into),
            })
        });
        let edit = draft.edit.map(|edit| {
            Ok::<_, IpcError>(model::KeptEdit {
                message: edit.message_id.try_into()?,
                before: edit.before,
                text: edit.text,
            })
        });
        Ok(Self {
            text: draft.text,
            reply: reply.transpose()?,
            edit: edit.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use cubist_client::model::{
        AttachmentKind, KeptDraft, KeptEdit, PreviewAttachment, Quote, UserId,
    };

    use super::Draft;

    #[test]
    fn a_draft_comes_back_from_the_window_as_it_went() {
        let kept = KeptDraft {
            text: "half a th".to_owned(),
            reply: Some(Quote {
                message: "5c094c0ce588ce6856f87422".parse().unwrap(),
                sender: UserId::new(7),
                text: "a question".to_owned(),
                attachment: Some(PreviewAttachment {
                    kind: AttachmentKind::Voice,
                    count: 2,
                    name: None,
                    duration: Some(14_000),
                }),
            }),
            edit: Some(KeptEdit {
                message: "5c094c0ce588ce6856f87423".parse().unwrap(),
                before: "old".to_owned(),
                text: "new".to_owned(),
            }),
        };
        let json = serde_json::to_string(&Draft::from(kept.clone())).unwrap();
        let back: Draft = serde_json::from_str(&json).unwrap();
        assert_eq!(KeptDraft::try_from(back).unwrap(), kept);
    }
}
