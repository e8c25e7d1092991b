//! Stream errors: RFC 6120 §4.9. The stream ends with one.

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::expect;
use crate::xml::{Element, Framing};

macro_rules! conditions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// RFC 6120 §4.9.3: why the stream ends.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum StreamErrorCondition {
            $($(#[$doc])* $variant,)*
        }

        impl StreamErrorCondition {
            /// The element's name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

conditions! {
    /// The XML cannot be processed.
    BadFormat = "bad-format";
    /// A prefix is not declared.
    BadNamespacePrefix = "bad-namespace-prefix";
    /// Another stream took this one's place.
    Conflict = "conflict";
    /// The peer has been silent for too long.
    ConnectionTimeout = "connection-timeout";
    /// The host is no longer served.
    HostGone = "host-gone";
    /// The host is not served.
    HostUnknown = "host-unknown";
    /// An address is missing.
    ImproperAddressing = "improper-addressing";
    /// The server is at fault.
    InternalServerError = "internal-server-error";
    /// A sender address is not the stream's own.
    InvalidFrom = "invalid-from";
    /// The stream's namespace is wrong.
    InvalidNamespace = "invalid-namespace";
    /// The XML breaks the schema.
    InvalidXml = "invalid-xml";
    /// Not logged in.
    NotAuthorized = "not-authorized";
    /// The XML is not well-formed.
    NotWellFormed = "not-well-formed";
    /// A local rule, such as a limit.
    PolicyViolation = "policy-violation";
    /// The server cannot reach another one.
    RemoteConnectionFailed = "remote-connection-failed";
    /// A new login is needed.
    Reset = "reset";
    /// The server is too busy.
    ResourceConstraint = "resource-constraint";
    /// A comment, processing instruction, document type or entity.
    RestrictedXml = "restricted-xml";
    /// The stream continues at another host.
    SeeOtherHost = "see-other-host";
    /// The server stops.
    SystemShutdown = "system-shutdown";
    /// None of the others.
    UndefinedCondition = "undefined-condition";
    /// The bytes are not UTF-8.
    UnsupportedEncoding = "unsupported-encoding";
    /// A mandatory feature is not understood.
    UnsupportedFeature = "unsupported-feature";
    /// A top-level element is not understood.
    UnsupportedStanzaType = "unsupported-stanza-type";
    /// The version of the stream is not understood.
    UnsupportedVersion = "unsupported-version";
}

/// Why a stream ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamError {
    /// The reason.
    pub condition: StreamErrorCondition,
    /// Words for developers.
    pub text: Option<String>,
}

impl StreamError {
    /// An error without words.
    pub const fn new(condition: StreamErrorCondition) -> Self {
        Self {
            condition,
            text: None,
        }
    }

    /// The same with words.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Reads a stream's `error`; an unknown reason is [`StreamErrorCondition::UndefinedCondition`].
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "error", ns::STREAM)?;
        let condition = element
            .elements()
            .filter(|child| child.ns() == ns::STREAM_ERRORS)
            .find_map(|child| StreamErrorCondition::from_name(child.name()))
            .unwrap_or(StreamErrorCondition::UndefinedCondition);
        Ok(Self {
            condition,
            text: element.child("text", ns::STREAM_ERRORS).map(Element::text),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut element = Element::new("error", ns::STREAM)
            .with_child(Element::new(self.condition.as_str(), ns::STREAM_ERRORS));
        if let Some(text) = &self.text {
            element.push(
                Element::new("text", ns::STREAM_ERRORS)
                    .with_lang(Some("en"))
                    .with_text(text),
            );
        }
        element
    }

    /// The bytes to send; afterwards the stream must be closed.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }
}

#[cfg(test)]
mod tests {
    use crate::stanza::ParseError;
    use crate::stream::{StreamError, StreamErrorCondition};
    use crate::xml::{Framing, example};

    #[test]
    fn a_stream_error_reads_and_writes_reason_and_words() {
        let error = StreamError::new(StreamErrorCondition::SystemShutdown).with_text("Back soon");
        let xml = r#"<stream:error xmlns:stream="http://etherx.jabber.org/streams"><system-shutdown xmlns="urn:ietf:params:xml:ns:xmpp-streams"/><text xmlns="urn:ietf:params:xml:ns:xmpp-streams" xml:lang="en">Back soon</text></stream:error>"#;
        assert_eq!(
            StreamError::from_element(&example(xml)).as_ref(),
            Ok(&error)
        );
        assert_eq!(error.to_xml(Framing::WebSocket), xml);
        assert_eq!(
            StreamError::new(StreamErrorCondition::Conflict).to_xml(Framing::Tcp),
            r#"<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>"#
        );
    }

    #[test]
    fn an_unknown_reason_is_undefined() {
        let xml = r#"<stream:error xmlns:stream="http://etherx.jabber.org/streams"><tired xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>"#;
        let error = StreamError::from_element(&example(xml)).unwrap();
        assert_eq!(error.condition, StreamErrorCondition::UndefinedCondition);
    }

    #[test]
    fn an_error_of_a_stanza_is_rejected() {
        assert_eq!(
            StreamError::from_element(&example("<error/>")),
            Err(ParseError::UnexpectedElement)
        );
    }
}
