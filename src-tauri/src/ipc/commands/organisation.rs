//! The configuration of the person's organisation.

use tauri::{State, WebviewWindow};

use crate::{
    ipc::{error::IpcError, types::organisation::OrganisationState},
    shell::file_dialog,
    state::App,
};

/// Lets the person choose a configuration and takes it; `null` when they change their mind. One
/// that cannot be used is not taken: the answer says why.
#[tauri::command]
#[specta::specta]
pub async fn import_organisation(
    app: State<'_, App>,
    window: WebviewWindow,
) -> Result<Option<OrganisationState>, IpcError> {
    let Some(path) = file_dialog::choose_file(&window).await else {
        return Ok(None);
    };
    let importing = app.inner().clone();
    let imported = tokio::task::spawn_blocking(move || importing.organisations.import(&path)).await;
    let imported = imported.map_err(|error| IpcError::Internal {
        message: error.to_string(),
    })?;
    app.updates.organisation_changed();
    let mut state = app.organisation_state();
    if let Err(problem) = imported {
        state.problem = Some(problem);
    }
    Ok(Some(state))
}

/// Forgets an imported configuration.
#[tauri::command]
#[specta::specta]
pub async fn forget_organisation(app: State<'_, App>) -> Result<OrganisationState, IpcError> {
    app.organisations
        .forget()
        .map_err(|error| IpcError::Storage {
            message: error.to_string(),
        })?;
    app.updates.organisation_changed();
    Ok(app.organisation_state())
}
