//! Presences: RFC 6121 §4.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::attributes::{self, Addressing};
use crate::stanza::error::StanzaError;
use crate::stanza::{Condition, ParseError};
use crate::xml::{Element, Framing};

/// RFC 6121 §4.7.1: the `type` of a presence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PresenceKind {
    /// No type: available.
    #[default]
    Available,
    /// No longer available.
    Unavailable,
    /// A server asks for the current presence.
    Probe,
    /// A request to see the other's presence.
    Subscribe,
    /// The request is granted.
    Subscribed,
    /// The wish to see the other's presence has ended.
    Unsubscribe,
    /// The request is denied, or its grant taken back.
    Unsubscribed,
    /// An answer to a presence that could not be delivered.
    Error,
}

impl PresenceKind {
    /// The attribute's value; `None` for [`Self::Available`].
    pub const fn as_attr(self) -> Option<&'static str> {
        match self {
            Self::Available => None,
            Self::Unavailable => Some("unavailable"),
            Self::Probe => Some("probe"),
            Self::Subscribe => Some("subscribe"),
            Self::Subscribed => Some("subscribed"),
            Self::Unsubscribe => Some("unsubscribe"),
            Self::Unsubscribed => Some("unsubscribed"),
            Self::Error => Some("error"),
        }
    }

    fn from_attr(value: Option<&str>) -> Result<Self, ParseError> {
        Ok(match value {
            None | Some("" | "available") => Self::Available,
            Some("unavailable") => Self::Unavailable,
            Some("probe") => Self::Probe,
            Some("subscribe") => Self::Subscribe,
            Some("subscribed") => Self::Subscribed,
            Some("unsubscribe") => Self::Unsubscribe,
            Some("unsubscribed") => Self::Unsubscribed,
            Some("error") => Self::Error,
            Some(_) => return Err(ParseError::InvalidAttribute("type")),
        })
    }
}

/// A presence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Chosen by the sender; often absent.
    pub id: Option<String>,
    /// Set by the server.
    pub from: Option<Jid>,
    /// Absent when it is for the server to spread.
    pub to: Option<Jid>,
    /// The `type` attribute.
    pub kind: PresenceKind,
    /// `xml:lang`.
    pub lang: Option<String>,
    /// Present when [`Self::kind`] is [`PresenceKind::Error`].
    pub error: Option<StanzaError>,
    /// All other children (show, status, priority, room protocol), relayed untouched.
    pub other: Vec<Element>,
}

impl Presence {
    /// An empty presence.
    pub fn new(kind: PresenceKind) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    /// Reads a `presence`.
    pub fn from_element(element: Element) -> Result<Self, ParseError> {
        attributes::expect(&element, "presence", ns::CLIENT)?;
        let Addressing { id, from, to, lang } = Addressing::read(&element)?;
        let kind = PresenceKind::from_attr(element.attr("type"))?;
        let mut presence = Self {
            id,
            from,
            to,
            kind,
            lang,
            ..Self::default()
        };
        for child in element.into_elements() {
            if child.is("error", ns::CLIENT) && presence.error.is_none() {
                presence.error = Some(StanzaError::from_element(&child));
            } else {
                presence.other.push(child);
            }
        }
        if kind == PresenceKind::Error && presence.error.is_none() {
            presence.error = Some(StanzaError::new(Condition::UndefinedCondition));
        }
        Ok(presence)
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut element = attributes::start(
            "presence",
            self.kind.as_attr(),
            self.id.as_deref(),
            self.from.as_ref(),
            self.to.as_ref(),
            self.lang.as_deref(),
        );
        for child in self
            .other
            .iter()
            .cloned()
            .chain(self.error.as_ref().map(StanzaError::to_element))
        {
            element.push(child);
        }
        element
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }

    /// RFC 6120 §8.3.1: the answer that says why this presence was refused, its payload echoed, which
    /// the official SDK needs to tell a refused join from other errors.
    ///
    /// `None` for a presence that is an error itself: errors are never answered.
    pub fn error_reply(&self, error: StanzaError) -> Option<Self> {
        if self.kind == PresenceKind::Error {
            return None;
        }
        Some(Self {
            id: self.id.clone(),
            from: self.to.clone(),
            to: self.from.clone(),
            kind: PresenceKind::Error,
            lang: self.lang.clone(),
            error: Some(error),
            other: self.other.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
