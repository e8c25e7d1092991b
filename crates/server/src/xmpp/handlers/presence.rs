//! Presence: RFC 6121 §4, as far as the platform uses it. There is no roster; presence only says whether a session
//! wants messages.

use std::sync::Arc;

use cubist_protocol::ns;
use cubist_protocol::stanza::{Presence, PresenceKind};
use cubist_protocol::xml::Framing;

use crate::xmpp::handlers::{Outcome, Work, finished, room};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// Begins with a presence of this session.
pub(super) fn begin(router: &Router, session: &Arc<Session>, presence: Presence) -> Work {
    if let Some(to) = &presence.to {
        return match router.names().addressee(to) {
            Addressee::Room(dialog) => room::begin(router, session, presence, dialog),
            // There are no subscriptions, so nobody but the server learns of anyone's presence.
            Addressee::Server
            | Addressee::Rooms
            | Addressee::User(_)
            | Addressee::Nobody
            | Addressee::Elsewhere => finished(Outcome::Done),
        };
    }
    match presence.kind {
        PresenceKind::Available if priority(&presence) >= 0 => {
            if session.set_available(true) {
                router.state().touch(session.user);
                router.watch().touch(session.user);
                // RFC 6121 §4.2.2: the user's own resources see it, too; this one takes it as the confirmation.
                let own = Presence {
                    to: Some(session.jid.clone()),
                    id: None,
                    ..presence
                };
                return finished(Outcome::Reply(own.to_xml(Framing::Tcp)));
            }
        }
        // RFC 6121 §8.5.2.1: a negative priority asks not to get messages for the bare address.
        PresenceKind::Available | PresenceKind::Unavailable => {
            if session.set_available(false) {
                router.state().touch(session.user);
                router.watch().touch(session.user);
            }
            if presence.kind == PresenceKind::Unavailable {
                return room::leave_all_in_turn(router, session);
            }
        }
        PresenceKind::Probe
        | PresenceKind::Subscribe
        | PresenceKind::Subscribed
        | PresenceKind::Unsubscribe
        | PresenceKind::Unsubscribed
        | PresenceKind::Error => {}
    }
    finished(Outcome::Done)
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
