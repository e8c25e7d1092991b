//! Where detailed maps come from.

use tauri::{State, WebviewWindow};

use crate::{
    ipc::{error::IpcError, types::maps::MapLook},
    shell::file_dialog,
    state::App,
};

/// Lets the person choose the file of a map; its full path, `null` when they change their mind.
#[tauri::command]
#[specta::specta]
pub async fn choose_map(window: WebviewWindow) -> Result<Option<String>, IpcError> {
    let Some(path) = file_dialog::choose_file(&window).await else {
        return Ok(None);
    };
    // The settings are text, and so is what stands in the field.
    let path = path.into_os_string().into_string();
    path.map(Some).map_err(|_| IpcError::InvalidInput {
        field: "map".to_owned(),
    })
}

/// Looks what a source of maps holds. Of an archive its beginning is read, on its server if it lies
/// there; single tiles are not asked for.
#[tauri::command]
#[specta::specta]
pub async fn look_at_map(app: State<'_, App>, source: String) -> Result<MapLook, IpcError> {
    let ways = app.engine().await?.ways();
    Ok(app.tiles.look(&ways, &source).await.into())
}
