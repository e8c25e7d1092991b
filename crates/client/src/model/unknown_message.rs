//! Messages that mean nothing to this engine.

use crate::model::{UnixMillis, UserId};

/// What may be told of one: what sort of message it was, and nothing of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMessage {
    /// When it came, by the server's clock.
    pub at: UnixMillis,
    /// Who sent it.
    pub sender: UserId,
    /// The channel it names (`moduleIdentifier`); empty when it names none.
    pub channel: String,
    /// Its own name, such as `dialog/NEW_DIALOG`; empty when it has none, an ellipsis when it may be
    /// somebody's words.
    pub name: String,
    /// The names of its parameters, without their values.
    pub keys: Vec<String>,
}
