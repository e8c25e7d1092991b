//! People: names for ids, and search.

use tauri::State;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            ids::{self, AccountId, UserId},
            people::User,
            profile::Profile,
        },
    },
    state::App,
};

/// The people that are known; the others are fetched together and arrive as an event.
#[tauri::command]
#[specta::specta]
pub async fn users(
    app: State<'_, App>,
    account_id: AccountId,
    ids: Vec<UserId>,
) -> Result<Vec<User>, IpcError> {
    let ids: Vec<_> = ids::all(ids)?;
    let people = app.account(account_id).await?.users(&ids).await?;
    Ok(people.into_iter().map(Into::into).collect())
}

/// Finds people on the server.
#[tauri::command]
#[specta::specta]
pub async fn search_people(
    app: State<'_, App>,
    account_id: AccountId,
    query: String,
) -> Result<Vec<User>, IpcError> {
    let people = app.account(account_id).await?.search_people(query).await?;
    Ok(people.into_iter().map(Into::into).collect())
}

/// What is known of a person; news follow as events.
#[tauri::command]
#[specta::specta]
pub async fn profile(
    app: State<'_, App>,
    account_id: AccountId,
    user_id: UserId,
) -> Result<Profile, IpcError> {
    let id = user_id.try_into()?;
    Ok(app.account(account_id).await?.profile(id).await?.into())
}
