//! XEP-0308: Last Message Correction. The platform lets any own message be corrected.

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{boolean, expect, required};
use crate::xml::Element;

/// Says that the message's body takes the place of another message's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// Id of the message that is corrected.
    pub id: String,
    /// The platform's addition: whether it was the last one of the dialog.
    pub last: Option<bool>,
}

impl Replace {
    /// Reads a `replace`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "replace", ns::MESSAGE_CORRECT)?;
        Ok(Self {
            id: required(element, "id")?,
            last: boolean(element, "last")?,
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        Element::new("replace", ns::MESSAGE_CORRECT)
            .with_attr("id", self.id.as_str())
            .with_attr_opt("last", self.last.map(|last| last.to_string()))
    }
}
