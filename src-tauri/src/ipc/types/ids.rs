//! Ids as they cross to the window, each of its own type on both sides.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::error::IpcError;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $model:ty, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(String);

        impl From<$model> for $name {
            fn from(id: $model) -> Self {
                Self(id.to_string())
            }
        }

        impl TryFrom<$name> for $model {
            type Error = IpcError;

            fn try_from(id: $name) -> Result<Self, IpcError> {
                id.0.parse().map_err(|_| IpcError::InvalidInput {
                    field: $field.to_owned(),
                })
            }
        }
    };
}

text_id!(
    /// The engine's id of an account, 16 hex digits.
    AccountId,
    model::AccountId,
    "accountId"
);
text_id!(
    /// A dialog's id, 24 hex digits.
    DialogId,
    model::DialogId,
    "dialogId"
);
text_id!(
    /// A message's id, 24 hex digits.
    MessageId,
    model::MessageId,
    "messageId"
);

/// The server's id of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct UserId(u64);

impl From<model::UserId> for UserId {
    fn from(id: model::UserId) -> Self {
        Self(id.get())
    }
}

impl TryFrom<UserId> for model::UserId {
    type Error = IpcError;

    fn try_from(id: UserId) -> Result<Self, IpcError> {
        Self::new(id.0).ok_or_else(|| IpcError::InvalidInput {
            field: "userId".to_owned(),
        })
    }
}

/// Reads several ids; the first that cannot be one is the error.
pub fn all<Given, Id>(ids: Vec<Given>) -> Result<Vec<Id>, IpcError>
where
    Id: TryFrom<Given, Error = IpcError>,
{
    ids.into_iter().map(TryInto::try_into).collect()
}
