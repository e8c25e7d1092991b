//! One stanza (or a part of it) as a small tree.

use crate::ns;
use crate::xml::chars::strip_illegal;
use crate::xml::writer::{Framing, write_element};

/// An attribute of an element; namespace declarations are not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name without prefix.
    pub name: String,
    /// Namespace of a prefixed attribute; empty for the usual ones.
    pub ns: String,
    /// Value with entities resolved.
    pub value: String,
}

/// A child of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Character data with entities resolved; never empty, never beside another text.
    Text(String),
    /// A child element.
    Element(Element),
}

/// An element with everything in it, namespaces resolved and prefixes gone.
///
/// Bounded by [`crate::xml::Limits`] when it was read. Two elements are equal when name,
/// namespace, attributes in order and children in order are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    name: String,
    ns: String,
    attributes: Vec<Attribute>,
    children: Vec<Node>,
}

impl Element {
    /// An empty element.
    pub fn new(name: impl Into<String>, ns: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ns: ns.into(),
            attributes: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Namespace; empty when there is none.
    pub fn ns(&self) -> &str {
        &self.ns
    }

    /// Whether this is the element of that name in that namespace.
    pub fn is(&self, name: &str, ns: &str) -> bool {
        self.name == name && self.ns == ns
    }

    /// Attributes in document order.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Value of the attribute without namespace.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attr_ns(name, "")
    }

    /// Value of the attribute in a namespace, such as `lang` in [`ns::XML`].
    pub fn attr_ns(&self, name: &str, ns: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|a| a.name == name && a.ns == ns)
            .map(|a| a.value.as_str())
    }

    /// Children in document order.
    pub fn children(&self) -> &[Node] {
        &self.children
    }

    /// Child elements in document order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Consumes the element for its child elements.
    pub fn into_elements(self) -> impl Iterator<Item = Self> {
        self.children.into_iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child element of that name in that namespace.
    pub fn child(&self, name: &str, ns: &str) -> Option<&Self> {
        self.elements().find(|element| element.is(name, ns))
    }

    /// The character data directly in this element, that of its children left out.
    pub fn text(&self) -> String {
        self.children
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                Node::Element(_) => None,
            })
            .collect()
    }

    /// Sets or replaces an attribute without namespace.
    pub fn set_attr(&mut self, name: &str, value: impl Into<String>) {
        self.set_attr_ns(name, "", value);
    }

    /// Sets or replaces an attribute in a namespace.
    pub fn set_attr_ns(&mut self, name: &str, ns: &str, value: impl Into<String>) {
        let value = value.into();
        match self
            .attributes
            .iter_mut()
            .find(|a| a.name == name && a.ns == ns)
        {
            Some(attribute) => attribute.value = value,
            None => self.attributes.push(Attribute {
                name: name.to_owned(),
                ns: ns.to_owned(),
                value,
            }),
        }
    }

    /// Removes an attribute without namespace.
    pub fn remove_attr(&mut self, name: &str) {
        self.attributes
            .retain(|a| a.name != name || !a.ns.is_empty());
    }

    /// Appends a child element.
    pub fn push(&mut self, child: Self) {
        self.children.push(Node::Element(child));
    }

    /// Appends character data, without the characters that XML forbids.
    pub fn push_text(&mut self, text: &str) {
        let text = strip_illegal(text);
        if text.is_empty() {
            return;
        }
        if let Some(Node::Text(last)) = self.children.last_mut() {
            last.push_str(&text);
        } else {
            self.children.push(Node::Text(text.into_owned()));
        }
    }

    /// [`Self::set_attr`] for building in one expression.
    #[must_use]
    pub fn with_attr(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set_attr(name, value);
        self
    }

    /// [`Self::with_attr`] when there is a value.
    #[must_use]
    pub fn with_attr_opt(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with_attr(name, value),
            None => self,
        }
    }

    /// `xml:lang`, when there is one.
    #[must_use]
    pub fn with_lang(mut self, lang: Option<&str>) -> Self {
        if let Some(lang) = lang {
            self.set_attr_ns("lang", ns::XML, lang);
        }
        self
    }

    /// [`Self::push`] for building in one expression.
    #[must_use]
    pub fn with_child(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// [`Self::push_text`] for building in one expression.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.push_text(text);
        self
    }

    /// The element as it goes to the wire as a stanza or another top-level element of a stream.
    pub fn to_xml(&self, framing: Framing) -> String {
        let mut out = String::new();
        self.write_xml(framing, &mut out);
        out
    }

    /// [`Self::to_xml`] into a buffer, appended.
    pub fn write_xml(&self, framing: Framing, out: &mut String) {
        write_element(self, framing, out);
    }
}
