//! `GET /blobs/{uid}`: the bytes of a file, whole or in part.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio_util::io::ReaderStream;

use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::range::{Wanted, wanted};
use crate::state::{Blob, BlobName};

/// Bytes read from the disk at once.
const STEP: usize = 64 << 10;

/// Sends a complete file. A private one needs a session, whose token may be in the query.
pub(super) async fn send(
    app: &App,
    call: &Call,
    caller: Caller,
    name: &str,
) -> Result<Answer, Refusal> {
    let user = match &caller {
        // A public file is for everyone, also for those whose session is over.
        Caller::Nobody | Caller::Stale => None,
        Caller::Known(session) => session.user,
    };
    let name = BlobName::from_text(name);
    let blob = match app.state.blob(user, name.clone()).await {
        Err(crate::state::StateError::NotFound) if user.is_none() => {
            // Only with a session it can be told from one that does not exist.
            caller.user()?;
            return Err(Refusal::not_found("There is no such file"));
        }
        found => found?,
    };
    let Some(size) = blob.size.filter(|_| blob.is_complete) else {
        return Err(Refusal::not_found("The file is not complete"));
    };
    let etag = format!("\"{}\"", blob.uid);
    if call.if_none_match.as_deref() == Some(etag.as_str()) {
        return Ok(Answer::Raw(head(&blob, StatusCode::NOT_MODIFIED, 0)));
    }
    // A part of another file than the client has would not fit to what it has.
    let fits = call.if_range.as_deref().is_none_or(|known| known == etag);
    let part = wanted(call.range.as_deref().filter(|_| fits), size);
    let (status, start, length) = match part {
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part(first, last) => (
            StatusCode::PARTIAL_CONTENT,
            first,
            last.saturating_sub(first).saturating_add(1),
        ),
        Wanted::Nothing => {
            let mut response = head(&blob, StatusCode::RANGE_NOT_SATISFIABLE, 0);
            insert(&mut response, CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(Answer::Raw(response));
        }
    };
    let mut response = head(&blob, status, length);
    if let Wanted::Part(first, last) = part {
        insert(
            &mut response,
            CONTENT_RANGE,
            &format!("bytes {first}-{last}/{size}"),
        );
    }
    if call.method != axum::http::Method::HEAD {
        let file = app.state.read_blob(&blob, start, length).await?;
        *response.body_mut() = Body::from_stream(ReaderStream::with_capacity(file, STEP));
    }
    Ok(Answer::Raw(response))
}

/// Whether a browser may show the file in place: pictures, sound and films. XML of any kind, as SVG is, can hold
/// scripts.
fn is_shown(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let kind = essence.split('/').next().unwrap_or_default();
    matches!(kind, "image" | "audio" | "video") && !essence.ends_with("xml")
}

/// The headers of a download. People upload what they like, so a browser is told to run none of it.
fn head(blob: &Blob, status: StatusCode, length: u64) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let shown = if is_shown(&blob.content_type) {
        "inline"
    } else {
        "attachment"
    };
    let name = utf8_percent_encode(&blob.name, NON_ALPHANUMERIC);
    for (header, value) in [
        (CONTENT_TYPE, blob.content_type.as_str()),
        (ETAG, &format!("\"{}\"", blob.uid)),
        (
            CONTENT_DISPOSITION,
            &format!("{shown}; filename*=UTF-8''{name}"),
        ),
        (ACCEPT_RANGES, "bytes"),
        // The bytes of a uid never change.
        (CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        insert(&mut response, header, value);
    }
    if status.is_success() {
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

fn insert(response: &mut Response<Body>, header: axum::http::HeaderName, value: &str) {
    // Types and names were checked when they were announced.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(header, value);
    }
}
