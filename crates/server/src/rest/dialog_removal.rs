//! `DELETE /chat/Dialog/…`: deleting dialogs and clearing histories.

use axum::http::StatusCode;
use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::rest::DeleteResult;

use crate::delivery::Delivery;
use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::dialogs::parse;
use crate::state::DeletedDialogs;

/// `DELETE /chat/Dialog/{ids}`: one id is answered with a status, several with three lists.
pub(super) async fn delete(
    app: &App,
    call: &Call,
    caller: Caller,
    ids: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let for_all = call.forced();
    let texts: Vec<&str> = ids
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    if let [id] = texts.as_slice() {
        let deleted = app
            .state
            .delete_dialogs(user, vec![parse(id)?], for_all)
            .await?;
        if !deleted.not_found.is_empty() {
            return Err(Refusal::not_found("There is no such dialog"));
        }
        if !deleted.refused.is_empty() {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "Only the owner can delete a dialog for everyone",
            ));
        }
        tell(app, user, deleted).await;
        return Ok(Answer::Empty);
    }
    let mut result = DeleteResult::default();
    let mut dialogs: Vec<DialogId> = Vec::with_capacity(texts.len());
    for text in texts {
        match text.parse() {
            Ok(id) if dialogs.contains(&id) => {}
            Ok(id) => dialogs.push(id),
            Err(_) => result.not_found.ids.push(text.to_owned()),
        }
    }
    let deleted = app.state.delete_dialogs(user, dialogs, for_all).await?;
    let texts = |ids: &[DialogId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    for list in [&deleted.hidden, &deleted.left, &deleted.closed] {
        result.deleted.ids.extend(texts(list));
    }
    result.not_found.ids.extend(texts(&deleted.not_found));
    result.wrong_permissions.ids.extend(texts(&deleted.refused));
    tell(app, user, deleted).await;
    Answer::ok(&result)
}

/// `DELETE /chat/Dialog/clearHistory/{id}`
pub(super) async fn clear_history(
    app: &App,
    call: &Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    app.state
        .clear_history(user, parse(id)?, call.forced())
        .await?;
    Ok(Answer::Empty)
}

/// Puts people who are no longer in a room out of it.
async fn tell(app: &App, by: UserId, deleted: DeletedDialogs) {
    for dialog in deleted.left {
        app.deliver(Delivery::Removed {
            dialog,
            by,
            users: vec![by],
        })
        .await;
    }
    for dialog in deleted.closed {
        app.deliver(Delivery::Closed { dialog, by }).await;
    }
}
