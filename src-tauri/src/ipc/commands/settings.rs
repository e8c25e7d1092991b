//! The choices of this profile.

use tauri::State;

use crate::{
    ipc::{error::IpcError, types::settings::Settings},
    state::App,
};

/// Seconds without the focus that may be chosen: long enough to read a page, short enough to say something.
const INACTIVE_AFTER_S: std::ops::RangeInclusive<u32> = 30..=3600;

/// Seconds for which a message can be taken back, at most: a longer wait would no longer be sending.
const UNDO_SEND_S: u32 = 60;

/// Keeps the settings.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(app: State<'_, App>, settings: Settings) -> Result<(), IpcError> {
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
    if settings.undo_send_s > UNDO_SEND_S {
        return Err(IpcError::InvalidInput {
            field: "undoSendS".to_owned(),
        });
    }
    app.settings
        .save(settings)
        .map_err(|error| IpcError::Storage {
            message: error.to_string(),
        })
}
