//! `/events`: alerts that apps order.

use cubist_protocol::rest::EventEnvelope;

use crate::delivery::Delivery;
use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;

/// `POST /events`: handed to the webhook at once and not kept.
pub(super) async fn create(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let envelope: EventEnvelope = call.read()?;
    let event = &envelope.event;
    if event.notification_type.as_deref() != Some("push") {
        return Err(Refusal::field("notification_type", "must be push"));
    }
    let Some(message) = event.message.clone().filter(|text| !text.is_empty()) else {
        return Err(Refusal::field("message", "is required"));
    };
    let mut people = event.user.ids.clone();
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return Err(Refusal::field("user", "names nobody"));
    }
    let most = app.config().limits.ids_per_request;
    if people.len() > most {
        return Err(Refusal::field(
            "user",
            &format!("names too many people (maximum is {most})"),
        ));
    }
    app.deliver(Delivery::Event {
        by: user,
        people,
        message,
    })
    .await;
    Answer::created(&[envelope])
}
