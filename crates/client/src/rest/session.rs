//! A session as the client keeps it.

use cubist_protocol::ids::UserId;
use serde::{Deserialize, Serialize};

use crate::model::{Secret, UnixMillis};

/// Who this client is for the server, until when. Serialised into the encrypted cache only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The value of the `CB-Token` header. Also serves as chat password.
    pub token: Secret,
    /// Whose session it is.
    pub user: UserId,
    /// When the server will forget it unless it is used before (`CB-Token-ExpirationDate`), by the
    /// server's clock.
    pub expires_at: Option<UnixMillis>,
}
