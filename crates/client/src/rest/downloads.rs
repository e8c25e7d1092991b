//! The content of stored files, streamed: whole, or from where an earlier download stopped.
//!
//! The API answers downloads with a redirection to an object store.

use std::time::Duration;

use bytes::Bytes;
use cubist_protocol::rest::blob::BlobUid;
use reqwest::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, RANGE, RETRY_AFTER,
};
use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use crate::rest::client::Client;
use crate::rest::error::{Error, from_answer};

/// Time for a server to begin its answer, redirections included.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Time without a single byte after which a line counts as dead.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// Time for a whole download: a hundred megabytes at the speed of an old modem line and more. Only
/// there so that nothing is forever.
const WHOLE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest answer that is read for its complaint (bytes).
const COMPLAINT_BYTES: usize = 64 * 1024;

/// Which file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One of the platform's storage.
    Blob(BlobUid),
    /// One at an address that somebody else wrote down.
    Url(Url),
}

impl Wanted {
    /// Reads the name under which the cache knows a file; `None` for what is no name.
    pub(crate) fn parse(source: &str) -> Option<Self> {
        if let Ok(uid) = source.parse() {
            return Some(Self::Blob(uid));
        }
        Url::parse(source).ok().map(Self::Url)
    }
}

/// What is here already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    /// Bytes.
    pub(crate) from: u64,
    /// The version of the file they are of, as the server named it.
    pub(crate) etag: String,
}

/// An answer that has begun.
pub(crate) struct Download {
    response: Response,
    host: String,
    /// Where in the file the first byte of it belongs.
    pub(crate) offset: u64,
    /// Bytes of the whole file, as the server says.
    pub(crate) total: Option<u64>,
    /// The version of the file, if it can be gone on with.
    pub(crate) etag: Option<String>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("offset", &self.offset)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl Download {
    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let cut = || Error::Unreachable {
            host: self.host.clone(),
        };
        match timeout(SILENCE_LIMIT, self.response.chunk()).await {
            Ok(Ok(bytes)) => Ok(bytes),
            // Whatever cut it, the rest can be asked for.
            Ok(Err(_)) | Err(_) => Err(cut()),
        }
    }
}

impl Client {
    /// Whether somebody else than this account's server would be asked, and so learn that this
    /// person looks at the file.
    pub(crate) fn is_elsewhere(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::Blob(_) => false,
            Wanted::Url(url) => self.own_blob(url).is_none(),
        }
    }

    /// Begins to download a file, or goes on with it where the server can.
    pub(crate) async fn open_download(
        &self,
        wanted: &Wanted,
        resume: Option<&Resume>,
    ) -> Result<Download, Error> {
        let uid = match wanted {
            Wanted::Blob(uid) => uid.clone(),
            Wanted::Url(url) => match self.own_blob(url) {
                // Its token would have expired long ago.
                Some(uid) => uid,
                None => return self.begin(url.clone(), resume).await,
            },
        };
        let session = self.live_session().await?;
        match self
            .begin(self.blob_url(&uid, &session.token), resume)
            .await
        {
            // Downloads complain in their own words about a session that is gone.
            Err(Error::Credentials) => {
                let fresh = self.renew_after(Some(&session.token)).await?;
                self.begin(self.blob_url(&uid, &fresh.token), resume).await
            }
            other => other,
        }
    }

    async fn begin(&self, url: Url, resume: Option<&Resume>) -> Result<Download, Error> {
        let host = url.host_str().unwrap_or_default().to_owned();
        timeout(ANSWER_LIMIT, self.follow_to_file(url, resume))
            .await
            .unwrap_or(Err(Error::Unreachable { host }))
    }

    async fn follow_to_file(&self, url: Url, resume: Option<&Resume>) -> Result<Download, Error> {
        let prepare = |request: RequestBuilder| {
            let request = request.timeout(WHOLE_LIMIT);
            match resume {
                Some(resume) => request
                    .header(RANGE, format!("bytes={}-", resume.from))
                    // Another version of the file would not fit to what is here.
                    .header(IF_RANGE, &resume.etag),
                None => request,
            }
        };
        let (response, host) = self.transport().follow(url, prepare).await?;
        self.accept_download(response, host, resume).await
    }

    async fn accept_download(
        &self,
        response: Response,
        host: String,
        resume: Option<&Resume>,
    ) -> Result<Download, Error> {
        let headers = response.headers();
        let etag = strong_etag(headers);
        let (offset, total) = match (response.status(), resume) {
            (StatusCode::OK, _) => (0, number(headers, CONTENT_LENGTH.as_str())),
            (StatusCode::PARTIAL_CONTENT, Some(resume)) => match content_range(headers) {
                Some((first, total)) if first == resume.from => (first, total),
                _ => {
                    return Err(Error::BadAnswer {
                        reason: "it is another part than the one that was asked for",
                    });
                }
            },
            (status, _) => {
                let retry_after = number(headers, RETRY_AFTER.as_str()).map(Duration::from_secs);
                let body = self.transport().read(response, COMPLAINT_BYTES).await;
                let body = body.unwrap_or_default();
                return Err(from_answer(status.as_u16(), &body, retry_after));
            }
        };
        Ok(Download {
            response,
            host,
            offset,
            total,
            etag,
        })
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The version of a file, if parts of it can be put together (RFC 9110 §8.8.3: weak ones cannot).
fn strong_etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?;
    etag.starts_with('"').then(|| etag.to_owned())
}

/// `bytes 5-9/10`: the first byte, and how many there are.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, total.trim().parse().ok()))
}
