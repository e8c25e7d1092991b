//! Searching messages, on this computer and on the server.

use cubist_client::model::UnixMillis;
use tauri::State;

use crate::{
    ipc::{
        commands::parse,
        error::IpcError,
        types::{
            ids::AccountId,
            search::{SearchPage, SearchQuery, ServerHits},
        },
    },
    state::App,
};

/// Messages of the cache, newest first; `after` is where the page before ended.
#[tauri::command]
#[specta::specta]
pub async fn search_messages(
    app: State<'_, App>,
    account_id: AccountId,
    query: SearchQuery,
    after: Option<String>,
    limit: u32,
) -> Result<SearchPage, IpcError> {
    let after = after.map(|after| parse("after", &after)).transpose()?;
    let query = query.try_into()?;
    let account = app.account(account_id).await?;
    Ok(account.search(query, after, limit).await?.into())
}

/// Messages that only the server has, newest first, from before a moment in unix milliseconds;
/// `null` when the words are too short for it.
#[tauri::command]
#[specta::specta]
pub async fn search_server(
    app: State<'_, App>,
    account_id: AccountId,
    query: SearchQuery,
    before: Option<i64>,
) -> Result<Option<ServerHits>, IpcError> {
    let query = query.try_into()?;
    let account = app.account(account_id).await?;
    let found = account.search_server(query, before.map(UnixMillis)).await?;
    Ok(found.map(Into::into))
}
