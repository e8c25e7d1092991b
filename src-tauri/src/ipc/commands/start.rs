//! What a window does first: open its channel, load its snapshot, report its first frame.

use tauri::{State, ipc::Channel};

use crate::{
    ipc::{
        error::IpcError,
        types::{
            event::AppEvent,
            settings::{Bootstrap, Platform},
        },
    },
    state::App,
};

/// Sends everything the engine says on `channel` from now on; a channel given earlier ends.
#[tauri::command]
#[specta::specta]
pub async fn subscribe(app: State<'_, App>, channel: Channel<AppEvent>) -> Result<(), IpcError> {
    app.forward_events_to(channel);
    Ok(())
}

/// What the first frame needs. The engine opens its caches while the page loads; this waits for
/// that, but never for the network.
#[tauri::command]
#[specta::specta]
pub async fn bootstrap(app: State<'_, App>) -> Result<Bootstrap, IpcError> {
    let engine = app.engine().await?;
    Ok(Bootstrap {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        profile: app.profile.name.clone(),
        platform: if cfg!(target_os = "macos") {
            Platform::Macos
        } else if cfg!(windows) {
            Platform::Windows
        } else {
            Platform::Linux
        },
        keys: engine.key_state().into(),
        can_lock: engine.can_lock(),
        accounts: engine.accounts().into_iter().map(Into::into).collect(),
        unread: app.unread(),
        settings: app.settings.get(),
        max_upload_bytes: cubist_client::attachments::MAX_BYTES,
        organisation: app.organisation_state(),
        updates: app.updates.state(),
        has_tray: app.has_tray(),
    })
}

/// The page has painted its first useful frame.
#[tauri::command]
#[specta::specta]
pub async fn painted(app: State<'_, App>) -> Result<(), IpcError> {
    app.report_painted();
    Ok(())
}

/// Asks the system to print what the page shows on paper.
#[tauri::command]
#[specta::specta]
pub async fn print_page(window: tauri::WebviewWindow) -> Result<(), IpcError> {
    window.print().map_err(|error| IpcError::Internal {
        message: error.to_string(),
    })
}

/// The page has kept everything and the window may go.
#[tauri::command]
#[specta::specta]
pub async fn close(window: tauri::Window) -> Result<(), IpcError> {
    window.destroy().map_err(|error| IpcError::Internal {
        message: error.to_string(),
    })
}
