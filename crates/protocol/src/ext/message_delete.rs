//! The platform's own `urn:xmpp:message-delete:0`: a message deleted for everyone.

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{expect, required};
use crate::xml::Element;

/// Says that another message is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remove {
    /// Id of the message that is gone.
    pub id: String,
}

impl Remove {
    /// Reads a `remove`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "remove", ns::MESSAGE_DELETE)?;
        Ok(Self {
            id: required(element, "id")?,
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        Element::new("remove", ns::MESSAGE_DELETE).with_attr("id", self.id.as_str())
    }
}
