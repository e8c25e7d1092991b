//! Where the chat password comes from.

use futures::future::BoxFuture;

use crate::model::Secret;

/// What the connection wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRequest {
    /// The password as last known. Must not need the network if there is one.
    Current,
    /// The server refused the current one; a session token that serves as password may be renewed.
    Fresh,
}

/// Gives the chat password: the account's own, or a session token.
pub trait CredentialSource: Send + Sync + 'static {
    /// The password. `Ok(None)` as the answer to [`PasswordRequest::Fresh`] says that there is no
    /// other than the one refused: the account is then signed out.
    fn password(
        &self,
        request: PasswordRequest,
    ) -> BoxFuture<'_, Result<Option<Secret>, CredentialError>>;
}

/// No password could be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Not now (the REST API does not answer): the connection tries again later.
    #[error("the credentials cannot be fetched at the moment")]
    Unavailable,
    /// The server no longer knows the account or its password: the person must sign in again.
    #[error("the account must sign in again")]
    SignedOut,
}

/// A password that never changes.
#[derive(Clone, Debug)]
pub struct FixedPassword(pub Secret);

impl CredentialSource for FixedPassword {
    fn password(
        &self,
        request: PasswordRequest,
    ) -> BoxFuture<'_, Result<Option<Secret>, CredentialError>> {
        let answer = match request {
            PasswordRequest::Current => Some(self.0.clone()),
            PasswordRequest::Fresh => None,
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}
