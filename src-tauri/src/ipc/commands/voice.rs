//! Voice messages: the engine records, the page only says when.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            attachment::Staged,
            ids::{AccountId, DialogId},
            organisation::Feature,
            voice::MicrophoneProblem,
        },
    },
    state::App,
};

/// Why the microphone cannot be used; `null` when it can.
#[tauri::command]
#[specta::specta]
pub async fn voice_available(app: State<'_, App>) -> Result<Option<MicrophoneProblem>, IpcError> {
    let checked = app.engine().await?.check_microphone().await;
    Ok(checked.err().map(Into::into))
}

/// Begins to record for a chat; returns when sound flows. How loud it is comes as events.
#[tauri::command]
#[specta::specta]
pub async fn start_voice(
    app: State<'_, App>,
    account_id: AccountId,
    dialog_id: DialogId,
) -> Result<(), IpcError> {
    app.organisations.allow(Feature::VoiceMessages)?;
    let (account, dialog) = (account_id.try_into()?, dialog_id.try_into()?);
    Ok(app.engine().await?.start_voice(&account, dialog).await?)
}

/// Ends the recording; it is among the files that are chosen for its chat from then on.
#[tauri::command]
#[specta::specta]
pub async fn stop_voice(app: State<'_, App>) -> Result<Staged, IpcError> {
    Ok(app.engine().await?.stop_voice().await?.into())
}

/// Throws the recording away.
#[tauri::command]
#[specta::specta]
pub async fn cancel_voice(app: State<'_, App>) -> Result<(), IpcError> {
    Ok(app.engine().await?.cancel_voice().await?)
}
