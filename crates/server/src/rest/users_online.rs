//! `GET /users/online`: people with a chat connection.

use cubist_protocol::rest::OnlineUsers;
use serde_json::json;

use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::users::to_usize;
use crate::rest::{App, convert};

/// A page of them by id, or with `count=true` how many there are.
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let online = app.router.online_users();
    if call.query.count {
        return Answer::ok(&json!({ "count": online.len() }));
    }
    let largest = app.config().limits.page;
    let limit = call
        .query
        .limit
        .map_or(largest, |limit| to_usize(limit).min(largest));
    let skip = to_usize(call.query.skip.unwrap_or_default());
    let page = online.into_iter().skip(skip).take(limit).collect();
    let users = app.state.users(page).await?;
    Answer::ok(&OnlineUsers {
        users: users.into_iter().map(convert::user).collect(),
    })
}
