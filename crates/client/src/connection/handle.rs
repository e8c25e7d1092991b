//! The engine's end of a connection.

use std::time::Duration;

use cubist_protocol::stanza::{Iq, Stanza};
use tokio::sync::watch;

use crate::connection::config::ConnectionConfig;
use crate::connection::error::{NotConnected, RequestError};
use crate::connection::incoming::{HandledToken, SendTag};
use crate::model::ConnectionState;

/// Speaks to the task that owns the socket. Cheap to clone; the last one dropped ends the task.
#[derive(Clone, Debug)]
pub struct ConnectionHandle {
    /// The latest state, for those who come late.
    state: watch::Receiver<ConnectionState>,
}

impl ConnectionHandle {
    /// Queues a stanza; waits while the queue is full.
    ///
    /// `Ok` means taken, not arrived: with a tag, the fate is reported as
    /// [`crate::connection::Incoming::Acked`] or [`crate::connection::Incoming::Unsent`]; without
    /// one, the stanza is lost if the session is.
    pub async fn send(&self, stanza: Stanza, tag: Option<SendTag>) -> Result<(), NotConnected> {
        let _unused = (stanza, tag);
        Err(NotConnected)
    }

    /// Sends a get or set and waits for its answer; `iq.id` is replaced by a fresh one.
    pub async fn request(&self, iq: Iq) -> Result<Iq, RequestError> {
        let _unused = iq;
        Err(RequestError::NotConnected)
    }

    /// Asks the server whether it is there (XEP-0199) and returns how long the answer took.
    pub async fn ping(&self, timeout: Duration) -> Result<Duration, RequestError> {
        let _unused = timeout;
        Err(RequestError::NotConnected)
    }

    /// Says that what came with `token` is stored: the server may forget it. Tokens may come in
    /// any order; the count grows over the contiguous ones.
    pub fn handled(&self, token: HandledToken) {
        drop(token);
    }

    /// Ends the wait before the next attempt, and tries again after a certificate problem or a
    /// refusal.
    pub fn connect_now(&self) {}

    /// The machine's network changed: connects at once, or finds out quickly whether the present
    /// connection survived.
    pub fn network_changed(&self) {}

    /// The state at this moment.
    pub fn state(&self) -> ConnectionState {
        *self.state.borrow()
    }

    /// The state as it changes; intermediate ones may be skipped.
    pub fn states(&self) -> watch::Receiver<ConnectionState> {
        self.state.clone()
    }
}

/// Makes a handle and the other ends of its channels.
pub(super) fn channel(_config: &ConnectionConfig) -> (ConnectionHandle, watch::Sender<ConnectionState>) {
    let (sender, state) = watch::channel(ConnectionState::Connecting {
        attempt: 1,
        next_in: None,
    });
    (ConnectionHandle { state }, sender)
}
