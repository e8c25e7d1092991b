//! When somebody was last here: XEP-0012, and the platform's subscriptions to it.

use std::sync::Arc;

use cubist_protocol::ext::status_streaming::StatusSubscription;
use cubist_protocol::ext::xep0012_last_activity::LastActivity;
use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Condition, Iq, IqPayload};
use futures::FutureExt;

use crate::state::{Passage, PrivacyScope, StanzaKind};

use crate::xmpp::handlers::{Outcome, Work, answer_iq, finished, refuse_iq, refuse_iq_for};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// Answers when `person` was last here: 0 seconds while they are.
pub(super) fn last(router: &Router, session: &Arc<Session>, iq: Iq, person: UserId) -> Work {
    let router = router.clone();
    let session = Arc::clone(session);
    async move {
        if let Err(refusal) = admit(&router, &session, &iq, person).await {
            return refusal;
        }
        let seconds = if router.is_present(person) {
            0
        } else {
            match router.seconds_since(person).await {
                Ok(seconds) => seconds,
                Err(error) => return refuse_iq_for(&iq, &error),
            }
        };
        let activity = LastActivity::seconds_ago(seconds);
        answer_iq(&iq, Some(IqPayload::LastActivity(activity)))
    }
    .boxed()
}

/// Begins or ends to tell the session when somebody comes and goes.
pub(super) fn subscribe(
    router: &Router,
    session: &Arc<Session>,
    iq: Iq,
    subscription: &StatusSubscription,
) -> Work {
    let Addressee::User(person) = router.names().addressee(&subscription.user) else {
        let text = "Only people can be followed.";
        return finished(refuse_iq(&iq, Condition::ItemNotFound, text));
    };
    let is_begin = subscription.enable;
    let router = router.clone();
    let session = Arc::clone(session);
    async move {
        let _turn = session.turn().await;
        if !is_begin {
            router.watch().unfollow(&session, person);
            return answer_iq(&iq, None);
        }
        if let Err(refusal) = admit(&router, &session, &iq, person).await {
            return refusal;
        }
        let is_present = router.is_present(person);
        let most = router.bounds().watched_people;
        if router
            .watch()
            .follow(&session, person, is_present, most)
            .is_err()
        {
            let text = format!("A session can follow {most} people at a time.");
            return refuse_iq(&iq, Condition::PolicyViolation, &text);
        }
        // Whatever happened between looking and following is told.
        if router.is_present(person) != is_present {
            router.watch().touch(person);
        }
        answer_iq(&iq, None)
    }
    .boxed()
}

/// Whether the session may learn of `person` at all; the answer if not.
async fn admit(router: &Router, session: &Session, iq: &Iq, person: UserId) -> Result<(), Outcome> {
    match router.state().user_exists(person).await {
        Ok(true) => {}
        Ok(false) => {
            let text = "There is no such user.";
            return Err(refuse_iq(iq, Condition::ItemNotFound, text));
        }
        Err(error) => return Err(refuse_iq_for(iq, &error)),
    }
    match router
        .state()
        .may_pass(PrivacyScope::Person, StanzaKind::Iq, session.user, person)
    {
        Passage::Free => Ok(()),
        Passage::DeniedByReceiver | Passage::DeniedBySender => Err(refuse_iq(
            iq,
            Condition::Forbidden,
            "One of you blocks the other.",
        )),
    }
}
