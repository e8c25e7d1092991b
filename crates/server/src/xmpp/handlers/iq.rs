//! Requests: RFC 6120 §8.2.3. Every get and set gets an answer, if only that the service is not available.

use std::sync::Arc;

use cubist_protocol::ext::xep0012_last_activity::LastActivity;
use cubist_protocol::ext::xep0280_carbons::CarbonsSwitch;
use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload};
use cubist_protocol::xml::Element;

use crate::xmpp::handlers::{
    Outcome, Work, activity, answer_iq, disco, finished, privacy, refuse_iq, room,
};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// Begins with a request.
pub(super) fn begin(router: &Router, session: &Arc<Session>, iq: Iq) -> Work {
    let (is_set, payload) = match &iq.body {
        IqBody::Get(payload) => (false, payload.clone()),
        IqBody::Set(payload) => (true, payload.clone()),
        // An answer to our ping; that it came is all that matters.
        IqBody::Result(_) | IqBody::Error { .. } => return finished(Outcome::Done),
    };
    // RFC 6120 §10.3.3: without an address the server answers for the account.
    let to = iq.to.as_ref().map_or(Addressee::User(session.user), |to| {
        router.names().addressee(to)
    });
    let is_ours = to == Addressee::Server || to == Addressee::User(session.user);
    match (payload, to) {
        (IqPayload::Bind(_), _) => finished(refuse_iq(
            &iq,
            Condition::NotAllowed,
            "A resource is bound already.",
        )),
        (IqPayload::Ping, _) if is_ours && !is_set => finished(answer_iq(&iq, None)),
        (IqPayload::Ping, Addressee::Room(dialog)) if !is_set => {
            room::ping(router, session, iq, dialog)
        }
        (IqPayload::Session, _) if is_ours && is_set => finished(answer_iq(&iq, None)),
        (IqPayload::Carbons(switch), _) if is_ours && is_set => {
            session.set_carbons(switch == CarbonsSwitch::Enable);
            finished(answer_iq(&iq, None))
        }
        (IqPayload::Mobile(switch), _) if is_ours && is_set => {
            session.set_mobile(switch);
            finished(answer_iq(&iq, None))
        }
        (IqPayload::StatusSubscription(subscription), _) if is_ours && is_set => {
            activity::subscribe(router, session, iq, &subscription)
        }
        (IqPayload::LastActivity(LastActivity::Query), Addressee::Server) if !is_set => {
            let uptime = LastActivity::seconds_ago(router.uptime().as_secs());
            finished(answer_iq(&iq, Some(IqPayload::LastActivity(uptime))))
        }
        (IqPayload::LastActivity(LastActivity::Query), Addressee::User(person)) if !is_set => {
            activity::last(router, session, iq, person)
        }
        (IqPayload::Privacy(query), _) if is_ours => {
            privacy::begin(router, session, iq, query, is_set)
        }
        (IqPayload::DiscoInfo(question), to) if !is_set => {
            disco::info(router, session, iq, to, &question)
        }
        (IqPayload::DiscoItems(_), to) if !is_set => disco::items(router, session, iq, to),
        // Known by its namespace, but not read as what it should be.
        (IqPayload::Other(element), _) if is_known(&element) => finished(refuse_iq(
            &iq,
            Condition::BadRequest,
            "The request does not keep the rules of its namespace.",
        )),
        (
            IqPayload::Ping
            | IqPayload::Session
            | IqPayload::Carbons(_)
            | IqPayload::LastActivity(_)
            | IqPayload::Privacy(_)
            | IqPayload::DiscoInfo(_)
            | IqPayload::DiscoItems(_)
            | IqPayload::StatusSubscription(_)
            | IqPayload::Mobile(_)
            | IqPayload::Other(_),
            _,
        ) => finished(refuse_iq(
            &iq,
            Condition::ServiceUnavailable,
            "Service not available.",
        )),
    }
}

/// Whether requests in the element's namespace are answered here at all.
fn is_known(element: &Element) -> bool {
    matches!(
        element.ns(),
        ns::CARBONS
            | ns::MOBILE
            | ns::STATUS_STREAMING
            | ns::LAST_ACTIVITY
            | ns::PRIVACY
            | ns::DISCO_INFO
            | ns::DISCO_ITEMS
    )
}
