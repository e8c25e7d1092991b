//! Messages between programs that mean nothing to this one.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::UserId;

/// What may be told of one: its names, and none of its values.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnknownMessage {
    /// When it came, in unix milliseconds.
    pub at: i64,
    /// Who sent it.
    pub sender_id: UserId,
    /// The channel it names, or nothing.
    pub channel: String,
    /// Its own name, or nothing.
    pub name: String,
    /// The names of its parameters.
    pub keys: Vec<String>,
}

impl From<model::UnknownMessage> for UnknownMessage {
    fn from(unknown: model::UnknownMessage) -> Self {
        Self {
            at: unknown.at.0,
            sender_id: unknown.sender.into(),
            channel: unknown.channel,
            name: unknown.name,
            keys: unknown.keys,
        }
    }
}
