//! Files that a person chooses for a chat, before they are sent.
//!
//! The page never says or learns a path: files come from the system's dialog, from a drag, from
//! the clipboard or from another program, and are named by number from then on.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cubist_client::model::StagedId;
use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            attachment::{FileOffer, Location, Media, Staged, Staging},
            ids::{AccountId, DialogId},
            picture::Picture,
        },
    },
    shell::pasted::Pasted,
    state::App,
};

/// Lets the person choose files in the system's dialog; none when they change their mind. They are
/// read by `stage_offered`, so that it is known how many are on their way.
#[tauri::command]
#[specta::specta]
pub async fn choose_files(
    app: State<'_, App>,
    window: tauri::WebviewWindow,
) -> Result<Option<FileOffer>, IpcError> {
    let paths = crate::shell::file_dialog::choose(&window).await;
    if paths.is_empty() {
        return Ok(None);
    }
    let count = u32::try_from(paths.len()).unwrap_or(u32::MAX);
    Ok(Some(FileOffer {
        offer_id: app.offers.drop(paths),
        count,
    }))
}

/// Takes files that were dropped or chosen. An offer can be taken once.
#[tauri::command]
#[specta::specta]
pub async fn stage_offered(
    app: State<'_, App>,
    offer_id: u32,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Staging, IpcError> {
    let dialog = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    let paths = app.offers.take(offer_id).ok_or(IpcError::NotFound)?;
    Ok(account.stage(dialog, paths).await?.into())
}

/// The picture that was dropped, for a picture of a person or a chat: made small, as Base64. A drop
/// can be taken once.
#[tauri::command]
#[specta::specta]
pub async fn dropped_picture(app: State<'_, App>, drop_id: u32) -> Result<String, IpcError> {
    let paths = app.offers.take(drop_id).ok_or(IpcError::NotFound)?;
    let path = paths.into_iter().next().ok_or(IpcError::NotFound)?;
    let read =
        tauri::async_runtime::spawn_blocking(move || cubist_client::attachments::picture_in(&path));
    let picture = read.await.ok().flatten();
    let picture = picture.ok_or(IpcError::UnsupportedPicture)?;
    Ok(STANDARD.encode(&picture.bytes))
}

/// Takes the files that another program handed over, which can be taken once.
#[tauri::command]
#[specta::specta]
pub async fn stage_shared(
    app: State<'_, App>,
    share_id: u32,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Staging, IpcError> {
    stage_offered(app, share_id, account_id, dialog_id).await
}

/// Takes what the page was given by the clipboard. Its bytes are the body of the call, everything
/// else its headers: see `shell::pasted`.
#[tauri::command]
#[specta::specta]
pub async fn stage_pasted(app: State<'_, App>, pasted: Pasted) -> Result<Staging, IpcError> {
    let dialog = pasted.dialog_id.try_into()?;
    let account = app.account(pasted.account_id).await?;
    Ok(account
        .stage_bytes(dialog, pasted.name, pasted.bytes)
        .await?
        .into())
}

/// Takes files or a picture from the system's clipboard, for web views that do not tell the page
/// what is in it.
#[tauri::command]
#[specta::specta]
pub async fn stage_clipboard(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Staging, IpcError> {
    let dialog = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(crate::shell::clipboard::stage(&account, dialog)
        .await?
        .into())
}

/// The files that are chosen for a chat, in their order.
#[tauri::command]
#[specta::specta]
pub async fn staged(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Vec<Staged>, IpcError> {
    let dialog = dialog_id.try_into()?;
    let found = app.account(account_id).await?.staged(dialog).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Puts the files chosen for a chat into this order, and keeps which of them go as they are.
#[tauri::command]
#[specta::specta]
pub async fn arrange_staged(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    ids: Vec<u32>,
    as_files: Vec<u32>,
) -> Result<(), IpcError> {
    let dialog = dialog_id.try_into()?;
    let order = ids.into_iter().map(StagedId).collect();
    let account = app.account(account_id).await?;
    let as_files = as_files.into_iter().map(StagedId).collect();
    Ok(account.arrange_staged(dialog, order, as_files).await?)
}

/// An address the window plays a chosen file from. It may also look at its pixels: a film's poster is
/// drawn from them.
#[tauri::command]
#[specta::specta]
pub async fn open_staged(
    app: State<'_, App>,
    account_id: AccountId,
    id: u32,
) -> Result<Media, IpcError> {
    let account = app.account(account_id).await?;
    let id = StagedId(id);
    account.staged_file(id).await?;
    let server = app.media_server().await?;
    Ok(Media {
        url: server.staged_url(account.id(), id),
    })
}

/// Takes a frame of a chosen film, drawn by the window, as its poster. It is in time after the message
/// was sent, too, as long as the film is on its way.
#[tauri::command]
#[specta::specta]
pub async fn set_poster(
    app: State<'_, App>,
    account_id: AccountId,
    id: u32,
    frame: Picture,
) -> Result<(), IpcError> {
    let frame = frame.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.set_poster(StagedId(id), frame).await?)
}

/// Puts chosen files away again.
#[tauri::command]
#[specta::specta]
pub async fn unstage(
    app: State<'_, App>,
    account_id: AccountId,
    ids: Vec<u32>,
) -> Result<(), IpcError> {
    let ids = ids.into_iter().map(StagedId).collect();
    Ok(app.account(account_id).await?.unstage(ids).await?)
}

/// The place that a typed or pasted text names: coordinates, or a link of a map.
#[tauri::command]
#[specta::specta]
pub async fn parse_location(text: String) -> Result<Option<Location>, IpcError> {
    Ok(cubist_client::attachments::place::parse(&text).map(Into::into))
}
