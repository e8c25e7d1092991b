//! Stored files: pictures of people and dialogs.

use std::time::Duration;

use cubist_protocol::ids::BlobId;
use cubist_protocol::rest::blob::{Blob, BlobEnvelope, BlobUid};
use reqwest::Method;
use reqwest::multipart::Part;
use tokio::time::timeout;
use url::Url;

use crate::model::Secret;
use crate::rest::client::Client;
use crate::rest::error::{Error, from_answer};
use crate::rest::transport::{EXCHANGE_LIMIT, Request};
use crate::rest::uploads;

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
        let mut blob = self
            .announce(&file.name, file.content_type, file.public)
            .await?;
        let address = uploads::address(&blob).unwrap_or_default();
        let part = Part::bytes(file.bytes).file_name(file.name);
        self.post_file(address, part, file.content_type, EXCHANGE_LIMIT)
            .await?;
        self.complete(blob.id, size).await?;
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
    /// alone. Nobody has asked for it, so it is not looked for where a proxy would choose the
    /// address: that may well be one of its own house.
    pub async fn download_from(&self, url: Url, limit: usize) -> Result<Vec<u8>, Error> {
        let transport = self.transport();
        match self.own_blob(&url) {
            Some(uid) => self.download(&uid, limit).await,
            None if url.origin() != transport.base.origin() && transport.is_led_to(&url) => {
                Err(Error::Forbidden {
                    message: "a proxy would choose the address".to_owned(),
                })
            }
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

    async fn follow(&self, url: Url, limit: usize) -> Result<Vec<u8>, Error> {
        let transport = self.transport();
        let (response, _) = transport.follow(url, |request| request).await?;
        let status = response.status();
        let body = transport.read(response, limit).await;
        let body = body.map_err(|none| none.error)?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(from_answer(status.as_u16(), &body, None))
        }
    }
}

#[cfg(test)]
#[path = "blobs_tests.rs"]
mod tests;
