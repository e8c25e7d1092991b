//! The one error that crosses to the window, tagged by what the screen can do about it.

use serde::Serialize;
use specta::Type;

use crate::{
    ipc::types::{network::ProxyProblem, voice::MicrophoneProblem},
    shell::local_backend::LocalBackendError,
};

/// The status of an answer that says that the request contradicts what the server holds.
const CONFLICT: u16 = 409;

/// A field the server did not take, and why.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// The server's name of the field.
    pub field: String,
    /// The server's words.
    pub message: String,
}

/// Why a command did not do what was asked. Never holds a secret.
#[derive(Clone, Debug, Serialize, Type, thiserror::Error)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum IpcError {
    /// There is no connection to do it over.
    #[error("offline")]
    Offline,
    /// The server does not answer.
    #[error("{host} does not answer")]
    Unreachable {
        /// Its host.
        host: String,
    },
    /// The proxy does not let anybody through.
    #[error("the proxy {host} is in the way")]
    Proxy {
        /// Which proxy.
        host: String,
        /// What it did.
        problem: ProxyProblem,
    },
    /// The server's certificate is not trusted.
    #[error("the certificate of {host} is not trusted")]
    Certificate {
        /// Its host.
        host: String,
    },
    /// Login and password do not fit.
    #[error("wrong credentials")]
    Credentials,
    /// The person's organisation has switched this off.
    #[error("switched off by the organisation")]
    SwitchedOff,
    /// What was asked for does not exist.
    #[error("not found")]
    NotFound,
    /// Not allowed for this person.
    #[error("forbidden")]
    Forbidden,
    /// More than there may be, as a sixth admin.
    #[error("more than {limit}")]
    TooMany {
        /// How many there may be.
        limit: u32,
    },
    /// The picture is none that can be read, or too large.
    #[error("unsupported picture")]
    UnsupportedPicture,
    /// The file would run what its sender wrote if it were opened; it can be saved.
    #[error("not opened: it would run")]
    UnsafeFile,
    /// The microphone cannot be used.
    #[error("no microphone: {reason:?}")]
    Microphone {
        /// Why.
        reason: MicrophoneProblem,
    },
    /// A recording so short that nobody can have meant it.
    #[error("too short")]
    TooShort,
    /// The server refuses some fields.
    #[error("fields refused")]
    Validation {
        /// Which, and why.
        fields: Vec<FieldError>,
    },
    /// Too many requests.
    #[error("rate limited for {retry_after_ms} ms")]
    RateLimited {
        /// When to try again, in milliseconds.
        retry_after_ms: u64,
    },
    /// Any other answer of the server.
    #[error("the server answered {status}: {message}")]
    Server {
        /// HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// The key of the cache is not at hand.
    #[error("keys locked")]
    KeysLocked,
    /// The passphrase does not open the key.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The recovery code does not open the key.
    #[error("wrong recovery code")]
    WrongCode,
    /// Too many wrong entries.
    #[error("wrong entries: wait {wait_ms} ms")]
    TooManyAttempts {
        /// When the next one is listened to, in milliseconds.
        wait_ms: u64,
    },
    /// The system's keychain is not there, or refuses.
    #[error("no keychain")]
    KeychainUnavailable,
    /// The backend on this computer did not start.
    #[error("local backend: {message}")]
    LocalBackend {
        /// What happened.
        message: String,
    },
    /// What the window sent is not usable.
    #[error("invalid input: {field}")]
    InvalidInput {
        /// Which argument.
        field: String,
    },
    /// The disk or the cache failed.
    #[error("storage: {message}")]
    Storage {
        /// What happened.
        message: String,
    },
    /// Should not happen.
    #[error("internal: {message}")]
    Internal {
        /// What happened.
        message: String,
    },
}

impl From<cubist_client::Error> for IpcError {
    fn from(error: cubist_client::Error) -> Self {
        use cubist_client::Error as Engine;

        match error {
            Engine::Offline | Engine::Stopped => Self::Offline,
            Engine::Unreachable { host } => Self::Unreachable { host },
            Engine::Proxy { host, problem } => Self::Proxy {
                host,
                problem: problem.into(),
            },
            Engine::Certificate { host } => Self::Certificate { host },
            Engine::Credentials => Self::Credentials,
            Engine::NotFound => Self::NotFound,
            Engine::Forbidden => Self::Forbidden,
            Engine::TooMany { limit } => Self::TooMany { limit },
            Engine::UnsupportedPicture => Self::UnsupportedPicture,
            Engine::Microphone(error) => Self::Microphone {
                reason: error.into(),
            },
            Engine::TooShort => Self::TooShort,
            // The window has one sentence for what the server holds against a request.
            Engine::Conflict { message } => Self::Server {
                status: CONFLICT,
                message,
            },
            Engine::Validation { fields } => Self::Validation {
                fields: fields
                    .into_iter()
                    .map(|field| FieldError {
                        field: field.field,
                        message: field.message,
                    })
                    .collect(),
            },
            Engine::RateLimited { retry_after } => Self::RateLimited {
                retry_after_ms: u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX),
            },
            Engine::Server { status, message } => Self::Server { status, message },
            Engine::KeysLocked => Self::KeysLocked,
            Engine::WrongPassphrase => Self::WrongPassphrase,
            Engine::WrongCode => Self::WrongCode,
            Engine::TooManyAttempts { wait } => Self::TooManyAttempts {
                wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            },
            Engine::KeychainUnavailable => Self::KeychainUnavailable,
            Engine::InvalidInput { field } => Self::InvalidInput {
                field: field.to_owned(),
            },
            // The words of these name files and causes, never their contents.
            Engine::Keys(source) => Self::Storage {
                message: source.to_string(),
            },
            Engine::Storage(source) => Self::Storage {
                message: source.to_string(),
            },
        }
    }
}

impl From<LocalBackendError> for IpcError {
    fn from(error: LocalBackendError) -> Self {
        Self::LocalBackend {
            message: error.to_string(),
        }
    }
}
