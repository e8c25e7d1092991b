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

#[cfg(test)]
mod tests {
    use crate::ext::message_delete::Remove;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn a_deletion_reads_and_writes_the_id() {
        let xml = r#"<remove xmlns="urn:xmpp:message-delete:0" id="58e6"/>"#;
        let remove = Remove {
            id: "58e6".to_owned(),
        };
        assert_eq!(Remove::from_element(&example(xml)).as_ref(), Ok(&remove));
        assert_eq!(remove.to_element().to_xml(Framing::Tcp), xml);
    }

    #[test]
    fn a_deletion_of_nothing_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(Remove::from_element(&example(xml)), Err(expected), "{xml}");
        };
        check("<remove id='a'/>", ParseError::UnexpectedElement);
        check(
            r#"<remove xmlns="urn:xmpp:message-delete:0"/>"#,
            ParseError::MissingAttribute("id"),
        );
    }
}
