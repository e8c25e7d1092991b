//! Messages of a dialog: reading, sending, marking as read.

use cubist_client::model;
use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::{AccountId, DialogId, MessageId},
            message::{Anchor, MessagePage},
            new_message::NewMessage,
            outbox::Recipient,
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

/// Queues a message; the answer is the id it keeps for life. One without files and without a
/// time of its own can be taken back for as long as the settings say.
#[tauri::command]
#[specta::specta]
pub async fn send_message(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    message: NewMessage,
) -> Result<MessageId, IpcError> {
    let (id, mut draft) = (dialog_id.try_into()?, model::Draft::try_from(message)?);
    // Files are on their way at once, and would have to be given back as well.
    if draft.time == model::SendTime::Now && draft.attachments.is_empty() {
        draft.time = model::SendTime::After {
            millis: app.settings.get().undo_send_s.saturating_mul(1_000),
        };
    }
    let account = app.account(account_id).await?;
    Ok(account.send(id, draft).await?.into())
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

/// Everything in every chat was seen.
#[tauri::command]
#[specta::specta]
pub async fn mark_all_read(app: State<'_, App>, account_id: AccountId) -> Result<(), IpcError> {
    let account = app.account(account_id).await?;
    Ok(account.mark_everything_read().await?)
}

/// How far each recipient has come with a message of mine, and when.
#[tauri::command]
#[specta::specta]
pub async fn recipients(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<Vec<Recipient>, IpcError> {
    let id = message_id.try_into()?;
    let people = app.account(account_id).await?.recipients(id).await?;
    Ok(people.into_iter().map(Into::into).collect())
}
