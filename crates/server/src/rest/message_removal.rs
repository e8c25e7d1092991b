//! `DELETE /chat/Message/…`

use cubist_protocol::ids::MessageId;
use cubist_protocol::rest::DeleteResult;

use crate::delivery::Delivery;
use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;

/// `DELETE /chat/Message/{ids}`: for the caller, or with `force=1` for everyone. Always answered with three lists, also
/// for one id.
pub(super) async fn delete(
    app: &App,
    call: &Call,
    caller: Caller,
    ids: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let mut result = DeleteResult::default();
    let mut messages: Vec<MessageId> = Vec::new();
    for text in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        match text.parse() {
            Ok(id) => messages.push(id),
            Err(_) => result.not_found.ids.push(text.to_owned()),
        }
    }
    let deleted = app
        .state
        .delete_messages(user, messages, call.forced())
        .await?;
    let texts = |ids: &[MessageId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    result.deleted.ids.extend(texts(&deleted.hidden));
    let gone = deleted.gone.iter().map(|(message, _)| message.to_string());
    result.deleted.ids.extend(gone);
    result.not_found.ids.extend(texts(&deleted.not_found));
    result.wrong_permissions.ids.extend(texts(&deleted.refused));
    if !deleted.gone.is_empty() {
        app.deliver(Delivery::Deleted {
            by: user,
            messages: deleted.gone,
        })
        .await;
    }
    Answer::ok(&result)
}
