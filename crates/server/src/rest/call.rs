//! A request taken apart, before anyone decides about it.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, HOST, IF_NONE_MATCH, IF_RANGE, RANGE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use cubist_protocol::rest::ListQuery;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::rest::Peer;
use crate::rest::answer::Refusal;
use crate::rest::form;

/// How long a body may take to arrive. Bodies here are small; a slow one is a broken client.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A call of the API.
pub(super) struct Call {
    pub(super) method: Method,
    /// The path's segments in lower case, without `.json`.
    pub(super) segments: Vec<String>,
    /// Parameters of the query string, and of the body for DELETE (SDKs differ in where they put them).
    pub(super) query: ListQuery,
    /// The body; an empty object if there was none.
    pub(super) body: Value,
    /// `CB-Token`, or for a download the `token` of the query.
    pub(super) token: Option<String>,
    /// `CB-AuthKey`
    pub(super) auth_key: Option<String>,
    pub(super) peer: IpAddr,
    /// Whether the path ended in `.json`.
    pub(super) names_json: bool,
    /// Scheme and host by which the caller reached this backend.
    pub(super) base: Option<String>,
    /// `Range`
    pub(super) range: Option<String>,
    /// `If-Range`
    pub(super) if_range: Option<String>,
    /// `If-None-Match`
    pub(super) if_none_match: Option<String>,
}

impl Call {
    /// Everything of the call that comes before its body.
    pub(super) fn begin(request: &Request<Body>) -> Self {
        let whole = request.uri().path();
        let path = whole.strip_suffix(".json").unwrap_or(whole);
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let segments = decoded
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect::<Vec<_>>();
        let peer = request.extensions().get::<Peer>();
        let query = ListQuery::decode(request.uri().query().unwrap_or_default());
        let headers = request.headers();
        let in_query = query
            .value("token")
            .filter(|_| segments.first().is_some_and(|first| first == "blobs"))
            .map(str::to_owned);
        Self {
            method: request.method().clone(),
            token: header(headers, "cb-token").or(in_query),
            segments,
            query,
            body: Value::Object(serde_json::Map::new()),
            auth_key: header(headers, "cb-authkey"),
            peer: peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.address.ip()),
            names_json: path.len() < whole.len(),
            base: header(headers, HOST.as_str())
                // What is no host must not become part of an address.
                .and_then(|host| host.parse::<Authority>().ok())
                .map(|host| {
                    let is_secure = peer.is_some_and(|peer| peer.is_secure);
                    let scheme = if is_secure { "https" } else { "http" };
                    format!("{scheme}://{host}")
                }),
            range: header(headers, RANGE.as_str()),
            if_range: header(headers, IF_RANGE.as_str()),
            if_none_match: header(headers, IF_NONE_MATCH.as_str()),
        }
    }

    /// Page and size of the older lists, which are counted from 1.
    pub(super) fn numbered_page(&self, largest: usize) -> (u64, u64) {
        let number = |name| {
            self.query
                .value(name)
                .and_then(|text| text.trim().parse::<u64>().ok())
                .filter(|value| *value > 0)
        };
        let largest = u64::try_from(largest).unwrap_or(u64::MAX);
        (
            number("page").unwrap_or(1),
            number("per_page").unwrap_or(10).min(largest),
        )
    }

    /// Reads the body.
    pub(super) async fn read_body(
        &mut self,
        request: Request<Body>,
        largest: usize,
    ) -> Result<(), Refusal> {
        let is_form = header(request.headers(), CONTENT_TYPE.as_str()).is_some_and(|kind| {
            kind.to_ascii_lowercase()
                .starts_with("application/x-www-form-urlencoded")
        });
        let uri_query = request.uri().query().unwrap_or_default().to_owned();
        let read = tokio::time::timeout(BODY_TIME, to_bytes(request.into_body(), largest)).await;
        let bytes = match read {
            Err(_) => {
                return Err(Refusal::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "The request's body came too slowly",
                ));
            }
            Ok(Err(error)) => return Err(body_refusal(&error, largest)),
            Ok(Ok(bytes)) => bytes,
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        // The SDK names this form for every GET and DELETE, whatever is in it.
        if is_form && !bytes.starts_with(b"{") {
            let text = String::from_utf8_lossy(&bytes);
            self.body = form::decode(&text);
            if self.method == Method::DELETE {
                self.query = ListQuery::decode(&format!("{uri_query}&{text}"));
            }
            return Ok(());
        }
        self.body = serde_json::from_slice(&bytes).map_err(|error| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                format!("The request's body is not JSON: {error}"),
            )
        })?;
        if !self.body.is_object() {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "The request's body must be an object",
            ));
        }
        Ok(())
    }

    /// `force=1`, in the query or in the body.
    pub(super) fn forced(&self) -> bool {
        let in_body = match self.body.get("force") {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::String(text)) => matches!(text.trim(), "1" | "true"),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
        };
        in_body || self.query.flag("force").unwrap_or_default()
    }

    /// The body as what the call takes.
    pub(super) fn read<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        // The error of a wrong type names the expected type and may quote the value, which may be a secret.
        serde_json::from_value(self.body.take()).map_err(|error| {
            tracing::debug!(line = error.line(), "a body of the wrong form");
            Refusal::unprocessable(
                "The request's body lacks a required field or has one of the wrong form",
            )
        })
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn body_refusal(error: &axum::Error, largest: usize) -> Refusal {
    // axum wraps the limit's error once, and a broken connection likewise.
    let is_limit = std::error::Error::source(error)
        .is_some_and(|source| source.to_string().contains("length limit exceeded"));
    if is_limit {
        let text = format!("The request's body is larger than {largest} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    } else {
        Refusal::new(StatusCode::BAD_REQUEST, "The request's body broke off")
    }
}
