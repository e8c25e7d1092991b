//! A connection to a server through a proxy.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_socks::Error as SocksError;
use tokio_socks::tcp::{Socks4Stream, Socks5Stream};
use tokio_util::task::AbortOnDropHandle;

use super::{Hop, HopKind, Ways};
use crate::model::{ProxyProblem, Secret};

/// Bytes to the server and back, whatever is in between.
pub(crate) trait Tunnel: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Tunnel for T {}

/// Why there is no way through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blocked {
    /// The proxy is the reason.
    Proxy(ProxyProblem),
    /// The proxy works, and cannot reach the server.
    Server,
}

impl From<ProxyProblem> for Blocked {
    fn from(problem: ProxyProblem) -> Self {
        Self::Proxy(problem)
    }
}

/// Opens a connection to `host` through the proxy. Has no limit of time of its own.
pub(crate) async fn open(
    hop: &Hop,
    host: &str,
    port: u16,
    ways: &Ways,
) -> Result<Box<dyn Tunnel>, Blocked> {
    let tcp = TcpStream::connect((hop.host.as_str(), hop.port))
        .await
        .map_err(|_| ProxyProblem::Unreachable)?;
    // Stanzas are small and each is awaited.
    tcp.set_nodelay(true)
        .map_err(|_| ProxyProblem::Unreachable)?;
    match hop.kind {
        HopKind::Http => connect(tcp, hop, host, port).await,
        HopKind::Https => {
            let tls = ways
                .trust(None)
                .and_then(|trust| trust.client_config())
                .map_err(|_| ProxyProblem::NotAProxy)?;
            let name =
                ServerName::try_from(hop.host.clone()).map_err(|_| ProxyProblem::NotAProxy)?;
            let tls = TlsConnector::from(tls).connect(name, tcp).await;
            connect(tls.map_err(|_| ProxyProblem::NotAProxy)?, hop, host, port).await
        }
        HopKind::Socks4 => {
            let opened = match &hop.login {
                Some((name, _)) => {
                    Socks4Stream::connect_with_userid_and_socket(tcp, (host, port), name).await
                }
                None => Socks4Stream::connect_with_socket(tcp, (host, port)).await,
            };
            Ok(Box::new(
                opened.map_err(|error| of_socks(&error))?.into_inner(),
            ))
        }
        HopKind::Socks5 => {
            let opened = match &hop.login {
                Some((name, password)) => {
                    Socks5Stream::connect_with_password_and_socket(
                        tcp,
                        (host, port),
                        name,
                        password.expose(),
                    )
                    .await
                }
                None => Socks5Stream::connect_with_socket(tcp, (host, port)).await,
            };
            Ok(Box::new(
                opened.map_err(|error| of_socks(&error))?.into_inner(),
            ))
        }
    }
}

/// Asks an HTTP proxy to connect (RFC 9110 §9.3.6).
async fn connect(
    io: impl Tunnel + 'static,
    hop: &Hop,
    host: &str,
    port: u16,
) -> Result<Box<dyn Tunnel>, Blocked> {
    let host = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let authority = format!("{host}:{port}");
    let target: Uri = authority.parse().map_err(|_| Blocked::Server)?;
    let mut request = Request::connect(target)
        .header(HOST, authority)
        .body(Empty::<Bytes>::new())
        .map_err(|_| Blocked::Server)?;
    if let Some((name, password)) = &hop.login {
        let login = basic(name, password).ok_or(ProxyProblem::Login)?;
        request.headers_mut().insert(PROXY_AUTHORIZATION, login);
    }
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(io))
        .await
        .map_err(|_| ProxyProblem::Unreachable)?;
    // Ends with the answer; what follows it is the tunnel's.
    let _speaking = AbortOnDropHandle::new(tokio::spawn(connection.with_upgrades()));
    let answer = sender.send_request(request).await.map_err(|error| {
        if error.is_parse() {
            ProxyProblem::NotAProxy
        } else {
            ProxyProblem::Unreachable
        }
    })?;
    match answer.status() {
        status if status.is_success() => {}
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => return Err(ProxyProblem::Login.into()),
        // What proxies say when the server, and not they, cannot be reached.
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            return Err(Blocked::Server);
        }
        // A server of pages knows no such method.
        StatusCode::BAD_REQUEST | StatusCode::NOT_IMPLEMENTED => {
            return Err(ProxyProblem::NotAProxy.into());
        }
        _ => return Err(ProxyProblem::Refused.into()),
    }
    let upgraded = hyper::upgrade::on(answer)
        .await
        .map_err(|_| ProxyProblem::Unreachable)?;
    Ok(Box::new(TokioIo::new(upgraded)))
}

fn basic(name: &str, password: &Secret) -> Option<HeaderValue> {
    let encoded = BASE64_STANDARD.encode(format!("{name}:{}", password.expose()));
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the library's other errors are all answers that SOCKS does not know"
)]
fn of_socks(error: &SocksError) -> Blocked {
    match error {
        SocksError::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
            ProxyProblem::Unreachable.into()
        }
        SocksError::PasswordAuthFailure(_)
        | SocksError::NoAcceptableAuthMethods
        | SocksError::UnknownAuthMethod
        | SocksError::AuthorizationRequired => ProxyProblem::Login.into(),
        SocksError::ConnectionNotAllowedByRuleset => ProxyProblem::Refused.into(),
        SocksError::GeneralSocksServerFailure
        | SocksError::NetworkUnreachable
        | SocksError::HostUnreachable
        | SocksError::ConnectionRefused
        | SocksError::TtlExpired => Blocked::Server,
        _ => ProxyProblem::NotAProxy.into(),
    }
}
