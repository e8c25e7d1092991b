//! How the servers are reached: through which proxy, and whom this profile believes.

use std::time::Duration;

use cubist_client::{NetworkTrial as Trial, model};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::error::IpcError;

/// Between this computer and the servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Proxy {
    /// Whatever the system says.
    System,
    /// None.
    Direct,
    /// By `CONNECT`.
    Http(ProxyServer),
    /// SOCKS version 5.
    Socks5(ProxyServer),
}

/// A proxy, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProxyServer {
    /// Its name or address.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// Whom it lets through, where it asks.
    pub name: Option<String>,
    /// Whether a password is kept; the password itself never comes back to the page.
    pub has_password: bool,
}

/// Certificate authorities that the person gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Authority {
    /// Name of the file they came in.
    pub name: String,
    /// SHA-256 of each certificate, in hex digits with colons between.
    pub fingerprints: Vec<String>,
}

/// What a person chose for all accounts of this profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// Between this computer and the servers.
    pub proxy: Proxy,
    /// Believed beside the system's authorities.
    pub authority: Option<Authority>,
}

/// What a proxy did instead of letting somebody through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
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

/// What became of a look at one server.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Reached {
    /// It answered.
    Yes {
        /// After so many milliseconds.
        ms: u32,
    },
    /// It did not.
    No {
        /// Why.
        error: IpcError,
    },
}

/// What became of a look at the servers.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NetworkTrial {
    /// The REST API.
    pub api: Reached,
    /// The chat server.
    pub chat: Reached,
    /// The proxy on the way, as `host:port`.
    pub proxy: Option<String>,
}

impl Proxy {
    /// As the engine wants it; `password` as [`model::ProxyServer`] has it.
    pub fn with_password(self, password: Option<String>) -> model::Proxy {
        let server = |given: ProxyServer| model::ProxyServer {
            host: given.host.trim().to_owned(),
            port: given.port,
            name: given.name.filter(|name| !name.is_empty()),
            password: password.map(Into::into),
        };
        match self {
            Self::System => model::Proxy::System,
            Self::Direct => model::Proxy::Direct,
            Self::Http(given) => model::Proxy::Http(server(given)),
            Self::Socks5(given) => model::Proxy::Socks5(server(given)),
        }
    }
}

impl From<&model::ProxyServer> for ProxyServer {
    fn from(server: &model::ProxyServer) -> Self {
        Self {
            host: server.host.clone(),
            port: server.port,
            name: server.name.clone(),
            has_password: server
                .password
                .as_ref()
                .is_some_and(|kept| !kept.is_empty()),
        }
    }
}

impl From<&model::Network> for Network {
    fn from(network: &model::Network) -> Self {
        Self {
            proxy: match &network.proxy {
                model::Proxy::System => Proxy::System,
                model::Proxy::Direct => Proxy::Direct,
                model::Proxy::Http(server) => Proxy::Http(server.into()),
                model::Proxy::Socks5(server) => Proxy::Socks5(server.into()),
            },
            authority: network.authority.as_ref().map(|authority| Authority {
                name: authority.name.clone(),
                fingerprints: authority.fingerprints(),
            }),
        }
    }
}

impl From<model::ProxyProblem> for ProxyProblem {
    fn from(problem: model::ProxyProblem) -> Self {
        match problem {
            model::ProxyProblem::Unreachable => Self::Unreachable,
            model::ProxyProblem::Login => Self::Login,
            model::ProxyProblem::Refused => Self::Refused,
            model::ProxyProblem::NotAProxy => Self::NotAProxy,
        }
    }
}

impl From<Trial> for NetworkTrial {
    fn from(trial: Trial) -> Self {
        let reached = |outcome: Result<Duration, cubist_client::Error>| match outcome {
            Ok(took) => Reached::Yes {
                ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            },
            Err(error) => Reached::No {
                error: error.into(),
            },
        };
        Self {
            api: reached(trial.api),
            chat: reached(trial.chat),
            proxy: trial.proxy,
        }
    }
}
