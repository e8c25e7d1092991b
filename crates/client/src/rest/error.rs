//! What can go wrong with a REST call, by what the caller can do about it.

use std::time::Duration;

use cubist_protocol::rest::{ErrorBody, ErrorEntry};

use crate::error::FieldError;
use crate::model::ProxyProblem;

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
    /// The proxy does not let anybody through.
    #[error("the proxy {host} is in the way: {problem:?}")]
    Proxy {
        /// Which proxy.
        host: String,
        /// What it did.
        problem: ProxyProblem,
    },
    /// The server's certificate is not to be trusted.
    #[error("the certificate of {host} is not trusted")]
    Certificate {
        /// Which server.
        host: String,
    },
    /// An address without TLS that is not on this machine: the password would be readable.
    #[error("{host} would be spoken to without TLS")]
    Insecure {
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
            Self::Offline
            | Self::Unreachable { .. }
            // Whoever runs it, or the person, puts it right.
            | Self::Proxy { .. }
            | Self::RateLimited { .. } => true,
            Self::Server { status, .. } => *status >= 500,
            Self::Certificate { .. }
            | Self::Insecure { .. }
            | Self::NotSignedIn
            | Self::Credentials
            | Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Validation { .. }
            | Self::BadAnswer { .. } => false,
        }
    }
}

/// What a refused call means.
pub(super) fn from_answer(status: u16, body: &[u8], retry_after: Option<Duration>) -> Error {
    let body = ErrorBody::parse(body);
    let message = body.first_text().unwrap_or_default().to_owned();
    match status {
        401 => Error::Credentials,
        403 => Error::Forbidden { message },
        404 => Error::NotFound { message },
        429 => Error::RateLimited {
            retry_after: retry_after.unwrap_or(RETRY_AFTER_UNSAID),
        },
        400 | 422 if !body.entries.is_empty() => Error::Validation {
            fields: body.entries.into_iter().map(field_error).collect(),
        },
        _ => Error::Server { status, message },
    }
}

/// How long to wait when the server says "too many" and not for how long: the platform's limits
/// are per second.
const RETRY_AFTER_UNSAID: Duration = Duration::from_secs(2);

fn field_error(entry: ErrorEntry) -> FieldError {
    FieldError {
        field: entry.field.unwrap_or_default(),
        message: entry.text,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Error, from_answer};
    use crate::error::FieldError;

    fn check(status: u16, body: &str, expected: &Error) {
        assert_eq!(
            from_answer(status, body.as_bytes(), None),
            *expected,
            "{status} {body}"
        );
    }

    #[test]
    fn every_shape_of_refusal_gets_its_kind() {
        check(401, r#"{"errors":["Unauthorized"]}"#, &Error::Credentials);
        let message = "Forbidden. Need user.".to_owned();
        check(
            403,
            r#"{"errors":{"base":["Forbidden. Need user."]}}"#,
            &Error::Forbidden { message },
        );
        let message = String::new();
        check(404, "", &Error::NotFound { message });
        let message = String::new();
        check(
            500,
            "<html>",
            &Error::Server {
                status: 500,
                message,
            },
        );
        let message = String::new();
        check(
            422,
            "{}",
            &Error::Server {
                status: 422,
                message,
            },
        );
    }

    #[test]
    fn a_validation_error_names_every_field() {
        let field = |field: &str, message: &str| FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        };
        let body = r#"{"errors":{"login":["is taken"],"password":["is too short","is bad"]}}"#;
        let fields = vec![
            field("login", "is taken"),
            field("password", "is too short"),
            field("password", "is bad"),
        ];
        check(422, body, &Error::Validation { fields });
        let fields = vec![field("", "Occupants_ids is missing opponent ID.")];
        check(
            400,
            r#"{"errors":["Occupants_ids is missing opponent ID."]}"#,
            &Error::Validation { fields },
        );
    }

    #[test]
    fn the_servers_waiting_time_is_passed_on() {
        let retry_after = Duration::from_secs(7);
        assert_eq!(
            from_answer(429, b"", Some(retry_after)),
            Error::RateLimited { retry_after }
        );
    }
}
