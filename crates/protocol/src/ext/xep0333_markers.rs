//! XEP-0333: Chat Markers, by which the platform tells "delivered" and "read".

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::required;
use crate::xml::Element;

/// The child by which a sender asks for markers.
pub fn markable() -> Element {
    Element::new("markable", ns::CHAT_MARKERS)
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkerKind {
    /// It reached a device.
    Received,
    /// The person saw it.
    Displayed,
}

/// Says what happened to another message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// What happened.
    pub kind: MarkerKind,
    /// Id of that message.
    pub id: String,
}

impl Marker {
    /// Reads `received` or `displayed`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        let kind = match (element.name(), element.ns()) {
            ("received", ns::CHAT_MARKERS) => MarkerKind::Received,
            ("displayed", ns::CHAT_MARKERS) => MarkerKind::Displayed,
            _ => return Err(ParseError::UnexpectedElement),
        };
        Ok(Self {
            kind,
            id: required(element, "id")?,
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let name = match self.kind {
            MarkerKind::Received => "received",
            MarkerKind::Displayed => "displayed",
        };
        Element::new(name, ns::CHAT_MARKERS).with_attr("id", self.id.as_str())
    }
}
