//! `POST /blobs/upload`: the bytes of an announced file, as a form. They go to disk as they come.

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use bytes::Bytes;

use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::call::Call;

/// How long nothing at all may come.
const SILENCE: Duration = Duration::from_secs(30);
/// Fields before the file. The object store of the service asks for about ten.
const FIELDS_MAX: usize = 100;
/// Bytes of such a field.
const FIELD_MAX: usize = 4_096;

/// Whether the call is an upload, whose body is not read into memory.
pub(super) fn is_upload(call: &Call) -> bool {
    call.method == axum::http::Method::POST && call.segments == ["blobs", "upload"]
}

/// Takes a file in. The key in the form is the right to it; a session is not needed.
pub(super) async fn receive(
    app: &App,
    call: &Call,
    request: Request<Body>,
) -> Result<Answer, Refusal> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "An upload must be a multipart/form-data form",
        )
    })?;
    let mut uid = call.query.value("key").map(str::to_owned);
    let mut signature = call.query.value("signature").map(str::to_owned);
    for _ in 0..FIELDS_MAX {
        let next = tokio::time::timeout(SILENCE, form.next_field());
        let Some(mut field) = next
            .await
            .map_err(|_| silent())?
            .map_err(|error| broken(&error))?
        else {
            return Err(Refusal::field("file", "is required"));
        };
        match field.name() {
            Some("file") => {
                let (uid, signature) = (
                    uid.ok_or_else(|| Refusal::field("key", "is required before the file"))?,
                    signature.ok_or_else(|| {
                        Refusal::field("signature", "is required before the file")
                    })?,
                );
                return take(app, &uid, &signature, field).await;
            }
            Some("key") => uid = Some(text(&mut field).await?),
            Some("signature") => signature = Some(text(&mut field).await?),
            Some(_) | None => drop(text(&mut field).await?),
        }
    }
    Err(Refusal::unprocessable("The form has too many fields"))
}

async fn take(
    app: &App,
    uid: &str,
    signature: &str,
    mut field: Field<'_>,
) -> Result<Answer, Refusal> {
    let mut upload = app.state.begin_upload(uid, signature).await?;
    while let Some(bytes) = chunk(&mut field).await? {
        upload.write(&bytes).await?;
    }
    app.state.finish_upload(upload).await?;
    Answer::created(&serde_json::json!({}))
}

/// The next bytes of a field; `None` at its end.
async fn chunk(field: &mut Field<'_>) -> Result<Option<Bytes>, Refusal> {
    tokio::time::timeout(SILENCE, field.chunk())
        .await
        .map_err(|_| silent())?
        .map_err(|error| broken(&error))
}

async fn text(field: &mut Field<'_>) -> Result<String, Refusal> {
    let mut collected = Vec::new();
    while let Some(bytes) = chunk(field).await? {
        if collected.len() + bytes.len() > FIELD_MAX {
            return Err(Refusal::unprocessable("A field of the form is too long"));
        }
        collected.extend_from_slice(&bytes);
    }
    Ok(String::from_utf8_lossy(&collected).into_owned())
}

fn silent() -> Refusal {
    Refusal::new(
        StatusCode::REQUEST_TIMEOUT,
        "The upload came to a standstill",
    )
}

fn broken(error: &MultipartError) -> Refusal {
    tracing::debug!(%error, "an upload broke off");
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "The upload broke off or is no proper form",
    )
}
