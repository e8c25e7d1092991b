//! XEP-0016 §2.1: one rule of a privacy list.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::{number, required};
use crate::xml::Element;

/// What happens to a stanza that a rule fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrivacyAction {
    /// It passes.
    Allow,
    /// It is refused or dropped.
    Deny,
}

impl PrivacyAction {
    /// The attribute's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// RFC 6121 §2.1.2.5: how far two people see one another's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RosterState {
    /// Both see the other.
    Both,
    /// Only the other sees.
    From,
    /// Only the user sees.
    To,
    /// Neither sees.
    None,
}

impl RosterState {
    /// The attribute's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::From => "from",
            Self::To => "to",
            Self::None => "none",
        }
    }

    fn from_attr(value: &str) -> Option<Self> {
        match value {
            "both" => Some(Self::Both),
            "from" => Some(Self::From),
            "to" => Some(Self::To),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Whom a rule is about. The platform's clients use addresses only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivacySubject {
    /// Everyone.
    Everyone,
    /// One address, or all of a domain; `{user}-{app}@{domain}`, and `{muc domain}/{user}` for
    /// what that user writes in rooms.
    Jid(Jid),
    /// A group of the roster.
    Group(String),
    /// All in this state of the roster.
    Roster(RosterState),
}

/// Which stanzas a rule is about. None of them chosen means: all, in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag for each of the four children, in any combination"
)]
pub struct PrivacyStanzas {
    /// Messages to the user.
    pub message: bool,
    /// Presences to the user.
    pub presence_in: bool,
    /// Presences from the user.
    pub presence_out: bool,
    /// IQs to the user.
    pub iq: bool,
}

impl PrivacyStanzas {
    /// No child: everything, in both directions. The platform's two-way block.
    pub const EVERYTHING: Self = Self {
        message: false,
        presence_in: false,
        presence_out: false,
        iq: false,
    };

    /// All four children: what comes in, and the user's presence. The platform's one-way block.
    pub const FOUR: Self = Self {
        message: true,
        presence_in: true,
        presence_out: true,
        iq: true,
    };

    /// Whether no child is there.
    pub fn is_everything(self) -> bool {
        self == Self::EVERYTHING
    }

    /// Whether messages to the user are among them.
    pub fn covers_incoming_messages(self) -> bool {
        self.message || self.is_everything()
    }

    /// Whether messages from the user are among them.
    pub fn covers_outgoing_messages(self) -> bool {
        self.is_everything()
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyItem {
    /// Whom it is about.
    pub subject: PrivacySubject,
    /// What happens.
    pub action: PrivacyAction,
    /// Its place; unique in the list, low ones first.
    pub order: u32,
    /// Which stanzas it is about.
    pub stanzas: PrivacyStanzas,
}

impl PrivacyItem {
    pub(super) fn read(element: &Element) -> Result<Self, ParseError> {
        let action = match required(element, "action")?.as_str() {
            "allow" => PrivacyAction::Allow,
            "deny" => PrivacyAction::Deny,
            _ => return Err(ParseError::InvalidAttribute("action")),
        };
        let subject = match element.attr("type") {
            None | Some("") => PrivacySubject::Everyone,
            Some(kind) => {
                let value = required(element, "value")?;
                let wrong = || ParseError::InvalidAttribute("value");
                match kind {
                    "jid" => PrivacySubject::Jid(value.parse().map_err(|_| wrong())?),
                    "group" => PrivacySubject::Group(value),
                    "subscription" => {
                        PrivacySubject::Roster(RosterState::from_attr(&value).ok_or_else(wrong)?)
                    }
                    _ => return Err(ParseError::InvalidAttribute("type")),
                }
            }
        };
        let mut stanzas = PrivacyStanzas::default();
        for child in element.elements().filter(|child| child.ns() == ns::PRIVACY) {
            match child.name() {
                "message" => stanzas.message = true,
                "presence-in" => stanzas.presence_in = true,
                "presence-out" => stanzas.presence_out = true,
                "iq" => stanzas.iq = true,
                // Left out it would turn a narrow rule into one about everything.
                _ => return Err(ParseError::UnexpectedElement),
            }
        }
        Ok(Self {
            subject,
            action,
            order: number(element, "order")?.ok_or(ParseError::MissingAttribute("order"))?,
            stanzas,
        })
    }

    pub(super) fn to_element(&self) -> Element {
        let item = Element::new("item", ns::PRIVACY);
        let item = match &self.subject {
            PrivacySubject::Everyone => item,
            PrivacySubject::Jid(jid) => item
                .with_attr("type", "jid")
                .with_attr("value", jid.to_string()),
            PrivacySubject::Group(group) => item
                .with_attr("type", "group")
                .with_attr("value", group.as_str()),
            PrivacySubject::Roster(state) => item
                .with_attr("type", "subscription")
                .with_attr("value", state.as_str()),
        };
        let mut item = item
            .with_attr("action", self.action.as_str())
            .with_attr("order", self.order.to_string());
        let chosen = [
            ("message", self.stanzas.message),
            ("presence-in", self.stanzas.presence_in),
            ("presence-out", self.stanzas.presence_out),
            ("iq", self.stanzas.iq),
        ];
        for (name, _) in chosen.into_iter().filter(|(_, chosen)| *chosen) {
            item.push(Element::new(name, ns::PRIVACY));
        }
        item
    }
}
