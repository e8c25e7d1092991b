//! The key of the encrypted caches.

use tauri::State;

use crate::{
    ipc::{error::IpcError, types::settings::KeyChoice},
    state::App,
};

/// Makes the key and keeps it the way the person chose.
#[tauri::command]
#[specta::specta]
pub async fn create_keys(app: State<'_, App>, choice: KeyChoice) -> Result<(), IpcError> {
    Ok(app.engine().await?.create_keys(choice.into()).await?)
}

/// Opens the caches with the passphrase.
#[tauri::command]
#[specta::specta]
pub async fn unlock(app: State<'_, App>, passphrase: String) -> Result<(), IpcError> {
    app.engine().await?.unlock(passphrase.into()).await?;
    app.renew_local_endpoints();
    Ok(())
}
