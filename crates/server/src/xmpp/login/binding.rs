//! Which session it is: a new one (RFC 6120 §7) or the one that was lost (XEP-0198 §5).

use std::sync::Arc;

use cubist_protocol::ext::rfc6120_bind::Bind;
use cubist_protocol::ext::xep0198_stream_management::StreamManagement;
use cubist_protocol::ids::UserId;
use cubist_protocol::ns;
use cubist_protocol::stanza::{
    Condition, Iq, IqBody, IqPayload, Stanza, StanzaError, error_reply_to,
};
use cubist_protocol::stream::features::SessionOffer;
use cubist_protocol::stream::{Features, StreamElement, StreamError};
use cubist_protocol::xml::{Element, Framing};

use crate::xmpp::login::{LoginError, goodbye, next, refuse, write};
use crate::xmpp::router::{Found, Router};
use crate::xmpp::session::{Kick, Link, Session};
use crate::xmpp::transport::{Input, Transport};

/// What is offered after the login, as the live service does it.
pub(super) fn offer_binding() -> Features {
    Features {
        bind: true,
        session: Some(SessionOffer::Required),
        stream_management: true,
        other: vec![Element::new("mobile", ns::MOBILE)],
        ..Features::default()
    }
}

/// After SASL: resumes an old session or binds a new one.
pub(super) async fn bind(
    router: &Router,
    transport: &mut Transport,
    user: UserId,
) -> Result<Arc<Session>, LoginError> {
    loop {
        let element = match next(transport).await? {
            Input::Element { element, .. } => element,
            Input::Close => return goodbye(transport).await,
            Input::Broken(error) => {
                return refuse(transport, StreamError::new(error.stream_condition())).await;
            }
            Input::Open | Input::Rejected { .. } => continue,
        };
        let unparsed = element.clone();
        match StreamElement::from_element(element) {
            Ok(StreamElement::Stanza(Stanza::Iq(iq))) => {
                if let IqBody::Set(IqPayload::Bind(Bind::Request { resource })) = &iq.body {
                    let session = router.bind(user, resource.as_deref(), transport.framing);
                    session.reply(bound(&iq, &session));
                    return Ok(session);
                }
                refuse_stanza(transport, &unparsed).await?;
            }
            Ok(StreamElement::StreamManagement(StreamManagement::Resume { h, previd })) => {
                if let Some(session) = resume(router, transport, user, h, previd).await? {
                    return Ok(session);
                }
            }
            Ok(StreamElement::StreamManagement(StreamManagement::Enable { .. })) => {
                let failed = StreamManagement::Failed {
                    h: None,
                    condition: Some(Condition::UnexpectedRequest),
                }
                .to_element();
                write(transport, failed.to_xml(transport.framing)).await?;
            }
            Ok(_) | Err(_) => refuse_stanza(transport, &unparsed).await?,
        }
    }
}

/// The answer to the binding request; from the server, to the new address.
fn bound(request: &Iq, session: &Session) -> String {
    let mut answer = request.result(Some(IqPayload::Bind(Bind::Bound {
        jid: session.jid.clone(),
    })));
    answer.from = None;
    answer.to = Some(session.jid.clone());
    answer.to_xml(Framing::Tcp)
}

/// RFC 6120 §7.1: before binding there is nothing else to do.
async fn refuse_stanza(transport: &mut Transport, element: &Element) -> Result<(), LoginError> {
    let text =
        "You must bind a resource first, before you can send any message or presence packet.";
    let error = StanzaError::new(Condition::NotAuthorized).with_text(text);
    if let Some(reply) = error_reply_to(element, &error) {
        write(transport, reply.to_xml(transport.framing)).await?;
    }
    Ok(())
}

/// XEP-0198 §5: goes on where a lost connection ended, if that is still possible.
async fn resume(
    router: &Router,
    transport: &mut Transport,
    user: UserId,
    h: u32,
    previd: String,
) -> Result<Option<Arc<Session>>, LoginError> {
    let handled = match router.find_resumable(&previd, user) {
        Found::Alive(session) => {
            // The old connection may not have noticed its end yet. It finishes what it has read, so that the count
            // in the answer is complete.
            if matches!(session.link(), Link::Attached(_)) {
                session.kick(Kick::Replaced);
                session.detached().await;
            }
            let framing = transport.framing;
            let resumed = |h| {
                StreamManagement::Resumed {
                    h,
                    previd: previd.clone(),
                }
                .to_element()
                .to_xml(framing)
            };
            if let Some(rows) = session.resume(h, framing, resumed) {
                router.state().confirm_queued(user, rows);
                return Ok(Some(session));
            }
            session.handled()
        }
        Found::Ended(handled) => Some(handled),
        Found::Unknown => None,
    };
    let failed = StreamManagement::Failed {
        h: handled,
        condition: Some(Condition::ItemNotFound),
    };
    write(transport, failed.to_element().to_xml(transport.framing)).await?;
    Ok(None)
}
