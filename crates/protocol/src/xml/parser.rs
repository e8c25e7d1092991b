//! One complete piece of XML (a frame, a stanza, a stream header) to elements.
//!
//! The tokens come from quick-xml; namespaces are resolved here because a stanza on TCP inherits
//! declarations from a header that is long gone.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::ns;
use crate::xml::chars::is_tolerable_name;
use crate::xml::element::Element;
use crate::xml::error::XmlError;
use crate::xml::limits::Limits;

/// Reads a WebSocket frame: one element, or several one after the other.
///
/// Elements without a namespace are taken as [`ns::CLIENT`]. A frame of nothing but white space
/// has no elements, which is no error.
pub fn read_frame(frame: &str, limits: &Limits) -> Result<Vec<Element>, XmlError> {
    if frame.len() > limits.max_stanza_bytes {
        return Err(XmlError::TooLarge);
    }
    read_elements(frame, &Bindings::for_frame(), limits)
}

/// The first start tag of a frame that [`read_frame`] rejected, as an element without children.
///
/// From it a stanza-level error can be addressed. `None` when not even that much is legible.
pub fn read_frame_head(frame: &str, limits: &Limits) -> Option<Element> {
    let mut reader = Reader::from_str(frame);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                return read_tag(&tag, &mut Bindings::for_frame(), limits).ok();
            }
            Event::Text(_) | Event::Decl(_) => {}
            Event::End(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_)
            | Event::Eof => return None,
        }
    }
}

/// Namespace declarations in force, innermost last.
#[derive(Clone, Debug)]
pub(crate) struct Bindings(Vec<(String, String)>);

impl Bindings {
    /// Around a frame: what a stream header would declare on TCP.
    pub(crate) fn for_frame() -> Self {
        Self(vec![(String::new(), ns::CLIENT.to_owned())])
    }

    /// Around a stream header: nothing.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Namespace of a prefix; the empty prefix is the default namespace.
    fn resolve(&self, prefix: &str) -> Result<&str, XmlError> {
        match prefix {
            "xml" => return Ok(ns::XML),
            "xmlns" => return Err(XmlError::IllFormed("the prefix xmlns is reserved")),
            _ => {}
        }
        match self.0.iter().rev().find(|(declared, _)| declared == prefix) {
            Some((_, uri)) => Ok(uri),
            None if prefix.is_empty() => Ok(""),
            None => Err(XmlError::UnboundPrefix),
        }
    }

    fn declare(&mut self, prefix: &str, uri: String, limits: &Limits) -> Result<(), XmlError> {
        // Each name is looked up among them all, so their number bounds the work per element.
        if self.0.len() >= limits.max_attributes + limits.max_depth {
            return Err(XmlError::TooManyAttributes);
        }
        match prefix {
            "xml" if uri == ns::XML => return Ok(()),
            "xml" | "xmlns" => return Err(XmlError::IllFormed("a reserved prefix is declared")),
            "" => {}
            _ if uri.is_empty() => {
                return Err(XmlError::IllFormed(
                    "a prefix is declared without namespace",
                ));
            }
            _ => {}
        }
        self.0.push((prefix.to_owned(), uri));
        Ok(())
    }
}

/// Reads all elements of a text, with these declarations around them.
pub(crate) fn read_elements(
    text: &str,
    outer: &Bindings,
    limits: &Limits,
) -> Result<Vec<Element>, XmlError> {
    let mut reader = Reader::from_str(text);
    let mut bindings = outer.clone();
    let mut open: Vec<Open> = Vec::new();
    let mut done = Vec::new();
    let mut at_start = true;
    loop {
        match reader
            .read_event()
            .map_err(|error| from_quick_xml(&error))?
        {
            Event::Start(tag) => {
                let mark = bindings.0.len();
                check_depth(open.len(), limits)?;
                let element = read_tag(&tag, &mut bindings, limits)?;
                open.push(Open { element, mark });
            }
            Event::Empty(tag) => {
                let mark = bindings.0.len();
                check_depth(open.len(), limits)?;
                let element = read_tag(&tag, &mut bindings, limits)?;
                bindings.0.truncate(mark);
                close(element, &mut open, &mut done);
            }
            Event::End(_) => {
                let Some(Open { element, mark }) = open.pop() else {
                    return Err(XmlError::IllFormed("an end tag has no start tag"));
                };
                bindings.0.truncate(mark);
                close(element, &mut open, &mut done);
            }
            Event::Text(text) => push_text(&mut open, &text.xml10_content())?,
            Event::CData(text) => push_text(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let resolved = resolve_reference(&reference.into_inner())?;
                push_text(&mut open, resolved.encode_utf8(&mut [0; 4]))?;
            }
            Event::Decl(_) if at_start => {}
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) | Event::Decl(_) => {
                return Err(XmlError::Restricted);
            }
            Event::Eof => break,
        }
        at_start = false;
    }
    if open.is_empty() {
        Ok(done)
    } else {
        Err(XmlError::IllFormed("an element is not closed"))
    }
}

/// Reads the start tag that begins a TCP stream, and what it declares for everything inside.
pub(crate) fn read_header(text: &str, limits: &Limits) -> Result<(Element, Bindings), XmlError> {
    let mut reader = Reader::from_str(text);
    let mut bindings = Bindings::none();
    match reader
        .read_event()
        .map_err(|error| from_quick_xml(&error))?
    {
        Event::Start(tag) => Ok((read_tag(&tag, &mut bindings, limits)?, bindings)),
        Event::Empty(_) => Err(XmlError::IllFormed(
            "the stream is closed by its own header",
        )),
        Event::End(_)
        | Event::Text(_)
        | Event::CData(_)
        | Event::Comment(_)
        | Event::Decl(_)
        | Event::PI(_)
        | Event::DocType(_)
        | Event::GeneralRef(_)
        | Event::Eof => Err(XmlError::IllFormed("the stream has no header")),
    }
}

/// An element whose end tag is still to come.
struct Open {
    /// What is known of it so far.
    element: Element,
    /// How many declarations were in force before its start tag.
    mark: usize,
}

/// `open` counts the elements around the one that begins.
fn check_depth(open: usize, limits: &Limits) -> Result<(), XmlError> {
    if open >= limits.max_depth {
        Err(XmlError::TooDeep)
    } else {
        Ok(())
    }
}

fn close(element: Element, open: &mut [Open], done: &mut Vec<Element>) {
    match open.last_mut() {
        Some(parent) => parent.element.push(element),
        None => done.push(element),
    }
}

fn push_text(open: &mut [Open], text: &str) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(parent) => parent.element.push_text(text),
        None if text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) => {}
        None => return Err(XmlError::StrayText),
    }
    Ok(())
}

fn read_tag(
    tag: &BytesStart<'_>,
    bindings: &mut Bindings,
    limits: &Limits,
) -> Result<Element, XmlError> {
    let mut plain = Vec::new();
    for (index, attribute) in tag.attributes().enumerate() {
        if index >= limits.max_attributes {
            return Err(XmlError::TooManyAttributes);
        }
        let attribute =
            attribute.map_err(|_| XmlError::IllFormed("an attribute is malformed or repeated"))?;
        let value = unescape_attribute(&attribute.value)?;
        let (prefix, local) = split_name(attribute.key.into_inner())?;
        match (prefix, local) {
            ("", "xmlns") => bindings.declare("", value, limits)?,
            ("xmlns", prefix) => bindings.declare(prefix, value, limits)?,
            (prefix, local) => plain.push((prefix.to_owned(), local.to_owned(), value)),
        }
    }
    let name = tag.name();
    let (prefix, local) = split_name(name.into_inner())?;
    let mut element = Element::new(local, bindings.resolve(prefix)?);
    for (prefix, local, value) in plain {
        let ns = if prefix.is_empty() {
            ""
        } else {
            bindings.resolve(&prefix)?
        };
        if element.attr_ns(&local, ns).is_some() {
            return Err(XmlError::IllFormed("an attribute is repeated"));
        }
        element.set_attr_ns(&local, ns, value);
    }
    Ok(element)
}

/// Splits at the colon; a name without one has the empty prefix.
fn split_name(name: &str) -> Result<(&str, &str), XmlError> {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) if is_tolerable_name(prefix) => (prefix, local),
        Some(_) => return Err(XmlError::IllFormed("a name has an impossible prefix")),
        None => ("", name),
    };
    if is_tolerable_name(local) {
        Ok((prefix, local))
    } else {
        Err(XmlError::IllFormed("a name has a forbidden character"))
    }
}

/// Resolves references and drops forbidden characters; line breaks stay as they are, because the
/// official SDK sends them bare and its users mean them.
fn unescape_attribute(raw: &str) -> Result<String, XmlError> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        value.push_str(before);
        let (reference, after) = after
            .split_once(';')
            .ok_or(XmlError::IllFormed("a reference has no end"))?;
        value.push(resolve_reference(reference)?);
        rest = after;
    }
    value.push_str(rest);
    Ok(crate::xml::chars::strip_illegal(&value).into_owned())
}

/// The character that `&reference;` stands for.
///
/// References to characters that XML forbids are resolved too; they are dropped like bare ones.
fn resolve_reference(reference: &str) -> Result<char, XmlError> {
    let code = match reference {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => match reference.strip_prefix('#') {
            Some(number) => match number.strip_prefix('x') {
                Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    u32::from_str_radix(digits, 16).ok()
                }
                None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok(),
                _ => None,
            },
            None => return Err(XmlError::UnknownEntity),
        },
    };
    code.and_then(char::from_u32)
        .ok_or(XmlError::IllFormed("a character reference is out of range"))
}

fn from_quick_xml(error: &quick_xml::Error) -> XmlError {
    match error {
        quick_xml::Error::Syntax(_) => XmlError::IllFormed("a tag is not closed"),
        quick_xml::Error::IllFormed(_) => XmlError::IllFormed("tags do not match"),
        quick_xml::Error::InvalidAttr(_) => {
            XmlError::IllFormed("an attribute is malformed or repeated")
        }
        quick_xml::Error::Escape(_) => XmlError::IllFormed("a reference is malformed"),
        quick_xml::Error::Encoding(_) => XmlError::NotUtf8,
        quick_xml::Error::Namespace(_) => XmlError::UnboundPrefix,
        quick_xml::Error::Io(_) => XmlError::IllFormed("the text could not be read"),
    }
}

/// Takes the single element out of a list, as a scanned stanza must yield.
pub(crate) fn single(mut elements: Vec<Element>) -> Result<Element, XmlError> {
    match (elements.pop(), elements.is_empty()) {
        (Some(element), true) => Ok(element),
        _ => Err(XmlError::IllFormed("expected exactly one element")),
    }
}

#[cfg(test)]
mod tests;
