//! Requests: RFC 6120 §8.2.3. Every get and set gets an answer, if only that the service is not available.

use cubist_protocol::ext::xep0280_carbons::CarbonsSwitch;
use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload, StanzaError};
use cubist_protocol::xml::{Element, Framing};

use crate::xmpp::handlers::Outcome;
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// The platform's own: subscribing to others' last activity.
const STATUS_STREAMING: &str = "https://connectycube.com/protocol/status_streaming";

/// Handles a request to the server or to the user's own account.
pub(super) fn handle(router: &Router, session: &Session, iq: &Iq) -> Outcome {
    let (is_set, payload) = match &iq.body {
        IqBody::Get(payload) => (false, payload),
        IqBody::Set(payload) => (true, payload),
        // An answer to our ping; that it came is all that matters.
        IqBody::Result(_) | IqBody::Error { .. } => return Outcome::Done,
    };
    let is_ours = match iq.to.as_ref().map(|to| router.names().addressee(to)) {
        None | Some(Addressee::Server) => true,
        Some(Addressee::User(user)) => user == session.user,
        Some(Addressee::Room(_) | Addressee::Nobody | Addressee::Elsewhere) => false,
    };
    let answer = match payload {
        IqPayload::Ping if is_ours && !is_set => iq.result(None),
        IqPayload::Session if is_ours && is_set => iq.result(None),
        IqPayload::Carbons(switch) if is_ours && is_set => {
            session.set_carbons(*switch == CarbonsSwitch::Enable);
            iq.result(None)
        }
        IqPayload::Bind(_) => iq.error(
            StanzaError::new(Condition::NotAllowed).with_text("A resource is bound already."),
        ),
        IqPayload::Other(element) if is_ours && is_set && is_accepted(element) => iq.result(None),
        IqPayload::Ping | IqPayload::Session | IqPayload::Carbons(_) | IqPayload::Other(_) => iq
            .error(
                StanzaError::new(Condition::ServiceUnavailable).with_text("Service not available."),
            ),
    };
    Outcome::Reply(answer.to_xml(Framing::Tcp))
}

/// Requests that change nothing here but must not fail: marking the session inactive (which asks for pushes, and
/// there are none) and subscribing to others' activity.
fn is_accepted(element: &Element) -> bool {
    element.is("mobile", ns::MOBILE) || element.is("subscribe", STATUS_STREAMING)
}
