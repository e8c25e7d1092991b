//! Who is there: other people, and this person by the focus of their window.

use tauri::{State, Window};

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

/// The window got or lost the focus. Without it for the time the settings name, every account
/// becomes inactive; with it active at once.
#[tauri::command]
#[specta::specta]
pub async fn set_window_active(
    app: State<'_, App>,
    window: Window,
    active: bool,
) -> Result<(), IpcError> {
    app.focus.set(window.label(), active);
    Ok(())
}
