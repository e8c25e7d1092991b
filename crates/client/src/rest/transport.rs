//! One HTTP exchange: bytes out, bytes in, and a name for what can go wrong in between.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use cubist_protocol::ids::AppId;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, redirect};
use rustls::ClientConfig;
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::time::timeout;
use url::Url;

use crate::connection::{Trust, has_route};
use crate::model::{ProxyProblem, Secret, UnixMillis};
use crate::network::{self, Blocked, Ways, is_loopback};
use crate::rest::error::Error;
use crate::rest::foreign::PublicAddresses;

/// Time for a TCP connection and its TLS handshake.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Time for a whole exchange. The slowest calls of the platform are lists of 100, below 5 s on a
/// slow mobile line.
pub(super) const EXCHANGE_LIMIT: Duration = Duration::from_secs(20);

/// A page of 100 messages with long texts and attachments stays below a few megabytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// RFC 9110 §5.6.7, the form every server must send.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// `CB-Token-ExpirationDate: 2023-08-25 13:29:30 UTC`.
const EXPIRATION_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");

/// What shows that a call may be made.
#[derive(Clone, Debug)]
pub(super) enum Pass {
    /// Nothing: the body does.
    None,
    /// The application's key.
    AuthKey,
    /// A session.
    Token(Secret),
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    /// Below the base, without a leading slash and without `.json`.
    pub(super) path: String,
    /// Without the `?`; empty for none.
    pub(super) query: String,
    /// JSON.
    pub(super) body: Option<Vec<u8>>,
    /// Making the call twice has the effect of making it once.
    pub(super) is_idempotent: bool,
}

impl Request {
    /// Reads something.
    pub(super) fn get(path: impl Into<String>, query: String) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query,
            body: None,
            is_idempotent: true,
        }
    }

    /// Sends `body` as JSON.
    pub(super) fn with_body(
        method: Method,
        path: impl Into<String>,
        body: &impl serde::Serialize,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|_| Error::BadAnswer {
            reason: "the request cannot be written as JSON",
        })?;
        Ok(Self {
            is_idempotent: method == Method::PUT,
            method,
            path: path.into(),
            query: String::new(),
            body: Some(body),
        })
    }

    /// Declares that a repetition does no harm.
    pub(super) fn idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }
}

/// An answer of any status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// The server's clock when it answered, in whole seconds.
    pub(super) date: Option<UnixMillis>,
    /// When the session will be forgotten.
    pub(super) expires_at: Option<UnixMillis>,
    pub(super) retry_after: Option<Duration>,
}

/// A call got no answer.
#[derive(Debug)]
pub(super) struct NoAnswer {
    pub(super) error: Error,
    /// It never left this machine, so it cannot have had an effect.
    pub(super) was_not_sent: bool,
}

/// The HTTP client of one account.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    pub(super) http: reqwest::Client,
    /// For addresses that somebody else wrote down: see `foreign`.
    pub(super) foreign: reqwest::Client,
    pub(super) base: Url,
    /// For messages.
    host: String,
    auth_key: Secret,
    ways: Ways,
    pub(super) app_id: AppId,
}

impl Transport {
    pub(super) fn new(
        base: Url,
        app_id: AppId,
        auth_key: Secret,
        trust: &Trust,
        ways: &Ways,
    ) -> Result<Self, Error> {
        let host = base.host_str().unwrap_or_default().to_owned();
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => return Err(Error::Insecure { host }),
        }
        let tls = trust
            .client_config()
            .map_err(|_| Error::Certificate { host: host.clone() })?;
        let mut tls = ClientConfig::clone(&tls);
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let build = |builder: reqwest::ClientBuilder| {
            ways.lead(builder)
                .tls_backend_preconfigured(tls.clone())
                .connect_timeout(CONNECT_LIMIT)
                .timeout(EXCHANGE_LIMIT)
                // The API redirects nothing but downloads; following would show the token elsewhere.
                .redirect(redirect::Policy::none())
                .user_agent(concat!("Cubist/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|_| Error::BadAnswer {
                    reason: "the HTTP client cannot be set up",
                })
        };
        let http = build(reqwest::Client::builder())?;
        // The API and a proxy may stand in the same house.
        let mut exempt = ways.proxy_hosts();
        exempt.push(host.clone());
        let names = PublicAddresses::except(exempt);
        let foreign = build(reqwest::Client::builder().dns_resolver(names))?;
        Ok(Self {
            http,
            foreign,
            base,
            host,
            auth_key,
            ways: ways.clone(),
            app_id,
        })
    }

    /// Whether a proxy is on the way to an address, and looks its name up.
    pub(super) fn is_led_to(&self, url: &Url) -> bool {
        self.ways.hop_to(url).is_some()
    }

    /// The application's key, for the one body it goes into.
    pub(super) fn auth_key(&self) -> &Secret {
        &self.auth_key
    }

    /// Makes one exchange.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        pass: &Pass,
    ) -> Result<Answer, NoAnswer> {
        let mut headers = HeaderMap::new();
        let (name, secret) = match pass {
            Pass::None => (None, None),
            Pass::AuthKey => (Some("CB-AuthKey"), Some(&self.auth_key)),
            Pass::Token(token) => (Some("CB-Token"), Some(token)),
        };
        if let (Some(name), Some(secret)) = (name, secret) {
            let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| NoAnswer {
                error: Error::Credentials,
                was_not_sent: true,
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let mut builder = self
            .http
            .request(request.method.clone(), self.url(request))
            .headers(headers);
        if let Some(body) = &request.body {
            builder = builder
                .header(CONTENT_TYPE, "application/json;charset=utf-8")
                .body(body.clone());
        }
        let response = match builder.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.no_answer(&error).await),
        };
        let status = response.status().as_u16();
        let headers = response.headers();
        let date = moment(headers, DATE.as_str(), HTTP_DATE);
        let expires_at = moment(headers, "CB-Token-ExpirationDate", EXPIRATION_DATE);
        let retry_after = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        Ok(Answer {
            status,
            body: self.read(response, MAX_ANSWER_BYTES).await?,
            date,
            expires_at,
            retry_after,
        })
    }

    /// Whether the proxy is why there was no connection. The HTTP client does not tell its reasons
    /// apart, so the proxy is asked once more, by hand.
    async fn in_the_way(&self, error: &reqwest::Error) -> Option<Error> {
        let url = error.url().unwrap_or(&self.base);
        let hop = self.ways.hop_to(url)?;
        let host = url.host_str()?.trim_matches(['[', ']']);
        let port = url.port_or_known_default()?;
        let asked = timeout(CONNECT_LIMIT, network::open(&hop, host, port, &self.ways)).await;
        let problem = match asked {
            Ok(Err(Blocked::Proxy(problem))) => problem,
            Ok(Ok(_) | Err(Blocked::Server)) => return None,
            Err(_) => ProxyProblem::Unreachable,
        };
        Some(Error::Proxy {
            host: hop.host,
            problem,
        })
    }

    /// The body of an answer, if it is not longer than `limit` bytes.
    pub(super) async fn read(
        &self,
        mut response: reqwest::Response,
        limit: usize,
    ) -> Result<Vec<u8>, NoAnswer> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) => return Err(self.no_answer(&error).await),
            }
            if body.len() > limit {
                return Err(NoAnswer {
                    error: Error::BadAnswer {
                        reason: "it is too large",
                    },
                    was_not_sent: false,
                });
            }
        }
    }

    /// The official SDK always asks for `.json`, so every server of the platform knows it.
    fn url(&self, request: &Request) -> Url {
        let mut url = self.base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}.json", request.path));
        url.set_query(Some(request.query.as_str()).filter(|query| !query.is_empty()));
        url
    }

    /// Why there was no answer.
    pub(super) async fn no_answer(&self, error: &reqwest::Error) -> NoAnswer {
        let host = error.url().and_then(Url::host_str).unwrap_or(&self.host);
        let host = host.to_owned();
        let is_certificate = causes(error)
            .filter_map(|cause| cause.downcast_ref())
            .any(is_about_certificate);
        let is_refused = causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .any(|io| io.kind() == io::ErrorKind::ConnectionRefused);
        tracing::debug!(
            timeout = error.is_timeout(),
            connect = error.is_connect(),
            "a call got no answer"
        );
        let in_the_way = if is_certificate || !(error.is_connect() || error.is_timeout()) {
            None
        } else {
            Box::pin(self.in_the_way(error)).await
        };
        let error_kind = if is_certificate {
            Error::Certificate { host }
        } else if let Some(error) = in_the_way {
            error
        } else if !is_refused && !error.is_timeout() && error.is_connect() && !has_route().await {
            Error::Offline
        } else {
            Error::Unreachable { host }
        };
        NoAnswer {
            error: error_kind,
            was_not_sent: error.is_connect(),
        }
    }
}

/// An error and everything it comes from. The source of an I/O error is not the error it wraps but
/// that one's source, so the wrapped one is asked for by its own name.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause| {
        // Copied out of the borrow of this step, to live as long as the whole chain.
        let cause: &'a (dyn StdError + 'static) = *cause;
        match cause.downcast_ref().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        }
    })
}

fn is_about_certificate(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented
    )
}

/// A header that is a moment.
fn moment(
    headers: &HeaderMap,
    name: &str,
    format: &[BorrowedFormatItem<'_>],
) -> Option<UnixMillis> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let moment = PrimitiveDateTime::parse(text, format).ok()?;
    Some(UnixMillis::from_seconds(
        moment.assume_utc().unix_timestamp(),
    ))
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ids::AppId;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::{EXPIRATION_DATE, HTTP_DATE, Request, Transport, moment};
    use crate::connection::Trust;
    use crate::model::{Secret, UnixMillis};
    use crate::network::Ways;
    use crate::rest::error::Error;

    fn transport(base: &str) -> Result<Transport, Error> {
        let trust = Trust::new(None).unwrap();
        let app = AppId::new(21).unwrap();
        Transport::new(
            base.parse().unwrap(),
            app,
            Secret::new("KEY"),
            &trust,
            &Ways::direct(),
        )
    }

    #[test]
    fn a_path_is_put_below_the_base_with_its_suffix() {
        let request = Request::get("chat/Dialog", "limit=1&updated_at[gte]=5".to_owned());
        for base in ["https://api.example", "https://api.example/"] {
            let url = transport(base).unwrap().url(&request);
            assert_eq!(
                url.as_str(),
                "https://api.example/chat/Dialog.json?limit=1&updated_at[gte]=5"
            );
        }
        let url = transport("https://h.example/v1/")
            .unwrap()
            .url(&Request::get("session", String::new()));
        assert_eq!(url.as_str(), "https://h.example/v1/session.json");
    }

    #[test]
    fn a_server_elsewhere_is_not_spoken_to_without_tls() {
        for base in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1"] {
            assert!(transport(base).is_ok(), "{base}");
        }
        for base in [
            "http://example.org",
            "ftp://localhost",
            "http://localhost.example.org",
        ] {
            assert!(
                matches!(transport(base), Err(Error::Insecure { .. })),
                "{base}"
            );
        }
    }

    #[test]
    fn both_dates_of_an_answer_are_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "date",
            HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"),
        );
        headers.insert(
            "CB-Token-ExpirationDate",
            HeaderValue::from_static("2023-08-25 13:29:30 UTC"),
        );
        assert_eq!(
            moment(&headers, "date", HTTP_DATE),
            Some(UnixMillis(784_111_777_000))
        );
        assert_eq!(
            moment(&headers, "CB-Token-ExpirationDate", EXPIRATION_DATE),
            Some(UnixMillis(1_692_970_170_000))
        );
        headers.insert("date", HeaderValue::from_static("yesterday"));
        assert_eq!(moment(&headers, "date", HTTP_DATE), None);
    }
}
