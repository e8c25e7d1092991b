//! XEP-0085: "typing". Never stored; silently gone for those who are away.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Condition, Message, MessageKind};

use crate::xmpp::handlers::{Outcome, Work, addressee, finished, refuse_for, refuse_with};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::{Dispatch, Own, Router};
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// Relays a chat state to those who are connected.
pub(super) async fn begin(router: &Router, session: &Arc<Session>, mut message: Message) -> Work {
    let names = router.names();
    let to = match addressee(&message) {
        Ok(to) => to,
        Err(outcome) => return finished(outcome),
    };
    match (names.addressee(to), message.kind) {
        (Addressee::User(user), MessageKind::Chat | MessageKind::Normal) => {
            message.to = Some(names.user(user));
            finished(relay(&message, vec![user]))
        }
        (Addressee::Room(dialog), MessageKind::Groupchat) => {
            match router.state().dialog_card(&dialog).await {
                Ok(Some(card)) if card.has(session.user) => {
                    message.from = Some(names.occupant(dialog, session.user));
                    message.to = None;
                    finished(relay(
                        &message,
                        card.occupants
                            .iter()
                            .copied()
                            .filter(|user| *user != session.user)
                            .collect(),
                    ))
                }
                Ok(Some(_)) => finished(refuse_with(
                    &message,
                    Condition::Forbidden,
                    "You are not an occupant of this dialog.",
                )),
                Ok(None) => finished(refuse_with(
                    &message,
                    Condition::ItemNotFound,
                    "There is no such dialog.",
                )),
                Err(error) => finished(refuse_for(&message, &error)),
            }
        }
        // The live service answers with errors here, which the official SDK reports without an id: of no use.
        (_, _) => finished(Outcome::Done),
    }
}

fn relay(message: &Message, recipients: Vec<UserId>) -> Outcome {
    Outcome::Dispatch(Box::new(Dispatch {
        text: wire::text(message).into(),
        to_resource: message.to.is_none(),
        recipients: recipients.into_iter().map(|user| (user, None)).collect(),
        keep: false,
        own: Own::Nothing,
    }))
}
