//! Which call is which.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::{
    self, App, blobs, dialog_removal, downloads, events, membership, message_removal, reactions,
    records, search, subscriptions, users, users_legacy, users_online,
};
use crate::state::UserField;

/// Does what the call asks for.
pub(super) async fn run(app: &App, call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let segments = call.segments.clone();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["session" | "login", ..] => sessions(app, call, caller, &path).await,
        ["users", ..] => people(app, call, caller, &path).await,
        ["chat", "dialog", ..] => dialogs(app, call, caller, &path).await,
        ["chat", "message", ..] => messages(app, call, caller, &path).await,
        ["blobs", ..] => files(app, call, caller, &path).await,
        ["chat", "search"] if call.method == Method::GET => {
            search::search(app, &call, caller).await
        }
        ["data", ..] => data(app, call, caller, &path).await,
        ["subscriptions" | "events", ..] => pushes(app, call, caller, &path).await,
        _ => Err(unknown()),
    }
}

fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "This server does not know this call")
}

/// `/session` and `/login`
async fn sessions(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    match path {
        ["session"] if is(Method::POST) => rest::sessions::create(app, call).await,
        ["session"] if is(Method::GET) => rest::sessions::show(app, &call, caller).await,
        ["session"] if is(Method::DELETE) => rest::sessions::destroy(app, &call, caller).await,
        ["login"] if is(Method::POST) => rest::sessions::login(app, call, caller).await,
        ["login"] if is(Method::DELETE) => rest::sessions::logout(app, &call, caller).await,
        _ => Err(unknown()),
    }
}

/// `/users`
async fn people(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    let query = |name: &str| call.query.value(name).unwrap_or_default().to_owned();
    match path {
        ["users"] if is(Method::POST) => users::sign_up(app, call, caller).await,
        ["users"] if is(Method::GET) => users_legacy::list(app, &call, caller).await,
        ["users", "v2"] if is(Method::GET) => users::list(app, &call, caller).await,
        ["users", "online"] if is(Method::GET) => users_online::list(app, &call, caller).await,
        ["users", "password", "reset"] if is(Method::POST) || is(Method::GET) => {
            users::reset_password(caller)
        }
        ["users", "by_tags"] if is(Method::GET) => users_legacy::by_tags(app, &call, caller).await,
        ["users", "by_facebook_id"] if is(Method::GET) => {
            users::by_field(app, caller, UserField::FacebookId, &query("facebook_id")).await
        }
        ["users", "by_twitter_id"] if is(Method::GET) => {
            users::by_field(app, caller, UserField::TwitterId, &query("twitter_id")).await
        }
        ["users", "by_full_name"] if is(Method::GET) => {
            users_legacy::by_full_name(app, &call, caller).await
        }
        ["users", "by_login"] if is(Method::GET) => {
            users::by_field(app, caller, UserField::Login, &query("login")).await
        }
        ["users", "by_email"] if is(Method::GET) => {
            users::by_field(app, caller, UserField::Email, &query("email")).await
        }
        ["users", "phone" | "by_phone"] if is(Method::GET) => {
            users::by_field(app, caller, UserField::Phone, &query("phone")).await
        }
        ["users", "external", id] if is(Method::GET) => {
            users::by_field(app, caller, UserField::ExternalId, id).await
        }
        ["users", id] if is(Method::GET) => users::show(app, caller, id).await,
        ["users", id] if is(Method::PUT) => users::update(app, call, caller, id).await,
        ["users", id] if is(Method::DELETE) => users::delete(app, caller, id).await,
        _ => Err(unknown()),
    }
}

/// `/chat/Dialog`
async fn dialogs(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    match path {
        ["chat", "dialog"] if is(Method::POST) => rest::dialogs::create(app, call, caller).await,
        ["chat", "dialog"] if is(Method::GET) => rest::dialogs::list(app, &call, caller).await,
        ["chat", "dialog", id] if is(Method::GET) => rest::dialogs::show(app, caller, id).await,
        ["chat", "dialog", id] if is(Method::PUT) => {
            rest::dialogs::update(app, call, caller, id).await
        }
        ["chat", "dialog", "clearhistory", id] if is(Method::DELETE) => {
            dialog_removal::clear_history(app, &call, caller, id).await
        }
        ["chat", "dialog", ids] if is(Method::DELETE) => {
            dialog_removal::delete(app, &call, caller, ids).await
        }
        ["chat", "dialog", id, "subscribe"] if is(Method::POST) => {
            membership::subscribe(app, caller, id).await
        }
        ["chat", "dialog", id, "subscribe"] if is(Method::DELETE) => {
            membership::unsubscribe(app, caller, id).await
        }
        ["chat", "dialog", id, "occupants"] if is(Method::GET) => {
            membership::occupants(app, &call, caller, id).await
        }
        ["chat", "dialog", id, "admins"] if is(Method::PUT) => {
            membership::admins(app, call, caller, id).await
        }
        ["chat", "dialog", id, "notifications"] if is(Method::GET) => {
            membership::notifications(app, caller, id).await
        }
        ["chat", "dialog", id, "notifications"] if is(Method::PUT) => {
            membership::set_notifications(app, call, caller, id).await
        }
        _ => Err(unknown()),
    }
}

/// `/chat/Message`
async fn messages(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    match path {
        ["chat", "message"] if is(Method::GET) => rest::messages::list(app, &call, caller).await,
        ["chat", "message"] if is(Method::POST) => rest::messages::create(app, call, caller).await,
        ["chat", "message"] if is(Method::PUT) => {
            rest::messages::update(app, call, caller, None).await
        }
        ["chat", "message", "unread"] if is(Method::GET) => {
            rest::messages::unread(app, &call, caller).await
        }
        ["chat", "message", id, "reactions"] if is(Method::GET) => {
            reactions::list(app, caller, id).await
        }
        ["chat", "message", id, "reactions"] if is(Method::PUT) => {
            reactions::change(app, call, caller, id).await
        }
        ["chat", "message", ids] if is(Method::DELETE) => {
            message_removal::delete(app, &call, caller, ids).await
        }
        ["chat", "message", ids] if is(Method::PUT) => {
            rest::messages::update(app, call, caller, Some(ids)).await
        }
        _ => Err(unknown()),
    }
}

/// `/subscriptions` and `/events`
async fn pushes(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    match path {
        ["subscriptions"] if is(Method::POST) => subscriptions::create(app, call, caller).await,
        ["subscriptions"] if is(Method::GET) => subscriptions::list(app, caller).await,
        ["subscriptions", id] if is(Method::DELETE) => subscriptions::delete(app, caller, id).await,
        ["events"] if is(Method::POST) => events::create(app, call, caller).await,
        _ => Err(unknown()),
    }
}

/// `/blobs`
async fn files(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    let has = |name: &str| call.query.value(name).is_some();
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    match path {
        ["blobs"] if is(Method::POST) => blobs::create(app, call, caller).await,
        ["blobs"] if is(Method::GET) => blobs::list(app, &call, caller).await,
        ["blobs", name, "complete"] if is(Method::PUT) || is(Method::POST) => {
            blobs::complete(app, call, caller, name).await
        }
        ["blobs", name, "object"] if is(Method::GET) => {
            blobs::access(app, &call, caller, name).await
        }
        ["blobs", name, "download"] if is(Method::GET) || is(Method::HEAD) => {
            downloads::send(app, &call, caller, name).await
        }
        ["blobs", name] if is(Method::PUT) => blobs::rename(app, call, caller, name).await,
        ["blobs", name] if is(Method::DELETE) => blobs::delete(app, caller, name).await,
        ["blobs", name] if is(Method::GET) && has("blob.name") => {
            let mut call = call;
            call.body = json!({ "blob": { "name": call.query.value("blob.name") } });
            blobs::rename(app, call, caller, name).await
        }
        // A uid without `.json` is the file itself; a number is never one.
        ["blobs", name] if is(Method::GET) && (call.names_json || is_number(name)) => {
            blobs::show(app, caller, name).await
        }
        ["blobs", name] if is(Method::GET) || is(Method::HEAD) => {
            downloads::send(app, &call, caller, name).await
        }
        _ => Err(unknown()),
    }
}

/// `/data`
async fn data(app: &App, call: Call, caller: Caller, path: &[&str]) -> Result<Answer, Refusal> {
    let is = |method: Method| call.method == method;
    match path {
        ["data", class] if is(Method::POST) => records::create(app, call, caller, class).await,
        ["data", class] if is(Method::GET) => records::list(app, &call, caller, class).await,
        ["data", class, "multi"] if is(Method::POST) => {
            records::create_many(app, call, caller, class).await
        }
        ["data", class, "multi"] if is(Method::PUT) => {
            records::update_many(app, call, caller, class).await
        }
        ["data", class, "by_criteria"] if is(Method::PUT) => {
            records::update_matching(app, call, caller, class).await
        }
        ["data", class, "by_criteria"] if is(Method::DELETE) => {
            records::delete_matching(app, &call, caller, class).await
        }
        ["data", class, ids] if is(Method::GET) => {
            records::show(app, &call, caller, class, ids).await
        }
        ["data", class, id] if is(Method::PUT) => {
            records::update(app, call, caller, class, id).await
        }
        ["data", class, ids] if is(Method::DELETE) => {
            records::delete(app, caller, class, ids).await
        }
        _ => Err(unknown()),
    }
}
