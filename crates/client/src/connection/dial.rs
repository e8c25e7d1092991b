//! From an address to an open, and where the address says so protected, connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, handshake::client::Response};
use url::{Host, Url};

use crate::connection::config::ConnectionConfig;
use crate::connection::error::Error;
use crate::connection::socket::{BoxedIo, Socket};
use crate::model::{ChatAddress, ProxyProblem};
use crate::network::{self, Blocked, is_loopback};

/// RFC 7395 §3.1: the subprotocol a server must agree to.
const SUBPROTOCOL: &str = "xmpp";

/// XEP-0368: ALPN name of a client's direct TLS connection.
const ALPN: &[u8] = b"xmpp-client";

/// What a WebSocket reads at a time.
const WS_READ_BYTES: usize = 16 * 1024;

/// Opens `address`. A STARTTLS address is returned unprotected: nothing but the negotiation of
/// TLS may be said on it.
pub(super) async fn dial(
    address: &ChatAddress,
    config: &ConnectionConfig,
) -> Result<Socket, Error> {
    match address {
        ChatAddress::Tls { host, port } => {
            let way = open(host, *port, config).await?;
            let tls = config
                .trust
                .client_config_accepting(Some(ALPN), host, &config.domain)?;
            let io = handshake(way, &config.domain, host, tls, config).await?;
            Ok(Socket::tcp(io, config.limits, true))
        }
        ChatAddress::StartTls { host, port } => {
            let way = open(host, *port, config).await?;
            Ok(Socket::tcp(way, config.limits, false))
        }
        ChatAddress::WebSocket { url } => web_socket(url, config).await,
    }
}

/// Puts TLS around the connection of a STARTTLS address, after the server agreed.
pub(super) async fn protect(
    io: BoxedIo,
    host: &str,
    config: &ConnectionConfig,
) -> Result<Socket, Error> {
    let tls = config
        .trust
        .client_config_accepting(None, host, &config.domain)?;
    let io = handshake(io, &config.domain, host, tls, config).await?;
    Ok(Socket::tcp(io, config.limits, true))
}

/// Host part of an address, for messages.
pub(super) fn host_of(address: &ChatAddress) -> &str {
    match address {
        ChatAddress::Tls { host, .. } | ChatAddress::StartTls { host, .. } => host,
        ChatAddress::WebSocket { url } => url.host_str().unwrap_or_default(),
    }
}

/// Whether this machine has a route to anywhere. Sends nothing: connecting a UDP socket only asks
/// the routing table. The addresses are those RFC 5737 and RFC 3849 reserve for documentation.
pub(crate) async fn has_route() -> bool {
    for (bind, target) in [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")] {
        if let Ok(socket) = UdpSocket::bind(bind).await
            && socket.connect(target).await.is_ok()
        {
            return true;
        }
    }
    false
}

async fn web_socket(url: &Url, config: &ConnectionConfig) -> Result<Socket, Error> {
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => return Err(Error::WebSocket("the address has no host".to_owned())),
    };
    let is_protected = match url.scheme() {
        "wss" => true,
        "ws" => false,
        _ => {
            return Err(Error::WebSocket(
                "the address is not ws: or wss:".to_owned(),
            ));
        }
    };
    if !is_protected && !is_loopback(&host) {
        return Err(Error::Insecure { host });
    }
    let port = url
        .port_or_known_default()
        .unwrap_or(if is_protected { 443 } else { 80 });
    let io: BoxedIo = if is_protected {
        let way = open(&host, port, config).await?;
        let tls = config.trust.client_config()?;
        handshake(way, &host, &host, tls, config).await?
    } else {
        let tcp = connect(&host, port, config).await?;
        // A name such as `localhost` may be made to resolve elsewhere.
        if !tcp.peer_addr()?.ip().is_loopback() {
            return Err(Error::Insecure { host });
        }
        Box::new(tcp)
    };
    let mut request = url
        .as_str()
        .into_client_request()
        .map_err(|error| refused(&error))?;
    request.headers_mut().insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUBPROTOCOL),
    );
    let settings = WebSocketConfig::default()
        .read_buffer_size(WS_READ_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(config.limits.max_stanza_bytes))
        .max_frame_size(Some(config.limits.max_stanza_bytes));
    let upgrade = client_async_with_config(request, io, Some(settings));
    let (frames, response) = timeout(config.timing.handshake, upgrade)
        .await
        .map_err(|_| Error::TimedOut("the WebSocket upgrade"))?
        .map_err(|error| refused(&error))?;
    if !agrees(&response) {
        return Err(Error::WebSocket(
            "the server does not speak XMPP".to_owned(),
        ));
    }
    Ok(Socket::web_socket(frames, config.limits, is_protected))
}

fn agrees(response: &Response) -> bool {
    response
        .headers()
        .get(SEC_WEBSOCKET_PROTOCOL)
        .is_some_and(|value| value == SUBPROTOCOL)
}

fn refused(error: &WsError) -> Error {
    let reason = if let WsError::Http(response) = error {
        format!("status {}", response.status().as_u16())
    } else {
        error.to_string()
    };
    Error::WebSocket(reason)
}

/// Opens a connection to `host`, through the proxy that stands before it if there is one.
async fn open(host: &str, port: u16, config: &ConnectionConfig) -> Result<BoxedIo, Error> {
    let Some(hop) = config.ways.hop(host, port) else {
        return Ok(Box::new(connect(host, port, config).await?));
    };
    let blocked = |problem| Error::Proxy {
        host: hop.host.clone(),
        problem,
    };
    let limit = config.timing.tcp + config.timing.handshake;
    match timeout(limit, network::open(&hop, host, port, &config.ways)).await {
        Ok(Ok(way)) => Ok(Box::new(way)),
        Ok(Err(Blocked::Proxy(problem))) => Err(blocked(problem)),
        Ok(Err(Blocked::Server)) => Err(unreachable(host)),
        Err(_) => Err(blocked(ProxyProblem::Unreachable)),
    }
}

/// Opens and closes a connection as far as TLS at the first address that lets somebody; nothing is
/// said that a person is needed for.
pub(crate) async fn reach(config: &ConnectionConfig) -> Result<(), Error> {
    let mut worst = unreachable(&config.domain);
    for address in &config.addresses {
        match dial(address, config).await {
            Ok(_) => return Ok(()),
            Err(error) if error.weight() >= worst.weight() => worst = error,
            Err(_) => {}
        }
    }
    Err(worst)
}

/// Connects to the first address of `host` that answers.
///
/// RFC 8305: addresses of both families alternate, each with a head start over the next, so that a
/// broken IPv6 costs a quarter of a second and not a timeout.
async fn connect(host: &str, port: u16, config: &ConnectionConfig) -> Result<TcpStream, Error> {
    let head_start = config.timing.happy_eyeballs;
    let race = async {
        let addresses = match lookup_host((host, port)).await {
            Ok(addresses) => alternate(addresses.collect()),
            Err(_) if has_route().await => return Err(unreachable(host)),
            Err(_) => return Err(Error::NoNetwork),
        };
        race(addresses, host, head_start).await
    };
    let stream = timeout(config.timing.tcp, race)
        .await
        .map_err(|_| unreachable(host))??;
    // Stanzas are small and each is awaited; batching is done above.
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn race(
    addresses: Vec<SocketAddr>,
    host: &str,
    head_start: Duration,
) -> Result<TcpStream, Error> {
    let mut waiting = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut worst = unreachable(host);
    loop {
        match waiting.next() {
            Some(address) => running.push(TcpStream::connect(address)),
            None if running.is_empty() => return Err(worst),
            None => {}
        }
        let next = if waiting.len() == 0 {
            running.next().await
        } else {
            // Past the head start, the next address joins the race.
            match timeout(head_start, running.next()).await {
                Ok(next) => next,
                Err(_) => continue,
            }
        };
        match next {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => {
                let failure = classify(&error, host);
                if failure.weight() > worst.weight() || matches!(worst, Error::Unreachable { .. }) {
                    worst = failure;
                }
            }
            None => {}
        }
    }
}

/// One of each family in turn, in the order the resolver gave them.
fn alternate(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut mixed = Vec::new();
    loop {
        let (a, b) = (first.next(), second.next());
        if a.is_none() && b.is_none() {
            return mixed;
        }
        mixed.extend(a.into_iter().chain(b));
    }
}

fn unreachable(host: &str) -> Error {
    Error::Unreachable {
        host: host.to_owned(),
    }
}

fn classify(error: &io::Error, host: &str) -> Error {
    let kind = error.kind();
    if kind == io::ErrorKind::ConnectionRefused {
        Error::Refused {
            host: host.to_owned(),
        }
    } else if matches!(
        kind,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown
    ) {
        Error::NoNetwork
    } else {
        unreachable(host)
    }
}

/// TLS around `io`, with the certificate checked for `name`; `host` is for messages.
async fn handshake(
    io: BoxedIo,
    name: &str,
    host: &str,
    tls: Arc<ClientConfig>,
    config: &ConnectionConfig,
) -> Result<BoxedIo, Error> {
    let name = ServerName::try_from(name.to_owned()).map_err(|_| Error::Certificate {
        host: host.to_owned(),
        reason: "the name cannot stand in a certificate".to_owned(),
    })?;
    let connecting = TlsConnector::from(tls).connect(name, io);
    match timeout(config.timing.handshake, connecting).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(tls_failure(&error, host)),
        Err(_) => Err(Error::TimedOut("the TLS handshake")),
    }
}

fn tls_failure(error: &io::Error, host: &str) -> Error {
    let host = host.to_owned();
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(reason)) => Error::Certificate {
            host,
            reason: reason.to_string(),
        },
        Some(rustls::Error::NoCertificatesPresented) => Error::Certificate {
            host,
            reason: "the server shows none".to_owned(),
        },
        Some(other) => Error::Tls {
            host,
            reason: other.to_string(),
        },
        None => Error::Tls {
            host,
            reason: error.kind().to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::alternate;

    #[test]
    fn both_families_get_their_turn() {
        let addresses = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"];
        let parsed = addresses.iter().map(|a| a.parse().unwrap()).collect();
        let mixed: Vec<_> = alternate(parsed).iter().map(ToString::to_string).collect();
        assert_eq!(mixed, ["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
    }
}
