//! Fetches a page or a picture that somebody's link leads to, within narrow limits and without
//! telling more than the request itself does.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Response, redirect};
use url::Url;

use super::page::charset_of;
use super::reach::{Names, Reach, allows};
use crate::network::{Asking, Ways};

/// Redirections that are followed.
const MAX_HOPS: usize = 3;

/// Bytes of a page that are read: its head is in the first few, and nothing behind is of use.
pub(super) const PAGE_BYTES: usize = 512 * 1024;

/// Largest picture that is fetched (bytes): one that is meant for previews is a tenth.
const PICTURE_BYTES: usize = 4 * 1024 * 1024;

/// Time for a TCP connection and its TLS handshake.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// Says what asks, and not for whom: neither the program, nor its version, nor the system.
const USER_AGENT: &str = "Mozilla/5.0 (compatible; link preview)";

pub(super) const ACCEPTED: &str =
    "text/html,application/xhtml+xml,image/jpeg,image/png,image/webp,image/gif";

/// What an address gave.
#[derive(Debug)]
pub(super) struct Found {
    /// Where the last redirection led.
    pub(super) url: Url,
    pub(super) kind: Kind,
    pub(super) bytes: Vec<u8>,
}

/// What it is, as its server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page, and its encoding where that is said.
    Page { charset: Option<String> },
    /// A picture; whether it is one shows when it is decoded.
    Picture,
}

/// Why there is nothing to show. Nobody is told but the log: a link needs no preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Nothing {
    /// An address of this machine, this house, or one in disguise.
    #[error("the address may not be asked")]
    NotAllowed,
    /// A proxy is set for it, and would decide by itself which address is reached.
    #[error("a proxy stands before the address")]
    Proxy,
    /// No connection, or it broke.
    #[error("nobody answered")]
    NoAnswer,
    /// The server has nothing there.
    #[error("the server says {0}")]
    Status(u16),
    /// It leads on and on.
    #[error("too many redirections")]
    Circles,
    /// Neither a page nor a picture.
    #[error("neither a page nor a picture")]
    OtherKind,
    /// A picture that is too large.
    #[error("the picture is too large")]
    TooLarge,
}

/// Fetches. Shared by all accounts of an engine; made at first use, like the certificates it needs.
#[derive(Debug)]
pub(super) struct Reader {
    reach: Arc<dyn Reach>,
    http: Asking,
}

impl Reader {
    pub(super) fn new(reach: Arc<dyn Reach>) -> Self {
        Self {
            reach,
            http: Asking::new(),
        }
    }

    /// Fetches what is at `url`, or where it leads.
    pub(super) async fn fetch(&self, ways: &Ways, mut url: Url) -> Result<Found, Nothing> {
        for _ in 0..=MAX_HOPS {
            let response = self.ask(ways, &url).await?;
            let status = response.status();
            if status.is_success() {
                return take(url, response).await;
            }
            if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Err(Nothing::Status(status.as_u16()));
            }
            let location = response.headers().get(LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .ok_or(Nothing::Status(status.as_u16()))?;
        }
        Err(Nothing::Circles)
    }

    async fn ask(&self, ways: &Ways, url: &Url) -> Result<Response, Nothing> {
        if !allows(&*self.reach, url) {
            return Err(Nothing::NotAllowed);
        }
        if ways.hop_to(url).is_some() {
            return Err(Nothing::Proxy);
        }
        let http = self
            .http
            .client(ways, |ways| client(&self.reach, ways))
            .map_err(|()| Nothing::NoAnswer)?;
        let request = http.get(url.clone());
        let response = request.header(ACCEPT, ACCEPTED).send().await;
        let response = response.map_err(|_| Nothing::NoAnswer)?;
        // The lookup has left out what may not be reached; this is the address itself.
        let peer = response.remote_addr().ok_or(Nothing::NotAllowed)?;
        if !self.reach.allows_address(peer.ip()) {
            return Err(Nothing::NotAllowed);
        }
        Ok(response)
    }
}

/// No cookies, no referrer, no redirections of its own, no compression (a small answer could grow
/// without end), and no connection that outlives its answer.
fn client(reach: &Arc<dyn Reach>, ways: &Ways) -> Result<reqwest::Client, ()> {
    let tls = ways.trust(None).and_then(|trust| trust.client_config());
    let mut tls = rustls::ClientConfig::clone(&*tls.map_err(|_| ())?);
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_LIMIT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .user_agent(USER_AGENT)
        .no_proxy()
        .pool_max_idle_per_host(0)
        .dns_resolver(Names(Arc::clone(reach)))
        .build()
        .map_err(|error| tracing::warn!(%error, "there will be no previews of links"))
}

async fn take(url: Url, mut response: Response) -> Result<Found, Nothing> {
    let media_type = response.headers().get(CONTENT_TYPE);
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .ok_or(Nothing::OtherKind)?;
    let kind = kind_of(media_type).ok_or(Nothing::OtherKind)?;
    let most = match kind {
        Kind::Page { .. } => PAGE_BYTES,
        Kind::Picture => PICTURE_BYTES,
    };
    let is_picture = kind == Kind::Picture;
    let announced = response.content_length().unwrap_or_default();
    if is_picture && announced > most as u64 {
        return Err(Nothing::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|_| Nothing::NoAnswer)? {
        let left = most - bytes.len();
        match piece.get(..left) {
            // A page says what it is at its beginning; half a picture is none.
            Some(_) if is_picture && piece.len() > left => return Err(Nothing::TooLarge),
            Some(beginning) if piece.len() >= left => {
                bytes.extend_from_slice(beginning);
                break;
            }
            _ => bytes.extend_from_slice(&piece),
        }
    }
    Ok(Found { url, kind, bytes })
}

fn kind_of(media_type: &str) -> Option<Kind> {
    let essence = media_type.split(';').next().unwrap_or_default();
    match essence.trim().to_ascii_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => Some(Kind::Page {
            charset: charset_of(media_type),
        }),
        "image/jpeg" | "image/png" | "image/webp" | "image/gif" => Some(Kind::Picture),
        _ => None,
    }
}
