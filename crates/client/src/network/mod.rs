//! The way from this computer to a server: directly, or through a proxy.
//!
//! [`Ways`] holds what the person chose, ready to be asked. Everything that opens a connection asks
//! it: the chat line, the REST API with its downloads and uploads, previews of links and the tiles
//! of maps. A server on this very computer is always reached directly, because a proxy would look
//! for it on its own machine.

mod desktop;
mod kept;
mod tunnel;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use sha2::{Digest, Sha256};
use url::{Host, Url};

pub use self::desktop::DesktopProxy;
pub(crate) use self::kept::KeptNetwork;
pub(crate) use self::tunnel::{Blocked, open};
use crate::connection::{Trust, TrustError, authorities_in};
use crate::model::{Authority, Network, Proxy, ProxyServer, Secret};

/// Ports where an address of a proxy names none.
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;
const SOCKS_PORT: u16 = 1080;

/// Names and passwords of SOCKS carry their length in one byte (RFC 1929 §2).
const MOST_BYTES: usize = 255;

/// The ways to the servers, as they are until the person chooses others. A cheap clone.
#[derive(Clone)]
pub struct Ways(Arc<Inner>);

struct Inner {
    network: Network,
    /// What the system says; looked at when somebody needs to know.
    system: OnceLock<Matcher>,
}

/// What the person chose cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// There is no host of this name.
    #[error("the address of the proxy is none")]
    Host,
    /// Longer than any proxy takes, or missing while there is a password.
    #[error("the name for the proxy cannot be used")]
    Name,
    /// Longer than any proxy takes.
    #[error("the password for the proxy cannot be used")]
    Password,
    /// The file is no PEM certificate.
    #[error("the certificate authority is not a PEM certificate")]
    Authority,
}

/// A proxy on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(crate) kind: HopKind,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Name and password.
    pub(crate) login: Option<(String, Secret)>,
}

/// How a proxy is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HopKind {
    Http,
    /// The same with TLS between this computer and the proxy.
    Https,
    Socks4,
    Socks5,
}

impl Ways {
    /// The ways of this choice, if it can be used.
    pub fn new(network: Network) -> Result<Self, NetworkError> {
        if let Proxy::Http(server) | Proxy::Socks5(server) = &network.proxy {
            check(server)?;
        }
        if let Some(authority) = &network.authority {
            Trust::new(Some(&authority.pem)).map_err(|_| NetworkError::Authority)?;
        }
        Ok(Self(Arc::new(Inner {
            network,
            system: OnceLock::new(),
        })))
    }

    /// No proxy, and no authority but the system's.
    pub fn direct() -> Self {
        Self(Arc::new(Inner {
            network: Network {
                proxy: Proxy::Direct,
                authority: None,
            },
            system: OnceLock::new(),
        }))
    }

    /// What was chosen.
    pub fn network(&self) -> &Network {
        &self.0.network
    }

    /// Whether both are the same choice, and not only an equal one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Certificates that are believed: the system's, the person's, and `own` in PEM.
    pub fn trust(&self, own: Option<&str>) -> Result<Trust, TrustError> {
        match (&self.0.network.authority, own) {
            (Some(authority), Some(own)) => Trust::new(Some(&format!("{}\n{own}", authority.pem))),
            (Some(authority), None) => Trust::new(Some(&authority.pem)),
            (None, own) => Trust::new(own),
        }
    }

    /// The proxy on the way to a server that is spoken to with TLS.
    pub(crate) fn hop(&self, host: &str, port: u16) -> Option<Hop> {
        self.hop_for("https", host, port)
    }

    /// The proxy on the way to an address of the web.
    pub(crate) fn hop_to(&self, url: &Url) -> Option<Hop> {
        self.hop_for(
            url.scheme(),
            url.host_str()?,
            url.port_or_known_default().unwrap_or(HTTPS_PORT),
        )
    }

    /// The proxies that may be on the way to the web, whose own addresses may be anywhere.
    pub(crate) fn proxy_hosts(&self) -> Vec<String> {
        let hops = ["https", "http"].map(|scheme| self.hop_for(scheme, "example.org", HTTPS_PORT));
        hops.into_iter().flatten().map(|hop| hop.host).collect()
    }

    fn hop_for(&self, scheme: &str, host: &str, port: u16) -> Option<Hop> {
        if is_loopback(host) {
            return None;
        }
        let of = |kind, server: &ProxyServer| Hop {
            kind,
            host: server.host.clone(),
            port: server.port,
            login: server.name.clone().map(|name| {
                let password = server.password.clone().unwrap_or_default();
                (name, password)
            }),
        };
        match &self.0.network.proxy {
            Proxy::Direct => None,
            Proxy::Http(server) => Some(of(HopKind::Http, server)),
            Proxy::Socks5(server) => Some(of(HopKind::Socks5, server)),
            Proxy::System => {
                let bracketed = match host.parse::<IpAddr>() {
                    Ok(IpAddr::V6(address)) => format!("[{address}]"),
                    _ => host.to_owned(),
                };
                let address = format!("{scheme}://{bracketed}:{port}").parse().ok()?;
                let system = self.0.system.get_or_init(desktop::system);
                system.intercept(&address).as_ref().and_then(hop_of_system)
            }
        }
    }

    /// Lets an HTTP client take these ways.
    pub fn lead(&self, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let ways = self.clone();
        client.no_proxy().proxy(reqwest::Proxy::custom(move |url| {
            ways.hop_to(url).and_then(|hop| hop.url())
        }))
    }
}

impl Default for Ways {
    /// What the system says.
    fn default() -> Self {
        Self(Arc::new(Inner {
            network: Network::default(),
            system: OnceLock::new(),
        }))
    }
}

impl fmt::Debug for Ways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ways").field(&self.0.network).finish()
    }
}

impl Hop {
    /// The proxy as an address, with name and password.
    fn url(&self) -> Option<Url> {
        let scheme = match self.kind {
            HopKind::Http => "http",
            HopKind::Https => "https",
            // The ones that look names up at the proxy.
            HopKind::Socks4 => "socks4a",
            HopKind::Socks5 => "socks5h",
        };
        let host = match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => self.host.clone(),
        };
        let mut url = Url::parse(&format!("{scheme}://{host}:{}", self.port)).ok()?;
        if let Some((name, password)) = &self.login {
            url.set_username(name).ok()?;
            url.set_password(Some(password.expose())).ok()?;
        }
        Some(url)
    }
}

/// The proxy that the system names for an address.
fn hop_of_system(found: &Intercept) -> Option<Hop> {
    let uri = found.uri();
    let (kind, port) = match uri.scheme_str() {
        Some("https") => (HopKind::Https, HTTPS_PORT),
        Some("socks4" | "socks4a") => (HopKind::Socks4, SOCKS_PORT),
        Some("socks5" | "socks5h") => (HopKind::Socks5, SOCKS_PORT),
        _ => (HopKind::Http, HTTP_PORT),
    };
    let raw = found
        .raw_auth()
        .map(|(name, password)| (name.to_owned(), Secret::new(password)));
    let basic = || {
        let header = found.basic_auth()?.to_str().ok()?;
        let decoded = BASE64_STANDARD
            .decode(header.strip_prefix("Basic ")?)
            .ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (name, password) = text.split_once(':')?;
        Some((name.to_owned(), Secret::new(password)))
    };
    Some(Hop {
        kind,
        host: uri.host()?.trim_matches(['[', ']']).to_owned(),
        port: uri.port_u16().unwrap_or(port),
        login: raw.or_else(basic),
    })
}

fn check(server: &ProxyServer) -> Result<(), NetworkError> {
    let host = match server.host.parse::<IpAddr>() {
        Ok(_) => true,
        Err(_) => matches!(Host::parse(&server.host), Ok(Host::Domain(_))),
    };
    if !host || server.port == 0 {
        return Err(NetworkError::Host);
    }
    let name = server.name.as_deref().unwrap_or_default();
    let password = server.password.as_ref().map_or("", Secret::expose);
    // Basic (RFC 7617 §2) ends the name at its first colon.
    if name.len() > MOST_BYTES || name.contains(':') || (name.is_empty() && !password.is_empty()) {
        return Err(NetworkError::Name);
    }
    if password.len() > MOST_BYTES {
        return Err(NetworkError::Password);
    }
    Ok(())
}

/// Whether a host is this computer.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

impl Authority {
    /// SHA-256 of each certificate, as those who made it publish it.
    pub fn fingerprints(&self) -> Vec<String> {
        let certificates = authorities_in(&self.pem).unwrap_or_default();
        certificates
            .iter()
            .map(|certificate| {
                let sum = Sha256::digest(certificate);
                let bytes: Vec<String> = sum.iter().map(|byte| format!("{byte:02X}")).collect();
                bytes.join(":")
            })
            .collect()
    }
}

/// The HTTP client of whoever needs one apart from an account, made anew when the ways change.
#[derive(Debug, Default)]
pub(crate) struct Asking(Mutex<Option<(Ways, reqwest::Client)>>);

impl Asking {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The client for these ways.
    pub(crate) fn client<E>(
        &self,
        ways: &Ways,
        make: impl FnOnce(&Ways) -> Result<reqwest::Client, E>,
    ) -> Result<reqwest::Client, E> {
        // Replaced as a whole; a panic elsewhere leaves the earlier one.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, client)) = &*kept
            && of.is(ways)
        {
            return Ok(client.clone());
        }
        let client = make(ways)?;
        *kept = Some((ways.clone(), client.clone()));
        Ok(client)
    }
}

#[cfg(test)]
mod tests;
