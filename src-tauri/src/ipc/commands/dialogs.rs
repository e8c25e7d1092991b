//! The chat list, drafts and typing.

use cubist_client::model::DialogQuery;
use tauri::State;

use crate::{
    ipc::{
        commands::parse,
        error::IpcError,
        types::{
            dialog::{Dialog, DialogPage},
            ids::{AccountId, DialogId, UserId},
        },
    },
    state::App,
};

/// Rows a page may have, so that a mistake in the window cannot ask for everything at once.
const PAGE_LIMIT: u32 = 500;

/// A page of the chat list, newest activity first.
#[tauri::command]
#[specta::specta]
pub async fn dialogs(
    app: State<'_, App>,
    account_id: AccountId,
    after: Option<String>,
    limit: u32,
) -> Result<DialogPage, IpcError> {
    let query = DialogQuery {
        after: after.map(|text| parse("after", &text)).transpose()?,
        limit: limit.min(PAGE_LIMIT),
    };
    Ok(app.account(account_id).await?.dialogs(query).await?.into())
}

/// One row.
#[tauri::command]
#[specta::specta]
pub async fn dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Option<Dialog>, IpcError> {
    let id = dialog_id.try_into()?;
    Ok(app
        .account(account_id)
        .await?
        .dialog(id)
        .await?
        .map(Into::into))
}

/// The private dialog with a person, made if there is none.
#[tauri::command]
#[specta::specta]
pub async fn create_private(
    app: State<'_, App>,
    account_id: AccountId,
    user_id: UserId,
) -> Result<DialogId, IpcError> {
    let account = app.account(account_id).await?;
    Ok(account.create_private(user_id.try_into()?).await?.into())
}

/// A new group with these people.
#[tauri::command]
#[specta::specta]
pub async fn create_group(
    app: State<'_, App>,
    account_id: AccountId,
    name: String,
    user_ids: Vec<UserId>,
) -> Result<DialogId, IpcError> {
    let people = user_ids
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<Vec<_>, _>>()?;
    let account = app.account(account_id).await?;
    Ok(account.create_group(name, &people).await?.into())
}

/// Keeps what was typed and not sent; an empty text forgets it.
#[tauri::command]
#[specta::specta]
pub async fn save_draft(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    text: String,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    Ok(app.account(account_id).await?.save_draft(id, text).await?)
}

/// The person types, or stopped.
#[tauri::command]
#[specta::specta]
pub async fn set_typing(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    typing: bool,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    Ok(app
        .account(account_id)
        .await?
        .set_typing(id, typing)
        .await?)
}
