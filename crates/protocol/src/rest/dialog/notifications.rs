//! Whether a person gets pushes of one dialog (guide: "Update/Get notifications settings").

use serde::{Deserialize, Serialize};

use crate::rest::tolerant;

/// The body of `PUT /chat/Dialog/{id}/notifications`: `{"enabled":0}`. On unless turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// Written as `1` or `0`; what is no flag is refused, since a guess would be wrong half of the time.
    #[serde(
        deserialize_with = "tolerant::required_flag",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub enabled: bool,
}

/// The answer to that call and to `GET` of the same path: `{"notifications":{"enabled":0}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsEnvelope {
    /// The setting.
    pub notifications: Notifications,
}

impl NotificationsEnvelope {
    /// The answer for a setting.
    pub const fn new(enabled: bool) -> Self {
        Self {
            notifications: Notifications { enabled },
        }
    }
}
