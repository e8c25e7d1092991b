//! From the connection to the cache.
//!
//! Everything that waits is taken at once and becomes one transaction: messages, markers,
//! acknowledgements. Only after its commit are the stanzas counted as handled, so what was not
//! stored is sent again when the session is resumed. While this task waits for the disk the
//! connection's queue fills and the socket is not read: back-pressure reaches the server.

mod batch;
mod transaction;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;

pub(crate) use self::batch::{Batch, process};
use crate::connection::{ConnectionHandle, HandledToken, Incoming};
use crate::events::ClientEvent;
use crate::model::ConnectionState;
use crate::outbox;
use crate::sync::context::Context;

/// Reports of the connection that one transaction takes at most: enough to make the flush cheap,
/// few enough that the first message is not shown late.
const BATCH: usize = 256;

/// Works until the connection ends.
pub(crate) async fn run(
    context: Arc<Context>,
    connection: ConnectionHandle,
    mut incoming: mpsc::Receiver<Incoming>,
) {
    let work = async {
        let mut reports = Vec::with_capacity(BATCH);
        while incoming.recv_many(&mut reports, BATCH).await > 0 {
            let mut batch = Batch::default();
            let mut tokens: Vec<HandledToken> = Vec::new();
            for report in reports.drain(..) {
                match report {
                    Incoming::Stanza(stanza, token) => {
                        batch.stanza(&stanza, &context);
                        tokens.push(token);
                    }
                    Incoming::Acked(tags) => batch.acked(&tags),
                    Incoming::Unsent(tags) => {
                        outbox::unsent(&context, &tags);
                    }
                    Incoming::State(state) => state_changed(&context, state),
                    Incoming::SessionStarted { resumed, jid: _ } => {
                        // What came before belongs to the session before.
                        settle(&context, &mut batch, &mut tokens, &connection).await;
                        session_started(&context, resumed);
                    }
                }
            }
            settle(&context, &mut batch, &mut tokens, &connection).await;
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

async fn settle(
    context: &Arc<Context>,
    batch: &mut Batch,
    tokens: &mut Vec<HandledToken>,
    connection: &ConnectionHandle,
) {
    let batch = std::mem::take(batch);
    let tokens = std::mem::take(tokens);
    match process(context, batch).await {
        Ok(()) => {
            for token in tokens {
                connection.handled(token);
            }
        }
        Err(error) => {
            // Unhandled tokens stop the count here: the server keeps what could not be stored
            // and sends it again after the next resumption.
            tracing::error!(%error, "incoming stanzas were not stored");
        }
    }
}

fn state_changed(context: &Context, state: ConnectionState) {
    if state == ConnectionState::Online {
        context.outbox_wake.notify_one();
        context.markers_wake.notify_one();
        context.wishes_wake.notify_one();
    } else {
        for dialog in context.typing.clear() {
            context.publish(ClientEvent::TypingChanged {
                account: context.account.clone(),
                dialog,
                users: Vec::new(),
            });
        }
    }
    context.publish(ClientEvent::Connection {
        account: context.account.clone(),
        state,
    });
}

/// Stanzas can be sent from now on.
pub(crate) fn session_started(context: &Context, resumed: bool) {
    if !resumed {
        context.generation.fetch_add(1, Ordering::AcqRel);
        context.progress.begin();
        context.catch_up_wake.notify_one();
        context.privacy.look_again();
        context.pictures.forget_failures();
        context.downloads.line_is_back();
        context.uploads.line_is_back();
        // Another device may have changed the own profile.
        context.people.refresh(context.who.me);
    }
    context.outbox_wake.notify_one();
    context.markers_wake.notify_one();
    context.wishes_wake.notify_one();
    context.activity.session_started(resumed);
}

#[cfg(test)]
mod tests;
