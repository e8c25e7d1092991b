//! A TCP stream's bytes to its header, stanzas and end.

use crate::xml::element::Element;
use crate::xml::error::XmlError;
use crate::xml::limits::Limits;
use crate::xml::parser::{Bindings, read_elements, read_header, single};
use crate::xml::scanner::{Boundary, Scanner};

/// Consumed bytes are given back to the buffer once they are this many and at least half of it.
const COMPACT_FROM_BYTES: usize = 16 * 1024;

/// What a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// The stream's start tag, as an element without children.
    Open(Element),
    /// A whole child of the stream: a stanza, or an element of negotiation.
    Stanza(Element),
    /// The stream's end tag.
    Close,
}

/// Turns pushed bytes into events; where the bytes are cut makes no difference.
///
/// After an error or [`StreamEvent::Close`] nothing more comes.
#[derive(Debug)]
pub struct StreamReader {
    limits: Limits,
    /// Bytes not yet given out, beginning at `start`.
    buffer: Vec<u8>,
    /// Where the current piece (header or stanza) begins in `buffer`.
    start: usize,
    /// How far `buffer` has been scanned; never before `start`.
    scanned: usize,
    scanner: Scanner,
    /// Declarations of the header, in force for every stanza.
    bindings: Bindings,
    /// The header's name as written, which the end tag must repeat.
    stream_name: String,
    /// Set by an error or the end.
    over: Option<XmlError>,
    closed: bool,
}

impl StreamReader {
    /// A reader that expects a stream header first.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            scanner: Scanner::new(),
            bindings: Bindings::none(),
            stream_name: String::new(),
            over: None,
            closed: false,
        }
    }

    /// Takes bytes as they come. Take all events out before pushing more, to keep the buffer small.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.over.is_none() && !self.closed {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next event, or `None` until more bytes are pushed.
    pub fn next_event(&mut self) -> Result<Option<StreamEvent>, XmlError> {
        if let Some(error) = &self.over {
            return Err(error.clone());
        }
        self.scan().inspect_err(|error| {
            self.over = Some(error.clone());
            self.buffer = Vec::new();
            (self.start, self.scanned) = (0, 0);
        })
    }

    /// Begins anew with a stream header, keeping bytes that came after the last event.
    ///
    /// For the restart after SASL. For the one after STARTTLS make a new reader instead and
    /// refuse the stream if [`Self::has_pending_bytes`], since those came without protection.
    pub fn restart(&mut self) {
        self.buffer.drain(..self.start);
        (self.start, self.scanned) = (0, 0);
        self.scanner = Scanner::new();
        self.bindings = Bindings::none();
        self.stream_name.clear();
        self.closed = false;
    }

    /// Whether bytes were pushed that no event has covered.
    pub fn has_pending_bytes(&self) -> bool {
        self.start < self.buffer.len()
    }

    fn scan(&mut self) -> Result<Option<StreamEvent>, XmlError> {
        if self.closed {
            return Ok(None);
        }
        while let Some(byte) = self.buffer.get(self.scanned).copied() {
            let was_between = self.scanner.is_between();
            let boundary = self.scanner.step(byte)?;
            self.scanned += 1;
            if was_between && self.scanner.is_between() {
                // White space between stanzas, which keeps connections alive.
                self.start = self.scanned;
                continue;
            }
            if self.scanned - self.start > self.limits.max_stanza_bytes {
                return Err(XmlError::TooLarge);
            }
            if let Some(boundary) = boundary {
                let event = self.take(boundary)?;
                if event.is_some() {
                    return Ok(event);
                }
            }
        }
        self.compact();
        Ok(None)
    }

    fn take(&mut self, boundary: Boundary) -> Result<Option<StreamEvent>, XmlError> {
        let piece = self
            .buffer
            .get(self.start..self.scanned)
            .unwrap_or_default();
        let piece = std::str::from_utf8(piece).map_err(|_| XmlError::NotUtf8)?;
        let event = match boundary {
            Boundary::Declaration if piece.starts_with("<?xml") => None,
            Boundary::Declaration => return Err(XmlError::Restricted),
            Boundary::Header => {
                let (header, bindings) = read_header(piece, &self.limits)?;
                self.bindings = bindings;
                self.stream_name = tag_name(piece).to_owned();
                Some(StreamEvent::Open(header))
            }
            Boundary::Stanza => Some(StreamEvent::Stanza(single(read_elements(
                piece,
                &self.bindings,
                &self.limits,
            )?)?)),
            Boundary::End if tag_name(piece) == self.stream_name => {
                self.closed = true;
                Some(StreamEvent::Close)
            }
            Boundary::End => return Err(XmlError::IllFormed("tags do not match")),
        };
        self.start = self.scanned;
        self.compact();
        Ok(event)
    }

    /// Gives consumed bytes back, rarely enough that each byte is moved once on average.
    fn compact(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
        } else if self.start >= COMPACT_FROM_BYTES && self.start * 2 >= self.buffer.len() {
            self.buffer.drain(..self.start);
        } else {
            return;
        }
        self.scanned -= self.start;
        self.start = 0;
    }
}

/// The name as written in a start or end tag.
fn tag_name(tag: &str) -> &str {
    let tag = tag.trim_start_matches(['<', '/']);
    tag.split([' ', '\t', '\r', '\n', '>', '/'])
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
