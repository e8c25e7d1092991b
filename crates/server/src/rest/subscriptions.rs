//! `/subscriptions`: the caller's devices that want alerts.

use cubist_protocol::rest::{
    Device, Named, NewSubscription as NewObject, Subscription as Object, SubscriptionEnvelope,
};
use serde_json::Value;

use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::state::{NewSubscription, Subscription};

/// `POST /subscriptions`
pub(super) async fn create(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let NewObject {
        notification_channel,
        device,
        push_token,
    } = call.read()?;
    let Ok(Value::Object(token)) = serde_json::to_value(push_token) else {
        return Err(Refusal::internal());
    };
    let new = NewSubscription {
        channel: notification_channel.unwrap_or_default(),
        platform: device.platform.unwrap_or_default(),
        udid: device.udid.unwrap_or_default(),
        token,
    };
    let kept = app.state.subscribe_device(user, new).await?;
    Answer::created(&[object(kept)])
}

/// `GET /subscriptions`
pub(super) async fn list(app: &App, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let own = app.state.subscriptions(vec![user]).await?;
    let objects: Vec<_> = own.into_iter().map(object).collect();
    Answer::ok(&objects)
}

/// `DELETE /subscriptions/{id}`
pub(super) async fn delete(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let unknown = || Refusal::not_found("There is no such subscription");
    let id = id.trim().parse().map_err(|_| unknown())?;
    app.state.unsubscribe_device(user, id).await?;
    Ok(Answer::Empty)
}

/// A device, without what only the push service needs.
fn object(subscription: Subscription) -> SubscriptionEnvelope {
    SubscriptionEnvelope {
        subscription: Object {
            id: subscription.id.unsigned_abs(),
            notification_channel: Named {
                name: subscription.channel,
            },
            device: Device {
                udid: subscription.udid,
                platform: Named {
                    name: subscription.platform,
                },
            },
        },
    }
}
