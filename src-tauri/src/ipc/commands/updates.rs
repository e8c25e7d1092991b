//! New versions of the program. Each step is a command of its own, so that the page can keep what
//! was typed between them.

use tauri::{AppHandle, State};

use crate::{
    ipc::{error::IpcError, types::update::UpdateState},
    shell::updates,
    state::App,
};

/// Asks the organisation's address for a new version; nobody is asked where there is none.
#[tauri::command]
#[specta::specta]
pub async fn look_for_update(
    app: State<'_, App>,
    handle: AppHandle,
) -> Result<UpdateState, IpcError> {
    updates::look(&handle, &app).await?;
    Ok(app.updates.state())
}

/// Loads the version that was found and checks its signature; the state says what became of it.
#[tauri::command]
#[specta::specta]
pub async fn load_update(app: State<'_, App>) -> Result<UpdateState, IpcError> {
    app.updates.load().await;
    Ok(app.updates.state())
}

/// Puts the version that was loaded in the place of this one. On Windows the program ends with it.
#[tauri::command]
#[specta::specta]
pub async fn install_update(app: State<'_, App>) -> Result<UpdateState, IpcError> {
    app.updates.install().await;
    Ok(app.updates.state())
}

/// Starts the version that was installed.
#[tauri::command]
#[specta::specta]
pub async fn restart(app: State<'_, App>, handle: AppHandle) -> Result<(), IpcError> {
    if !app.updates.is_installed() {
        return Err(IpcError::NotFound);
    }
    handle.request_restart();
    Ok(())
}
