//! Presence: RFC 6121 §4, as far as the platform uses it. There is no roster; presence only says whether a session
//! wants messages.

use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, Presence, PresenceKind, StanzaError};
use cubist_protocol::xml::Framing;

use crate::xmpp::handlers::Outcome;
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// Handles a presence of this session.
pub(super) fn handle(router: &Router, session: &Session, presence: &Presence) -> Outcome {
    if let Some(to) = &presence.to
        && let Addressee::Room(_) = router.names().addressee(to)
    {
        return room(presence);
    }
    if presence.to.is_some() {
        // There are no subscriptions, so nobody but the server learns of anyone's presence.
        return Outcome::Done;
    }
    match presence.kind {
        PresenceKind::Available if priority(presence) >= 0 => {
            if session.set_available(true) {
                router.state().touch(session.user);
                // RFC 6121 §4.2.2: the user's own resources see it, too; this one takes it as the confirmation.
                let own = Presence {
                    to: Some(session.jid.clone()),
                    id: None,
                    ..presence.clone()
                };
                return Outcome::Reply(own.to_xml(Framing::Tcp));
            }
        }
        // RFC 6121 §8.5.2.1: a negative priority asks not to get messages for the bare address.
        PresenceKind::Available | PresenceKind::Unavailable => {
            session.set_available(false);
        }
        PresenceKind::Probe
        | PresenceKind::Subscribe
        | PresenceKind::Subscribed
        | PresenceKind::Unsubscribe
        | PresenceKind::Unsubscribed
        | PresenceKind::Error => {}
    }
    Outcome::Done
}

fn priority(presence: &Presence) -> i32 {
    let priority = presence
        .other
        .iter()
        .find(|child| child.is("priority", ns::CLIENT));
    priority
        .and_then(|priority| priority.text().trim().parse().ok())
        .unwrap_or_default()
}

/// Rooms need no joining: messages reach every occupant of the dialog. A client that asks is told so, with the
/// children of its request, by which the official SDK recognises the answer.
fn room(presence: &Presence) -> Outcome {
    if presence.kind != PresenceKind::Available {
        return Outcome::Done;
    }
    let text = "Joining is not needed here: occupants get a room's messages without it.";
    let answer = Presence {
        kind: PresenceKind::Error,
        from: presence.to.clone(),
        to: presence.from.clone(),
        error: Some(StanzaError::new(Condition::ServiceUnavailable).with_text(text)),
        ..presence.clone()
    };
    Outcome::Reply(answer.to_xml(Framing::Tcp))
}
