//! What the backend does with each stanza of a client.
//!
//! A handler has two halves. The first runs while the connection reads and settles the order: it looks up whom the
//! stanza concerns. The second, the returned [`Work`], waits for the disk; many of them are under way per connection
//! at a time, so that one commit serves them all. The connection takes their outcomes in the order of the stanzas.

pub(super) use audience::{audience, reaches};
pub(super) use marker::from_mark as marker_from_mark;
pub(super) use message::from_stored as message_from_stored;

pub(super) use room::{close as close_room, leave_all as leave_rooms, put_out};

mod activity;
mod audience;
mod chat_state;
mod correction;
mod disco;
mod headline;
mod iq;
mod marker;
mod message;
mod occupant;
mod post;
mod presence;
mod privacy;
mod room;

use std::sync::Arc;

use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Condition, ErrorKind, Iq, IqPayload, Message, Stanza, StanzaError};
use cubist_protocol::xml::Framing;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::state::{Blocker, StateError};

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
        Stanza::Presence(presence) => presence::begin(router, session, presence),
        Stanza::Iq(iq) => iq::begin(router, session, iq),
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
    match stanza_error(error) {
        Some(error) => refuse(message, error),
        None => Outcome::Abandoned,
    }
}

/// The negative answer to a request, with words: the official SDK needs them.
fn refuse_iq(iq: &Iq, condition: Condition, text: &str) -> Outcome {
    let error = StanzaError::new(condition).with_text(text);
    Outcome::Reply(iq.error(error).to_xml(Framing::Tcp))
}

/// The negative answer to a request for what the state says.
fn refuse_iq_for(iq: &Iq, error: &StateError) -> Outcome {
    match stanza_error(error) {
        Some(error) => Outcome::Reply(iq.error(error).to_xml(Framing::Tcp)),
        None => Outcome::Abandoned,
    }
}

/// The positive answer to a request.
fn answer_iq(iq: &Iq, payload: Option<IqPayload>) -> Outcome {
    Outcome::Reply(iq.result(payload).to_xml(Framing::Tcp))
}

/// What the state says, in the words of the protocol. `None`: the backend is stopping, nothing is answered.
fn stanza_error(error: &StateError) -> Option<StanzaError> {
    let (condition, text) = match error {
        StateError::NotFound => (
            Condition::ItemNotFound,
            "There is no such user or dialog.".to_owned(),
        ),
        StateError::Forbidden(text) => (Condition::Forbidden, text.clone()),
        // The platform's norm for blocks.
        StateError::Blocked { by } => {
            let text = match by {
                Blocker::Sender => "You have blocked this person.",
                Blocker::Recipient => "This person does not take messages from you.",
            };
            (Condition::ServiceUnavailable, text.to_owned())
        }
        StateError::Invalid { .. } | StateError::TooLarge { .. } => {
            (Condition::PolicyViolation, error.to_string())
        }
        StateError::Stopping => return None,
        StateError::Database(_)
        | StateError::Folder(_)
        | StateError::TooNew { .. }
        | StateError::Internal(_)
        | StateError::Replaced
        | StateError::BadCredentials
        | StateError::Throttled { .. } => {
            tracing::error!(%error, "a stanza could not be dealt with");
            let error = StanzaError {
                kind: ErrorKind::Wait,
                ..StanzaError::new(Condition::InternalServerError)
            };
            return Some(error.with_text("This did not work. Try again later."));
        }
    };
    Some(StanzaError::new(condition).with_text(text))
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
