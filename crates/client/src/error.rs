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
    /// The proxy does not let anybody through.
    #[error("the proxy {host} is in the way: {problem:?}")]
    Proxy {
        /// Which proxy.
        host: String,
        /// What it did.
        problem: crate::model::ProxyProblem,
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
    /// That is not the recovery code.
    #[error("wrong recovery code")]
    WrongCode,
    /// Too many wrong entries: the next one is listened to after this time.
    #[error("too many wrong entries")]
    TooManyAttempts {
        /// How long it still takes.
        wait: Duration,
    },
    /// The system's keychain is not there, or refuses.
    #[error("the system's keychain is not available")]
    KeychainUnavailable,
    /// The keys could not be read, made or stored.
    #[error("the keys cannot be used")]
    Keys(#[source] crate::keys::Error),
    /// An argument makes no sense.
    #[error("{field} is not acceptable")]
    InvalidInput {
        /// Which argument.
        field: &'static str,
    },
    /// More of something than the platform allows: admins, fields.
    #[error("more than {limit} are not possible")]
    TooMany {
        /// How many are possible.
        limit: u32,
    },
    /// The request contradicts what the server holds meanwhile.
    #[error("the server holds something else by now: {message}")]
    Conflict {
        /// The server's words.
        message: String,
    },
    /// The bytes are no picture this engine reads, or one that is too large.
    #[error("not a picture that can be used")]
    UnsupportedPicture,
    /// The microphone cannot be used.
    #[error(transparent)]
    Microphone(#[from] crate::voice::MicrophoneError),
    /// A recording so short that nobody can have meant it.
    #[error("too short to be a voice message")]
    TooShort,
    /// The cache on this disk failed.
    #[error("the cache failed")]
    Storage(#[from] crate::store::Error),
    /// The account was signed out, or the engine was shut down, while the call was under way.
    #[error("the engine is stopping")]
    Stopped,
}

impl From<crate::rest::Error> for Error {
    fn from(error: crate::rest::Error) -> Self {
        use crate::rest::Error as Rest;
        match error {
            Rest::Offline => Self::Offline,
            Rest::Unreachable { host } => Self::Unreachable { host },
            Rest::Proxy { host, problem } => Self::Proxy { host, problem },
            Rest::Certificate { host } => Self::Certificate { host },
            Rest::NotSignedIn | Rest::Credentials => Self::Credentials,
            Rest::NotFound { .. } => Self::NotFound,
            Rest::Forbidden { .. } => Self::Forbidden,
            Rest::Validation { fields } => Self::Validation { fields },
            Rest::RateLimited { retry_after } => Self::RateLimited { retry_after },
            Rest::Insecure { .. } => Self::InvalidInput { field: "api_url" },
            Rest::Server {
                status: 409,
                message,
            } => Self::Conflict { message },
            Rest::Server { status, message } => Self::Server { status, message },
            // The status of a good answer, since the status was all that was good about it.
            Rest::BadAnswer { reason } => Self::Server {
                status: 200,
                message: reason.to_owned(),
            },
        }
    }
}

/// Of a look at the line; sessions of accounts have words of their own.
impl From<crate::connection::Error> for Error {
    fn from(error: crate::connection::Error) -> Self {
        use crate::connection::Error as Line;
        match error {
            Line::NoNetwork => Self::Offline,
            Line::Proxy { host, problem } => Self::Proxy { host, problem },
            Line::Certificate { host, .. } => Self::Certificate { host },
            Line::Unreachable { host }
            | Line::Refused { host }
            | Line::Tls { host, .. }
            | Line::Insecure { host } => Self::Unreachable { host },
            Line::Trust(_)
            | Line::NoTls
            | Line::WebSocket(_)
            | Line::NoMechanism { .. }
            | Line::Credentials(_)
            | Line::Authentication(_)
            | Line::ServerNotAuthentic
            | Line::NoPassword
            | Line::Replaced
            | Line::Stream(_)
            | Line::Bind(_)
            | Line::Unexpected(_)
            | Line::Xml(_)
            | Line::Parse(_)
            | Line::TimedOut(_)
            | Line::CountTooHigh
            | Line::NotAcknowledged
            | Line::Closed
            | Line::Io(_) => Self::Server {
                status: 200,
                message: error.to_string(),
            },
        }
    }
}

impl From<crate::network::NetworkError> for Error {
    fn from(error: crate::network::NetworkError) -> Self {
        use crate::network::NetworkError;
        Self::InvalidInput {
            field: match error {
                NetworkError::Host => "proxyHost",
                NetworkError::Name => "proxyName",
                NetworkError::Password => "proxyPassword",
                NetworkError::Authority => "authority",
            },
        }
    }
}

impl From<crate::keys::Error> for Error {
    fn from(error: crate::keys::Error) -> Self {
        use crate::keys::Error as Keys;
        match error {
            Keys::Locked => Self::KeysLocked,
            Keys::WrongPassphrase => Self::WrongPassphrase,
            Keys::EmptyPassphrase => Self::InvalidInput {
                field: "passphrase",
            },
            Keys::WrongCode => Self::WrongCode,
            Keys::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            Keys::KeychainUnavailable => Self::KeychainUnavailable,
            Keys::NoPassphrase
            | Keys::NoCode
            | Keys::OpensByItself
            | Keys::LastSlot
            | Keys::AlreadyCreated
            | Keys::UnknownVersion(_)
            | Keys::Damaged
            | Keys::Io(_) => Self::Keys(error),
        }
    }
}

impl From<crate::sync::catch_up::Error> for Error {
    fn from(error: crate::sync::catch_up::Error) -> Self {
        use crate::sync::catch_up::Error as Fetch;
        match error {
            Fetch::Rest(error) => error.into(),
            Fetch::Store(error) => Self::Storage(error),
        }
    }
}

impl From<crate::sync::rooms::Error> for Error {
    fn from(error: crate::sync::rooms::Error) -> Self {
        use crate::sync::rooms::Error as Room;
        match error {
            Room::NotConnected => Self::Offline,
            Room::NoAnswer => Self::Unreachable {
                host: "the room".to_owned(),
            },
            Room::Forbidden => Self::Forbidden,
            Room::NotFound => Self::NotFound,
            // The words of XEP-0045's missing feature, in the terms of HTTP.
            Room::Unsupported => Self::Server {
                status: 501,
                message: error.to_string(),
            },
        }
    }
}
