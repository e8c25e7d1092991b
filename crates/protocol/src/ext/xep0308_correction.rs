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

#[cfg(test)]
mod tests {
    use crate::ext::xep0308_correction::Replace;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn a_correction_reads_and_writes_id_and_last() {
        for (xml, last) in [
            (
                r#"<replace xmlns="urn:xmpp:message-correct:0" id="58e6" last="false"/>"#,
                Some(false),
            ),
            (
                r#"<replace xmlns="urn:xmpp:message-correct:0" id="58e6" last="true"/>"#,
                Some(true),
            ),
            (
                r#"<replace xmlns="urn:xmpp:message-correct:0" id="58e6"/>"#,
                None,
            ),
        ] {
            let replace = Replace {
                id: "58e6".to_owned(),
                last,
            };
            assert_eq!(Replace::from_element(&example(xml)).as_ref(), Ok(&replace));
            assert_eq!(replace.to_element().to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn a_correction_of_nothing_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(Replace::from_element(&example(xml)), Err(expected), "{xml}");
        };
        check("<replace id='a'/>", ParseError::UnexpectedElement);
        check(
            r#"<replace xmlns="urn:xmpp:message-correct:0"/>"#,
            ParseError::MissingAttribute("id"),
        );
        check(
            r#"<replace xmlns="urn:xmpp:message-correct:0" id="a" last="x"/>"#,
            ParseError::InvalidAttribute("last"),
        );
    }
}
