//! Serves a session over one connection, and waits for its client when the connection is lost.
//!
//! Three things go on at once, all in the connection's one task: reading (with handlers whose disk work is under way),
//! writing the session's queue, and reading the offline queue. Reading is never dropped half-way: a message whose
//! commit is under way must still be handed out, so it is told to stop and ends by itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cubist_protocol::stream::{StreamError, StreamErrorCondition};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::xmpp::backlog::read_backlog;
use crate::xmpp::login::farewell;
use crate::xmpp::reading::{acknowledgement, read};
use crate::xmpp::router::Router;
use crate::xmpp::session::Custody;
use crate::xmpp::session::{Kick, Session};
use crate::xmpp::transport::{Sink, Transport};

/// How long a connection that must leave may go on writing its queue.
const LAST_WRITE: Duration = Duration::from_secs(1);

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client ended the stream.
    Closed,
    /// The socket failed, or the client is silent or does not read.
    Lost,
    /// The client broke the protocol.
    Broken(StreamErrorCondition),
    /// The session must leave it.
    Kicked(Kick),
    /// The backend stops.
    Stopping,
}

impl End {
    /// Whether the client may come back to the session: it had no part in the end, and the session may go on.
    fn may_return(self) -> bool {
        match self {
            Self::Lost | Self::Kicked(Kick::Replaced | Kick::Overflow) => true,
            Self::Closed
            | Self::Broken(_)
            | Self::Kicked(Kick::Displaced | Kick::AccountClosed)
            | Self::Stopping => false,
        }
    }

    /// How long the queue may still be written before the stream ends.
    fn time_to_write(self) -> Duration {
        match self {
            Self::Lost => Duration::ZERO,
            Self::Closed | Self::Broken(_) | Self::Kicked(_) | Self::Stopping => LAST_WRITE,
        }
    }

    /// RFC 6120 §4.9.3: what the client is told.
    fn stream_error(self) -> Option<StreamError> {
        let (condition, text) = match self {
            Self::Closed | Self::Lost => return None,
            Self::Broken(condition) => return Some(StreamError::new(condition)),
            Self::Kicked(Kick::Replaced) => (
                StreamErrorCondition::Conflict,
                "The session was resumed elsewhere.",
            ),
            Self::Kicked(Kick::Overflow) => (
                StreamErrorCondition::PolicyViolation,
                "The client does not read or acknowledge fast enough.",
            ),
            Self::Kicked(Kick::Displaced) => (
                StreamErrorCondition::Conflict,
                "The user has too many sessions.",
            ),
            Self::Kicked(Kick::AccountClosed) => (
                StreamErrorCondition::NotAuthorized,
                "The account has changed.",
            ),
            Self::Stopping => (
                StreamErrorCondition::SystemShutdown,
                "The server is stopping.",
            ),
        };
        Some(StreamError::new(condition).with_text(text))
    }
}

/// How a connection learns that it is over. The first reason counts.
#[derive(Debug, Default)]
pub(super) struct Ending {
    reason: OnceLock<End>,
    token: CancellationToken,
}

impl Ending {
    /// The connection is over.
    pub(super) fn set(&self, end: End) {
        self.reason.get_or_init(|| end);
        self.token.cancel();
    }

    /// Whether it is over.
    pub(super) fn is_set(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until it is over.
    pub(super) async fn wait(&self) {
        self.token.cancelled().await;
    }
}

/// Serves the session until it ends, including the time its client may need to come back. Returns when the session
/// is gone or another connection serves it. `place` is given back as soon as there is no socket any more.
pub(super) async fn serve(
    router: &Router,
    mut transport: Transport,
    session: Arc<Session>,
    place: OwnedSemaphorePermit,
) {
    router.state().touch(session.user);
    let (end, is_writable) = exchange(router, &mut transport, &session).await;
    // What others see as the last activity, even if the session waits for its client in vain.
    router.state().touch(session.user);
    tracing::debug!(jid = %session.jid, ?end, "connection over");
    let hibernates = end.may_return() && session.hibernate();
    let last_words = async {
        if is_writable {
            // XEP-0198 §4: a last count, so that the client knows what it need not send again.
            let framing = transport.framing;
            let count = session.handled().map(|h| acknowledgement(h, framing));
            let error = end.stream_error().map(|error| error.to_xml(framing));
            farewell(&mut transport, count.into_iter().chain(error).collect()).await;
        }
        // Nothing of the socket is kept while the session waits.
        drop(transport);
        drop(place);
    };
    if hibernates {
        last_words.await;
        if let Some(owed) = wait_for_client(router, &session).await {
            router.retire(&session, owed).await;
        }
    } else {
        let owed = session.end();
        tokio::join!(last_words, router.retire(&session, owed));
    }
}

/// Waits until a lost session is resumed (`None`), or ends it and returns what it owes.
async fn wait_for_client(router: &Router, session: &Session) -> Option<Vec<Arc<Custody>>> {
    tokio::select! {
        () = session.awake() => None,
        _ = session.kicked() => session.end_hibernation(),
        () = tokio::time::sleep(router.bounds().resume_time) => session.end_hibernation(),
        () = router.shutdown().cancelled() => session.end_hibernation(),
    }
}

/// Reads and writes until the connection is over. Returns why, and whether something can still be written.
async fn exchange(
    router: &Router,
    transport: &mut Transport,
    session: &Arc<Session>,
) -> (End, bool) {
    let Transport {
        source,
        sink,
        framing,
        ..
    } = transport;
    let ending = Ending::default();
    let finish = CancellationToken::new();
    let mut reading = std::pin::pin!(read(router, session, *framing, source, &ending));
    let mut writing = std::pin::pin!(write(router, session, sink, &finish));
    let mut backlog = std::pin::pin!(read_backlog(session, router.state(), router.names()));
    let mut is_writable = true;
    loop {
        tokio::select! {
            () = &mut reading => break,
            written = &mut writing, if is_writable => {
                tracing::debug!(jid = %session.jid, ?written, "writing ended");
                is_writable = false;
                ending.set(End::Lost);
            }
            never = &mut backlog => match never {},
            kick = session.kicked(), if !ending.is_set() => ending.set(End::Kicked(kick)),
            () = router.shutdown().cancelled(), if !ending.is_set() => ending.set(End::Stopping),
        }
    }
    let end = ending.reason.get().copied().unwrap_or(End::Lost);
    finish.cancel();
    // A write that was cut short may have left half an element, after which nothing can follow.
    let is_writable =
        is_writable && matches!(timeout(end.time_to_write(), writing).await, Ok(Ok(())));
    (end, is_writable && end != End::Lost)
}

/// Writes the session's queue until an error, or, once told to finish, until it is empty.
async fn write(
    router: &Router,
    session: &Session,
    sink: &mut Sink,
    finish: &CancellationToken,
) -> std::io::Result<()> {
    loop {
        loop {
            let batch = session.take_batch(Instant::now());
            if batch.frames.is_empty() {
                break;
            }
            timeout(router.bounds().write_time, sink.write(batch.frames)).await??;
            let delivered = session.batch_written();
            if !delivered.is_empty() {
                router.state().confirm_queued(session.user, delivered);
            }
        }
        if finish.is_cancelled() {
            return Ok(());
        }
        tokio::select! {
            () = session.output_due() => {}
            () = finish.cancelled() => {}
        }
    }
}
