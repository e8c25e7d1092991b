//! Reactions to a message.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::UserId;

/// How often people reacted to a message with one emoji.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// How many people, I included.
    pub count: u32,
    /// Whether I am among them.
    pub mine: bool,
}

/// Everybody who reacted to a message with one emoji.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Reacted {
    /// The emoji.
    pub emoji: String,
    /// Who.
    pub user_ids: Vec<UserId>,
}

impl From<model::Reaction> for Reaction {
    fn from(reaction: model::Reaction) -> Self {
        Self {
            emoji: reaction.emoji,
            count: reaction.count,
            mine: reaction.mine,
        }
    }
}
