//! Signing up, in and out, and the line of an account.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            account::Account,
            ids::AccountId,
            sign_in::{Identity, SignUp, Target},
        },
    },
    state::App,
};

/// Makes a new person on the server and signs them in.
#[tauri::command]
#[specta::specta]
pub async fn sign_up(
    app: State<'_, App>,
    target: Target,
    request: SignUp,
) -> Result<Account, IpcError> {
    let endpoints = app.endpoints(target).await?;
    let id = app
        .engine()
        .await?
        .sign_up(endpoints, request.into())
        .await?;
    app.summary(&id).await
}

/// Signs in.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(
    app: State<'_, App>,
    target: Target,
    identity: Identity,
) -> Result<Account, IpcError> {
    let endpoints = app.endpoints(target).await?;
    let id = app
        .engine()
        .await?
        .sign_in(endpoints, identity.into())
        .await?;
    app.summary(&id).await
}

/// Signs out; with `erase` nothing of the account stays on this computer.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(
    app: State<'_, App>,
    account_id: AccountId,
    erase: bool,
) -> Result<(), IpcError> {
    let id = account_id.try_into()?;
    Ok(app.engine().await?.sign_out(&id, erase).await?)
}

/// Tries to connect now instead of at the next turn.
#[tauri::command]
#[specta::specta]
pub async fn connect_now(app: State<'_, App>, account_id: AccountId) -> Result<(), IpcError> {
    app.account(account_id).await?.connect_now();
    app.renew_local_endpoints();
    Ok(())
}
