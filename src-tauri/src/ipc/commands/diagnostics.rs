//! What one looks at when something is wrong.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            diagnostics::{ConnectionChange, LogLine, Versions},
            ids::AccountId,
        },
    },
    state::App,
};

/// How the line of an account went in this run, the newest change first.
#[tauri::command]
#[specta::specta]
pub async fn connection_history(
    app: State<'_, App>,
    account_id: AccountId,
) -> Result<Vec<ConnectionChange>, IpcError> {
    let id = account_id.try_into()?;
    Ok(app.history.of(&id).into_iter().map(Into::into).collect())
}

/// The last lines of the log, the oldest first, without anything that may be a secret.
#[tauri::command]
#[specta::specta]
pub async fn recent_log(app: State<'_, App>) -> Result<Vec<LogLine>, IpcError> {
    Ok(app.log.lines().into_iter().map(Into::into).collect())
}

/// The versions of what the app stands on. Not asked for at the start: some systems are slow to say.
#[tauri::command]
#[specta::specta]
pub async fn versions() -> Result<Versions, IpcError> {
    let system = tauri::async_runtime::spawn_blocking(os_info::get).await;
    Ok(Versions {
        system: system
            .map_err(|error| IpcError::Internal {
                message: error.to_string(),
            })?
            .to_string(),
        web_view: tauri::webview_version().ok(),
    })
}
