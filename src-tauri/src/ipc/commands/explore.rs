//! Public dialogs: finding, reading from outside, joining and leaving.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            explore::ExplorePage,
            ids::{AccountId, DialogId},
            message::Message,
        },
    },
    state::App,
};

/// Public dialogs of the application whose name has `query`.
#[tauri::command]
#[specta::specta]
pub async fn explore(
    app: State<'_, App>,
    account_id: AccountId,
    query: String,
    skip: u32,
) -> Result<ExplorePage, IpcError> {
    let account = app.account(account_id).await?;
    Ok(account.explore(query, skip).await?.into())
}

/// The last messages of a public dialog I am not in, oldest first; nothing is kept.
#[tauri::command]
#[specta::specta]
pub async fn preview_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Vec<Message>, IpcError> {
    let id = dialog_id.try_into()?;
    let messages = app.account(account_id).await?.preview(id).await?;
    Ok(messages.into_iter().map(Into::into).collect())
}

/// Joins a public dialog or a group.
#[tauri::command]
#[specta::specta]
pub async fn subscribe_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    app.account(account_id).await?.subscribe(id).await?;
    Ok(())
}

/// Leaves a public dialog.
#[tauri::command]
#[specta::specta]
pub async fn unsubscribe_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    Ok(app.account(account_id).await?.unsubscribe(id).await?)
}
