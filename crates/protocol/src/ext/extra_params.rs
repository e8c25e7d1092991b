//! The platform's `extraParams`: an ordered tree of the parameters of a message.
//!
//! Scalars are elements with text, objects are nested elements, attachments are elements with
//! attributes only. Everything else that someone put there is kept and relayed.

use crate::ids::{DialogId, MessageId};
use crate::ns;
use crate::timestamp::UnixMillis;
use crate::xml::{Element, Node};

mod json;

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtraValue {
    /// A scalar; always text on the wire, possibly empty.
    Text(String),
    /// An object, or an array with the keys `0`, `1`, `2`…
    Nested(Vec<ExtraEntry>),
}

/// One child of `extraParams`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtraEntry {
    /// A named value.
    Param {
        /// The element's name.
        name: String,
        /// What is in it.
        value: ExtraValue,
    },
    /// An `attachment`.
    Attachment(Attachment),
    /// An element with attributes or of another namespace, kept as it is.
    Other(Element),
}

/// An attachment: its attributes in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Name and value; `type`, `id`, `uid`, `url`, `data`, `size`, `width`, `height`, `duration`,
    /// `content-type` and `name` are usual.
    pub attributes: Vec<(String, String)>,
}

impl Attachment {
    /// Value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Sets or replaces an attribute.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }
}

/// The parameters of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraParams {
    /// All entries, in document order.
    pub entries: Vec<ExtraEntry>,
}

impl ExtraParams {
    /// No parameters.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// The text of a parameter: of the last one when the name is repeated, as the official SDK
    /// reads it. `None` when it is absent, empty or an object.
    pub fn text(&self, name: &str) -> Option<String> {
        let text = self.entries.iter().rev().find_map(|entry| match entry {
            ExtraEntry::Param {
                name: known,
                value: ExtraValue::Text(text),
            } if known == name => Some(text.clone()),
            ExtraEntry::Other(element) if element.name() == name => Some(element.text()),
            ExtraEntry::Param { .. } | ExtraEntry::Attachment(_) | ExtraEntry::Other(_) => None,
        })?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// The value of a parameter; the last one when the name is repeated.
    pub fn value(&self, name: &str) -> Option<&ExtraValue> {
        self.entries.iter().rev().find_map(|entry| match entry {
            ExtraEntry::Param { name: known, value } if known == name => Some(value),
            ExtraEntry::Param { .. } | ExtraEntry::Attachment(_) | ExtraEntry::Other(_) => None,
        })
    }

    /// Sets a parameter in its old place, or at the end; further ones of that name go.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        let mut value = Some(ExtraValue::Text(text.into()));
        self.entries.retain_mut(|entry| {
            if entry.name() != Some(name) {
                return true;
            }
            match value.take() {
                Some(value) => {
                    *entry = ExtraEntry::Param {
                        name: name.to_owned(),
                        value,
                    };
                    true
                }
                None => false,
            }
        });
        if let Some(value) = value {
            self.entries.push(ExtraEntry::Param {
                name: name.to_owned(),
                value,
            });
        }
    }

    /// [`Self::set`] for building in one expression.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.set(name, text);
        self
    }

    /// Removes all parameters of that name.
    pub fn remove(&mut self, name: &str) {
        self.entries.retain(|entry| entry.name() != Some(name));
    }

    /// The attachments, in order.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.entries.iter().filter_map(|entry| match entry {
            ExtraEntry::Attachment(attachment) => Some(attachment),
            ExtraEntry::Param { .. } | ExtraEntry::Other(_) => None,
        })
    }

    /// Appends an attachment.
    pub fn push_attachment(&mut self, attachment: Attachment) {
        self.entries.push(ExtraEntry::Attachment(attachment));
    }

    /// `dialog_id`, when it is an object id.
    pub fn dialog_id(&self) -> Option<DialogId> {
        self.text("dialog_id")?.trim().parse().ok()
    }

    /// Sets `dialog_id`.
    pub fn set_dialog_id(&mut self, id: DialogId) {
        self.set("dialog_id", id.to_string());
    }

    /// `message_id`, the id in the history, when it is an object id.
    pub fn message_id(&self) -> Option<MessageId> {
        self.text("message_id")?.trim().parse().ok()
    }

    /// Sets `message_id`.
    pub fn set_message_id(&mut self, id: MessageId) {
        self.set("message_id", id.to_string());
    }

    /// `date_sent`: seconds, milliseconds or a fraction, as senders differ.
    pub fn date_sent(&self) -> Option<UnixMillis> {
        UnixMillis::from_wire_number(&self.text("date_sent")?)
    }

    /// Sets `date_sent`, written as whole seconds.
    pub fn set_date_sent(&mut self, date: UnixMillis) {
        self.set("date_sent", date.seconds().to_string());
    }

    /// `save_to_history`: whether the server stores the message.
    pub fn save_to_history(&self) -> bool {
        self.flag("save_to_history")
    }

    /// Sets `save_to_history`.
    pub fn set_save_to_history(&mut self) {
        self.set("save_to_history", "1");
    }

    /// `silent`: whether the server sends no push notification.
    pub fn silent(&self) -> bool {
        self.flag("silent")
    }

    /// `1` and `true`, as senders differ.
    fn flag(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|text| matches!(text.trim(), "1" | "true"))
    }

    /// Reads the children of an `extraParams`, whatever they are.
    pub fn from_element(element: Element) -> Self {
        let ns = element.ns().to_owned();
        Self {
            entries: element
                .into_elements()
                .map(|child| ExtraEntry::read(child, &ns, true))
                .collect(),
        }
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        write_entries(Element::new("extraParams", ns::CLIENT), &self.entries)
    }
}

impl ExtraEntry {
    /// The entry's name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Param { name, .. } => Some(name),
            Self::Attachment(_) => None,
            Self::Other(element) => Some(element.name()),
        }
    }

    fn read(element: Element, ns: &str, is_top: bool) -> Self {
        let has_attributes = !element.attributes().is_empty();
        let is_plain = element.ns() == ns && element.attributes().iter().all(|a| a.ns.is_empty());
        if !is_plain {
            return Self::Other(element);
        }
        if is_top
            && element.name() == "attachment"
            && has_attributes
            && element.children().is_empty()
        {
            let attributes = element
                .attributes()
                .iter()
                .map(|a| (a.name.clone(), a.value.clone()))
                .collect();
            return Self::Attachment(Attachment { attributes });
        }
        if has_attributes {
            return Self::Other(element);
        }
        let name = element.name().to_owned();
        let value = if element.elements().next().is_none() {
            ExtraValue::Text(element.text())
        } else if element.children().iter().all(is_element_or_space) {
            ExtraValue::Nested(
                element
                    .into_elements()
                    .map(|child| Self::read(child, ns, false))
                    .collect(),
            )
        } else {
            return Self::Other(element);
        };
        Self::Param { name, value }
    }

    fn to_element(&self) -> Element {
        match self {
            Self::Param {
                name,
                value: ExtraValue::Text(text),
            } => Element::new(name, ns::CLIENT).with_text(text),
            Self::Param {
                name,
                value: ExtraValue::Nested(entries),
            } => write_entries(Element::new(name, ns::CLIENT), entries),
            Self::Attachment(attachment) => attachment.attributes.iter().fold(
                Element::new("attachment", ns::CLIENT),
                |element, (name, value)| element.with_attr(name, value.as_str()),
            ),
            Self::Other(element) => element.clone(),
        }
    }
}

fn write_entries(element: Element, entries: &[ExtraEntry]) -> Element {
    entries.iter().fold(element, |element, entry| {
        element.with_child(entry.to_element())
    })
}

fn is_element_or_space(node: &Node) -> bool {
    match node {
        Node::Element(_) => true,
        Node::Text(text) => text.trim().is_empty(),
    }
}

#[cfg(test)]
mod tests;
