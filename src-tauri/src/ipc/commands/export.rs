//! The export of a chat to a folder that the person chooses in the system's own dialog: the page
//! neither names a path nor learns one.

use cubist_client::export::{Export, ExportError};
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_opener::OpenerExt as _;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            event::AppEvent,
            export::{ExportOutcome, ExportWords},
            ids::{AccountId, DialogId},
            organisation::Feature,
        },
    },
    shell::file_dialog,
    state::App,
};

/// Files that are named one by one when they are not in the folder; of more the number says enough.
const MOST_LISTED: usize = 100;

/// Asks where to, and writes a chat there with its whole history, and its files if they are wanted.
/// Tells how far it is by events.
#[tauri::command]
#[specta::specta]
pub async fn export_dialog(
    window: WebviewWindow,
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    words: ExportWords,
    with_files: bool,
) -> Result<ExportOutcome, IpcError> {
    app.organisations.allow(Feature::Export)?;
    let account = app.account(account_id.clone()).await?;
    let dialog = dialog_id.clone().try_into()?;
    let Some(into) = file_dialog::choose_folder(&window).await else {
        return Ok(ExportOutcome::Cancelled);
    };
    let export = Export {
        dialog,
        into,
        words: words.into(),
        with_files,
    };
    let cancelled = app.exports.begin();
    let told = app.inner().clone();
    let progress = move |progress: cubist_client::export::ExportProgress| {
        told.tell(AppEvent::ExportProgressed {
            account_id: account_id.clone(),
            dialog_id: dialog_id.clone(),
            progress: progress.into(),
        });
    };
    match account.export(export, progress, cancelled).await {
        Ok(done) => {
            let name = done.folder.file_name().unwrap_or_default();
            let folder = name.to_string_lossy().into_owned();
            app.exports.finished(done.folder);
            Ok(ExportOutcome::Done {
                folder,
                messages: done.messages,
                complete: done.complete,
                files: done.files,
                missing: u32::try_from(done.missing.len()).unwrap_or(u32::MAX),
                listed: done
                    .missing
                    .into_iter()
                    .take(MOST_LISTED)
                    .map(Into::into)
                    .collect(),
            })
        }
        Err(ExportError::Cancelled) => Ok(ExportOutcome::Cancelled),
        Err(ExportError::NotFound) => Err(IpcError::NotFound),
        // The words name causes, never contents.
        Err(error @ (ExportError::Disk(_) | ExportError::Store(_))) => {
            tracing::warn!(%error, "an export failed");
            Err(IpcError::Storage {
                message: error.to_string(),
            })
        }
    }
}

/// Stops the export that runs.
#[tauri::command]
#[specta::specta]
pub async fn cancel_export(app: State<'_, App>) -> Result<(), IpcError> {
    app.exports.cancel();
    Ok(())
}

/// Shows the folder of the last export in the system's own file manager.
#[tauri::command]
#[specta::specta]
pub async fn show_export(handle: AppHandle, app: State<'_, App>) -> Result<(), IpcError> {
    let folder = app.exports.last().ok_or(IpcError::NotFound)?;
    handle
        .opener()
        .reveal_item_in_dir(folder)
        .map_err(|error| IpcError::Internal {
            message: error.to_string(),
        })
}
