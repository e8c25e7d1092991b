//! `POST /blobs/upload`: the bytes of an announced file, as a form. They go to disk as they come.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use tokio::time::Instant;

use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::call::Call;
use crate::rest::upload_body::{Ledger, UploadBody};
use crate::state::StateError;

/// How long [`LEAST`] bytes may take.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes that must come in [`SILENCE`]: what the modems of forty years ago brought. Slower ones would hold their
/// connection for weeks.
const LEAST: usize = 8 << 10;
/// Fields before the file. The object store of the service asks for about ten.
const FIELDS_MAX: usize = 100;
/// Bytes of such a field.
const FIELD_MAX: usize = 4_096;
/// Bytes of a form beside its file, all together.
const BESIDE_FILE: u64 = 1 << 20;

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
    let largest = app.config().limits.blob_bytes;
    let (parts, body) = request.into_parts();
    if HttpBody::size_hint(&body).lower() > largest.saturating_add(BESIDE_FILE) {
        return Err(StateError::TooLarge { largest }.into());
    }
    let ledger = Ledger::default();
    let body = UploadBody::new(body.into_data_stream(), ledger.clone());
    let request = Request::from_parts(parts, Body::from_stream(body));
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "An upload must be a multipart/form-data form",
        )
    })?;
    let mut reading = Reading {
        ledger,
        pace: Pace::begin(),
    };
    let mut uid = call.query.value("key").map(str::to_owned);
    let mut signature = call.query.value("signature").map(str::to_owned);
    for _ in 0..FIELDS_MAX {
        let Some(mut field) = reading.field(&mut form).await? else {
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
                return take(app, &uid, &signature, &mut reading, field).await;
            }
            Some("key") => uid = Some(reading.text(&mut field).await?),
            Some("signature") => signature = Some(reading.text(&mut field).await?),
            Some(_) | None => drop(reading.text(&mut field).await?),
        }
    }
    Err(Refusal::unprocessable("The form has too many fields"))
}

async fn take(
    app: &App,
    uid: &str,
    signature: &str,
    reading: &mut Reading,
    mut field: Field<'_>,
) -> Result<Answer, Refusal> {
    let mut upload = app.state.begin_upload(uid, signature).await?;
    loop {
        let chunk = tokio::select! {
            biased;
            () = upload.replaced() => return Err(StateError::Replaced.into()),
            chunk = reading.chunk(&mut field) => chunk?,
        };
        let Some(bytes) = chunk else { break };
        upload.write(&bytes).await?;
    }
    app.state.finish_upload(upload).await?;
    Answer::created(&serde_json::json!({}))
}

/// How slowly bytes may come.
struct Pace {
    /// Bytes since the last time there were enough.
    bytes: usize,
    /// When there must be enough again.
    until: Instant,
}

impl Pace {
    fn begin() -> Self {
        Self {
            bytes: 0,
            until: Instant::now() + SILENCE,
        }
    }

    fn took(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes >= LEAST {
            *self = Self::begin();
        }
    }
}

/// A form that is being read.
struct Reading {
    ledger: Ledger,
    pace: Pace,
}

impl Reading {
    /// The next field; `None` behind the last one.
    async fn field<'f>(&mut self, form: &'f mut Multipart) -> Result<Option<Field<'f>>, Refusal> {
        let field = tokio::time::timeout_at(self.pace.until, form.next_field())
            .await
            .map_err(|_| silent())?
            .map_err(|error| self.broken(&error))?;
        self.ledger.found(0);
        Ok(field)
    }

    /// The next bytes of a field; `None` at its end.
    async fn chunk(&mut self, field: &mut Field<'_>) -> Result<Option<Bytes>, Refusal> {
        let chunk = tokio::time::timeout_at(self.pace.until, field.chunk())
            .await
            .map_err(|_| silent())?
            .map_err(|error| self.broken(&error))?;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.ledger.found(length);
        self.pace.took(length);
        Ok(chunk)
    }

    async fn text(&mut self, field: &mut Field<'_>) -> Result<String, Refusal> {
        let mut collected = Vec::new();
        while let Some(bytes) = self.chunk(field).await? {
            if collected.len() + bytes.len() > FIELD_MAX {
                return Err(Refusal::unprocessable("A field of the form is too long"));
            }
            collected.extend_from_slice(&bytes);
        }
        Ok(String::from_utf8_lossy(&collected).into_owned())
    }

    fn broken(&self, error: &MultipartError) -> Refusal {
        tracing::debug!(%error, "an upload broke off");
        if self.ledger.is_over() {
            return Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The form has too much around its fields",
            );
        }
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "The upload broke off or is no proper form",
        )
    }
}

fn silent() -> Refusal {
    Refusal::new(
        StatusCode::REQUEST_TIMEOUT,
        "The upload came to a standstill",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_a_standstill() {
        let mut pace = Pace::begin();
        let until = pace.until;
        tokio::time::advance(Duration::from_secs(20)).await;
        pace.took(LEAST - 1);
        assert_eq!(pace.until, until);
        pace.took(1);
        assert_eq!(pace.until, Instant::now() + SILENCE);
        tokio::time::advance(Duration::from_secs(20)).await;
        pace.took(1);
        assert_eq!(
            pace.until,
            Instant::now() + SILENCE - Duration::from_secs(20)
        );
    }
}
