//! The chat list; making, changing and deleting dialogs; drafts and typing.

use cubist_client::model::DialogQuery;
use tauri::State;

use crate::{
    ipc::{
        commands::parse,
        error::IpcError,
        types::{
            dialog::{Dialog, DialogPage},
            dialog_edit::{DeleteOutcome, DialogEdit, NewDialog},
            ids::{self, AccountId, DialogId, UserId},
            outbox::Draft,
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

/// A new group or public dialog.
#[tauri::command]
#[specta::specta]
pub async fn create_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    request: NewDialog,
) -> Result<DialogId, IpcError> {
    let request = request.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.create_dialog(request).await?.into())
}

/// Changes what the edit names.
#[tauri::command]
#[specta::specta]
pub async fn update_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    edit: DialogEdit,
) -> Result<(), IpcError> {
    let (id, edit) = (dialog_id.try_into()?, edit.try_into()?);
    let account = app.account(account_id).await?;
    Ok(account.update_dialog(id, edit).await?)
}

/// Leaves a group; the owner's place goes to the next.
#[tauri::command]
#[specta::specta]
pub async fn leave_dialog(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    Ok(app.account(account_id).await?.leave(id).await?)
}

/// Deletes dialogs for me, or for everyone where I own them.
#[tauri::command]
#[specta::specta]
pub async fn delete_dialogs(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_ids: Vec<DialogId>,
    for_all: bool,
) -> Result<DeleteOutcome, IpcError> {
    let dialogs = ids::all(dialog_ids)?;
    let account = app.account(account_id).await?;
    Ok(account.delete_dialogs(dialogs, for_all).await?.into())
}

/// Hides every message there is now from me.
#[tauri::command]
#[specta::specta]
pub async fn clear_history(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<(), IpcError> {
    let id = dialog_id.try_into()?;
    Ok(app.account(account_id).await?.clear_history(id).await?)
}

/// Keeps what stands in the composer and was not sent; an empty draft is forgotten.
#[tauri::command]
#[specta::specta]
pub async fn save_draft(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    draft: Draft,
) -> Result<(), IpcError> {
    let (id, draft) = (dialog_id.try_into()?, draft.try_into()?);
    Ok(app.account(account_id).await?.save_draft(id, draft).await?)
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
