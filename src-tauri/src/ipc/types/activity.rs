//! Whether people are there.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::UserId;

/// Whether a person is there.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum Activity {
    /// Online now.
    Online,
    /// When they were last online, in unix milliseconds.
    LastSeen(i64),
    /// The server does not tell.
    Hidden,
}

/// A person and whether they are there.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonActivity {
    /// Who.
    pub user_id: UserId,
    /// Whether they are there.
    pub activity: Activity,
}

impl From<model::Activity> for Activity {
    fn from(activity: model::Activity) -> Self {
        match activity {
            model::Activity::Online => Self::Online,
            model::Activity::LastSeen(at) => Self::LastSeen(at.0),
            model::Activity::Hidden => Self::Hidden,
        }
    }
}

impl From<(model::UserId, model::Activity)> for PersonActivity {
    fn from((user, activity): (model::UserId, model::Activity)) -> Self {
        Self {
            user_id: user.into(),
            activity: activity.into(),
        }
    }
}
