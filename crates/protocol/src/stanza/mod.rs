//! The three kinds of stanzas, and what can be wrong with them.

pub(crate) mod attributes;
pub mod error;
pub mod iq;
pub mod message;
pub mod presence;

pub use crate::stanza::error::{Condition, ErrorKind, StanzaError, error_reply_to};
pub use crate::stanza::iq::{Iq, IqBody, IqPayload};
pub use crate::stanza::message::{Message, MessageKind};
pub use crate::stanza::presence::{Presence, PresenceKind};

use crate::jid::Jid;
use crate::ns;
use crate::xml::{Element, Framing};

/// Why an element is not the typed thing it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It has another name or namespace.
    #[error("expected another element")]
    UnexpectedElement,
    /// A required attribute is absent.
    #[error("the attribute {0} is missing")]
    MissingAttribute(&'static str),
    /// An attribute's value is not of the required form.
    #[error("the attribute {0} has an impossible value")]
    InvalidAttribute(&'static str),
    /// A required child is absent, or there are too many.
    #[error("the child {0} is missing or repeated")]
    MissingChild(&'static str),
    /// The character data is not of the required form.
    #[error("the text is not of the required form")]
    InvalidText,
}

impl ParseError {
    /// RFC 6120 §8.3.3: what a server answers to such a stanza.
    pub fn condition(&self) -> Condition {
        match self {
            Self::InvalidAttribute("to" | "from") => Condition::JidMalformed,
            Self::UnexpectedElement
            | Self::MissingAttribute(_)
            | Self::InvalidAttribute(_)
            | Self::MissingChild(_)
            | Self::InvalidText => Condition::BadRequest,
        }
    }
}

/// Anything that is routed by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stanza {
    /// One-way: text, markers, chat states.
    Message(Box<Message>),
    /// Availability.
    Presence(Presence),
    /// Request and response.
    Iq(Iq),
}

impl Stanza {
    /// Whether the element is a stanza at all, well-made or not.
    pub fn is_stanza(element: &Element) -> bool {
        element.ns() == ns::CLIENT && matches!(element.name(), "message" | "presence" | "iq")
    }

    /// Reads any of the three.
    pub fn from_element(element: Element) -> Result<Self, ParseError> {
        if element.ns() != ns::CLIENT {
            return Err(ParseError::UnexpectedElement);
        }
        match element.name() {
            "message" => {
                Message::from_element(element).map(|message| Self::Message(Box::new(message)))
            }
            "presence" => Presence::from_element(element).map(Self::Presence),
            "iq" => Iq::from_element(element).map(Self::Iq),
            _ => Err(ParseError::UnexpectedElement),
        }
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        match self {
            Self::Message(message) => message.to_element(),
            Self::Presence(presence) => presence.to_element(),
            Self::Iq(iq) => iq.to_element(),
        }
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }

    /// The stanza's id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Message(message) => message.id.as_deref(),
            Self::Presence(presence) => presence.id.as_deref(),
            Self::Iq(iq) => Some(&iq.id),
        }
    }

    /// Who sent it; servers set this.
    pub fn from(&self) -> Option<&Jid> {
        match self {
            Self::Message(message) => message.from.as_ref(),
            Self::Presence(presence) => presence.from.as_ref(),
            Self::Iq(iq) => iq.from.as_ref(),
        }
    }

    /// Whom it is for.
    pub fn to(&self) -> Option<&Jid> {
        match self {
            Self::Message(message) => message.to.as_ref(),
            Self::Presence(presence) => presence.to.as_ref(),
            Self::Iq(iq) => iq.to.as_ref(),
        }
    }

    /// Sets the sender.
    pub fn set_from(&mut self, from: Option<Jid>) {
        match self {
            Self::Message(message) => message.from = from,
            Self::Presence(presence) => presence.from = from,
            Self::Iq(iq) => iq.from = from,
        }
    }

    /// Sets the addressee.
    pub fn set_to(&mut self, to: Option<Jid>) {
        match self {
            Self::Message(message) => message.to = to,
            Self::Presence(presence) => presence.to = to,
            Self::Iq(iq) => iq.to = to,
        }
    }
}

impl From<Message> for Stanza {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

impl From<Presence> for Stanza {
    fn from(presence: Presence) -> Self {
        Self::Presence(presence)
    }
}

impl From<Iq> for Stanza {
    fn from(iq: Iq) -> Self {
        Self::Iq(iq)
    }
}
