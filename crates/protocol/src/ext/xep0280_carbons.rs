//! XEP-0280: Message Carbons, with the wrapping of XEP-0297.

use crate::ext::xep0203_delay::Delay;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::stanza::message::Message;
use crate::xml::Element;

/// The payload of an IQ that turns carbons on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarbonsSwitch {
    /// From now on.
    Enable,
    /// No longer.
    Disable,
}

impl CarbonsSwitch {
    /// Reads `enable` or `disable`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        match (element.name(), element.ns()) {
            ("enable", ns::CARBONS) => Ok(Self::Enable),
            ("disable", ns::CARBONS) => Ok(Self::Disable),
            _ => Err(ParseError::UnexpectedElement),
        }
    }

    /// The element to write.
    pub fn to_element(self) -> Element {
        let name = match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
        };
        Element::new(name, ns::CARBONS)
    }
}

/// Which way the copied message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarbonDirection {
    /// Another resource of the user sent it.
    Sent,
    /// Another resource of the user received it. The official SDK misreads this one: never send it.
    Received,
}

/// A copy of a message of another resource of the same user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carbon {
    /// Which way it went.
    pub direction: CarbonDirection,
    /// XEP-0297: when it went, if the server says so.
    pub delay: Option<Delay>,
    /// The message itself.
    pub message: Box<Message>,
}

impl Carbon {
    /// Reads `sent` or `received` with the message in it.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        let direction = match (element.name(), element.ns()) {
            ("sent", ns::CARBONS) => CarbonDirection::Sent,
            ("received", ns::CARBONS) => CarbonDirection::Received,
            _ => return Err(ParseError::UnexpectedElement),
        };
        let forwarded = element
            .child("forwarded", ns::FORWARD)
            .ok_or(ParseError::MissingChild("forwarded"))?;
        expect(forwarded, "forwarded", ns::FORWARD)?;
        let message = forwarded
            .child("message", ns::CLIENT)
            .ok_or(ParseError::MissingChild("message"))?;
        Ok(Self {
            direction,
            delay: forwarded
                .child("delay", ns::DELAY)
                .map(Delay::from_element)
                .transpose()?,
            message: Box::new(Message::from_element(message.clone())?),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let name = match self.direction {
            CarbonDirection::Sent => "sent",
            CarbonDirection::Received => "received",
        };
        let mut forwarded = Element::new("forwarded", ns::FORWARD);
        if let Some(delay) = &self.delay {
            forwarded.push(delay.to_element());
        }
        forwarded.push(self.message.to_element());
        Element::new(name, ns::CARBONS).with_child(forwarded)
    }
}
