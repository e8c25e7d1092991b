//! What waits to be sent: seen, hurried, put off, taken back.

use cubist_client::model::UnixMillis;
use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::{AccountId, MessageId},
            message::Message,
            outbox::{Outbox, TakenBack},
        },
    },
    state::App,
};

/// Everything unsent of an account.
#[tauri::command]
#[specta::specta]
pub async fn outbox(app: State<'_, App>, account_id: AccountId) -> Result<Outbox, IpcError> {
    Ok(app.account(account_id).await?.outbox().await?.into())
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

/// Tries everything now: what waits for a connection or to be tried again, and what failed and can
/// succeed as it is. What waits for its time goes on waiting.
#[tauri::command]
#[specta::specta]
pub async fn retry_all(app: State<'_, App>, account_id: AccountId) -> Result<(), IpcError> {
    app.account(account_id).await?.retry_all().await?;
    app.renew_local_endpoints();
    Ok(())
}

/// Gives a message that is to be sent later another time (unix milliseconds); one that has passed
/// means now.
#[tauri::command]
#[specta::specta]
pub async fn reschedule(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    at: i64,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.reschedule(id, UnixMillis(at)).await?)
}

/// Takes a message that was not sent back into what is being written: gives it back, and its files
/// are chosen again; `null` when it was sent after all.
#[tauri::command]
#[specta::specta]
pub async fn take_back(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<Option<TakenBack>, IpcError> {
    let id = message_id.try_into()?;
    let taken = app.account(account_id).await?.take_back(id).await?;
    Ok(taken.map(Into::into))
}

/// Drops a message that was not sent and gives it back; `null` when it was sent after all.
#[tauri::command]
#[specta::specta]
pub async fn discard_unsent(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<Option<Message>, IpcError> {
    let id = message_id.try_into()?;
    let dropped = app.account(account_id).await?.discard_unsent(id).await?;
    Ok(dropped.map(Into::into))
}
