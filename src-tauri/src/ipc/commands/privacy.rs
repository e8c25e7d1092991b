//! Against unwelcome people: blocks, privacy lists, reports.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::{AccountId, DialogId, MessageId, UserId},
            privacy::{Block, PrivacyList},
        },
    },
    state::App,
};

/// The people I block.
#[tauri::command]
#[specta::specta]
pub async fn blocked(app: State<'_, App>, account_id: AccountId) -> Result<Vec<Block>, IpcError> {
    let blocks = app.account(account_id).await?.blocked().await?;
    Ok(blocks.into_iter().map(Into::into).collect())
}

/// Blocks a person; mutual also stops what I would send them.
#[tauri::command]
#[specta::specta]
pub async fn block_person(
    app: State<'_, App>,
    account_id: AccountId,
    user_id: UserId,
    mutual: bool,
) -> Result<(), IpcError> {
    let id = user_id.try_into()?;
    Ok(app.account(account_id).await?.block(id, mutual).await?)
}

/// Ends a block.
#[tauri::command]
#[specta::specta]
pub async fn unblock_person(
    app: State<'_, App>,
    account_id: AccountId,
    user_id: UserId,
) -> Result<(), IpcError> {
    let id = user_id.try_into()?;
    Ok(app.account(account_id).await?.unblock(id).await?)
}

/// All privacy lists.
#[tauri::command]
#[specta::specta]
pub async fn privacy_lists(
    app: State<'_, App>,
    account_id: AccountId,
) -> Result<Vec<PrivacyList>, IpcError> {
    let lists = app.account(account_id).await?.privacy_lists().await?;
    Ok(lists.into_iter().map(Into::into).collect())
}

/// Makes or replaces a privacy list; with `isDefault` it takes effect.
#[tauri::command]
#[specta::specta]
pub async fn save_privacy_list(
    app: State<'_, App>,
    account_id: AccountId,
    list: PrivacyList,
) -> Result<(), IpcError> {
    let list = list.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.save_privacy_list(list).await?)
}

/// Deletes a privacy list.
#[tauri::command]
#[specta::specta]
pub async fn delete_privacy_list(
    app: State<'_, App>,
    account_id: AccountId,
    name: String,
) -> Result<(), IpcError> {
    let account = app.account(account_id).await?;
    Ok(account.delete_privacy_list(name).await?)
}

/// Chooses the list that takes effect; `null` for none.
#[tauri::command]
#[specta::specta]
pub async fn set_default_privacy_list(
    app: State<'_, App>,
    account_id: AccountId,
    name: Option<String>,
) -> Result<(), IpcError> {
    let account = app.account(account_id).await?;
    Ok(account.set_default_privacy_list(name).await?)
}

/// Reports a person to those who run the application.
#[tauri::command]
#[specta::specta]
pub async fn report_person(
    app: State<'_, App>,
    account_id: AccountId,
    user_id: UserId,
    reason: String,
) -> Result<(), IpcError> {
    let id = user_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.report_user(id, reason).await?)
}

/// Reports a message to those who run the application.
#[tauri::command]
#[specta::specta]
pub async fn report_message(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    message_id: MessageId,
    reason: String,
) -> Result<(), IpcError> {
    let (dialog, message) = (dialog_id.try_into()?, message_id.try_into()?);
    let account = app.account(account_id).await?;
    Ok(account.report_message(dialog, message, reason).await?)
}
