//! What becomes of messages that are there: another text, deletion, reactions, forwarding.
//!
//! Each is to be seen, and on the disk, when its command returns; the server hears of it as soon as
//! there is a line. What the server then refuses comes back as an event, with the reason.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::{AccountId, DialogId, MessageId, at_most},
            reaction::Reacted,
        },
    },
    state::App,
};

/// Messages that may be changed at once: as many as a page of the API has.
const MESSAGES_LIMIT: u32 = 100;

/// Dialogs messages may be forwarded to at once; more is no conversation but advertising.
const TARGETS_LIMIT: u32 = 20;

/// Gives a message of mine another text.
#[tauri::command]
#[specta::specta]
pub async fn edit_message(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    text: String,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.edit_message(id, text).await?)
}

/// Deletes messages of a dialog, 100 at most, for me or for everyone.
#[tauri::command]
#[specta::specta]
pub async fn delete_messages(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
    message_ids: Vec<MessageId>,
    for_everyone: bool,
) -> Result<(), IpcError> {
    let (dialog, messages) = (dialog_id.try_into()?, at_most(MESSAGES_LIMIT, message_ids)?);
    let account = app.account(account_id).await?;
    Ok(account
        .delete_messages(dialog, messages, for_everyone)
        .await?)
}

/// Reacts to a message with an emoji, or takes the reaction back.
#[tauri::command]
#[specta::specta]
pub async fn react(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
    emoji: String,
    on: bool,
) -> Result<(), IpcError> {
    let id = message_id.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.react(id, emoji, on).await?)
}

/// Who reacted to a message, by emoji, as the server says now.
#[tauri::command]
#[specta::specta]
pub async fn reactions_of(
    app: State<'_, App>,
    account_id: AccountId,
    message_id: MessageId,
) -> Result<Vec<Reacted>, IpcError> {
    let id = message_id.try_into()?;
    let reactions = app.account(account_id).await?.reactions_of(id).await?;
    Ok(reactions
        .into_iter()
        .map(|(emoji, people)| Reacted {
            emoji,
            user_ids: people.into_iter().map(Into::into).collect(),
        })
        .collect())
}

/// Passes messages on, 100 at most, in their order and a comment before them, to 20 dialogs at
/// most; all of it is queued, or nothing.
#[tauri::command]
#[specta::specta]
pub async fn forward_messages(
    app: State<'_, App>,
    account_id: AccountId,
    message_ids: Vec<MessageId>,
    dialog_ids: Vec<DialogId>,
    comment: Option<String>,
) -> Result<(), IpcError> {
    let (messages, dialogs) = (
        at_most(MESSAGES_LIMIT, message_ids)?,
        at_most(TARGETS_LIMIT, dialog_ids)?,
    );
    let account = app.account(account_id).await?;
    Ok(account.forward(messages, dialogs, comment).await?)
}
