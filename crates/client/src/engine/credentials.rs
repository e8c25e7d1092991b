//! How an account signs in again, and what it says to the chat server.

use cubist_protocol::ids::UserId;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::connection::{CredentialError, CredentialSource, PasswordRequest};
use crate::model::{Identity, Secret};
use crate::rest::{self, Session};

/// What the encrypted cache keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Credentials {
    /// What a new session is made with.
    pub(super) identity: StoredIdentity,
    /// The last session, if it may still count.
    pub(super) session: Option<Session>,
}

/// An [`Identity`] as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum StoredIdentity {
    /// Login and password.
    Login { login: String, password: Secret },
    /// E-mail address and password.
    Email { email: String, password: Secret },
    /// A token made elsewhere.
    Token { token: Secret },
}

impl StoredIdentity {
    /// The same person with another password; `None` where there is none.
    pub(super) fn with_password(self, password: Secret) -> Option<Self> {
        match self {
            Self::Login { login, .. } => Some(Self::Login { login, password }),
            Self::Email { email, .. } => Some(Self::Email { email, password }),
            Self::Token { .. } => None,
        }
    }
}

impl From<Identity> for StoredIdentity {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Login { login, password } => Self::Login { login, password },
            Identity::Email { email, password } => Self::Email { email, password },
            Identity::Token { token } => Self::Token { token },
        }
    }
}

impl From<StoredIdentity> for Identity {
    fn from(identity: StoredIdentity) -> Self {
        match identity {
            StoredIdentity::Login { login, password } => Self::Login { login, password },
            StoredIdentity::Email { email, password } => Self::Email { email, password },
            StoredIdentity::Token { token } => Self::Token { token },
        }
    }
}

impl Credentials {
    /// As text for the cache.
    pub(super) fn to_json(&self) -> String {
        // Strings and numbers only; there is nothing in it that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From the text in the cache; `None` after signing out.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// Gives the chat password: the account's own where there is one, else a session token.
pub(super) struct ChatPassword {
    /// Makes new sessions, and knows what the person signs in with at present.
    pub(super) client: rest::Client,
    /// Whose chat it is: a renewed session of someone else must not open it.
    pub(super) user: UserId,
}

impl CredentialSource for ChatPassword {
    fn password(
        &self,
        request: PasswordRequest,
    ) -> BoxFuture<'_, Result<Option<Secret>, CredentialError>> {
        Box::pin(async move {
            let own = match self.client.identity() {
                Some(Identity::Login { password, .. } | Identity::Email { password, .. }) => {
                    Some(password)
                }
                Some(Identity::Token { .. }) | None => None,
            };
            match (request, own) {
                (PasswordRequest::Current, Some(password)) => Ok(Some(password)),
                (PasswordRequest::Current, None) => match self.client.session() {
                    Some(session) => Ok(Some(session.token)),
                    None => self.renewed().await.map(Some),
                },
                // The chat server refused the password: REST knows whether it still counts.
                (PasswordRequest::Fresh, _) => self.renewed().await.map(Some),
            }
        })
    }
}

impl ChatPassword {
    async fn renewed(&self) -> Result<Secret, CredentialError> {
        match self.client.renew().await {
            Ok(session) if session.user == self.user => Ok(session.token),
            // Somebody else's session, or none any more.
            Ok(_)
            | Err(
                rest::Error::Credentials
                | rest::Error::NotSignedIn
                | rest::Error::NotFound { .. }
                | rest::Error::Forbidden { .. },
            ) => Err(CredentialError::SignedOut),
            Err(_) => Err(CredentialError::Unavailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, StoredIdentity};
    use crate::model::Secret;

    #[test]
    fn credentials_survive_their_trip_to_the_cache() {
        let credentials = Credentials {
            identity: StoredIdentity::Login {
                login: "ann".to_owned(),
                password: Secret::new("pw11111111"),
            },
            session: None,
        };
        let text = credentials.to_json();
        assert_eq!(Credentials::from_json(&text), Some(credentials.clone()));
        assert_eq!(Credentials::from_json(""), None);
        assert!(!format!("{credentials:?}").contains("pw1111"));
    }
}
