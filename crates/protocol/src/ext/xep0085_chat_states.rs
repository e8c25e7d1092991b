//! XEP-0085: Chat State Notifications. The platform uses `composing` and `paused`.

use crate::ns;
use crate::stanza::ParseError;
use crate::xml::Element;

/// What the other person is doing in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChatState {
    /// Paying attention.
    Active,
    /// Typing.
    Composing,
    /// Stopped typing.
    Paused,
    /// Not paying attention.
    Inactive,
    /// Left the conversation.
    Gone,
}

impl ChatState {
    /// The element's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Composing => "composing",
            Self::Paused => "paused",
            Self::Inactive => "inactive",
            Self::Gone => "gone",
        }
    }

    /// Reads any of the five.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        match (element.name(), element.ns()) {
            ("active", ns::CHAT_STATES) => Ok(Self::Active),
            ("composing", ns::CHAT_STATES) => Ok(Self::Composing),
            ("paused", ns::CHAT_STATES) => Ok(Self::Paused),
            ("inactive", ns::CHAT_STATES) => Ok(Self::Inactive),
            ("gone", ns::CHAT_STATES) => Ok(Self::Gone),
            _ => Err(ParseError::UnexpectedElement),
        }
    }

    /// The element to write.
    pub fn to_element(self) -> Element {
        Element::new(self.as_str(), ns::CHAT_STATES)
    }
}
