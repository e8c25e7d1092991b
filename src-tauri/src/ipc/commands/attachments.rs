//! What becomes of the files of messages.

use tauri::{State, WebviewWindow};

use crate::{
    ipc::{
        error::IpcError,
        types::{
            attachment::{
                AttachmentRef, Media, SharedCounts, SharedKind, SharedPage, StorageUse,
                shared_cursor,
            },
            ids::{AccountId, DialogId, MessageId},
        },
    },
    shell::kept_files::Place,
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
    let id = message_id.try_into()?;
    Ok(app.account(account_id).await?.download(id, index).await?)
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
    let id = message_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.cancel_download(id, index).await?)
}

/// These are on the screen: they are loaded first.
#[tauri::command]
#[specta::specta]
pub async fn prioritise_downloads(
    app: State<'_, App>,
    account_id: AccountId,
    attachments: Vec<AttachmentRef>,
) -> Result<(), IpcError> {
    let wanted = attachments
        .into_iter()
        .map(|one| Ok((one.message_id.try_into()?, one.index)))
        .collect::<Result<_, IpcError>>()?;
    let account = app.account(account_id).await?;
    Ok(account.prioritise_downloads(wanted).await?)
}

/// An address the window plays sound or a film from. The file must be here.
#[tauri::command]
#[specta::specta]
pub async fn open_media(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<Media, IpcError> {
    let id = message_id.try_into()?;
    let account = app.account(account_id).await?;
    // What is not here has no address: the page is told now, not by a player that stays silent.
    account.attachment_file(id, index).await?;
    let server = app.media_server().await?;
    Ok(Media {
        url: server.url(account.id(), id, index),
    })
}

/// Saves a file where the person says in the system's dialog; false when they change their mind.
#[tauri::command]
#[specta::specta]
pub async fn save_attachment(
    app: State<'_, App>,
    window: WebviewWindow,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<bool, IpcError> {
    let (account, place) = find(&app, account_id, message_id, index).await?;
    app.kept_files.save(&window, &account, place).await
}

/// Opens a file with the program that the system has for it.
#[tauri::command]
#[specta::specta]
pub async fn open_attachment(
    app: State<'_, App>,
    window: WebviewWindow,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    let (account, place) = find(&app, account_id, message_id, index).await?;
    app.kept_files.open(&window, &account, &place).await
}

/// Shows a file in its folder.
#[tauri::command]
#[specta::specta]
pub async fn show_in_folder(
    app: State<'_, App>,
    window: WebviewWindow,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(), IpcError> {
    let (account, place) = find(&app, account_id, message_id, index).await?;
    app.kept_files.show(&window, &account, place).await
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
    let (account, place) = find(&app, account_id, message_id, index).await?;
    app.kept_files.copy_image(&account, &place).await
}

async fn find(
    app: &App,
    account_id: AccountId,
    message_id: MessageId,
    index: u32,
) -> Result<(cubist_client::Account, Place), IpcError> {
    let account = app.account(account_id).await?;
    let place = Place {
        account: account.id().clone(),
        message: message_id.try_into()?,
        index,
    };
    Ok((account, place))
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
    let before = before.as_deref().map(shared_cursor).transpose()?;
    let dialog = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    let page = account
        .shared_attachments(dialog, kind.into(), before, limit)
        .await?;
    Ok(page.into())
}

/// How many things were shared in a chat.
#[tauri::command]
#[specta::specta]
pub async fn shared_counts(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<SharedCounts, IpcError> {
    let dialog = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.shared_counts(dialog).await?.into())
}

/// What the files of each chat take up on this computer, the most first.
#[tauri::command]
#[specta::specta]
pub async fn storage_use(
    app: State<'_, App>,
    account_id: AccountId,
) -> Result<Vec<StorageUse>, IpcError> {
    let sums = app.account(account_id).await?.storage_use().await?;
    Ok(sums.into_iter().map(Into::into).collect())
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
    let dialogs = dialog_ids
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?;
    Ok(app.account(account_id).await?.free_space(dialogs).await?)
}
