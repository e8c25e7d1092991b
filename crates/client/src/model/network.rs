//! How this profile reaches the network: through which proxy, and whom it believes beside the system.

use serde::{Deserialize, Serialize};

use crate::model::Secret;

/// What a person chose for all accounts of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Between this computer and every server that is not on it.
    pub proxy: Proxy,
    /// Believed beside the system's authorities and those of an account.
    pub authority: Option<Authority>,
}

/// Between this computer and the servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// Whatever the system says, and the variables `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    System,
    /// None, whatever the system says.
    Direct,
    /// By `CONNECT` (RFC 9110 §9.3.6).
    Http(ProxyServer),
    /// SOCKS version 5 (RFC 1928). It looks names up, so that this computer need not.
    Socks5(ProxyServer),
}

/// A proxy, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyServer {
    /// Its name or address.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// Whom it lets through, where it asks.
    pub name: Option<String>,
    /// Their password.
    pub password: Option<Secret>,
}

/// Certificate authorities that a person gave as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// The file's name, to recognise it by.
    pub name: String,
    /// Its text, in PEM.
    pub pem: String,
}

/// What a proxy did instead of letting somebody through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyProblem {
    /// It cannot be reached, or hangs up.
    Unreachable,
    /// It wants a name and a password, or others than it got.
    Login,
    /// It does not let anybody through to this server.
    Refused,
    /// What answers there is no proxy of this kind.
    NotAProxy,
}
