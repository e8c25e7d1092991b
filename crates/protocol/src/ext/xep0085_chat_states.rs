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

#[cfg(test)]
mod tests {
    use crate::ext::xep0085_chat_states::ChatState;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn every_state_reads_and_writes_its_name() {
        for name in ["active", "composing", "paused", "inactive", "gone"] {
            let xml = format!(r#"<{name} xmlns="http://jabber.org/protocol/chatstates"/>"#);
            let state = ChatState::from_element(&example(&xml)).unwrap();
            assert_eq!(state.as_str(), name);
            assert_eq!(state.to_element().to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn other_elements_are_rejected() {
        for xml in [
            "<composing/>",
            r#"<singing xmlns="http://jabber.org/protocol/chatstates"/>"#,
        ] {
            assert_eq!(
                ChatState::from_element(&example(xml)),
                Err(ParseError::UnexpectedElement),
                "{xml}"
            );
        }
    }
}
