//! IQs: RFC 6120 §8.2.3, request and response.

use crate::ext::rfc3921_session;
use crate::ext::rfc6120_bind::Bind;
use crate::ext::status_streaming::StatusSubscription;
use crate::ext::tigase_mobile::MobileSwitch;
use crate::ext::xep0012_last_activity::LastActivity;
use crate::ext::xep0016_privacy::PrivacyQuery;
use crate::ext::xep0030_disco_info::DiscoInfo;
use crate::ext::xep0030_disco_items::DiscoItems;
use crate::ext::xep0199_ping;
use crate::ext::xep0280_carbons::CarbonsSwitch;
use crate::jid::Jid;
use crate::ns;
use crate::stanza::attributes::{self, Addressing};
use crate::stanza::error::StanzaError;
use crate::stanza::{Condition, ParseError};
use crate::xml::{Element, Framing};

/// What an IQ asks or answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IqPayload {
    /// RFC 6120 §7: resource binding.
    Bind(Bind),
    /// RFC 3921 §3: session establishment.
    Session,
    /// XEP-0199: ping.
    Ping,
    /// XEP-0280: carbons on or off.
    Carbons(CarbonsSwitch),
    /// XEP-0012: how long ago someone was here.
    LastActivity(LastActivity),
    /// XEP-0016: privacy lists.
    Privacy(PrivacyQuery),
    /// XEP-0030: what an entity is and can do.
    DiscoInfo(DiscoInfo),
    /// XEP-0030: the items of an entity, such as the occupants of a room.
    DiscoItems(DiscoItems),
    /// The platform's own: being told when someone comes and goes.
    StatusSubscription(StatusSubscription),
    /// Tigase: the session is looked at, or is not.
    Mobile(MobileSwitch),
    /// Anything else, or a known payload that does not keep its rules.
    Other(Element),
}

impl IqPayload {
    /// Reads a payload; never fails, since unknown ones are kept.
    pub fn from_element(element: Element) -> Self {
        let typed = match element.ns() {
            ns::BIND => Bind::from_element(&element).map(Self::Bind).ok(),
            ns::SESSION => rfc3921_session::is_session(&element).then_some(Self::Session),
            ns::PING => xep0199_ping::is_ping(&element).then_some(Self::Ping),
            ns::CARBONS => CarbonsSwitch::from_element(&element)
                .map(Self::Carbons)
                .ok(),
            ns::LAST_ACTIVITY => LastActivity::from_element(&element)
                .map(Self::LastActivity)
                .ok(),
            ns::PRIVACY => PrivacyQuery::from_element(&element).map(Self::Privacy).ok(),
            ns::DISCO_INFO => DiscoInfo::from_element(&element).map(Self::DiscoInfo).ok(),
            ns::DISCO_ITEMS => DiscoItems::from_element(&element)
                .map(Self::DiscoItems)
                .ok(),
            ns::STATUS_STREAMING => StatusSubscription::from_element(&element)
                .map(Self::StatusSubscription)
                .ok(),
            ns::MOBILE => MobileSwitch::from_element(&element).map(Self::Mobile).ok(),
            _ => None,
        };
        typed.unwrap_or(Self::Other(element))
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        match self {
            Self::Bind(bind) => bind.to_element(),
            Self::Session => rfc3921_session::session(),
            Self::Ping => xep0199_ping::ping(),
            Self::Carbons(switch) => switch.to_element(),
            Self::LastActivity(activity) => activity.to_element(),
            Self::Privacy(query) => query.to_element(),
            Self::DiscoInfo(info) => info.to_element(),
            Self::DiscoItems(items) => items.to_element(),
            Self::StatusSubscription(subscription) => subscription.to_element(),
            Self::Mobile(switch) => switch.to_element(),
            Self::Other(element) => element.clone(),
        }
    }
}

/// RFC 6120 §8.2.3: the `type` of an IQ, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IqBody {
    /// A question.
    Get(IqPayload),
    /// A command.
    Set(IqPayload),
    /// The answer, often empty.
    Result(Option<IqPayload>),
    /// The refusal, sometimes with the request echoed.
    Error {
        /// Why.
        error: StanzaError,
        /// The payload of the request, when the answerer sent it back.
        request: Option<Element>,
    },
}

/// An IQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iq {
    /// Ties the answer to the request; required.
    pub id: String,
    /// Set by the server.
    pub from: Option<Jid>,
    /// Absent when it is for the user's own server or account.
    pub to: Option<Jid>,
    /// `xml:lang`.
    pub lang: Option<String>,
    /// Type and payload.
    pub body: IqBody,
}

impl Iq {
    /// A question.
    pub fn get(id: impl Into<String>, payload: IqPayload) -> Self {
        Self::with_body(id.into(), IqBody::Get(payload))
    }

    /// A command.
    pub fn set(id: impl Into<String>, payload: IqPayload) -> Self {
        Self::with_body(id.into(), IqBody::Set(payload))
    }

    fn with_body(id: String, body: IqBody) -> Self {
        Self {
            id,
            from: None,
            to: None,
            lang: None,
            body,
        }
    }

    /// The positive answer to this request: same id, addresses swapped.
    #[must_use]
    pub fn result(&self, payload: Option<IqPayload>) -> Self {
        self.answer(IqBody::Result(payload))
    }

    /// The negative answer to this request: same id, addresses swapped.
    #[must_use]
    pub fn error(&self, error: StanzaError) -> Self {
        self.answer(IqBody::Error {
            error,
            request: None,
        })
    }

    fn answer(&self, body: IqBody) -> Self {
        Self {
            id: self.id.clone(),
            from: self.to.clone(),
            to: self.from.clone(),
            lang: None,
            body,
        }
    }

    /// Whether this asks for an answer.
    pub const fn is_request(&self) -> bool {
        matches!(self.body, IqBody::Get(_) | IqBody::Set(_))
    }

    /// Reads an `iq`.
    pub fn from_element(element: Element) -> Result<Self, ParseError> {
        attributes::expect(&element, "iq", ns::CLIENT)?;
        let id = attributes::required(&element, "id")?;
        let Addressing { from, to, lang, .. } = Addressing::read(&element)?;
        let kind = attributes::required(&element, "type")?;
        let mut children = element.into_elements();
        let body = match kind.as_str() {
            "get" => IqBody::Get(only_child(children)?),
            "set" => IqBody::Set(only_child(children)?),
            "result" => IqBody::Result(children.next().map(IqPayload::from_element)),
            "error" => {
                let (mut error, mut request) = (None, None);
                for child in children {
                    if child.is("error", ns::CLIENT) {
                        error = error.or_else(|| Some(StanzaError::from_element(&child)));
                    } else {
                        request = request.or(Some(child));
                    }
                }
                let error =
                    error.unwrap_or_else(|| StanzaError::new(Condition::UndefinedCondition));
                IqBody::Error { error, request }
            }
            _ => return Err(ParseError::InvalidAttribute("type")),
        };
        Ok(Self {
            id,
            from,
            to,
            lang,
            body,
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let kind = match &self.body {
            IqBody::Get(_) => "get",
            IqBody::Set(_) => "set",
            IqBody::Result(_) => "result",
            IqBody::Error { .. } => "error",
        };
        let mut element = attributes::start(
            "iq",
            Some(kind),
            Some(&self.id),
            self.from.as_ref(),
            self.to.as_ref(),
            self.lang.as_deref(),
        );
        match &self.body {
            IqBody::Get(payload) | IqBody::Set(payload) | IqBody::Result(Some(payload)) => {
                element.push(payload.to_element());
            }
            IqBody::Result(None) => {}
            IqBody::Error { error, request } => {
                if let Some(request) = request {
                    element.push(request.clone());
                }
                element.push(error.to_element());
            }
        }
        element
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }
}

/// RFC 6120 §8.2.3: a request has exactly one child.
fn only_child(mut children: impl Iterator<Item = Element>) -> Result<IqPayload, ParseError> {
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(IqPayload::from_element(child)),
        _ => Err(ParseError::MissingChild("payload")),
    }
}

#[cfg(test)]
mod tests;
