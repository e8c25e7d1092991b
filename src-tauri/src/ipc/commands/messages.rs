//! Messages of a dialog: reading, sending, marking as read.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::{AccountId, DialogId, MessageId},
            message::{Anchor, MessagePage},
            new_message::NewMessage,
        },
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
    account_id: AccountId,
    dialog_id: DialogId,
    anchor: Anchor,
    limit: u32,
) -> Result<MessagePage, IpcError> {
    let id = dialog_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account
        .messages(id, anchor.try_into()?, limit.min(PAGE_LIMIT))
        .await?
        .into())
}

/// The chat that a message is in; `null` when it is not in the cache.
#[tauri::command]
#[specta::specta]
pub async fn dialog_of_message(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<Option<DialogId>, IpcError> {
    let id = message_id.try_into()?;
    let found = app.account(account_id).await?.dialog_of(id).await?;
    Ok(found.map(Into::into))
}

/// Queues a message; the answer is the id it keeps for life.
#[tauri::command]
#[specta::specta]
pub async fn send_message(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    message: NewMessage,
) -> Result<MessageId, IpcError> {
    let (id, draft) = (dialog_id.try_into()?, message.try_into()?);
    let account = app.account(account_id).await?;
    Ok(account.send(id, draft).await?.into())
}

/// Tries a failed message again.
#[tauri::command]
#[specta::specta]
pub async fn retry(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    Ok(app.account(account_id).await?.retry(id).await?)
}

/// Drops a message that was not sent and gives its text back; `null` when it was sent after all.
#[tauri::command]
#[specta::specta]
pub async fn discard_unsent(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<Option<String>, IpcError> {
    let id = message_id.try_into()?;
    Ok(app.account(account_id).await?.discard_unsent(id).await?)
}

/// Everything up to and including `up_to` was visible to the person.
#[tauri::command]
#[specta::specta]
pub async fn mark_read(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    up_to: MessageId,
) -> Result<(), IpcError> {
    let dialog = dialog_id.try_into()?;
    let message = up_to.try_into()?;
    Ok(app
        .account(account_id)
        .await?
        .mark_read(dialog, message)
        .await?)
}
