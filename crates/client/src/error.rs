//! What can go wrong for the one who uses the engine, in kinds they can act on.

use std::time::Duration;

/// One field of a request that the server, or this engine, did not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field as the wire calls it (`login`, `password`…).
    pub field: String,
    /// What is wrong with it, in the server's words.
    pub message: String,
}

/// Everything a call to [`Engine`](crate::Engine) or [`Account`](crate::Account) can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This needs the network, and there is none.
    #[error("no network")]
    Offline,
    /// The server does not answer.
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
    /// Wrong login or password, or a token that no longer counts.
    #[error("the credentials were not accepted")]
    Credentials,
    /// There is no such thing, or not for this person.
    #[error("not found")]
    NotFound,
    /// This person may not do that.
    #[error("not allowed")]
    Forbidden,
    /// The server does not accept some fields.
    #[error("the server does not accept the request")]
    Validation {
        /// Which fields and why; empty when the server did not say.
        fields: Vec<FieldError>,
    },
    /// Too many requests.
    #[error("too many requests")]
    RateLimited {
        /// How long to wait before trying again.
        retry_after: Duration,
    },
    /// The server failed.
    #[error("the server failed with status {status}: {message}")]
    Server {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The keys to the cache are not unlocked (or not made) yet.
    #[error("the keys are locked")]
    KeysLocked,
    /// That is not the passphrase.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The keys could not be read, made or stored.
    #[error("the keys cannot be used")]
    Keys(#[source] crate::keys::Error),
    /// An argument makes no sense.
    #[error("{field} is not acceptable")]
    InvalidInput {
        /// Which argument.
        field: &'static str,
    },
    /// The cache on this disk failed.
    #[error("the cache failed")]
    Storage(#[from] crate::store::Error),
    /// The account was signed out, or the engine was shut down, while the call was under way.
    #[error("the engine is stopping")]
    Stopped,
}
