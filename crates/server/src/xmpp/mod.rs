//! The live side: XMPP over WebSocket, TCP and TLS.
//!
//! ```text
//! listener ─► login ─► connection ─► handlers ─► state      (on disk)
//!                          ▲                        │
//!                          └─ session ◄── router ◄──┘       (then to everyone)
//! ```
//!
//! A connection is one socket and one task; a session is one device of a user and may outlive its connection
//! (XEP-0198). A stanza counts as handled, and is acknowledged, only when everything it causes on disk is committed.

mod alerting;
mod backlog;
mod bounds;
mod connection;
mod deliver;
mod handlers;
mod listener;
mod local;
mod login;
mod names;
mod pace;
mod people;
mod reading;
mod resource;
mod rooms;
mod router;
mod session;
mod transport;
mod watch;
mod websocket;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use cubist_protocol::ids::AppId;
use cubist_protocol::jid::JidError;

use crate::alerts::{Alerts, AlertsError};
use crate::server::{XmppListening, XmppParts};

use crate::xmpp::bounds::Bounds;
use crate::xmpp::listener::{Door, Kind};
use crate::xmpp::names::Names;
use crate::xmpp::router::Router;

/// Why the live side cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The domain cannot be part of an address.
    #[error("the domain cannot be used in addresses: {0}")]
    Domain(#[from] JidError),
    /// The webhook of alerts cannot be called.
    #[error(transparent)]
    Alerts(#[from] AlertsError),
    /// The application id is not a positive number.
    #[error("the app id must be a positive number")]
    AppId,
}

/// Binds all listeners. When this returns, every one of them accepts.
pub async fn start(parts: XmppParts) -> Result<XmppListening, StartError> {
    let XmppParts {
        config,
        state,
        tls,
        shutdown,
        tasks,
    } = parts;
    let app = AppId::new(config.app_id).ok_or(StartError::AppId)?;
    let names = Names::new(&config.domain, &config.muc_domain(), app)?;
    let alerts = Alerts::start(&config.alerts, state.clone(), &tasks, shutdown.clone())?;
    let router = Router::new(state, names, Bounds::new(&config), alerts, shutdown, tasks);
    let tasks = router.tasks().clone();
    tasks.spawn(watch::announce(router.clone()));
    let door = Door::new(router.clone(), tls);
    let open = async |kind, address| {
        door.open(kind, address)
            .await
            .map_err(|source| StartError::Listen { address, source })
    };
    let ws = open(Kind::WebSocket, config.listen.ws).await?;
    let wss = match config.listen.wss {
        Some(address) => Some(open(Kind::SecureWebSocket, address).await?),
        None => None,
    };
    let xmpp = open(Kind::Tcp, config.listen.xmpp).await?;
    let xmpps = open(Kind::DirectTls, config.listen.xmpps).await?;
    Ok(XmppListening {
        router: Arc::new(router),
        ws,
        wss,
        xmpp,
        xmpps,
    })
}
