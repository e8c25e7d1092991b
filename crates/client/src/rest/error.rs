//! What can go wrong with a REST call, by what the caller can do about it.

use std::time::Duration;

use crate::error::FieldError;

/// A REST call failed. Holds no token and no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// This machine has no network (no route, no name service).
    #[error("no network")]
    Offline,
    /// The server does not answer, or not in time.
    #[error("{host} does not answer")]
    Unreachable {
        /// Which server.
        host: String,
    },
    /// The server's certificate is not to be trusted.
    #[error("the certificate of {host} is not trusted")]
    Certificate {
        /// Which server.
        host: String,
    },
    /// There is no session, and no identity to make one with.
    #[error("not signed in")]
    NotSignedIn,
    /// Wrong login or password, or a token that no longer counts.
    #[error("the credentials were not accepted")]
    Credentials,
    /// There is no such thing, or not for this person. At sign-in: no such user.
    #[error("not found: {message}")]
    NotFound {
        /// The server's words.
        message: String,
    },
    /// This person may not do that.
    #[error("not allowed: {message}")]
    Forbidden {
        /// The server's words.
        message: String,
    },
    /// The server does not accept some fields.
    #[error("the server does not accept the request")]
    Validation {
        /// Which fields and why.
        fields: Vec<FieldError>,
    },
    /// Too many requests.
    #[error("too many requests")]
    RateLimited {
        /// How long to wait before trying again.
        retry_after: Duration,
    },
    /// The server failed, or refused in a way that has no kind of its own.
    #[error("the server answered with status {status}: {message}")]
    Server {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The answer is not what the API promises, or is larger than anything it should send.
    #[error("the answer of the server cannot be understood: {reason}")]
    BadAnswer {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Error {
    /// Whether the same call can succeed later without anybody changing anything.
    pub fn is_recoverable(&self) -> bool {
        match self {
            Self::Offline | Self::Unreachable { .. } | Self::RateLimited { .. } => true,
            Self::Server { status, .. } => *status >= 500,
            Self::Certificate { .. }
            | Self::NotSignedIn
            | Self::Credentials
            | Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Validation { .. }
            | Self::BadAnswer { .. } => false,
        }
    }
}
