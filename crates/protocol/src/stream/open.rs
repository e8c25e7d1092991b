//! Beginning and end of a stream: RFC 6120 §4.2 and §4.4 on TCP, RFC 7395 §3.3 on WebSocket.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{expect, read_jid};
use crate::xml::{Element, Framing, write_attribute};

/// The header of a stream, from either side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamOpen {
    /// Who opens; servers set it.
    pub from: Option<Jid>,
    /// Who is meant; clients set it.
    pub to: Option<Jid>,
    /// The server's name for the stream.
    pub id: Option<String>,
    /// `1.0`; absent from prehistoric peers.
    pub version: Option<String>,
    /// Language of texts without one of their own.
    pub lang: Option<String>,
}

impl StreamOpen {
    /// A client's header.
    pub fn to_server(to: Jid) -> Self {
        Self {
            to: Some(to),
            version: Some("1.0".to_owned()),
            ..Self::default()
        }
    }

    /// A server's header.
    pub fn from_server(from: Jid, id: impl Into<String>) -> Self {
        Self {
            from: Some(from),
            to: None,
            id: Some(id.into()),
            version: Some("1.0".to_owned()),
            lang: Some("en".to_owned()),
        }
    }

    /// Reads the `open` of a WebSocket or the `stream` of TCP.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        if !element.is("open", ns::FRAMING) && !element.is("stream", ns::STREAM) {
            return Err(ParseError::UnexpectedElement);
        }
        Ok(Self {
            from: read_jid(element, "from")?,
            to: read_jid(element, "to")?,
            id: element.attr("id").map(str::to_owned),
            version: element.attr("version").map(str::to_owned),
            lang: element.attr_ns("lang", ns::XML).map(str::to_owned),
        })
    }

    /// The bytes to send; on TCP a declaration and a start tag, which [`StreamClose`] will close.
    pub fn to_xml(&self, framing: Framing) -> String {
        let mut out = String::new();
        let end = match framing {
            Framing::WebSocket => {
                out.push_str("<open");
                write_attribute("xmlns", ns::FRAMING, &mut out);
                "/>"
            }
            Framing::Tcp => {
                out.push_str("<?xml version='1.0'?><stream:stream");
                write_attribute("xmlns", ns::CLIENT, &mut out);
                write_attribute("xmlns:stream", ns::STREAM, &mut out);
                ">"
            }
        };
        let (from, to) = (
            self.from.as_ref().map(ToString::to_string),
            self.to.as_ref().map(ToString::to_string),
        );
        let attributes = [
            ("from", from.as_deref()),
            ("to", to.as_deref()),
            ("id", self.id.as_deref()),
            ("version", self.version.as_deref()),
            ("xml:lang", self.lang.as_deref()),
        ];
        for (name, value) in attributes {
            if let Some(value) = value {
                write_attribute(name, value, &mut out);
            }
        }
        out.push_str(end);
        out
    }
}

/// The end of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamClose {
    /// RFC 7395 §3.6.1: where the client should go instead; WebSocket only.
    pub see_other_uri: Option<String>,
}

impl StreamClose {
    /// Reads the `close` of a WebSocket.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "close", ns::FRAMING)?;
        Ok(Self {
            see_other_uri: element.attr("see-other-uri").map(str::to_owned),
        })
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        match framing {
            Framing::WebSocket => Element::new("close", ns::FRAMING)
                .with_attr_opt("see-other-uri", self.see_other_uri.as_deref())
                .to_xml(framing),
            Framing::Tcp => "</stream:stream>".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
