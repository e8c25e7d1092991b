//! How the person arranges the chat list: quiet, pinned, put away, in folders.

use cubist_client::model::FolderId;
use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            dialog::{self, Alerts},
            folder::{Folder, FolderRule},
            ids::{self, AccountId, DialogId},
        },
    },
    state::App,
};

/// Whether the server notifies about this dialog.
#[tauri::command]
#[specta::specta]
pub async fn set_notifications(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    enabled: bool,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.set_notifications(id, enabled).await?)
}

/// No notifications on this computer until then (unix milliseconds); `null` ends it.
/// `Number.MAX_SAFE_INTEGER` stands for good.
#[tauri::command]
#[specta::specta]
pub async fn mute_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    until: Option<i64>,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.mute(id, until.map(dialog::muted_until)).await?)
}

/// Chooses which messages of a dialog this computer notifies about.
#[tauri::command]
#[specta::specta]
pub async fn choose_alerts(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    alerts: Alerts,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.choose_alerts(id, alerts.into()).await?)
}

/// Keeps dialogs at the top of the list, or no longer.
#[tauri::command]
#[specta::specta]
pub async fn pin_dialogs(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_ids: Vec<DialogId>,
    on: bool,
) -> Result<(), IpcError> {
    let dialogs = ids::all(dialog_ids)?;
    Ok(app.account(account_id).await?.pin(dialogs, on).await?)
}

/// Moves dialogs to the archive, or back.
#[tauri::command]
#[specta::specta]
pub async fn archive_dialogs(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_ids: Vec<DialogId>,
    on: bool,
) -> Result<(), IpcError> {
    let dialogs = ids::all(dialog_ids)?;
    Ok(app.account(account_id).await?.archive(dialogs, on).await?)
}

/// Marks dialogs as unread, or as read.
#[tauri::command]
#[specta::specta]
pub async fn mark_dialogs_unread(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_ids: Vec<DialogId>,
    on: bool,
) -> Result<(), IpcError> {
    let dialogs = ids::all(dialog_ids)?;
    let account = app.account(account_id).await?;
    Ok(account.mark_unread(dialogs, on).await?)
}

/// The folders of the chat list, in their order.
#[tauri::command]
#[specta::specta]
pub async fn folders(app: State<'_, App>, account_id: AccountId) -> Result<Vec<Folder>, IpcError> {
    let folders = app.account(account_id).await?.folders().await?;
    Ok(folders.into_iter().map(Into::into).collect())
}

/// Makes a folder (`id` is `null`) or changes one; the answer is its id.
#[tauri::command]
#[specta::specta]
pub async fn save_folder(
    app: State<'_, App>,
    account_id: AccountId,
    id: Option<u32>,
    name: String,
    rule: FolderRule,
) -> Result<u32, IpcError> {
    let account = app.account(account_id).await?;
    let id = account
        .save_folder(id.map(FolderId), name, rule.into())
        .await?;
    Ok(id.0)
}

/// Deletes a folder; its dialogs stay.
#[tauri::command]
#[specta::specta]
pub async fn delete_folder(
    app: State<'_, App>,
    account_id: AccountId,
    folder_id: u32,
) -> Result<(), IpcError> {
    let account = app.account(account_id).await?;
    Ok(account.delete_folder(FolderId(folder_id)).await?)
}

/// Puts dialogs into a folder, or takes them out.
#[tauri::command]
#[specta::specta]
pub async fn file_dialogs(
    app: State<'_, App>,
    account_id: AccountId,
    folder_id: u32,
    dialog_ids: Vec<DialogId>,
    on: bool,
) -> Result<(), IpcError> {
    let dialogs = ids::all(dialog_ids)?;
    let account = app.account(account_id).await?;
    Ok(account
        .file_dialogs(FolderId(folder_id), dialogs, on)
        .await?)
}
