//! STARTTLS: RFC 6120 §5.

use crate::ns;
use crate::stanza::ParseError;
use crate::xml::{Element, Framing};

/// A step of the negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartTls {
    /// The client asks.
    Start,
    /// The server agrees: TLS begins right after.
    Proceed,
    /// The server cannot: it closes the stream.
    Failure,
}

impl StartTls {
    /// Reads any of the three.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        match (element.name(), element.ns()) {
            ("starttls", ns::TLS) => Ok(Self::Start),
            ("proceed", ns::TLS) => Ok(Self::Proceed),
            ("failure", ns::TLS) => Ok(Self::Failure),
            _ => Err(ParseError::UnexpectedElement),
        }
    }

    /// The element to write.
    pub fn to_element(self) -> Element {
        let name = match self {
            Self::Start => "starttls",
            Self::Proceed => "proceed",
            Self::Failure => "failure",
        };
        Element::new(name, ns::TLS)
    }

    /// The bytes to send.
    pub fn to_xml(self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }
}

#[cfg(test)]
mod tests {
    use crate::stanza::ParseError;
    use crate::stream::StartTls;
    use crate::xml::{Framing, example};

    #[test]
    fn every_step_reads_and_writes_its_name() {
        for (name, step) in [
            ("starttls", StartTls::Start),
            ("proceed", StartTls::Proceed),
            ("failure", StartTls::Failure),
        ] {
            let xml = format!(r#"<{name} xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>"#);
            assert_eq!(StartTls::from_element(&example(&xml)), Ok(step));
            assert_eq!(step.to_xml(Framing::Tcp), xml);
        }
    }

    #[test]
    fn other_elements_are_rejected() {
        for xml in [
            r#"<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#,
            r#"<stop xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>"#,
        ] {
            assert_eq!(
                StartTls::from_element(&example(xml)),
                Err(ParseError::UnexpectedElement),
                "{xml}"
            );
        }
    }
}
