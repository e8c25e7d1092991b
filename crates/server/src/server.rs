//! Starts and stops the whole backend: storage, listeners, sample people.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::delivery::Deliver;
use crate::state::State;

/// What `xmpp::start` gets.
#[derive(Clone)]
pub struct XmppParts {
    /// Addresses to listen on, names and limits.
    pub config: Arc<Config>,
    /// The domain and its storage.
    pub state: State,
    /// For STARTTLS, direct TLS and wss; already has the right certificate and no ALPN.
    pub tls: Arc<rustls::ServerConfig>,
    /// Cancelled when the backend stops: close streams politely (`system-shutdown`), then end all tasks.
    pub shutdown: CancellationToken,
    /// Every task is spawned here and awaited on stop.
    pub tasks: TaskTracker,
}

/// What `xmpp::start` returns: every listener is bound and accepting.
pub struct XmppListening {
    /// The live side.
    pub router: Arc<dyn Deliver>,
    /// Plain WebSocket.
    pub ws: SocketAddr,
    /// WebSocket over TLS, if configured.
    pub wss: Option<SocketAddr>,
    /// TCP with STARTTLS.
    pub xmpp: SocketAddr,
    /// Direct TLS.
    pub xmpps: SocketAddr,
}
