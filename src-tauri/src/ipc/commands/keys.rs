//! The key of the encrypted caches.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::keys::{KeyChoice, KeySlots, SlotKind},
    },
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
    app.unlocked();
    Ok(())
}

/// Opens the caches with the recovery code.
#[tauri::command]
#[specta::specta]
pub async fn unlock_with_code(app: State<'_, App>, code: String) -> Result<(), IpcError> {
    app.engine().await?.unlock_with_code(code.into()).await?;
    app.unlocked();
    Ok(())
}

/// Tries once more what opens without a person; fails with `keysLocked` when nothing did.
#[tauri::command]
#[specta::specta]
pub async fn retry_keys(app: State<'_, App>) -> Result<(), IpcError> {
    let engine = app.engine().await?;
    engine.retry_keys().await?;
    if engine.key_state() != cubist_client::keys::KeyState::Ready {
        return Err(IpcError::KeysLocked);
    }
    app.unlocked();
    Ok(())
}

/// Locks the app: the key is forgotten, connections end, and the page is told to show nothing.
#[tauri::command]
#[specta::specta]
pub async fn lock(app: State<'_, App>) -> Result<(), IpcError> {
    app.lock().await
}

/// The person did something in the window; told now and then, for the lock after a time.
#[tauri::command]
#[specta::specta]
pub async fn still_here(app: State<'_, App>) -> Result<(), IpcError> {
    app.idle.seen();
    Ok(())
}

/// What opens the caches.
#[tauri::command]
#[specta::specta]
pub async fn key_slots(app: State<'_, App>) -> Result<KeySlots, IpcError> {
    let engine = app.engine().await?;
    Ok(KeySlots {
        slots: engine.key_slots().into_iter().map(Into::into).collect(),
        can_lock: engine.can_lock(),
    })
}

/// One more way to open the caches, or a new key for one there is. `current` is the passphrase,
/// if one is set.
#[tauri::command]
#[specta::specta]
pub async fn add_key(
    app: State<'_, App>,
    choice: KeyChoice,
    current: Option<String>,
) -> Result<(), IpcError> {
    let engine = app.engine().await?;
    Ok(engine
        .add_key(choice.into(), current.map(Into::into))
        .await?)
}

/// Takes a way to open the caches away. `current` as in `add_key`.
#[tauri::command]
#[specta::specta]
pub async fn remove_key(
    app: State<'_, App>,
    kind: SlotKind,
    current: Option<String>,
) -> Result<(), IpcError> {
    let engine = app.engine().await?;
    Ok(engine
        .remove_key(kind.into(), current.map(Into::into))
        .await?)
}

/// From now on only the passphrase or the recovery code opens the caches.
#[tauri::command]
#[specta::specta]
pub async fn ask_for_person(app: State<'_, App>, current: String) -> Result<(), IpcError> {
    let engine = app.engine().await?;
    engine.ask_for_person(current.into()).await?;
    app.idle.seen();
    Ok(())
}

/// Makes a recovery code, the only time it is told. `current` as in `add_key`.
#[tauri::command]
#[specta::specta]
pub async fn make_recovery_code(
    app: State<'_, App>,
    current: Option<String>,
) -> Result<String, IpcError> {
    let engine = app.engine().await?;
    let code = engine.make_recovery_code(current.map(Into::into)).await?;
    Ok(code.words().to_string())
}
