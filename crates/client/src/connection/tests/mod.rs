//! The connection against a peer that follows a script, over real sockets and real TLS.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test accepts one answer and shows any other"
)]

mod acknowledgements;
mod certificates;
mod credentials;
mod lifecycle;
pub(crate) mod peer;
mod stanzas;
mod web_socket;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::connection::tests::peer::Peer;
use crate::connection::{
    ConnectionConfig, ConnectionHandle, CredentialSource, FixedPassword, Incoming, SendTag, Timing,
    Trust, spawn,
};
use crate::model::{ChatAddress, ConnectionState, Secret};

/// No step of a test takes longer unless something hangs.
const DEADLINE: Duration = Duration::from_secs(20);

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("the test waits for something that does not happen")
}

/// Short waits where a test must pass through them, long ones where it must not.
fn timing() -> Timing {
    Timing {
        backoff_first: Duration::from_millis(10),
        backoff_cap: Duration::from_millis(20),
        ack_delay: Duration::from_millis(1),
        ..Timing::default()
    }
}

fn jid() -> Jid {
    "4448514-21@localhost".parse().unwrap()
}

fn password() -> Arc<dyn CredentialSource> {
    Arc::new(FixedPassword(Secret::new("awesomepwd")))
}

fn config(peer: &Peer, addresses: Vec<ChatAddress>) -> ConnectionConfig {
    let trust = Trust::new(Some(peer.authority())).unwrap();
    ConnectionConfig {
        timing: timing(),
        incoming_capacity: 1,
        ..ConnectionConfig::new(addresses, jid(), password(), trust)
    }
}

/// A running connection and the engine's end of it.
struct Client {
    handle: ConnectionHandle,
    incoming: mpsc::Receiver<Incoming>,
    task: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Client {
    fn start(config: ConnectionConfig) -> Self {
        let shutdown = CancellationToken::new();
        let (handle, incoming, task) = spawn(config, shutdown.clone());
        Self {
            handle,
            incoming,
            task,
            shutdown,
        }
    }

    async fn next(&mut self) -> Incoming {
        within(self.incoming.recv())
            .await
            .expect("the connection task is over")
    }

    /// The next event that is no change of state.
    async fn next_event(&mut self) -> Incoming {
        loop {
            match self.next().await {
                Incoming::State(_) => {}
                other => return other,
            }
        }
    }

    /// Waits for the state `wanted`, past other states only.
    async fn until_state(&mut self, wanted: impl Fn(ConnectionState) -> bool) -> ConnectionState {
        loop {
            match self.next().await {
                Incoming::State(state) if wanted(state) => return state,
                Incoming::State(_) => {}
                other => panic!("{other:?} before the state"),
            }
        }
    }

    /// Waits for a session and tells whether it was resumed.
    async fn until_session(&mut self) -> bool {
        match self.next_event().await {
            Incoming::SessionStarted { resumed, jid } => {
                assert_eq!(jid.to_string(), peer::FULL_JID);
                resumed
            }
            other => panic!("{other:?} before the session"),
        }
    }

    async fn send(&self, id: &str, tag: u64) {
        within(self.handle.send(message(id), Some(SendTag(tag))))
            .await
            .unwrap();
    }

    /// The id of the message that comes next, given back as handled if `handles`.
    async fn next_message(&mut self, handles: bool) -> String {
        match self.next_event().await {
            Incoming::Stanza(stanza, token) => {
                let id = stanza.id().unwrap_or_default().to_owned();
                if handles {
                    self.handle.handled(token);
                }
                id
            }
            other => panic!("{other:?} before the message"),
        }
    }
}

fn message(id: &str) -> Stanza {
    let to = "78-21@localhost".parse().unwrap();
    let message = Message {
        id: Some(id.to_owned()),
        body: Some("hello".to_owned()),
        ..Message::new(MessageKind::Chat, to)
    };
    message.into()
}

fn tags(numbers: &[u64]) -> Vec<SendTag> {
    numbers.iter().copied().map(SendTag).collect()
}
