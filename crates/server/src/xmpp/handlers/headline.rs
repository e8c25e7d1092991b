//! System messages and call signalling (type `headline`): relayed untouched between connected people.

use std::sync::Arc;

use cubist_protocol::stanza::{Condition, Message};

use crate::state::PrivacyScope;

use crate::xmpp::handlers::audience::reaches;
use crate::xmpp::handlers::{Outcome, Work, addressee, finished, refuse_for, refuse_with};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::{Dispatch, Own, Router};
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// Relays a headline. RFC 6121 §8.5.2.2: for those who are away it is dropped.
pub(super) async fn begin(router: &Router, session: &Arc<Session>, mut message: Message) -> Work {
    let names = router.names();
    let to = match addressee(&message) {
        Ok(to) => to,
        Err(outcome) => return finished(outcome),
    };
    let Addressee::User(user) = names.addressee(to) else {
        let text = "System messages go from person to person.";
        return finished(refuse_with(&message, Condition::ServiceUnavailable, text));
    };
    match router.state().user_exists(user).await {
        Ok(true) => {}
        Ok(false) => {
            return finished(refuse_with(
                &message,
                Condition::ItemNotFound,
                "There is no such user.",
            ));
        }
        Err(error) => return finished(refuse_for(&message, &error)),
    }
    // Who is blocked learns no more of it than when the other is away.
    let recipients = if reaches(router, PrivacyScope::Person, session.user, user) {
        vec![user]
    } else {
        Vec::new()
    };
    message.to = Some(names.user(user));
    let carbon = wire::sent_carbon(&message, names.user(session.user));
    finished(Outcome::Dispatch(Box::new(Dispatch {
        text: wire::text(&message).into(),
        to_resource: false,
        recipients: recipients.into_iter().map(|user| (user, None)).collect(),
        keep: false,
        own: Own::Carbon {
            user: session.user,
            except: Some(session.serial),
            text: carbon.into(),
        },
    })))
}
