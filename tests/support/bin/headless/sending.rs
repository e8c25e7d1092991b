//! Requests about files and places that are sent, and about what was not.

use std::path::PathBuf;

use cubist_client::Account;
use cubist_client::attachments::place;
use cubist_client::model::{DialogId, Draft, MessageId, NewAttachment};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub(crate) enum SendCall {
    /// Chooses files and sends them, with a caption.
    SendFiles {
        dialog: DialogId,
        paths: Vec<PathBuf>,
        #[serde(default)]
        text: String,
        #[serde(default)]
        as_file: bool,
    },
    /// Passes a message on.
    Forward {
        message: MessageId,
        to: Vec<DialogId>,
    },
    /// Gives a message other words.
    Edit { message: MessageId, text: String },
    /// Sends the place that a text names.
    SendPlace { dialog: DialogId, place: String },
    /// Removes a file from the server.
    DeleteFile { message: MessageId, index: u32 },
    /// Stops the upload of a message's files, or goes on.
    PauseUpload { message: MessageId, paused: bool },
    /// Gives up a message that was not sent.
    DiscardUnsent { message: MessageId },
}

pub(crate) async fn run(account: &Account, call: SendCall) -> Result<Value, Failure> {
    Ok(match call {
        SendCall::SendFiles {
            dialog,
            paths,
            text,
            as_file,
        } => {
            let staging = account.stage(dialog, paths).await?;
            if let Some((name, reason)) = staging.refused.first() {
                return Err(format!("{name} was not taken: {reason:?}").into());
            }
            let files = staging.staged.iter();
            let draft = Draft {
                text,
                attachments: files
                    .map(|file| NewAttachment::Staged {
                        id: file.id,
                        as_file,
                    })
                    .collect(),
                ..Draft::default()
            };
            json!(account.send(dialog, draft).await?.to_string())
        }
        SendCall::Forward { message, to } => {
            account.forward(vec![message], to, None).await?;
            Value::Null
        }
        SendCall::Edit { message, text } => {
            account.edit_message(message, text).await?;
            Value::Null
        }
        SendCall::SendPlace { dialog, place } => {
            let location = place::parse(&place).ok_or("that is no place")?;
            let draft = Draft {
                attachments: vec![NewAttachment::Location(location)],
                ..Draft::default()
            };
            json!(account.send(dialog, draft).await?.to_string())
        }
        SendCall::DeleteFile { message, index } => {
            account.delete_file(message, index).await?;
            Value::Null
        }
        SendCall::PauseUpload { message, paused } => {
            account.pause_upload(message, paused).await?;
            Value::Null
        }
        SendCall::DiscardUnsent { message } => {
            account.discard_unsent(message).await?;
            Value::Null
        }
    })
}
