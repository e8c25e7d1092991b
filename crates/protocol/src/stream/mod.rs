//! What frames the stanzas: opening and closing, features, TLS, SASL, stream errors.

pub mod error;
pub mod features;
pub mod open;
pub mod sasl;
pub mod starttls;

pub use crate::stream::error::{StreamError, StreamErrorCondition};
pub use crate::stream::features::Features;
pub use crate::stream::open::{StreamClose, StreamOpen};
pub use crate::stream::sasl::{Plain, Sasl, SaslCondition};
pub use crate::stream::starttls::StartTls;
pub use crate::xml::Framing;

use crate::ext::xep0198_stream_management::StreamManagement;
use crate::ns;
use crate::stanza::{ParseError, Stanza};
use crate::xml::Element;

/// Any top-level element of a stream, by what it is for.
///
/// On TCP the header and the end come as [`crate::xml::StreamEvent`] instead of [`Self::Open`]
/// and [`Self::Close`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamElement {
    /// The other side opens (or reopens) the stream; WebSocket only.
    Open(StreamOpen),
    /// The other side closes the stream; WebSocket only.
    Close(StreamClose),
    /// What the server offers at this point.
    Features(Features),
    /// The stream ends for a reason.
    Error(StreamError),
    /// TLS negotiation.
    StartTls(StartTls),
    /// Authentication.
    Sasl(Sasl),
    /// XEP-0198.
    StreamManagement(StreamManagement),
    /// A message, presence or IQ.
    Stanza(Stanza),
    /// Something this crate has no type for.
    Unknown(Element),
}

impl StreamElement {
    /// Reads a top-level element.
    ///
    /// An error means that the element is one of the known kinds but does not keep its rules. For
    /// a stanza that deserves [`crate::stanza::error_reply_to`], so keep the element at hand.
    pub fn from_element(element: Element) -> Result<Self, ParseError> {
        if Stanza::is_stanza(&element) {
            return Stanza::from_element(element).map(Self::Stanza);
        }
        Ok(match (element.name(), element.ns()) {
            ("open", ns::FRAMING) => Self::Open(StreamOpen::from_element(&element)?),
            ("close", ns::FRAMING) => Self::Close(StreamClose::from_element(&element)?),
            ("features", ns::STREAM) => Self::Features(Features::from_element(element)?),
            ("error", ns::STREAM) => Self::Error(StreamError::from_element(&element)?),
            (_, ns::TLS) => Self::StartTls(StartTls::from_element(&element)?),
            (_, ns::SASL) => Self::Sasl(Sasl::from_element(&element)?),
            (_, ns::STREAM_MANAGEMENT) => {
                Self::StreamManagement(StreamManagement::from_element(&element)?)
            }
            _ => Self::Unknown(element),
        })
    }
}

#[cfg(test)]
mod tests;
