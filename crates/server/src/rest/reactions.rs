//! `/chat/Message/{id}/reactions`

use cubist_protocol::ids::MessageId;
use cubist_protocol::rest::{ChangeReactions, ReactionUsers};

use crate::delivery::Delivery;
use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;

/// `GET`: who reacted, by reaction.
pub(super) async fn list(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let users: ReactionUsers = app.state.reactions(user, parse(id)?).await?;
    Answer::ok(&users)
}

/// `PUT`: adds a reaction of the caller, takes one back, or both. Everyone in the dialog hears of what really changed.
pub(super) async fn change(
    app: &App,
    mut call: Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let message = parse(id)?;
    let ChangeReactions { add, remove } = call.read()?;
    let change = app.state.react(user, message, add, remove).await?;
    if change.added.is_some() || change.removed.is_some() {
        app.deliver(Delivery::Reacted {
            by: user,
            message,
            change,
        })
        .await;
    }
    Ok(Answer::Empty)
}

fn parse(id: &str) -> Result<MessageId, Refusal> {
    id.trim()
        .parse()
        .map_err(|_| Refusal::not_found("There is no such message"))
}
