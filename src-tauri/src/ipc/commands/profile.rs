//! The person's own profile and account.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{ids::AccountId, people::User, picture::Picture, profile::ProfileEdit},
    },
    state::App,
};

/// My own profile, as the server has it.
#[tauri::command]
#[specta::specta]
pub async fn own_profile(app: State<'_, App>, account_id: AccountId) -> Result<User, IpcError> {
    Ok(app.account(account_id).await?.own_profile().await?.into())
}

/// Changes what the edit names.
#[tauri::command]
#[specta::specta]
pub async fn update_profile(
    app: State<'_, App>,
    account_id: AccountId,
    edit: ProfileEdit,
) -> Result<(), IpcError> {
    let account = app.account(account_id).await?;
    account.update_profile(edit.into()).await?;
    Ok(())
}

/// Changes the password; the old one has to fit.
#[tauri::command]
#[specta::specta]
pub async fn change_password(
    app: State<'_, App>,
    account_id: AccountId,
    old_password: String,
    new_password: String,
) -> Result<(), IpcError> {
    let account = app.account(account_id).await?;
    Ok(account
        .change_password(old_password.into(), new_password.into())
        .await?)
}

/// Replaces my picture; `null` takes it away.
#[tauri::command]
#[specta::specta]
pub async fn set_avatar(
    app: State<'_, App>,
    account_id: AccountId,
    picture: Option<Picture>,
) -> Result<(), IpcError> {
    let picture = picture.map(TryInto::try_into).transpose()?;
    app.account(account_id).await?.set_avatar(picture).await?;
    Ok(())
}

/// Deletes the account on the server and everything of it on this computer.
#[tauri::command]
#[specta::specta]
pub async fn delete_account(
    app: State<'_, App>,
    account_id: AccountId,
    password: String,
) -> Result<(), IpcError> {
    let id = account_id.try_into()?;
    let engine = app.engine().await?;
    engine.delete_account(&id, password.into()).await?;
    app.kept_files.clear();
    Ok(())
}
