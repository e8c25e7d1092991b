//! XEP-0085: "typing". Never stored; silently gone for those who are away.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Condition, Message, MessageKind};
use futures::FutureExt;

use crate::state::{DialogCard, PrivacyScope};

use crate::xmpp::handlers::audience::{audience, reaches};
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
            let is_let_through = reaches(router, PrivacyScope::Person, session.user, user);
            let recipients = if is_let_through {
                vec![user]
            } else {
                Vec::new()
            };
            finished(relay(&message, recipients))
        }
        (Addressee::Room(dialog), MessageKind::Groupchat) => {
            match router.state().dialog_card(&dialog).await {
                Ok(Some(card)) => room(router, session, message, card),
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

/// Typing in a dialog, by somebody who may write there.
fn room(
    router: &Router,
    session: &Arc<Session>,
    mut message: Message,
    card: Arc<DialogCard>,
) -> Work {
    let user = session.user;
    let router = router.clone();
    async move {
        match router.state().is_in_dialog(user, &card).await {
            Ok(true) if card.may_write(user) => {}
            Ok(_) => {
                let text = "You cannot write in this dialog.";
                return refuse_with(&message, Condition::Forbidden, text);
            }
            Err(error) => return refuse_for(&message, &error),
        }
        match audience(&router, &card, user).await {
            Ok(recipients) => {
                message.from = Some(router.names().occupant(card.id, user));
                message.to = None;
                relay(&message, recipients)
            }
            Err(error) => refuse_for(&message, &error),
        }
    }
    .boxed()
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
