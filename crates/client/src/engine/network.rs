//! The ways to the servers: chosen, kept, tried, and taken by every account at once.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

use super::{Engine, runtime};
use crate::engine::shared::Shared;
use crate::error::Error;
use crate::keys::KeyVault;
use crate::model::{AccountId, Endpoints, Network, Proxy, UserId};
use crate::network::{KeptNetwork, Ways};

/// What became of a look at the servers.
#[derive(Debug)]
pub struct NetworkTrial {
    /// The REST API: how long it took to answer.
    pub api: Result<Duration, Error>,
    /// The chat server: how long it took to agree on TLS.
    pub chat: Result<Duration, Error>,
    /// The proxy on the way to the API, as `host:port`.
    pub proxy: Option<String>,
}

impl NetworkTrial {
    /// Looks at the servers of these endpoints. `me` is nobody in particular where nobody has
    /// signed in: nothing is said in anybody's name.
    pub(super) async fn of(shared: &Shared, me: UserId, endpoints: &Endpoints) -> Self {
        let timed = async |work: &mut (dyn Future<Output = Result<(), Error>> + Send + Unpin)| {
            let began = Instant::now();
            work.await.map(|()| began.elapsed())
        };
        let mut api = Box::pin(async { Ok(runtime::client(shared, endpoints)?.reach().await?) });
        let mut chat = Box::pin(runtime::reach_chat(shared, me, endpoints));
        let (api, chat) = tokio::join!(timed(&mut api), timed(&mut chat));
        let hop = shared.ways().hop_to(&endpoints.api_url);
        Self {
            api,
            chat,
            proxy: hop.map(|hop| format!("{}:{}", hop.host, hop.port)),
        }
    }
}

/// The ways that were kept; the system's where those cannot be used any more.
pub(super) fn ways(kept: &KeptNetwork, vault: &KeyVault) -> Ways {
    Ways::new(kept.network(vault)).unwrap_or_else(|error| {
        tracing::warn!(%error, "the chosen ways cannot be used");
        Ways::default()
    })
}

impl Engine {
    /// The ways to the servers, as they are now.
    pub fn ways(&self) -> Ways {
        self.inner.shared.ways()
    }

    /// From now on every server is reached like this. Connections are made anew at once; what waits
    /// to be sent goes on waiting meanwhile. A proxy without a password keeps the one it has, unless
    /// it stands elsewhere or lets somebody else through.
    pub async fn set_network(&self, mut network: Network) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        keep_password(&mut network, self.ways().network());
        let ways = Ways::new(network)?;
        self.kept().save(ways.network(), &self.inner.vault)?;
        self.inner.shared.set_ways(ways);
        let open: Vec<_> = self.open_accounts().values().cloned().collect();
        for account in open {
            account.reconnect().await?;
        }
        Ok(())
    }

    /// Looks whether the servers of an account can be reached, without a word in its name.
    pub async fn try_network(&self, account: &AccountId) -> Result<NetworkTrial, Error> {
        let account = self.account(account).ok_or(Error::NotFound)?;
        account.try_ways().await
    }

    /// The same for servers that nobody has signed in to yet.
    pub async fn try_endpoints(&self, endpoints: &Endpoints) -> Result<NetworkTrial, Error> {
        let nobody = UserId::new(1).ok_or(Error::InvalidInput { field: "user" })?;
        Ok(NetworkTrial::of(&self.inner.shared, nobody, endpoints).await)
    }

    /// Takes the kept choice, with its password if the keys are there.
    pub(super) fn take_kept_ways(&self) {
        let ways = ways(&self.kept(), &self.inner.vault);
        if ways.network() != self.ways().network() {
            self.inner.shared.set_ways(ways);
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, KeptNetwork> {
        // What is in memory is what was last written.
        self.inner
            .network
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A password is kept for the same person at the same proxy, and told to no other.
fn keep_password(network: &mut Network, known: &Network) {
    if let Proxy::Http(server) | Proxy::Socks5(server) = &mut network.proxy
        && let Proxy::Http(known) | Proxy::Socks5(known) = &known.proxy
        && server.password.is_none()
        && server.name.is_some()
        && (&server.host, server.port, &server.name) == (&known.host, known.port, &known.name)
    {
        server.password.clone_from(&known.password);
    }
}
