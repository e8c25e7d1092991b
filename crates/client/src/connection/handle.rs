//! The engine's end of a connection.

use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::stanza::{Iq, IqPayload, Stanza};
use futures::FutureExt;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};

use crate::connection::error::{NotConnected, RequestError};
use crate::connection::incoming::{HandledToken, SendTag};
use crate::connection::requests::Reply;
use crate::connection::stream_management::Inbound;
use crate::model::ConnectionState;

/// How many stanzas may wait for the socket before senders wait too.
const OUTGOING_CAPACITY: usize = 64;

/// Speaks to the task that owns the socket. Cheap to clone; the last one dropped ends the task.
#[derive(Clone, Debug)]
pub struct ConnectionHandle {
    commands: mpsc::Sender<Command>,
    /// The latest state, for those who come late.
    state: watch::Receiver<ConnectionState>,
    /// Where handled stanzas are counted.
    inbound: Arc<Inbound>,
    nudges: Arc<Nudges>,
    /// Limit of a request without one of its own.
    request_limit: Duration,
}

/// What a handle asks of the task.
#[derive(Debug)]
pub(super) enum Command {
    /// Send this.
    Send {
        stanza: Box<Stanza>,
        tag: Option<SendTag>,
    },
    /// Send this with an id of the task's choice, and give the answer back.
    Request { iq: Box<Iq>, reply: Reply },
}

/// Reasons to act before the timer says so. Kept apart from the commands, which may be queued
/// behind a stalled socket.
#[derive(Debug, Default)]
pub(super) struct Nudges {
    /// Somebody wants a connection now.
    pub(super) connect: Notify,
    /// The network is another one.
    pub(super) network: Notify,
}

impl Nudges {
    /// Forgets what was asked for: it is being done.
    pub(super) fn clear(&self) {
        for nudge in [&self.connect, &self.network] {
            nudge.notified().now_or_never();
        }
    }
}

/// The task's ends of the channels.
pub(super) struct HandleEnds {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) state: watch::Sender<ConnectionState>,
    pub(super) inbound: Arc<Inbound>,
    pub(super) nudges: Arc<Nudges>,
}

/// Makes a handle and the other ends of its channels.
pub(super) fn channel(request_limit: Duration) -> (ConnectionHandle, HandleEnds) {
    let (commands, command_ends) = mpsc::channel(OUTGOING_CAPACITY);
    let (state_sender, state) = watch::channel(ConnectionState::Connecting {
        attempt: 1,
        next_in: None,
    });
    let inbound = Arc::new(Inbound::default());
    let nudges = Arc::new(Nudges::default());
    let ends = HandleEnds {
        commands: command_ends,
        state: state_sender,
        inbound: inbound.clone(),
        nudges: nudges.clone(),
    };
    let handle = ConnectionHandle {
        commands,
        state,
        inbound,
        nudges,
        request_limit,
    };
    (handle, ends)
}

impl ConnectionHandle {
    /// Queues a stanza; waits while the queue is full.
    ///
    /// `Ok` means taken, not arrived: with a tag, the fate is reported as
    /// [`crate::connection::Incoming::Acked`] or [`crate::connection::Incoming::Unsent`]; without
    /// one, the stanza is lost if the session is.
    pub async fn send(&self, stanza: Stanza, tag: Option<SendTag>) -> Result<(), NotConnected> {
        let stanza = Box::new(stanza);
        self.place().await?.send(Command::Send { stanza, tag });
        Ok(())
    }

    /// Sends a get or set and waits for its answer; `iq.id` is replaced by a fresh one.
    pub async fn request(&self, iq: Iq) -> Result<Iq, RequestError> {
        self.request_within(iq, self.request_limit).await
    }

    /// Asks the server whether it is there (XEP-0199) and returns how long the answer took.
    pub async fn ping(&self, limit: Duration) -> Result<Duration, RequestError> {
        let start = Instant::now();
        match self
            .request_within(Iq::get("", IqPayload::Ping), limit)
            .await
        {
            // XEP-0199 §4.1: a server that does not know ping is there as well.
            Ok(_) | Err(RequestError::Refused(_)) => Ok(start.elapsed()),
            Err(error) => Err(error),
        }
    }

    /// Says that what came with `token` is stored: the server may forget it. Tokens may come in
    /// any order; the count grows over the contiguous ones.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a token is used up by giving it back"
    )]
    pub fn handled(&self, token: HandledToken) {
        self.inbound.handled(&token);
    }

    /// Ends the wait before the next attempt, and tries again after a certificate problem or a
    /// refusal.
    pub fn connect_now(&self) {
        self.nudges.connect.notify_one();
    }

    /// The machine's network changed: connects at once, or finds out quickly whether the present
    /// connection survived.
    pub fn network_changed(&self) {
        self.nudges.network.notify_one();
    }

    /// The state at this moment.
    pub fn state(&self) -> ConnectionState {
        *self.state.borrow()
    }

    /// The state as it changes; intermediate ones may be skipped.
    pub fn states(&self) -> watch::Receiver<ConnectionState> {
        self.state.clone()
    }

    async fn request_within(&self, iq: Iq, limit: Duration) -> Result<Iq, RequestError> {
        let (reply, answer) = oneshot::channel();
        let iq = Box::new(iq);
        let exchange = async {
            let place = self.place().await.map_err(|_| RequestError::NotConnected)?;
            place.send(Command::Request { iq, reply });
            answer.await.unwrap_or(Err(RequestError::SessionLost))
        };
        timeout(limit, exchange)
            .await
            .unwrap_or(Err(RequestError::TimedOut))
    }

    /// A place in the queue, as long as there is a session.
    async fn place(&self) -> Result<mpsc::Permit<'_, Command>, NotConnected> {
        let mut state = self.state.clone();
        if *state.borrow_and_update() != ConnectionState::Online {
            return Err(NotConnected);
        }
        tokio::select! {
            biased;
            place = self.commands.reserve() => place.map_err(|_| NotConnected),
            _ = state.wait_for(|state| *state != ConnectionState::Online) => Err(NotConnected),
        }
    }
}
