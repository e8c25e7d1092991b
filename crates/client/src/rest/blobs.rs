//! Stored files: pictures of people and dialogs.

use std::time::Duration;

use cubist_protocol::ids::BlobId;
use cubist_protocol::rest::blob::{
    Blob, BlobEnvelope, BlobUid, CompleteBlob, NewBlob, NewBlobEnvelope, UploadForm,
};
use reqwest::header::LOCATION;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use tokio::time::timeout;
use url::Url;

use crate::model::Secret;
use crate::rest::client::{Client, accept};
use crate::rest::error::{Error, from_answer};
use crate::rest::foreign;
use crate::rest::transport::{Answer, Request};

/// Redirections of one download: the API's own, the object store's, and one in between.
pub(super) const MAX_HOPS: usize = 4;

/// Time for a whole download, redirections included.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(30);

/// A file to store.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name, 1 to 100 characters.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Whether it can be fetched without a session.
    pub public: bool,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Client {
    /// Stores a file: announces it, uploads it to where the server says, and declares it complete.
    /// What fails in between leaves an announcement that the server forgets by itself.
    pub async fn store_file(&self, file: NewFile) -> Result<Blob, Error> {
        let size = file.bytes.len() as u64;
        let blob = NewBlob {
            name: Some(file.name.clone()),
            content_type: Some(file.content_type.to_owned()),
            public: file.public,
        };
        let request = Request::with_body(Method::POST, "blobs", &NewBlobEnvelope { blob })?;
        let mut blob = self.call::<BlobEnvelope>(&request).await?.blob;
        let params = blob
            .blob_object_access
            .as_ref()
            .and_then(|access| access.params.as_deref())
            .ok_or(Error::BadAnswer {
                reason: "it does not say where to upload",
            })?;
        let form = UploadForm::parse(params).map_err(|_| Error::BadAnswer {
            reason: "it does not say where to upload",
        })?;
        self.upload(form, file).await?;
        let path = format!("blobs/{}/complete", blob.id);
        let request = Request::with_body(Method::PUT, path, &CompleteBlob { size })?;
        self.call_for_effect(&request).await?;
        blob.size = Some(size);
        Ok(blob)
    }

    /// What the server knows of a file.
    pub async fn blob(&self, uid: &BlobUid) -> Result<Blob, Error> {
        let request = Request::get(format!("blobs/{uid}"), String::new());
        Ok(self.call::<BlobEnvelope>(&request).await?.blob)
    }

    /// Deletes one's own file.
    pub async fn delete_blob(&self, id: BlobId) -> Result<(), Error> {
        let request = Request {
            method: Method::DELETE,
            ..Request::get(format!("blobs/{id}"), String::new())
        };
        self.call_for_effect(&request).await
    }

    /// The content of a stored file of at most `limit` bytes.
    pub async fn download(&self, uid: &BlobUid, limit: usize) -> Result<Vec<u8>, Error> {
        let session = self.live_session().await?;
        match self.fetch(self.blob_url(uid, &session.token), limit).await {
            // Downloads complain in their own words about a session that is gone.
            Err(Error::Credentials) => {
                let fresh = self.renew_after(Some(&session.token)).await?;
                self.fetch(self.blob_url(uid, &fresh.token), limit).await
            }
            other => other,
        }
    }

    /// The content of at most `limit` bytes behind an address that somebody else wrote down:
    /// `https` only, and no private addresses but that of the API. The session is shown to the API
    /// alone.
    pub async fn download_from(&self, url: Url, limit: usize) -> Result<Vec<u8>, Error> {
        match self.own_blob(&url) {
            Some(uid) => self.download(&uid, limit).await,
            None => self.fetch(url, limit).await,
        }
    }

    /// The content of at most `limit` bytes of what a profile names as its picture: the uid of a
    /// stored file, or a URL.
    pub async fn file(&self, name: &str, limit: usize) -> Result<Vec<u8>, Error> {
        if let Ok(uid) = name.parse() {
            return self.download(&uid, limit).await;
        }
        match Url::parse(name) {
            Ok(url) => self.download_from(url, limit).await,
            Err(_) => Err(Error::NotFound {
                message: "this names no picture".to_owned(),
            }),
        }
    }

    /// The file an address of the API stands for: its token would have expired long ago.
    pub(super) fn own_blob(&self, url: &Url) -> Option<BlobUid> {
        let base = &self.transport().base;
        if url.origin() != base.origin() {
            return None;
        }
        let below = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
        below.strip_prefix("/blobs/")?.parse().ok()
    }

    pub(super) fn blob_url(&self, uid: &BlobUid, token: &Secret) -> Url {
        let mut url = self.transport().base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/blobs/{uid}"));
        // Downloads of the platform take the session from the address alone.
        url.query_pairs_mut().append_pair("token", token.expose());
        url
    }

    async fn fetch(&self, url: Url, limit: usize) -> Result<Vec<u8>, Error> {
        let host = url.host_str().unwrap_or_default().to_owned();
        timeout(DOWNLOAD_LIMIT, self.follow(url, limit))
            .await
            .unwrap_or(Err(Error::Unreachable { host }))
    }

    async fn follow(&self, mut url: Url, limit: usize) -> Result<Vec<u8>, Error> {
        let transport = self.transport();
        for _ in 0..MAX_HOPS {
            foreign::check(&url, &transport.base)?;
            let http = if url.origin() == transport.base.origin() {
                &transport.http
            } else {
                &transport.foreign
            };
            let response = match http.get(url.clone()).send().await {
                Ok(response) => response,
                Err(error) => return Err(transport.no_answer(&error).await.error),
            };
            let status = response.status();
            if is_redirection(status) {
                let location = response.headers().get(LOCATION);
                let location = location.and_then(|value| value.to_str().ok());
                url = location
                    .and_then(|location| url.join(location).ok())
                    .ok_or(Error::BadAnswer {
                        reason: "it leads nowhere",
                    })?;
                continue;
            }
            let body = transport.read(response, limit).await;
            let body = body.map_err(|none| none.error)?;
            return if status.is_success() {
                Ok(body)
            } else {
                Err(from_answer(status.as_u16(), &body, None))
            };
        }
        Err(Error::BadAnswer {
            reason: "it leads around in circles",
        })
    }

    async fn upload(&self, to: UploadForm, file: NewFile) -> Result<(), Error> {
        /// Object stores answer with a few lines of XML.
        const MAX_ANSWER: usize = 64 * 1024;
        let unusable = |_| Error::BadAnswer {
            reason: "the address for the upload is none",
        };
        let url = Url::parse(&to.url).map_err(unusable)?;
        let transport = self.transport();
        let is_own = url.origin() == transport.base.origin();
        if !is_own && url.scheme() != "https" {
            return Err(Error::Insecure {
                host: url.host_str().unwrap_or_default().to_owned(),
            });
        }
        let part = Part::bytes(file.bytes)
            .file_name(file.name)
            .mime_str(file.content_type)
            .map_err(|_| Error::BadAnswer {
                reason: "the media type is none",
            })?;
        let fields = to.fields.into_iter();
        let form = fields
            .fold(Form::new(), |form, (name, value)| form.text(name, value))
            .part("file", part);
        let mut request = transport.http.post(url).multipart(form);
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
}

pub(super) fn is_redirection(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

#[cfg(test)]
#[path = "blobs_tests.rs"]
mod tests;
