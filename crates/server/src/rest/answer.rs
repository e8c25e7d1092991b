//! The form of answers: bodies, status codes, headers.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CONTENT_TYPE, RETRY_AFTER,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use cubist_protocol::rest::{ErrorBody, ErrorEntry};
use serde::Serialize;

use crate::state::StateError;

/// When the session ends unless it is used again: `2023-08-25 13:29:30 UTC`.
const TOKEN_EXPIRATION: HeaderName = HeaderName::from_static("cb-token-expirationdate");

/// What a handler answers.
#[derive(Debug)]
pub(super) enum Answer {
    /// A JSON object.
    Json(StatusCode, Vec<u8>),
    /// Nothing to say. Only for calls whose answer the official SDK takes as text; to all others it must be JSON.
    Empty,
    /// Anything else: a download.
    Raw(Response<Body>),
}

impl Answer {
    /// 200 with an object.
    pub(super) fn ok(body: &impl Serialize) -> Result<Self, Refusal> {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with an object.
    pub(super) fn created(body: &impl Serialize) -> Result<Self, Refusal> {
        Self::json(StatusCode::CREATED, body)
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Refusal> {
        match serde_json::to_vec(body) {
            Ok(bytes) => Ok(Self::Json(status, bytes)),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                Err(Refusal::internal())
            }
        }
    }
}

/// Why a call is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: ErrorBody,
    /// Seconds after which another try makes sense.
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody::base(text),
            retry_after: None,
        }
    }

    /// 401: the token is unknown or expired. The SDK acts on the exact text.
    pub(super) fn session_expired() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            body: ErrorBody::session_expired(),
            retry_after: None,
        }
    }

    /// 422 about a field.
    pub(super) fn field(field: &str, problem: &str) -> Self {
        let body = ErrorBody::field(field, problem);
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body,
            retry_after: None,
        }
    }

    /// 422 about the call as a whole.
    pub(super) fn unprocessable(text: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, text)
    }

    /// 404.
    pub(super) fn not_found(text: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// 429.
    pub(super) fn too_many(text: &str, retry_after: u64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, text)
        }
    }

    /// 500; what happened is in the log.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error")
    }
}

impl From<StateError> for Refusal {
    fn from(error: StateError) -> Self {
        match error {
            StateError::NotFound => Self::not_found("The requested resource was not found"),
            StateError::Forbidden(text) => Self::new(StatusCode::FORBIDDEN, text),
            StateError::Invalid { problems } => {
                let entry = |(field, text): (&str, String)| ErrorEntry {
                    field: Some(field.to_owned()).filter(|field| field != "base"),
                    text,
                };
                let entries = problems.into_iter().map(entry).collect();
                Self {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    body: ErrorBody { entries },
                    retry_after: None,
                }
            }
            StateError::Blocked { .. } => Self::new(StatusCode::FORBIDDEN, error.to_string()),
            StateError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
            }
            StateError::Replaced => Self::new(StatusCode::CONFLICT, error.to_string()),
            StateError::BadCredentials => Self::new(StatusCode::UNAUTHORIZED, "Unauthorized"),
            StateError::Throttled {
                retry_after_seconds,
            } => Self::too_many(
                "Too many failed logins, try again later",
                retry_after_seconds,
            ),
            StateError::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "The server is stopping")
            }
            StateError::Database(_) | StateError::Folder(_) if error.is_full() => {
                tracing::error!(%error, "the disk is full");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "The server has no room for this now",
                )
            }
            StateError::Database(_)
            | StateError::Folder(_)
            | StateError::TooNew { .. }
            | StateError::Internal(_) => {
                tracing::error!(%error, cause = ?std::error::Error::source(&error), "a call failed");
                Self::internal()
            }
        }
    }
}

/// The response to a call, with the headers that all share.
pub(super) fn response(result: Result<Answer, Refusal>, expires_at: Option<i64>) -> Response<Body> {
    let (status, body, retry_after) = match result {
        Ok(Answer::Raw(mut response)) => {
            shared_headers(response.headers_mut(), expires_at);
            return response;
        }
        Ok(Answer::Json(status, bytes)) => (status, bytes, None),
        Ok(Answer::Empty) => (StatusCode::OK, Vec::new(), None),
        Err(refusal) => {
            let bytes = serde_json::to_vec(&refusal.body).unwrap_or_default();
            (refusal.status, bytes, refusal.retry_after)
        }
    };
    let is_json = !body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if is_json {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
    }
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    shared_headers(headers, expires_at);
    response
}

fn shared_headers(headers: &mut HeaderMap, expires_at: Option<i64>) {
    if let Some(value) = expires_at.and_then(expiration) {
        headers.insert(TOKEN_EXPIRATION, value);
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "CB-Token-ExpirationDate, Date, Retry-After, Content-Range, Content-Disposition, ETag",
        ),
    );
}

/// The response to a browser's question whether it may call: every call has headers of its own, so each is asked.
pub(super) fn preflight() -> Response<Body> {
    let mut response = response(Ok(Answer::Empty), None);
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, DELETE, OPTIONS"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Content-Type, CB-Token, CB-AuthKey, CB-SDK, ConnectyCube-REST-API-Version, Range",
        ),
    );
    // A day: the longest that Firefox keeps the answer.
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

fn expiration(seconds: i64) -> Option<HeaderValue> {
    let format =
        time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    let text = time::OffsetDateTime::from_unix_timestamp(seconds)
        .ok()?
        .format(&format)
        .ok()?;
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiration_date_has_the_form_that_sdks_parse() {
        let response = response(Ok(Answer::Empty), Some(1_692_970_170));
        assert_eq!(
            response.headers()["cb-token-expirationdate"],
            "2023-08-25 13:29:30 UTC"
        );
    }

    #[test]
    fn validation_errors_are_a_map_of_fields() {
        let error = StateError::Invalid {
            problems: vec![
                ("login", "is too short".to_owned()),
                ("base", "something is missing".to_owned()),
            ],
        };
        let refusal = Refusal::from(error);
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            serde_json::to_string(&refusal.body).unwrap(),
            r#"{"errors":{"login":["is too short"],"base":["something is missing"]}}"#
        );
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        for error in [
            StateError::Folder(std::io::ErrorKind::StorageFull.into()),
            StateError::Folder(std::io::ErrorKind::QuotaExceeded.into()),
            StateError::Database(rusqlite::Error::SqliteFailure(full, None)),
        ] {
            assert_eq!(
                Refusal::from(error).status,
                StatusCode::INSUFFICIENT_STORAGE
            );
        }
        let other = StateError::Folder(std::io::ErrorKind::PermissionDenied.into());
        assert_eq!(
            Refusal::from(other).status,
            StatusCode::INTERNAL_SERVER_ERROR
        );
    }

    #[test]
    fn a_failing_database_says_nothing_about_itself() {
        let error = StateError::Internal("the database holds \"secret\"".to_owned());
        let refusal = Refusal::from(error);
        assert_eq!(refusal.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(refusal.body, ErrorBody::base("Internal error"));
    }
}
