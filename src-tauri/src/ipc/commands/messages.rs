//! Messages of a dialog.

use tauri::State;

use crate::{
    ipc::{
        commands::parse,
        error::IpcError,
        types::message::{Anchor, MessagePage},
    },
    state::App,
};

/// Messages a page may have; the window itself never holds more than a few hundred.
const PAGE_LIMIT: u32 = 200;

/// A stretch of the conversation.
#[tauri::command]
#[specta::specta]
pub async fn messages(
    app: State<'_, App>,
    account_id: String,
    dialog_id: String,
    anchor: Anchor,
    limit: u32,
) -> Result<MessagePage, IpcError> {
    let id = parse("dialogId", &dialog_id)?;
    let account = app.account(&account_id).await?;
    Ok(account
        .messages(id, anchor.try_into()?, limit.min(PAGE_LIMIT))
        .await?
        .into())
}

/// Queues a text; the answer is the id it keeps for life.
#[tauri::command]
#[specta::specta]
pub async fn send_text(
    app: State<'_, App>,
    account_id: String,
    dialog_id: String,
    text: String,
) -> Result<String, IpcError> {
    let id = parse("dialogId", &dialog_id)?;
    let account = app.account(&account_id).await?;
    Ok(account.send_text(id, text).await?.to_string())
}

/// Tries a failed message again.
#[tauri::command]
#[specta::specta]
pub async fn retry(
    app: State<'_, App>,
    account_id: String,
    message_id: String,
) -> Result<(), IpcError> {
    let id = parse("messageId", &message_id)?;
    Ok(app.account(&account_id).await?.retry(id).await?)
}

/// Drops a message that was not sent and gives its text back; `null` when it was sent after all.
#[tauri::command]
#[specta::specta]
pub async fn discard_unsent(
    app: State<'_, App>,
    account_id: String,
    message_id: String,
) -> Result<Option<String>, IpcError> {
    let id = parse("messageId", &message_id)?;
    Ok(app.account(&account_id).await?.discard_unsent(id).await?)
}

/// Everything up to and including `up_to` was visible to the person.
#[tauri::command]
#[specta::specta]
pub async fn mark_read(
    app: State<'_, App>,
    account_id: String,
    dialog_id: String,
    up_to: String,
) -> Result<(), IpcError> {
    let dialog = parse("dialogId", &dialog_id)?;
    let message = parse("upTo", &up_to)?;
    Ok(app
        .account(&account_id)
        .await?
        .mark_read(dialog, message)
        .await?)
}
