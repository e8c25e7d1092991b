//! Devices that want to be alerted, and alerts that apps order.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::rest::tolerant;

/// The body of `POST /subscriptions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSubscription {
    /// `gcm`, `apns`, `web`…
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub notification_channel: Option<String>,
    /// The device.
    #[serde(default)]
    pub device: NewDevice,
    /// How the channel reaches it.
    #[serde(default)]
    pub push_token: PushToken,
}

/// A device as it introduces itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDevice {
    /// `ios`, `android`, `web`…
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub platform: Option<String>,
    /// The device's own id.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub udid: Option<String>,
}

/// What a push service needs to reach a device.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushToken {
    /// `development` or `production`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub environment: Option<String>,
    /// The token of a mobile push service.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub client_identification_sequence: Option<String>,
    /// Where a browser's push service takes messages.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub web_endpoint: Option<String>,
    /// The browser's secret (RFC 8291).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub web_auth: Option<String>,
    /// The browser's public key (RFC 8291).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub web_p256dh: Option<String>,
}

impl fmt::Debug for PushToken {
    /// Without the tokens: who has one can write to the device.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushToken")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// One entry of the lists that `POST` and `GET /subscriptions` answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionEnvelope {
    /// The subscription.
    pub subscription: Subscription,
}

/// A device that is alerted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its number.
    pub id: u64,
    /// Its channel.
    pub notification_channel: Named,
    /// Its device.
    pub device: Device,
}

/// A device of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The device's own id.
    pub udid: String,
    /// Its platform.
    pub platform: Named,
}

/// An object of nothing but a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
}

/// The body of `POST /events`, and one entry of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventEnvelope {
    /// The event.
    pub event: Event,
}

/// An alert that an app orders for some people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `push` is the only kind that there is.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub notification_type: Option<String>,
    /// `development` or `production`.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub environment: Option<String>,
    /// For whom it is.
    #[serde(default)]
    pub user: EventUsers,
    /// What to show: JSON in base64.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub message: Option<String>,
}

/// The people whom an event is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventUsers {
    /// Their ids.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub ids: Vec<UserId>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rest::{
        Device, EventEnvelope, Named, NewSubscription, Subscription, SubscriptionEnvelope,
    };

    #[test]
    fn a_subscription_is_read_as_the_sdk_writes_it_and_shows_no_token() {
        let body = json!({
            "notification_channel": "gcm",
            "device": { "platform": "android", "udid": "U" },
            "push_token": { "environment": "development", "client_identification_sequence": "SECRET" },
        });
        let new: NewSubscription = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(new.device.udid.as_deref(), Some("U"));
        assert_eq!(
            new.push_token.client_identification_sequence.as_deref(),
            Some("SECRET")
        );
        assert_eq!(serde_json::to_value(&new).unwrap(), body);
        assert!(!format!("{new:?}").contains("SECRET"));
    }

    #[test]
    fn an_answer_names_channel_and_platform_in_objects() {
        let named = |name: &str| Named {
            name: name.to_owned(),
        };
        let answer = [SubscriptionEnvelope {
            subscription: Subscription {
                id: 50,
                notification_channel: named("gcm"),
                device: Device {
                    udid: "U".to_owned(),
                    platform: named("android"),
                },
            },
        }];
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"[{"subscription":{"id":50,"notification_channel":{"name":"gcm"},"device":{"udid":"U","platform":{"name":"android"}}}}]"#
        );
    }

    #[test]
    fn an_event_names_people_in_any_form_of_a_list() {
        for ids in [json!([21, 12]), json!(["21", "12"]), json!("21, 12")] {
            let body = json!({ "event": { "notification_type": "push", "user": { "ids": ids }, "message": "e30=" } });
            let event = serde_json::from_value::<EventEnvelope>(body).unwrap().event;
            let ids: Vec<u64> = event.user.ids.iter().map(|user| user.get()).collect();
            assert_eq!(ids, [21, 12]);
        }
    }
}
