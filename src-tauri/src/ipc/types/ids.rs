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

        impl $name {
            /// What the window says, unchecked.
            pub fn new(text: String) -> Self {
                Self(text)
            }
        }

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

/// Reads several ids, no more than `limit`.
pub fn at_most<Given, Id>(limit: u32, ids: Vec<Given>) -> Result<Vec<Id>, IpcError>
where
    Id: TryFrom<Given, Error = IpcError>,
{
    if ids.len() > limit as usize {
        return Err(IpcError::TooMany { limit });
    }
    all(ids)
}

#[cfg(test)]
mod tests {
    use cubist_client::model;

    use super::{UserId, at_most};
    use crate::ipc::error::IpcError;

    #[test]
    fn more_ids_than_the_limit_are_refused_and_so_is_one_that_is_none() {
        let read = |ids: &[u64]| -> Result<Vec<model::UserId>, IpcError> {
            at_most(2, ids.iter().copied().map(UserId).collect())
        };
        let wanted: Vec<model::UserId> =
            [4, 9].into_iter().filter_map(model::UserId::new).collect();
        assert_eq!(read(&[4, 9]).unwrap(), wanted);
        assert_eq!(read(&[]).unwrap(), []);
        assert!(matches!(
            read(&[4, 9, 16]),
            Err(IpcError::TooMany { limit: 2 })
        ));
        assert!(matches!(read(&[4, 0]), Err(IpcError::InvalidInput { .. })));
    }
}
