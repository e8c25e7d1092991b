//! Who is there.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::ids::{self, AccountId, UserId},
    },
    state::App,
};

/// Follows when these people are online, and nobody else from now on.
#[tauri::command]
#[specta::specta]
pub async fn watch_activity(
    app: State<'_, App>,
    account_id: AccountId,
    user_ids: Vec<UserId>,
) -> Result<(), IpcError> {
    let people = ids::all(user_ids)?;
    let account = app.account(account_id).await?;
    Ok(account.watch_activity(people).await?)
}
