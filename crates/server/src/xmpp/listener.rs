//! Accepts sockets and takes each through its own life.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::xmpp::connection;
use crate::xmpp::login::{LoginError, log_in};
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;
use crate::xmpp::transport::{BoxIo, Tls, Transport};
use crate::xmpp::websocket;

/// How long to wait when the system has no more sockets to give.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(200);

/// What a listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// RFC 6120 with STARTTLS.
    Tcp,
    /// RFC 6120 over TLS.
    DirectTls,
    /// RFC 7395.
    WebSocket,
    /// RFC 7395 over TLS.
    SecureWebSocket,
}

/// What all listeners share.
#[derive(Clone)]
pub(super) struct Door {
    router: Router,
    tls: Tls,
    /// One permit for each socket.
    sockets: Arc<Semaphore>,
    /// One permit for each socket that has not logged in.
    strangers: Arc<Semaphore>,
}

impl Door {
    /// A door to this router.
    pub(super) fn new(router: Router, tls: Arc<rustls::ServerConfig>) -> Self {
        let sockets = Arc::new(Semaphore::new(
            router.bounds().connections.min(Semaphore::MAX_PERMITS),
        ));
        let strangers = Arc::new(Semaphore::new(
            router
                .bounds()
                .pending_connections
                .min(Semaphore::MAX_PERMITS),
        ));
        Self {
            router,
            tls: Tls::new(tls),
            sockets,
            strangers,
        }
    }

    /// Binds an address and begins to accept. Returns the address with the real port.
    pub(super) async fn open(&self, kind: Kind, address: SocketAddr) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let door = self.clone();
        self.router
            .tasks()
            .spawn(async move { door.accept(kind, listener).await });
        Ok(address)
    }

    async fn accept(&self, kind: Kind, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.router.shutdown().cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, peer)) => self.admit(kind, socket, peer.ip()),
                Err(error) => {
                    tracing::warn!(?kind, %error, "cannot accept a connection");
                    tokio::time::sleep(OUT_OF_SOCKETS).await;
                }
            }
        }
    }

    /// Gives a socket a task of its own, or closes it if there are too many.
    fn admit(&self, kind: Kind, socket: TcpStream, peer: IpAddr) {
        let Ok(place) = Arc::clone(&self.sockets).try_acquire_owned() else {
            tracing::warn!(?kind, "too many connections");
            return;
        };
        let Ok(stranger) = Arc::clone(&self.strangers).try_acquire_owned() else {
            tracing::warn!(?kind, "too many connections that have not logged in");
            return;
        };
        let door = self.clone();
        self.router.tasks().spawn(async move {
            let login = timeout(
                door.router.bounds().login_time,
                door.receive(kind, socket, peer),
            );
            let admitted = tokio::select! {
                admitted = login => admitted,
                () = door.router.shutdown().cancelled() => return,
            };
            drop(stranger);
            match admitted {
                Ok(Ok((transport, session))) => {
                    connection::serve(&door.router, transport, session, place).await;
                }
                Ok(Err(error)) => tracing::debug!(?kind, %error, "no login"),
                Err(_) => tracing::debug!(?kind, "no login in time"),
            }
        });
    }

    async fn receive(
        &self,
        kind: Kind,
        socket: TcpStream,
        peer: IpAddr,
    ) -> Result<(Transport, Arc<Session>), LoginError> {
        // Small stanzas must not wait for one another; batches are made by the writer.
        socket.set_nodelay(true)?;
        let is_loopback = is_loopback(peer);
        let bounds = self.router.bounds();
        let transport = match kind {
            Kind::Tcp => Transport::tcp(Box::new(socket), false, is_loopback, bounds),
            Kind::DirectTls => {
                Transport::tcp(self.encrypt(socket).await?, true, is_loopback, bounds)
            }
            Kind::WebSocket => {
                let socket = websocket::agree(Box::new(socket), bounds).await?;
                Transport::websocket(socket, false, is_loopback, bounds)
            }
            Kind::SecureWebSocket => {
                let socket = websocket::agree(self.encrypt(socket).await?, bounds).await?;
                Transport::websocket(socket, true, is_loopback, bounds)
            }
        };
        log_in(&self.router, &self.tls, transport).await
    }

    async fn encrypt(&self, socket: TcpStream) -> io::Result<BoxIo> {
        Ok(Box::new(self.tls.0.accept(socket).await?))
    }
}

/// Whether the peer is on this machine, also when IPv6 disguises its IPv4 address.
fn is_loopback(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_loopback_address_in_ipv6_clothes_is_loopback() {
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(is_loopback(address.parse().unwrap()), "{address}");
        }
        for address in ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"] {
            assert!(!is_loopback(address.parse().unwrap()), "{address}");
        }
    }
}
