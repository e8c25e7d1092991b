//! What the backend does with each stanza of a client.
//!
//! A handler has two halves. The first runs while the connection reads and settles the order: it looks up whom the
//! stanza concerns. The second, the returned [`Work`], waits for the disk; many of them are under way per connection
//! at a time, so that one commit serves them all. The connection takes their outcomes in the order of the stanzas.

pub(super) use marker::from_mark as marker_from_mark;
pub(super) use message::from_stored as message_from_stored;

mod chat_state;
mod headline;
mod iq;
mod marker;
mod message;
mod presence;

use std::sync::Arc;

use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Condition, ErrorKind, Message, Stanza, StanzaError};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::state::StateError;

use crate::xmpp::router::{Dispatch, Router};
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// What is left to do once everything that needed the disk is there.
pub(super) enum Outcome {
    /// Nothing.
    Done,
    /// The client gets this stanza.
    Reply(String),
    /// Others get a stanza.
    Dispatch(Box<Dispatch>),
    /// The backend is stopping and did not take the stanza: the client must not be told that it did.
    Abandoned,
}

/// The second half of a handler.
pub(super) type Work = BoxFuture<'static, Outcome>;

/// Begins with a stanza of this session's client.
pub(super) async fn begin(router: &Router, session: &Arc<Session>, mut stanza: Stanza) -> Work {
    // RFC 6120 §8.1.2.1: whatever the client claims, it speaks for its own session.
    stanza.set_from(Some(session.jid.clone()));
    match stanza {
        Stanza::Message(message) => message::begin(router, session, *message).await,
        Stanza::Presence(presence) => finished(presence::handle(router, session, &presence)),
        Stanza::Iq(iq) => finished(iq::handle(router, session, &iq)),
    }
}

/// An outcome that needs nothing any more.
fn finished(outcome: Outcome) -> Work {
    futures::future::ready(outcome).boxed()
}

/// The error answer to a message.
fn refuse(message: &Message, error: StanzaError) -> Outcome {
    match message.error_reply(error) {
        Some(reply) => Outcome::Reply(wire::text(&reply)),
        None => Outcome::Done,
    }
}

/// The error answer for a condition, with words.
fn refuse_with(message: &Message, condition: Condition, text: &str) -> Outcome {
    refuse(message, StanzaError::new(condition).with_text(text))
}

/// The error answer for what the state says.
fn refuse_for(message: &Message, error: &StateError) -> Outcome {
    match error {
        StateError::NotFound => refuse_with(
            message,
            Condition::ItemNotFound,
            "There is no such user or dialog.",
        ),
        StateError::Forbidden(text) => refuse_with(message, Condition::Forbidden, text),
        StateError::Invalid { .. } => {
            refuse_with(message, Condition::PolicyViolation, &error.to_string())
        }
        StateError::Stopping => Outcome::Abandoned,
        StateError::Database(_)
        | StateError::Folder(_)
        | StateError::TooNew { .. }
        | StateError::Internal(_)
        | StateError::BadCredentials
        | StateError::Throttled { .. } => {
            tracing::error!(%error, "a message could not be stored");
            let error = StanzaError {
                kind: ErrorKind::Wait,
                ..StanzaError::new(Condition::InternalServerError)
            };
            refuse(
                message,
                error.with_text("The message could not be stored. Try again later."),
            )
        }
    }
}

/// The addressee, or the answer to a message that has none.
fn addressee(message: &Message) -> Result<&Jid, Outcome> {
    message.to.as_ref().ok_or_else(|| {
        refuse_with(
            message,
            Condition::BadRequest,
            "The message has no addressee.",
        )
    })
}
