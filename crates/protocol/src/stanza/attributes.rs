//! What every stanza has: kind, id, addresses and language.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::xml::Element;

/// The attributes common to all stanzas.
pub(crate) struct Addressing {
    pub(crate) id: Option<String>,
    pub(crate) from: Option<Jid>,
    pub(crate) to: Option<Jid>,
    pub(crate) lang: Option<String>,
}

impl Addressing {
    pub(crate) fn read(element: &Element) -> Result<Self, ParseError> {
        Ok(Self {
            id: element.attr("id").map(str::to_owned),
            from: read_jid(element, "from")?,
            to: read_jid(element, "to")?,
            lang: element.attr_ns("lang", ns::XML).map(str::to_owned),
        })
    }
}

/// Reads an optional address; an empty one counts as none.
pub(crate) fn read_jid(element: &Element, name: &'static str) -> Result<Option<Jid>, ParseError> {
    match element.attr(name) {
        None | Some("") => Ok(None),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| ParseError::InvalidAttribute(name)),
    }
}

/// A stanza's start tag: type, id, from, to, language, in this order.
pub(crate) fn start(
    name: &str,
    kind: Option<&str>,
    id: Option<&str>,
    from: Option<&Jid>,
    to: Option<&Jid>,
    lang: Option<&str>,
) -> Element {
    Element::new(name, ns::CLIENT)
        .with_attr_opt("type", kind)
        .with_attr_opt("id", id)
        .with_attr_opt("from", from.map(ToString::to_string))
        .with_attr_opt("to", to.map(ToString::to_string))
        .with_lang(lang)
}

/// A required attribute.
pub(crate) fn required(element: &Element, name: &'static str) -> Result<String, ParseError> {
    match element.attr(name) {
        None | Some("") => Err(ParseError::MissingAttribute(name)),
        Some(value) => Ok(value.to_owned()),
    }
}

/// An optional attribute that is `true`, `1`, `false` or `0` (XML Schema `boolean`).
pub(crate) fn boolean(element: &Element, name: &'static str) -> Result<Option<bool>, ParseError> {
    match element.attr(name) {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(_) => Err(ParseError::InvalidAttribute(name)),
    }
}

/// An optional unsigned number.
pub(crate) fn number(element: &Element, name: &'static str) -> Result<Option<u32>, ParseError> {
    element
        .attr(name)
        .map(|text| text.parse().map_err(|_| ParseError::InvalidAttribute(name)))
        .transpose()
}

/// Checks name and namespace.
pub(crate) fn expect(element: &Element, name: &str, ns: &str) -> Result<(), ParseError> {
    if element.is(name, ns) {
        Ok(())
    } else {
        Err(ParseError::UnexpectedElement)
    }
}
