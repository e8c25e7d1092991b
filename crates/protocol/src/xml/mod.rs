//! XML as XMPP uses it: one bounded [`Element`] per stanza, never a tree of the whole stream.
//!
//! [`StreamReader`] takes the bytes of a TCP stream as they come; [`read_frame`] takes a whole
//! WebSocket frame. Both are tolerant of what the platform's clients really send: a name may
//! begin with a digit (the official SDK writes arrays as `<0>…</0>`), line breaks in attributes
//! are kept, characters that XML forbids are dropped. What RFC 6120 §11.1 forbids (comments,
//! processing instructions, document types, other entities) is an error.

mod chars;
mod element;
mod error;
mod limits;
mod parser;
mod reader;
mod scanner;
mod writer;

pub use crate::xml::chars::strip_illegal;
pub use crate::xml::element::{Attribute, Element, Node};
pub use crate::xml::error::XmlError;
pub use crate::xml::limits::Limits;
pub use crate::xml::parser::{read_frame, read_frame_head};
pub use crate::xml::reader::{StreamEvent, StreamReader};
pub use crate::xml::writer::Framing;

pub(crate) use crate::xml::writer::write_attribute;

#[cfg(test)]
mod properties;

/// The single element of a frame; for tests of what elements mean.
#[cfg(test)]
pub(crate) fn example(frame: &str) -> Element {
    let mut elements = read_frame(frame, &Limits::default()).expect("a well-formed example");
    assert_eq!(elements.len(), 1, "{frame}");
    elements.remove(0)
}
