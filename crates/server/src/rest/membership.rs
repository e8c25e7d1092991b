//! `/chat/Dialog/{id}/…`: coming, going, who is there, who has rights, who is alerted.

use cubist_protocol::rest::{Notifications, NotificationsEnvelope, Page, UpdateDialog};

use crate::delivery::Delivery;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::dialogs::{object, parse};
use crate::rest::users::{to_u64, to_usize};
use crate::rest::{App, convert};

/// `POST /chat/Dialog/{id}/subscribe`
pub(super) async fn subscribe(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let dialog = app.state.subscribe(user, parse(id)?).await?;
    Answer::ok(&object(app, dialog, user))
}

/// `DELETE /chat/Dialog/{id}/subscribe`
pub(super) async fn unsubscribe(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let dialog = parse(id)?;
    app.state.unsubscribe(user, dialog).await?;
    app.deliver(Delivery::Removed {
        dialog,
        by: user,
        users: vec![user],
    })
    .await;
    Ok(Answer::Empty)
}

/// `GET /chat/Dialog/{id}/occupants`
pub(super) async fn occupants(
    app: &App,
    call: &Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let limit = to_usize(call.query.limit.unwrap_or_default());
    let skip = call.query.skip.unwrap_or_default();
    let page = app
        .state
        .occupants(user, parse(id)?, limit, to_usize(skip))
        .await?;
    let items = page.items.into_iter().map(convert::user).collect();
    Answer::ok(&Page::new(
        items,
        skip,
        to_u64(page.limit),
        Some(page.total),
    ))
}

/// `PUT /chat/Dialog/{id}/admins`
pub(super) async fn admins(
    app: &App,
    mut call: Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let id = parse(id)?;
    let request: UpdateDialog = call.read()?;
    let (add, remove) = (request.push_all.admins_ids, request.pull_all.admins_ids);
    if add.is_empty() && remove.is_empty() {
        return Err(Refusal::field("admins_ids", "is required"));
    }
    let dialog = app.state.change_admins(user, id, add, remove).await?;
    Answer::ok(&object(app, dialog, user))
}

/// `GET /chat/Dialog/{id}/notifications`
pub(super) async fn notifications(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let enabled = app.state.notifications(user, parse(id)?).await?;
    Answer::ok(&NotificationsEnvelope::new(enabled))
}

/// `PUT /chat/Dialog/{id}/notifications`
pub(super) async fn set_notifications(
    app: &App,
    mut call: Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let id = parse(id)?;
    let Notifications { enabled } = call.read()?;
    app.state.set_notifications(user, id, enabled).await?;
    Answer::ok(&NotificationsEnvelope::new(enabled))
}
