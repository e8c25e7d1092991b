//! Finds where tags end in a stream of bytes, one look per byte.
//!
//! It knows just enough of XML to count depth: quotes, CDATA and the kinds of tags. Whether the
//! names match is decided by the parser, once the stanza is complete; so a stanza that arrives
//! in a thousand pieces is still read twice in all, not a thousand times.

use crate::xml::error::XmlError;

/// What a byte completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// `<?xml …?>`, before the header.
    Declaration,
    /// The start tag of the stream.
    Header,
    /// A whole child of the stream.
    Stanza,
    /// The end tag of the stream.
    End,
}

/// Where the scanner is between two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Outside of tags.
    Text,
    /// After `<`.
    TagOpen,
    /// In a start tag; `slash` when the last byte was `/`.
    StartTag { slash: bool },
    /// In an attribute value that ends with this quote.
    Quoted(u8),
    /// In an end tag.
    EndTag,
    /// After `<!`, with so many bytes of `[CDATA[` seen.
    Bang(usize),
    /// In CDATA, with so many `]` just seen (at most two).
    CData(u8),
    /// In `<?…`, with `question` when the last byte was `?`.
    Declaration { question: bool },
}

/// The scanner's memory: a few bytes, whatever the size of the stanza.
#[derive(Clone, Debug)]
pub(crate) struct Scanner {
    state: State,
    /// Open elements, the stream itself being the first.
    depth: usize,
    /// Whether anything but white space came before: then no declaration may follow.
    began: bool,
}

impl Scanner {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::Text,
            depth: 0,
            began: false,
        }
    }

    /// Whether the next byte does not belong to a stanza that has already begun.
    pub(crate) fn is_between(&self) -> bool {
        self.depth <= 1 && self.state == State::Text
    }

    /// Takes one byte.
    pub(crate) fn step(&mut self, byte: u8) -> Result<Option<Boundary>, XmlError> {
        let (state, boundary) = match self.state {
            State::Text => (self.in_text(byte)?, None),
            State::TagOpen => (self.after_open(byte)?, None),
            State::StartTag { slash } => match byte {
                b'>' => (State::Text, self.start_tag_ended(slash)?),
                b'"' | b'\'' => (State::Quoted(byte), None),
                b'<' => return Err(XmlError::IllFormed("a tag begins within a tag")),
                _ => (
                    State::StartTag {
                        slash: byte == b'/',
                    },
                    None,
                ),
            },
            State::Quoted(quote) if byte == quote => (State::StartTag { slash: false }, None),
            State::Quoted(quote) => (State::Quoted(quote), None),
            State::EndTag => match byte {
                b'>' => (State::Text, self.end_tag_ended()?),
                b'<' => return Err(XmlError::IllFormed("a tag begins within a tag")),
                _ => (State::EndTag, None),
            },
            State::Bang(seen) => (self.after_bang(seen, byte)?, None),
            State::CData(brackets) => {
                let state = match byte {
                    b']' => State::CData(2.min(brackets + 1)),
                    b'>' if brackets == 2 => State::Text,
                    _ => State::CData(0),
                };
                (state, None)
            }
            State::Declaration { question: true } if byte == b'>' => {
                (State::Text, Some(Boundary::Declaration))
            }
            State::Declaration { .. } => (
                State::Declaration {
                    question: byte == b'?',
                },
                None,
            ),
        };
        self.state = state;
        Ok(boundary)
    }

    fn in_text(&self, byte: u8) -> Result<State, XmlError> {
        match byte {
            b'<' => Ok(State::TagOpen),
            b' ' | b'\t' | b'\r' | b'\n' => Ok(State::Text),
            _ if self.depth <= 1 => Err(XmlError::StrayText),
            _ => Ok(State::Text),
        }
    }

    fn after_open(&mut self, byte: u8) -> Result<State, XmlError> {
        let began = std::mem::replace(&mut self.began, true);
        match byte {
            b'/' if self.depth == 0 => Err(XmlError::IllFormed("an end tag has no start tag")),
            b'/' => Ok(State::EndTag),
            b'?' if !began => Ok(State::Declaration { question: false }),
            b'?' => Err(XmlError::Restricted),
            b'!' => Ok(State::Bang(0)),
            b'>' | b'<' | b'"' | b'\'' => Err(XmlError::IllFormed("a tag has no name")),
            _ => Ok(State::StartTag { slash: false }),
        }
    }

    fn after_bang(&self, seen: usize, byte: u8) -> Result<State, XmlError> {
        const CDATA: &[u8] = b"[CDATA[";
        if CDATA.get(seen) != Some(&byte) {
            return Err(XmlError::Restricted);
        }
        if seen + 1 < CDATA.len() {
            return Ok(State::Bang(seen + 1));
        }
        if self.depth <= 1 {
            Err(XmlError::StrayText)
        } else {
            Ok(State::CData(0))
        }
    }

    fn start_tag_ended(&mut self, is_empty: bool) -> Result<Option<Boundary>, XmlError> {
        match (self.depth, is_empty) {
            (0, true) => Err(XmlError::IllFormed(
                "the stream is closed by its own header",
            )),
            (0, false) => {
                self.depth = 1;
                Ok(Some(Boundary::Header))
            }
            (1, true) => Ok(Some(Boundary::Stanza)),
            (_, true) => Ok(None),
            (_, false) => {
                self.depth += 1;
                Ok(None)
            }
        }
    }

    fn end_tag_ended(&mut self) -> Result<Option<Boundary>, XmlError> {
        self.depth = self
            .depth
            .checked_sub(1)
            .ok_or(XmlError::IllFormed("an end tag has no start tag"))?;
        Ok(match self.depth {
            0 => Some(Boundary::End),
            1 => Some(Boundary::Stanza),
            _ => None,
        })
    }
}
