//! Signing up, in and out, and the line of an account.

use std::time::Duration;

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            account::Account,
            ids::AccountId,
            organisation::Feature,
            sign_in::{Identity, SignUp, Target},
            unknown_message::UnknownMessage,
        },
    },
    state::App,
};

/// How long a ping waits for its answer; a slow mobile network stays below it.
const PING_LIMIT: Duration = Duration::from_secs(10);

/// Makes a new person on the server and signs them in.
#[tauri::command]
#[specta::specta]
pub async fn sign_up(
    app: State<'_, App>,
    target: Target,
    request: SignUp,
) -> Result<Account, IpcError> {
    app.organisations.allow(Feature::SignUp)?;
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
    app.engine().await?.sign_out(&id, erase).await?;
    if erase {
        app.kept_files.clear();
    }
    Ok(())
}

/// Tries to connect now instead of at the next turn.
#[tauri::command]
#[specta::specta]
pub async fn connect_now(app: State<'_, App>, account_id: AccountId) -> Result<(), IpcError> {
    app.account(account_id).await?.connect_now();
    app.renew_local_endpoints();
    Ok(())
}

/// Asks the server for an answer and gives the milliseconds it took.
#[tauri::command]
#[specta::specta]
pub async fn ping(app: State<'_, App>, account_id: AccountId) -> Result<u32, IpcError> {
    let took = app.account(account_id).await?.ping(PING_LIMIT).await?;
    Ok(u32::try_from(took.as_millis()).unwrap_or(u32::MAX))
}

/// Messages between programs that came in this run and mean nothing to this one, newest first.
#[tauri::command]
#[specta::specta]
pub async fn unknown_messages(
    app: State<'_, App>,
    account_id: AccountId,
) -> Result<Vec<UnknownMessage>, IpcError> {
    let unknown = app.account(account_id).await?.unknown_messages();
    Ok(unknown.into_iter().map(Into::into).collect())
}
