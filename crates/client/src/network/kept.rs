//! `network.json` of a profile: what the person chose, with the password sealed.
//!
//! It stands beside the caches because it is needed before any of them is open. Nothing in it but
//! the password is a secret, and that can be read only with the profile's own key.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::keys::{self, KeyVault, read_limited, write_private};
use crate::model::{Authority, Network, Proxy, ProxyServer, Secret};

/// The file's name in the profile's folder.
const FILE: &str = "network.json";

/// What the password is sealed for.
const PURPOSE: &str = "proxy password";

/// A bundle of a system's authorities has some 200 kB.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// The form of the file that this version writes.
const VERSION: u32 = 1;

/// The file and what is in it.
#[derive(Debug)]
pub(crate) struct KeptNetwork {
    path: PathBuf,
    content: Content,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Content {
    version: u32,
    #[serde(default)]
    proxy: KeptProxy,
    #[serde(default)]
    authority: Option<Authority>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum KeptProxy {
    #[default]
    System,
    Direct,
    Http(KeptServer),
    Socks5(KeptServer),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptServer {
    host: String,
    port: u16,
    #[serde(default)]
    name: Option<String>,
    /// Base64; see [`KeyVault::seal`].
    #[serde(default)]
    sealed_password: Option<String>,
}

impl KeptNetwork {
    /// Reads the file. One that is missing or broken gives the system's ways: what was typed can be
    /// typed again, and a window that does not open helps nobody.
    pub(crate) fn open(data_dir: &Path) -> Self {
        let path = data_dir.join(FILE);
        let content = match read_limited(&path, MOST_BYTES) {
            Ok(Some(bytes)) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "the choice of the network is broken; the system's is used");
                Content::default()
            }),
            Ok(None) => Content::default(),
            Err(error) => {
                tracing::warn!(%error, "the choice of the network cannot be read");
                Content::default()
            }
        };
        Self { path, content }
    }

    /// What was chosen; without the password as long as the keys are locked.
    pub(crate) fn network(&self, vault: &KeyVault) -> Network {
        let server = |kept: KeptServer| ProxyServer {
            host: kept.host,
            port: kept.port,
            name: kept.name,
            password: kept
                .sealed_password
                .and_then(|sealed| vault.unseal(PURPOSE, &sealed).ok()),
        };
        Network {
            proxy: match self.content.proxy.clone() {
                KeptProxy::System => Proxy::System,
                KeptProxy::Direct => Proxy::Direct,
                KeptProxy::Http(kept) => Proxy::Http(server(kept)),
                KeptProxy::Socks5(kept) => Proxy::Socks5(server(kept)),
            },
            authority: self.content.authority.clone(),
        }
    }

    /// Keeps a choice. The keys must be there if it has a password.
    pub(crate) fn save(&mut self, network: &Network, vault: &KeyVault) -> Result<(), keys::Error> {
        let server = |server: &ProxyServer| -> Result<KeptServer, keys::Error> {
            let password = server
                .password
                .as_ref()
                .filter(|password| !password.is_empty());
            Ok(KeptServer {
                host: server.host.clone(),
                port: server.port,
                name: server.name.clone(),
                sealed_password: password
                    .map(|password: &Secret| vault.seal(PURPOSE, password))
                    .transpose()?,
            })
        };
        let content = Content {
            version: VERSION,
            proxy: match &network.proxy {
                Proxy::System => KeptProxy::System,
                Proxy::Direct => KeptProxy::Direct,
                Proxy::Http(given) => KeptProxy::Http(server(given)?),
                Proxy::Socks5(given) => KeptProxy::Socks5(server(given)?),
            },
            authority: network.authority.clone(),
        };
        let text = serde_json::to_vec_pretty(&content).map_err(|_| keys::Error::Damaged)?;
        write_private(&self.path, &text)?;
        self.content = content;
        Ok(())
    }
}
