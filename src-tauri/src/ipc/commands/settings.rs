//! The choices of this profile.

use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_autostart::ManagerExt as _;

use crate::{
    ipc::{
        error::IpcError,
        types::{settings::Settings, words::DesktopWords},
    },
    shell::window,
    state::App,
};

/// Keeps the settings.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(
    app: State<'_, App>,
    window: WebviewWindow,
    settings: Settings,
) -> Result<(), IpcError> {
    if let Some(field) = settings.out_of_range() {
        return Err(IpcError::InvalidInput {
            field: field.to_owned(),
        });
    }
    let before = app.settings.get();
    if before.zoom != settings.zoom {
        window::zoom(&window, settings.zoom);
    }
    let is_other_policy = before.auto_download != settings.auto_download
        || before.cache_budget_bytes != settings.cache_budget_bytes;
    app.settings
        .change(|current| {
            // The tray may have changed it since the page saw it.
            let quiet_until = current.quiet_until;
            *current = settings;
            current.quiet_until = quiet_until;
        })
        .map_err(|error| IpcError::Storage {
            message: error.to_string(),
        })?;
    // The time to the lock counts from now, with the limit as it is now.
    app.idle.seen();
    if is_other_policy {
        app.apply_file_policy().await?;
    }
    Ok(())
}

/// No notifications until then (unix milliseconds); `null` ends it.
#[tauri::command]
#[specta::specta]
pub async fn set_quiet(app: State<'_, App>, until: Option<i64>) -> Result<(), IpcError> {
    app.set_quiet(until);
    Ok(())
}

/// The words that stand outside the window, in the language of the page.
#[tauri::command]
#[specta::specta]
pub async fn set_desktop_words(app: State<'_, App>, words: DesktopWords) -> Result<(), IpcError> {
    app.set_words(words);
    Ok(())
}

/// Whether the app starts with the computer.
#[tauri::command]
#[specta::specta]
pub async fn autostart(handle: AppHandle) -> Result<bool, IpcError> {
    handle
        .autolaunch()
        .is_enabled()
        .map_err(|error| refused(&error))
}

/// Lets the app start with the computer, in the tray or minimised, or no longer.
#[tauri::command]
#[specta::specta]
pub async fn set_autostart(handle: AppHandle, on: bool) -> Result<(), IpcError> {
    let starter = handle.autolaunch();
    let changed = if on {
        starter.enable()
    } else {
        starter.disable()
    };
    changed.map_err(|error| refused(&error))
}

fn refused(error: &tauri_plugin_autostart::Error) -> IpcError {
    IpcError::Internal {
        message: error.to_string(),
    }
}
