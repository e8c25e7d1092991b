//! Who is in a dialog, and what they are there.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            explore::OccupantPage,
            ids::{self, AccountId, DialogId, UserId},
        },
    },
    state::App,
};

/// People a page may have: what the server gives at once.
const PAGE_LIMIT: u32 = 100;

/// A page of the people of a dialog; of a public one the server is asked.
#[tauri::command]
#[specta::specta]
pub async fn occupants(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    skip: u32,
    limit: u32,
) -> Result<OccupantPage, IpcError> {
    let id = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account
        .occupants(id, skip, limit.min(PAGE_LIMIT))
        .await?
        .into())
}

/// Who is in the room of a dialog just now: people whose app joined it. Nobody has to.
#[tauri::command]
#[specta::specta]
pub async fn room_occupants(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<Vec<UserId>, IpcError> {
    let id = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    let people = account.room_occupants(id).await?;
    Ok(people.into_iter().map(UserId::from).collect())
}

/// Adds people.
#[tauri::command]
#[specta::specta]
pub async fn add_occupants(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    user_ids: Vec<UserId>,
) -> Result<(), IpcError> {
    let (id, people) = (dialog_id.try_into()?, ids::all(user_ids)?);
    let account = app.account(account_id).await?;
    Ok(account.add_occupants(id, people).await?)
}

/// Removes people; the owner may.
#[tauri::command]
#[specta::specta]
pub async fn remove_occupants(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    user_ids: Vec<UserId>,
) -> Result<(), IpcError> {
    let (id, people) = (dialog_id.try_into()?, ids::all(user_ids)?);
    let account = app.account(account_id).await?;
    Ok(account.remove_occupants(id, people).await?)
}

/// Makes people admins, five at most; the owner may.
#[tauri::command]
#[specta::specta]
pub async fn add_admins(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    user_ids: Vec<UserId>,
) -> Result<(), IpcError> {
    let (id, people) = (dialog_id.try_into()?, ids::all(user_ids)?);
    let account = app.account(account_id).await?;
    Ok(account.add_admins(id, people).await?)
}

/// Takes the role of admin away; the owner may.
#[tauri::command]
#[specta::specta]
pub async fn remove_admins(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    user_ids: Vec<UserId>,
) -> Result<(), IpcError> {
    let (id, people) = (dialog_id.try_into()?, ids::all(user_ids)?);
    let account = app.account(account_id).await?;
    Ok(account.remove_admins(id, people).await?)
}
