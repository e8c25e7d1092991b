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

/// Seconds without the focus that may be chosen: long enough to read a page, short enough to say something.
const INACTIVE_AFTER_S: std::ops::RangeInclusive<u32> = 30..=3600;

/// Seconds without a touch after which the app may lock, if it does.
const LOCK_AFTER_S: std::ops::RangeInclusive<u32> = 30..=86_400;

/// Seconds for which a message can be taken back, at most: a longer wait would no longer be sending.
const UNDO_SEND_S: u32 = 60;

/// Shortcuts that may have keys of one's own, and bytes of a name or of keys: far more than the page has.
const SHORTCUTS: usize = 200;
const SHORTCUT_BYTES: usize = 64;

/// Sizes of files that may be loaded unasked: none, up to the largest there can be.
const FILE_LIMITS: std::ops::RangeInclusive<u64> = 0..=cubist_client::attachments::MAX_BYTES;

/// Least room for loaded files: less would be loaded again and again.
const LEAST_BUDGET: u64 = 50 * 1024 * 1024;

/// Sizes of the page that can be chosen, in percent.
const ZOOM: std::ops::RangeInclusive<u32> = 50..=300;

/// Keeps the settings.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(
    app: State<'_, App>,
    window: WebviewWindow,
    settings: Settings,
) -> Result<(), IpcError> {
    if !ZOOM.contains(&settings.zoom) {
        return Err(IpcError::InvalidInput {
            field: "zoom".to_owned(),
        });
    }
    if !settings.text_scale.is_finite() || !(0.5..=3.0).contains(&settings.text_scale) {
        return Err(IpcError::InvalidInput {
            field: "textScale".to_owned(),
        });
    }
    if !INACTIVE_AFTER_S.contains(&settings.inactive_after_s) {
        return Err(IpcError::InvalidInput {
            field: "inactiveAfterS".to_owned(),
        });
    }
    if settings.lock_after_s != 0 && !LOCK_AFTER_S.contains(&settings.lock_after_s) {
        return Err(IpcError::InvalidInput {
            field: "lockAfterS".to_owned(),
        });
    }
    if settings.undo_send_s > UNDO_SEND_S {
        return Err(IpcError::InvalidInput {
            field: "undoSendS".to_owned(),
        });
    }
    if settings.shortcuts.len() > SHORTCUTS
        || settings.shortcuts.iter().any(|(name, keys)| {
            name.len() > SHORTCUT_BYTES
                || keys
                    .as_ref()
                    .is_some_and(|keys| keys.len() > SHORTCUT_BYTES)
        })
    {
        return Err(IpcError::InvalidInput {
            field: "shortcuts".to_owned(),
        });
    }
    if !FILE_LIMITS.contains(&settings.auto_download.images)
        || !FILE_LIMITS.contains(&settings.auto_download.files)
    {
        return Err(IpcError::InvalidInput {
            field: "autoDownload".to_owned(),
        });
    }
    if settings.cache_budget_bytes < LEAST_BUDGET {
        return Err(IpcError::InvalidInput {
            field: "cacheBudgetBytes".to_owned(),
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
