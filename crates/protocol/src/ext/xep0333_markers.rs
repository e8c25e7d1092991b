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

#[cfg(test)]
mod tests {
    use crate::ext::xep0333_markers::{Marker, MarkerKind, markable};
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn markers_read_and_write_the_id_they_are_about() {
        for (name, kind) in [
            ("received", MarkerKind::Received),
            ("displayed", MarkerKind::Displayed),
        ] {
            let xml = format!(
                r#"<{name} xmlns="urn:xmpp:chat-markers:0" id="557f1f22bcf86cd784439022"/>"#
            );
            let marker = Marker {
                kind,
                id: "557f1f22bcf86cd784439022".to_owned(),
            };
            assert_eq!(Marker::from_element(&example(&xml)).as_ref(), Ok(&marker));
            assert_eq!(marker.to_element().to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn a_message_asks_for_markers_with_an_empty_child() {
        assert_eq!(
            markable().to_xml(Framing::Tcp),
            r#"<markable xmlns="urn:xmpp:chat-markers:0"/>"#
        );
    }

    #[test]
    fn receipts_of_other_extensions_and_markers_without_id_are_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(Marker::from_element(&example(xml)), Err(expected), "{xml}");
        };
        check(
            r#"<received xmlns="urn:xmpp:receipts" id="a"/>"#,
            ParseError::UnexpectedElement,
        );
        check(
            r#"<received xmlns="urn:xmpp:carbons:2"/>"#,
            ParseError::UnexpectedElement,
        );
        check(
            r#"<acknowledged xmlns="urn:xmpp:chat-markers:0" id="a"/>"#,
            ParseError::UnexpectedElement,
        );
        check(
            r#"<displayed xmlns="urn:xmpp:chat-markers:0"/>"#,
            ParseError::MissingAttribute("id"),
        );
    }
}
