//! XEP-0045: Multi-User Chat, as far as the platform has it: joining, leaving, and what a room says
//! about its occupants (guide: "Join", "Leave", "List online users").
//!
//! The official SDK (up to 6.1.2) looks for an element named `xmlns` with a `code` in it where the
//! XEP has `status`, so that with the standard answer its `join` and `leave` never settle. What
//! [`MucUser::presence`] writes carries both; what is read may carry either.

use crate::jid::Jid;
use crate::ns;
use crate::stanza::attributes::{expect, number, read_jid};
use crate::stanza::{ParseError, Presence, PresenceKind};
use crate::timestamp::UnixMillis;
use crate::xml::Element;

/// XEP-0045 §15.6.2: status codes.
pub mod status {
    /// Everyone in the room can see real addresses.
    pub const NON_ANONYMOUS: u16 = 100;
    /// The presence is the receiver's own.
    pub const SELF_PRESENCE: u16 = 110;
    /// The room was made by this join.
    pub const CREATED: u16 = 201;
    /// The occupant was banned; the official SDK takes it for every removal.
    pub const BANNED: u16 = 301;
    /// The occupant was kicked.
    pub const KICKED: u16 = 307;
    /// The occupant was removed because they are no member any more.
    pub const NO_MEMBER: u16 = 321;
    /// The room's service is shutting down.
    pub const SHUTDOWN: u16 = 332;
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The attribute's value.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            fn from_attr(value: &str) -> Option<Self> {
                match value {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// XEP-0045 §5.2: the lasting relation of a person to a room.
    Affiliation {
        /// Made it.
        Owner = "owner",
        /// Helps to run it.
        Admin = "admin",
        /// Belongs to it.
        Member = "member",
        /// Must not enter.
        Outcast = "outcast",
        /// None.
        #[default]
        None = "none",
    }
}

words! {
    /// XEP-0045 §5.1: what an occupant may do during this visit.
    Role {
        /// May silence and remove others.
        Moderator = "moderator",
        /// May speak.
        Participant = "participant",
        /// May listen.
        Visitor = "visitor",
        /// Has left.
        #[default]
        None = "none",
    }
}

/// XEP-0045 §7.2: what a person says to a room when joining it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MucJoin {
    /// The room's password; the platform's rooms have none.
    pub password: Option<String>,
    /// §7.2.14: how much of the discussion to send; the room decides when it is absent.
    pub history: Option<MucHistory>,
}

/// XEP-0045 §7.2.14: bounds on the discussion history, all of which hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MucHistory {
    /// Characters of XML.
    pub max_chars: Option<u32>,
    /// Messages; 0 for none, which is what the official SDK asks.
    pub max_stanzas: Option<u32>,
    /// Messages of the last so many seconds.
    pub seconds: Option<u32>,
    /// Messages since then.
    pub since: Option<UnixMillis>,
}

impl MucJoin {
    /// Joining without history, which comes over REST.
    pub fn without_history() -> Self {
        Self {
            password: None,
            history: Some(MucHistory {
                max_stanzas: Some(0),
                ..MucHistory::default()
            }),
        }
    }

    /// The presence that joins; `occupant` is `{room}/{user}`. The answer has the same id.
    pub fn presence(&self, id: impl Into<String>, occupant: Jid) -> Presence {
        Presence {
            id: Some(id.into()),
            to: Some(occupant),
            other: vec![self.to_element()],
            ..Presence::new(PresenceKind::Available)
        }
    }

    /// Reads an `x` of a joining presence.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "x", ns::MUC)?;
        let history = element.child("history", ns::MUC).map(|history| {
            Ok::<_, ParseError>(MucHistory {
                max_chars: number(history, "maxchars")?,
                max_stanzas: number(history, "maxstanzas")?,
                seconds: number(history, "seconds")?,
                since: history
                    .attr("since")
                    .map(|text| {
                        UnixMillis::from_iso8601(text).ok_or(ParseError::InvalidAttribute("since"))
                    })
                    .transpose()?,
            })
        });
        Ok(Self {
            password: element.child("password", ns::MUC).map(Element::text),
            history: history.transpose()?,
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let mut x = Element::new("x", ns::MUC);
        if let Some(password) = &self.password {
            x.push(Element::new("password", ns::MUC).with_text(password));
        }
        if let Some(history) = &self.history {
            let text = |number: Option<u32>| number.map(|number| number.to_string());
            x.push(
                Element::new("history", ns::MUC)
                    .with_attr_opt("maxchars", text(history.max_chars))
                    .with_attr_opt("maxstanzas", text(history.max_stanzas))
                    .with_attr_opt("seconds", text(history.seconds))
                    .with_attr_opt("since", history.since.map(UnixMillis::to_iso8601)),
            );
        }
        x
    }
}

/// XEP-0045 §7.14: the presence that leaves; `occupant` is `{room}/{user}`.
pub fn leave(occupant: Jid) -> Presence {
    Presence {
        to: Some(occupant),
        ..Presence::new(PresenceKind::Unavailable)
    }
}

/// Who removed an occupant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MucActor {
    /// The person's address.
    pub jid: Option<Jid>,
    /// The person's name in the room.
    pub nick: Option<String>,
}

/// XEP-0045 §15.4: one occupant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MucItem {
    /// The lasting relation to the room.
    pub affiliation: Affiliation,
    /// What they may do now.
    pub role: Role,
    /// The name in the room; the platform's is the user's number.
    pub nick: Option<String>,
    /// The real address.
    pub jid: Option<Jid>,
    /// Who removed them.
    pub actor: Option<MucActor>,
    /// Why they were removed.
    pub reason: Option<String>,
}

impl MucItem {
    fn read(element: &Element) -> Result<Self, ParseError> {
        let ns = element.ns();
        let actor = element.child("actor", ns).map(|actor| {
            Ok::<_, ParseError>(MucActor {
                jid: read_jid(actor, "jid")?,
                nick: actor.attr("nick").map(str::to_owned),
            })
        });
        Ok(Self {
            affiliation: word(element, "affiliation", Affiliation::from_attr)?,
            role: word(element, "role", Role::from_attr)?,
            nick: element.attr("nick").map(str::to_owned),
            jid: read_jid(element, "jid")?,
            actor: actor.transpose()?,
            reason: element.child("reason", ns).map(Element::text),
        })
    }

    fn to_element(&self) -> Element {
        let mut item = Element::new("item", ns::MUC_USER)
            .with_attr_opt("nick", self.nick.as_deref())
            .with_attr("affiliation", self.affiliation.as_str())
            .with_attr("role", self.role.as_str())
            .with_attr_opt("jid", self.jid.as_ref().map(ToString::to_string));
        if let Some(actor) = &self.actor {
            item.push(
                Element::new("actor", ns::MUC_USER)
                    .with_attr_opt("jid", actor.jid.as_ref().map(ToString::to_string))
                    .with_attr_opt("nick", actor.nick.as_deref()),
            );
        }
        if let Some(reason) = &self.reason {
            item.push(Element::new("reason", ns::MUC_USER).with_text(reason));
        }
        item
    }
}

/// What a room says in a presence about one occupant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MucUser {
    /// The occupant.
    pub item: Option<MucItem>,
    /// Status codes, in order; see [`status`].
    pub statuses: Vec<u16>,
}

impl MucUser {
    /// Whether the presence is the receiver's own: their join or leave is done.
    pub fn is_self(&self) -> bool {
        self.statuses.contains(&status::SELF_PRESENCE)
    }

    /// Whether the occupant did not leave by themselves.
    pub fn is_removal(&self) -> bool {
        self.statuses
            .iter()
            .any(|code| matches!(*code, status::BANNED | status::KICKED | status::NO_MEMBER))
    }

    /// Reads an `x` of a room's presence. The official SDK's element counts as a status as well.
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        expect(element, "x", ns::MUC_USER)?;
        let mut user = Self {
            item: element
                .child("item", ns::MUC_USER)
                .map(MucItem::read)
                .transpose()?,
            statuses: Vec::new(),
        };
        for child in element.elements() {
            let code = match (child.name(), child.ns()) {
                ("status", ns::MUC_USER) => {
                    Some(number(child, "code")?.ok_or(ParseError::MissingAttribute("code"))?)
                }
                // Whatever its namespace, as the SDK itself does not look at it.
                ("xmlns", _) => child
                    .elements()
                    .find(|inner| inner.name() == "code")
                    .and_then(|code| code.text().trim().parse().ok()),
                _ => None,
            };
            if let Some(code) = code {
                let code = u16::try_from(code).map_err(|_| ParseError::InvalidAttribute("code"))?;
                if !user.statuses.contains(&code) {
                    user.statuses.push(code);
                }
            }
        }
        Ok(user)
    }

    /// The element to write, as in the XEP and nothing else.
    pub fn to_element(&self) -> Element {
        let mut x = Element::new("x", ns::MUC_USER);
        if let Some(item) = &self.item {
            x.push(item.to_element());
        }
        for code in &self.statuses {
            x.push(Element::new("status", ns::MUC_USER).with_attr("code", code.to_string()));
        }
        x
    }

    /// The presence in which a room says this, with what the official SDK needs beside the standard:
    /// its element in presences about the receiver, and the actor of a removal as a direct child.
    ///
    /// For `join` of that SDK to settle, the id of the request is needed, and
    /// [`status::SELF_PRESENCE`] must be the first status.
    pub fn presence(&self, kind: PresenceKind) -> Presence {
        let mut x = self.to_element();
        let mut other = Vec::new();
        if self.is_self() {
            let code = if self.is_removal() {
                status::BANNED
            } else {
                status::SELF_PRESENCE
            };
            x.push(
                Element::new("xmlns", ns::SDK_COMPAT)
                    .with_child(Element::new("code", ns::SDK_COMPAT).with_text(&code.to_string())),
            );
            if self.is_removal()
                && let Some(item) = &self.item
                && item.actor.is_some()
            {
                other.push(item.to_element());
            }
        }
        other.insert(0, x);
        Presence {
            other,
            ..Presence::new(kind)
        }
    }
}

impl Presence {
    /// XEP-0045 §7.2: what this presence says to a room, when it is to join one.
    ///
    /// An `x` that does not keep its rules is as good as none: joining needs no more than the element.
    pub fn muc_join(&self) -> Option<MucJoin> {
        let x = self.other.iter().find(|child| child.is("x", ns::MUC))?;
        Some(MucJoin::from_element(x).unwrap_or_default())
    }

    /// XEP-0045 §7.2.2: what a room says about an occupant; `None` also when it breaks its rules.
    pub fn muc_user(&self) -> Option<MucUser> {
        let x = self
            .other
            .iter()
            .find(|child| child.is("x", ns::MUC_USER))?;
        MucUser::from_element(x).ok()
    }
}

/// An optional attribute that is one of some words; absent is the default.
fn word<T: Default>(
    element: &Element,
    name: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ParseError> {
    match element.attr(name) {
        None | Some("") => Ok(T::default()),
        Some(value) => read(value).ok_or(ParseError::InvalidAttribute(name)),
    }
}

#[cfg(test)]
mod tests;
