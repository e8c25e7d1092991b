//! RFC 6120 §7: resource binding, by which a connection gets its full address.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::xml::Element;

/// The payload of a bind request or of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// The client asks, perhaps for a certain resource.
    Request {
        /// The resource wished for; the server may give another.
        resource: Option<String>,
    },
    /// The server answers.
    Bound {
        /// The full address of the connection.
        jid: Jid,
    },
}

impl Bind {
    /// Reads a `bind`.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "bind", ns::BIND)?;
        if let Some(jid) = element.child("jid", ns::BIND) {
            let jid = jid
                .text()
                .trim()
                .parse()
                .map_err(|_| ParseError::InvalidText)?;
            return Ok(Self::Bound { jid });
        }
        let resource = element
            .child("resource", ns::BIND)
            .map(Element::text)
            .filter(|text| !text.is_empty());
        Ok(Self::Request { resource })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let bind = Element::new("bind", ns::BIND);
        match self {
            Self::Request { resource: None } => bind,
            Self::Request {
                resource: Some(resource),
            } => bind.with_child(Element::new("resource", ns::BIND).with_text(resource)),
            Self::Bound { jid } => {
                bind.with_child(Element::new("jid", ns::BIND).with_text(&jid.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ext::rfc6120_bind::Bind;
    use crate::stanza::ParseError;
    use crate::xml::{Framing, example};

    #[test]
    fn requests_and_answers_read_and_write() {
        let check = |xml: &str, bind: &Bind| {
            assert_eq!(Bind::from_element(&example(xml)).as_ref(), Ok(bind));
            assert_eq!(bind.to_element().to_xml(Framing::Tcp), xml);
        };
        check(
            r#"<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>"#,
            &Bind::Request { resource: None },
        );
        check(
            r#"<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>a</resource></bind>"#,
            &Bind::Request {
                resource: Some("a".to_owned()),
            },
        );
        check(
            r#"<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>78-21@localhost/a</jid></bind>"#,
            &Bind::Bound {
                jid: "78-21@localhost/a".parse().unwrap(),
            },
        );
    }

    #[test]
    fn an_impossible_address_is_rejected() {
        let check = |xml: &str, expected: ParseError| {
            assert_eq!(Bind::from_element(&example(xml)), Err(expected), "{xml}");
        };
        check("<bind/>", ParseError::UnexpectedElement);
        check(
            r#"<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>a@</jid></bind>"#,
            ParseError::InvalidText,
        );
    }
}
