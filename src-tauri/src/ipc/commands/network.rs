//! Proxy and certificate authorities of this profile.

use tauri::{State, WebviewWindow};

use cubist_client::model;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::AccountId,
            network::{Network, NetworkTrial, Proxy},
        },
    },
    shell::{authority, endpoints},
    state::App,
};

/// How the servers are reached.
#[tauri::command]
#[specta::specta]
pub async fn network(app: State<'_, App>) -> Result<Network, IpcError> {
    Ok(app.engine().await?.ways().network().into())
}

/// Takes another proxy, or none, from now on. A `password` of `null` keeps the one of the same
/// person at the same proxy; an empty one is forgotten.
#[tauri::command]
#[specta::specta]
pub async fn set_proxy(
    app: State<'_, App>,
    proxy: Proxy,
    password: Option<String>,
) -> Result<Network, IpcError> {
    let proxy = proxy.with_password(password);
    change(&app, |network| network.proxy = proxy).await
}

/// Lets the person choose a file of certificate authorities; `null` when they change their mind.
#[tauri::command]
#[specta::specta]
pub async fn choose_authority(
    app: State<'_, App>,
    window: WebviewWindow,
) -> Result<Option<Network>, IpcError> {
    let Some(authority) = authority::choose(&window).await? else {
        return Ok(None);
    };
    let changed = change(&app, |network| network.authority = Some(authority));
    changed.await.map(Some)
}

/// Believes the system's authorities alone again.
#[tauri::command]
#[specta::specta]
pub async fn remove_authority(app: State<'_, App>) -> Result<Network, IpcError> {
    change(&app, |network| network.authority = None).await
}

/// Looks whether the servers of an account can be reached; without one, those of the cloud.
#[tauri::command]
#[specta::specta]
pub async fn try_network(
    app: State<'_, App>,
    account_id: Option<AccountId>,
) -> Result<NetworkTrial, IpcError> {
    let engine = app.engine().await?;
    let trial = if let Some(id) = account_id {
        engine.try_network(&id.try_into()?).await?
    } else {
        // Nothing is asked there that the number of an application would matter for.
        let cloud = endpoints::cloud(1, String::new())?;
        engine.try_endpoints(&cloud).await?
    };
    Ok(trial.into())
}

async fn change(app: &App, change: impl FnOnce(&mut model::Network)) -> Result<Network, IpcError> {
    let engine = app.engine().await?;
    let mut network = engine.ways().network().clone();
    change(&mut network);
    engine.set_network(network).await?;
    Ok(engine.ways().network().into())
}
