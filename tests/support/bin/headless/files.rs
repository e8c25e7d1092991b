//! Requests about files that came with messages.

use std::io::Read as _;
use std::path::PathBuf;

use cubist_client::Account;
use cubist_client::export::{Export, ExportWords};
use cubist_client::model::{DialogId, MessageId};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::Failure;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub(crate) enum FilesCall {
    Download {
        message: MessageId,
        index: u32,
    },
    /// These are on the screen: message and place.
    Look {
        attachments: Vec<(MessageId, u32)>,
    },
    /// Writes what is in a file to a path.
    Save {
        message: MessageId,
        index: u32,
        path: PathBuf,
    },
    SharedCounts {
        dialog: DialogId,
    },
    /// Writes a dialog with its files into a new folder of a folder.
    Export {
        dialog: DialogId,
        into: PathBuf,
    },
    StorageUse {},
    FreeSpace {
        dialogs: Vec<DialogId>,
    },
}

/// Does it.
pub(crate) async fn run(account: &Account, call: FilesCall) -> Result<Value, Failure> {
    Ok(match call {
        FilesCall::Download { message, index } => {
            account.download(message, index).await?;
            Value::Null
        }
        FilesCall::Look { attachments } => {
            account.prioritise_downloads(attachments).await?;
            Value::Null
        }
        FilesCall::Save {
            message,
            index,
            path,
        } => {
            let mut file = account.attachment_file(message, index).await?;
            let content_type = file.content_type.clone();
            let bytes = tokio::task::spawn_blocking(move || {
                let mut target = std::fs::File::create(path)?;
                std::io::copy(&mut file.by_ref(), &mut target)
            })
            .await??;
            json!({ "bytes": bytes, "content_type": content_type })
        }
        FilesCall::SharedCounts { dialog } => {
            let counts = account.shared_counts(dialog).await?;
            json!({
                "media": counts.media,
                "files": counts.files,
                "links": counts.links,
                "locations": counts.locations,
            })
        }
        FilesCall::Export { dialog, into } => {
            let export = Export {
                dialog,
                into,
                words: ExportWords::default(),
                with_files: true,
            };
            let exported = account
                .export(export, |_| {}, CancellationToken::new())
                .await?;
            json!({ "folder": exported.folder, "files": exported.files, "missing": exported.missing.len() })
        }
        FilesCall::StorageUse {} => {
            let sums = account.storage_use().await?;
            sums.iter()
                .map(|sum| json!([sum.dialog.to_string(), sum.bytes, sum.files]))
                .collect()
        }
        FilesCall::FreeSpace { dialogs } => json!(account.free_space(dialogs).await?),
    })
}
