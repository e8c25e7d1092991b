//! Storing large files in steps of their own: announced, uploaded, complete.
//!
//! Each step is a call that can be made again, so that whoever keeps what they return can go on
//! after any of them. The bytes are read while they are sent; nothing holds the whole file.

use std::time::Duration;

use bytes::Bytes;
use cubist_protocol::ids::BlobId;
use cubist_protocol::rest::blob::{
    Blob, BlobEnvelope, BlobUid, CompleteBlob, NewBlob, NewBlobEnvelope, UploadForm,
};
use futures::Stream;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use url::Url;

use crate::rest::client::{Client, accept};
use crate::rest::error::Error;
use crate::rest::transport::{Answer, Request};

/// Time for a whole upload: a hundred megabytes at the speed of an old modem line and more. Only
/// there so that nothing is forever; one that stands still is noticed by who sends it.
const WHOLE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Object stores answer with a few lines of XML.
const MAX_ANSWER: usize = 64 * 1024;

impl Client {
    /// Announces a file. The answer names it and says where to upload it. Whatever is not `public` is
    /// had with a session only.
    pub(crate) async fn announce(
        &self,
        name: &str,
        content_type: &str,
        public: bool,
    ) -> Result<Blob, Error> {
        let blob = NewBlob {
            name: Some(name.to_owned()),
            content_type: Some(content_type.to_owned()),
            public,
        };
        let request = Request::with_body(Method::POST, "blobs", &NewBlobEnvelope { blob })?;
        let blob = self.call::<BlobEnvelope>(&request).await?.blob;
        if address(&blob).is_none() {
            return Err(Error::BadAnswer {
                reason: "it does not say where to upload",
            });
        }
        Ok(blob)
    }

    /// Uploads the bytes of an announced file, of which there are `size`.
    pub(crate) async fn upload_stream<S>(
        &self,
        address: &str,
        content_type: &str,
        size: u64,
        bytes: S,
    ) -> Result<(), Error>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        let part = Part::stream_with_length(Body::wrap_stream(bytes), size)
            // The name is known from the announcement; here it would only be a second one.
            .file_name("file");
        self.post_file(address, part, content_type, WHOLE_LIMIT)
            .await
    }

    /// Posts a file as a form to where the server wants it. The session is shown to the API alone.
    pub(super) async fn post_file(
        &self,
        address: &str,
        part: Part,
        content_type: &str,
        limit: Duration,
    ) -> Result<(), Error> {
        let unusable = || Error::BadAnswer {
            reason: "the address for the upload is none",
        };
        let to = UploadForm::parse(address).map_err(|_| unusable())?;
        let url = Url::parse(&to.url).map_err(|_| unusable())?;
        let transport = self.transport();
        let is_own = url.origin() == transport.base.origin();
        if !is_own && url.scheme() != "https" {
            return Err(Error::Insecure {
                host: url.host_str().unwrap_or_default().to_owned(),
            });
        }
        let part = part.mime_str(content_type).map_err(|_| Error::BadAnswer {
            reason: "the media type is none",
        })?;
        let fields = to.fields.into_iter();
        let form = fields
            .fold(Form::new(), |form, (name, value)| form.text(name, value))
            .part("file", part);
        let mut request = transport.http.post(url).timeout(limit).multipart(form);
        if is_own {
            let session = self.live_session().await?;
            let token = reqwest::header::HeaderValue::from_str(session.token.expose());
            let mut token = token.map_err(|_| Error::Credentials)?;
            token.set_sensitive(true);
            request = request.header("CB-Token", token);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(transport.no_answer(&error).await.error),
        };
        let status = response.status().as_u16();
        let body = transport.read(response, MAX_ANSWER).await;
        accept(Answer {
            status,
            body: body.map_err(|none| none.error)?,
            date: None,
            expires_at: None,
            retry_after: None,
        })
        .map(drop)
    }

    /// Says that a file is all there. Once more does no harm.
    pub(crate) async fn complete(&self, id: BlobId, size: u64) -> Result<(), Error> {
        let path = format!("blobs/{id}/complete");
        let request = Request::with_body(Method::PUT, path, &CompleteBlob { size })?;
        self.call_for_effect(&request).await
    }

    /// Deletes one's own file, by its number or else by its name in links. One that is gone already
    /// is deleted.
    pub(crate) async fn remove_file(
        &self,
        id: Option<u64>,
        uid: Option<&str>,
    ) -> Result<(), Error> {
        let id = match (id.and_then(|id| BlobId::try_from(id).ok()), uid) {
            (Some(id), _) => id,
            (None, Some(uid)) => {
                let uid: BlobUid = uid.parse().map_err(|_| Error::NotFound {
                    message: "this names no file".to_owned(),
                })?;
                match self.blob(&uid).await {
                    Ok(blob) => blob.id,
                    Err(Error::NotFound { .. }) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
            (None, None) => {
                return Err(Error::NotFound {
                    message: "this names no file".to_owned(),
                });
            }
        };
        match self.delete_blob(id).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Where to upload an announced file.
pub(crate) fn address(blob: &Blob) -> Option<&str> {
    blob.blob_object_access.as_ref()?.params.as_deref()
}
