//! Where a link from outside leads.

use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::{DialogId, MessageId, UserId};

/// What a `cubist:` link names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum Link {
    /// A person.
    User(UserId),
    /// A chat.
    Dialog(DialogId),
    /// A message.
    Message(MessageId),
    /// Nothing that this version knows.
    Unknown,
}
