//! Messages: RFC 6121 §5, with the platform's extensions as fields.

use crate::ext::extra_params::ExtraParams;
use crate::ext::message_delete::Remove;
use crate::ext::reactions::ReactionChange;
use crate::ext::xep0085_chat_states::ChatState;
use crate::ext::xep0203_delay::Delay;
use crate::ext::xep0280_carbons::Carbon;
use crate::ext::xep0308_correction::Replace;
use crate::ext::xep0333_markers::{self, Marker};
use crate::jid::Jid;
use crate::ns;
use crate::stanza::attributes::{self, Addressing};
use crate::stanza::error::StanzaError;
use crate::stanza::{Condition, ParseError};
use crate::xml::{Element, Framing};

/// RFC 6121 §5.2.2: the `type` of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// Between two users.
    Chat,
    /// To or from a room.
    Groupchat,
    /// The platform's system messages.
    Headline,
    /// None given, or an unknown one.
    #[default]
    Normal,
    /// An answer to a message that could not be delivered.
    Error,
}

impl MessageKind {
    /// The attribute's value; `None` for [`Self::Normal`], which is left out.
    pub const fn as_attr(self) -> Option<&'static str> {
        match self {
            Self::Chat => Some("chat"),
            Self::Groupchat => Some("groupchat"),
            Self::Headline => Some("headline"),
            Self::Normal => None,
            Self::Error => Some("error"),
        }
    }

    fn from_attr(value: Option<&str>) -> Self {
        match value {
            Some("chat") => Self::Chat,
            Some("groupchat") => Self::Groupchat,
            Some("headline") => Self::Headline,
            Some("error") => Self::Error,
            _ => Self::Normal,
        }
    }
}

/// A message.
///
/// An extension that does not keep its own rules (a marker without id, a delay without time)
/// stays in [`Self::other`], so that one bad child does not lose the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Chosen by the sender, an object id by the platform's convention; not always there.
    pub id: Option<String>,
    /// Set by the server.
    pub from: Option<Jid>,
    /// A user, a resource or a room.
    pub to: Option<Jid>,
    /// The `type` attribute.
    pub kind: MessageKind,
    /// `xml:lang`.
    pub lang: Option<String>,
    /// The text; the first `body` when there are several.
    pub body: Option<String>,
    /// The platform's parameters: dialog, date, attachments, anything the app added.
    pub extra: Option<ExtraParams>,
    /// XEP-0333: the sender asks for markers.
    pub markable: bool,
    /// XEP-0333: this message is a marker of another one.
    pub marker: Option<Marker>,
    /// XEP-0085: typing and not typing.
    pub chat_state: Option<ChatState>,
    /// XEP-0280: this message only wraps one of the user's other resources.
    ///
    /// Whoever receives it must check that [`Self::from`] is their own bare address.
    pub carbon: Option<Carbon>,
    /// XEP-0203: when it was really sent.
    pub delay: Option<Delay>,
    /// XEP-0308: this message corrects another one.
    pub replace: Option<Replace>,
    /// The platform's own: this message deletes another one for everyone.
    pub remove: Option<Remove>,
    /// The platform's own, said by servers only: somebody's reactions to another message changed.
    pub reactions: Option<ReactionChange>,
    /// Present when [`Self::kind`] is [`MessageKind::Error`].
    pub error: Option<StanzaError>,
    /// All other children, relayed untouched.
    pub other: Vec<Element>,
}

impl Message {
    /// An empty message of a kind to someone.
    pub fn new(kind: MessageKind, to: Jid) -> Self {
        Self {
            kind,
            to: Some(to),
            ..Self::default()
        }
    }

    /// Reads a `message`.
    pub fn from_element(element: Element) -> Result<Self, ParseError> {
        attributes::expect(&element, "message", ns::CLIENT)?;
        let Addressing { id, from, to, lang } = Addressing::read(&element)?;
        let kind = MessageKind::from_attr(element.attr("type"));
        let mut message = Self {
            id,
            from,
            to,
            kind,
            lang,
            ..Self::default()
        };
        for child in element.into_elements() {
            if let Some(unclaimed) = message.claim(child) {
                message.other.push(unclaimed);
            }
        }
        if kind == MessageKind::Error && message.error.is_none() {
            message.error = Some(StanzaError::new(Condition::UndefinedCondition));
        }
        Ok(message)
    }

    /// Takes a child into the field that it belongs to, or gives it back.
    fn claim(&mut self, child: Element) -> Option<Element> {
        match (child.name(), child.ns()) {
            ("body", ns::CLIENT) if self.body.is_none() => self.body = Some(child.text()),
            ("extraParams", ns::CLIENT | "") if self.extra.is_none() => {
                self.extra = Some(ExtraParams::from_element(child));
            }
            ("error", ns::CLIENT) if self.error.is_none() => {
                self.error = Some(StanzaError::from_element(&child));
            }
            ("markable", ns::CHAT_MARKERS) => self.markable = true,
            (_, ns::CHAT_MARKERS) => return fill(&mut self.marker, child, Marker::from_element),
            (_, ns::CHAT_STATES) => {
                return fill(&mut self.chat_state, child, ChatState::from_element);
            }
            (_, ns::CARBONS) => return fill(&mut self.carbon, child, Carbon::from_element),
            (_, ns::DELAY) => return fill(&mut self.delay, child, Delay::from_element),
            (_, ns::MESSAGE_CORRECT) => {
                return fill(&mut self.replace, child, Replace::from_element);
            }
            (_, ns::MESSAGE_DELETE) => return fill(&mut self.remove, child, Remove::from_element),
            _ if ReactionChange::is_element(&child) => {
                return fill(&mut self.reactions, child, ReactionChange::from_element);
            }
            _ => return Some(child),
        }
        None
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut element = attributes::start(
            "message",
            self.kind.as_attr(),
            self.id.as_deref(),
            self.from.as_ref(),
            self.to.as_ref(),
            self.lang.as_deref(),
        );
        if let Some(body) = &self.body {
            element.push(Element::new("body", ns::CLIENT).with_text(body));
        }
        let typed = [
            self.chat_state.map(ChatState::to_element),
            self.marker.as_ref().map(Marker::to_element),
            self.replace.as_ref().map(Replace::to_element),
            self.remove.as_ref().map(Remove::to_element),
            self.carbon.as_ref().map(Carbon::to_element),
            self.extra.as_ref().map(ExtraParams::to_element),
            self.reactions.as_ref().map(ReactionChange::to_element),
            self.markable.then(xep0333_markers::markable),
            self.delay.as_ref().map(Delay::to_element),
        ];
        for child in typed
            .into_iter()
            .flatten()
            .chain(self.other.iter().cloned())
        {
            element.push(child);
        }
        if let Some(error) = &self.error {
            element.push(error.to_element());
        }
        element
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }

    /// RFC 6120 §8.3.1: the answer that says why this message was not taken, its payload echoed.
    ///
    /// `None` for a message that is an error itself: errors are never answered. `from` is the
    /// addressee's bare address, as the live service does it.
    pub fn error_reply(&self, error: StanzaError) -> Option<Self> {
        if self.kind == MessageKind::Error {
            return None;
        }
        let mut reply = self.clone();
        reply.from = self.to.as_ref().map(Jid::to_bare);
        reply.to.clone_from(&self.from);
        reply.kind = MessageKind::Error;
        reply.error = Some(error);
        Some(reply)
    }
}

/// Fills an empty field from a child that keeps its rules; otherwise gives the child back.
fn fill<T>(
    field: &mut Option<T>,
    child: Element,
    read: impl FnOnce(&Element) -> Result<T, ParseError>,
) -> Option<Element> {
    if field.is_some() {
        return Some(child);
    }
    match read(&child) {
        Ok(value) => {
            *field = Some(value);
            None
        }
        // Not lost: it is relayed with the message, for whoever understands it.
        Err(_) => Some(child),
    }
}

#[cfg(test)]
mod tests;
