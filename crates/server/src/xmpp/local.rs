//! Sessions of users inside this process: no socket, but every rule of a session with one.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::Stanza;
use cubist_protocol::xml::Framing;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::delivery::LocalSession;

use crate::xmpp::backlog::read_backlog;
use crate::xmpp::handlers::{self, Outcome};
use crate::xmpp::reading::settle;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// Stanzas that wait in each direction of a local session.
const CHANNEL: usize = 64;

/// Binds a local session and makes it available.
pub(super) fn connect(router: &Router, user: UserId) -> LocalSession {
    let session = router.bind(user, Some("local"), Framing::Tcp);
    session.set_carbons(true);
    session.set_available(true);
    router.watch().touch(user);
    let (to_user, incoming) = mpsc::channel(CHANNEL);
    let (outgoing, from_user) = mpsc::channel(CHANNEL);
    let jid = session.jid.clone();
    let router = router.clone();
    let tasks = router.tasks().clone();
    tasks.spawn(async move { serve(&router, &session, from_user, to_user).await });
    LocalSession {
        jid,
        incoming,
        outgoing,
    }
}

/// Runs until the user drops its side or the backend stops.
async fn serve(
    router: &Router,
    session: &Arc<Session>,
    mut from_user: mpsc::Receiver<Stanza>,
    to_user: mpsc::Sender<Stanza>,
) {
    let mut flights: FuturesOrdered<handlers::Work> = FuturesOrdered::new();
    let mut is_open = true;
    {
        let mut writing = std::pin::pin!(write(router, session, &to_user));
        let mut backlog = std::pin::pin!(read_backlog(session, router.state(), router.names()));
        while is_open || !flights.is_empty() {
            tokio::select! {
                Some(outcome) = flights.next() => land(router, session, outcome).await,
                stanza = from_user.recv(), if is_open && flights.len() < router.bounds().in_flight => match stanza {
                    Some(stanza) => flights.push_back(handlers::begin(router, session, stanza).await),
                    None => is_open = false,
                },
                () = &mut writing, if is_open => is_open = false,
                never = &mut backlog => match never {},
                _ = session.kicked(), if is_open => is_open = false,
                () = router.shutdown().cancelled(), if is_open => is_open = false,
            }
        }
    }
    router.state().touch(session.user);
    let owed = session.end();
    router.retire(session, owed).await;
}

async fn land(router: &Router, session: &Session, outcome: Outcome) {
    if !settle(router, session, outcome).await {
        tracing::debug!(user = %session.user, "a stanza of a local session was not taken: the backend is stopping");
    }
}

/// Hands stanzas to the user until the user is gone.
async fn write(router: &Router, session: &Session, to_user: &mpsc::Sender<Stanza>) {
    loop {
        let batch = session.take_batch(Instant::now());
        if batch.frames.is_empty() {
            tokio::select! {
                () = session.output_due() => continue,
                () = to_user.closed() => return,
            }
        }
        for frame in batch.frames {
            let stanza = wire::parse(&frame).and_then(|element| Stanza::from_element(element).ok());
            let Some(stanza) = stanza else { continue };
            if to_user.send(stanza).await.is_err() {
                return;
            }
        }
        let delivered = session.batch_written();
        if !delivered.is_empty() {
            router.state().confirm_queued(session.user, delivered);
        }
    }
}
