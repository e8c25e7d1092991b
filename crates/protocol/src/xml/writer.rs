//! Elements to text.
//!
//! What is written is always well-formed, whatever the element holds: characters that XML
//! forbids are dropped, names that cannot be written are mended or left out. Prefixes are used
//! for the stream's own namespace (where receivers expect the literal `stream:`) and for
//! attributes in a namespace; everywhere else a default namespace is declared where it changes.

use crate::ns;
use crate::xml::chars::{is_legal, is_tolerable_name};
use crate::xml::element::{Attribute, Element, Node};

/// How the elements of a stream are laid on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// RFC 7395: every element stands alone and declares its namespace.
    WebSocket,
    /// RFC 6120: elements inherit `jabber:client` and the `stream` prefix from the stream's header.
    Tcp,
}

/// What is declared around the element being written.
#[derive(Clone, Copy)]
struct Scope<'a> {
    /// Namespace of names without prefix; `None` where nothing may be taken for granted.
    default: Option<&'a str>,
    /// Whether `stream:` is bound to [`ns::STREAM`].
    has_stream_prefix: bool,
}

/// Appends a top-level element of a stream.
pub(crate) fn write_element(element: &Element, framing: Framing, out: &mut String) {
    let scope = match framing {
        Framing::WebSocket => Scope {
            default: None,
            has_stream_prefix: false,
        },
        Framing::Tcp => Scope {
            default: Some(ns::CLIENT),
            has_stream_prefix: true,
        },
    };
    write_in_scope(element, scope, out);
}

fn write_in_scope(element: &Element, mut scope: Scope<'_>, out: &mut String) {
    let is_stream = element.ns() == ns::STREAM;
    out.push('<');
    write_name(element, is_stream, out);
    if is_stream {
        if !scope.has_stream_prefix {
            write_attribute("xmlns:stream", ns::STREAM, out);
            scope.has_stream_prefix = true;
        }
    } else if scope.default != Some(element.ns()) {
        write_attribute("xmlns", element.ns(), out);
    }
    for (index, attribute) in element.attributes().iter().enumerate() {
        write_any_attribute(attribute, index, out);
    }
    if element.children().is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    // A prefixed element leaves the default namespace as it was.
    let inner = if is_stream {
        scope
    } else {
        Scope {
            default: Some(element.ns()),
            ..scope
        }
    };
    for node in element.children() {
        match node {
            Node::Text(text) => escape_text(text, out),
            Node::Element(child) => write_in_scope(child, inner, out),
        }
    }
    out.push_str("</");
    write_name(element, is_stream, out);
    out.push('>');
}

fn write_name(element: &Element, is_stream: bool, out: &mut String) {
    if is_stream {
        out.push_str("stream:");
    }
    if is_tolerable_name(element.name()) {
        out.push_str(element.name());
    } else {
        // Only names built from outside data (keys of JSON objects) can come here.
        let before = out.len();
        out.extend(element.name().chars().map(|c| {
            if is_tolerable_name(c.encode_utf8(&mut [0; 4])) {
                c
            } else {
                '_'
            }
        }));
        if out.len() == before {
            out.push('_');
        }
    }
}

fn write_any_attribute(attribute: &Attribute, index: usize, out: &mut String) {
    // A bare `xmlns` would change the namespace of the element itself.
    if !is_tolerable_name(&attribute.name) || (attribute.ns.is_empty() && attribute.name == "xmlns")
    {
        return;
    }
    if attribute.ns.is_empty() {
        write_attribute(&attribute.name, &attribute.value, out);
    } else if attribute.ns == ns::XML {
        write_attribute(&format!("xml:{}", attribute.name), &attribute.value, out);
    } else {
        write_attribute(&format!("xmlns:a{index}"), &attribute.ns, out);
        write_attribute(
            &format!("a{index}:{}", attribute.name),
            &attribute.value,
            out,
        );
    }
}

/// Appends ` name="value"`; the name is trusted.
pub(crate) fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars().filter(|c| is_legal(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // As references, since XML readers turn bare ones into spaces.
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn escape_text(text: &str, out: &mut String) {
    for c in text.chars().filter(|c| is_legal(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // As a reference, since XML readers turn a bare one into a line feed.
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
