//! What a stanza means for the cache.
//!
//! A pure reading of one message stanza: no database, no clock. The order of the tests follows
//! the official SDK's dispatch (wrapped copies first, then what is about another message, content
//! last), so that both see the same thing in the same stanza.

use cubist_protocol::ext::call_signal::{CallSignal, Signal};
use cubist_protocol::ext::extra_params::{ExtraEntry, ExtraParams};
use cubist_protocol::ext::reactions::ReactionChange;
use cubist_protocol::ext::xep0085_chat_states::ChatState;
use cubist_protocol::ext::xep0333_markers::MarkerKind;
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Condition, ErrorKind, Message, MessageKind, StanzaError};
use sha2::{Digest, Sha256};

use crate::attachments::wire;
use crate::model::{
    CustomFields, DialogId, Failure, FailureKind, MessageId, ObjectId, Status, UnixMillis, UserId,
};
use crate::sync::context::Who;
use crate::sync::news::{self, News};

/// Parameters with a field of their own in the engine.
const OWN_PARAMETERS: [&str; 4] = ["save_to_history", "dialog_id", "date_sent", "message_id"];

/// What one stanza says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arrival {
    /// Something was said.
    Content(Box<Content>),
    /// Someone received or saw a message.
    Marker {
        /// Which message.
        message: MessageId,
        /// Who.
        from: UserId,
        /// How far.
        status: Status,
        /// When, if the marker waited for this person; `None` means now.
        at: Option<UnixMillis>,
    },
    /// Someone types, or stopped.
    Typing {
        /// Where.
        place: Place,
        /// Who.
        from: UserId,
        /// Whether they type.
        composing: bool,
    },
    /// An author changed a text.
    Correction {
        /// Which message.
        message: MessageId,
        /// In which dialog, as far as the stanza says.
        place: Place,
        /// Who changed it.
        by: UserId,
        /// The new text.
        text: String,
        /// Parameters that change with it.
        extra: ExtraParams,
        /// When, if the stanza waited for this person.
        at: Option<UnixMillis>,
    },
    /// Somebody's reactions to a message changed.
    Reactions {
        /// Which message.
        message: MessageId,
        /// In which dialog.
        place: Place,
        /// Whose.
        user: UserId,
        /// Those that are there from now on.
        added: Vec<String>,
        /// Those that are not.
        removed: Vec<String>,
    },
    /// A message was deleted for everyone. The server has checked who may.
    Removal {
        /// Which message.
        message: MessageId,
        /// In which dialog, as far as the stanza says.
        place: Place,
    },
    /// One of our own stanzas was refused.
    Refusal {
        /// Its id.
        message: MessageId,
        /// Why.
        failure: Failure,
    },
    /// Someone says that a dialog looks different now: the server tells how.
    News(News),
    /// Someone calls.
    Call {
        /// The same for every signal of this call.
        id: MessageId,
        /// Who.
        from: UserId,
        /// Whether with a picture.
        video: bool,
        /// When, if the signal waited for this person.
        at: Option<UnixMillis>,
    },
    /// A message between programs that means nothing to this one.
    Unknown {
        /// Who sent it.
        from: UserId,
    },
    /// Nothing for this engine.
    Nothing,
}

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a room.
    Room(DialogId),
    /// Between this person and another one; the id if the stanza gave one.
    Private {
        /// The other one.
        opponent: UserId,
        /// What the stanza said.
        dialog: Option<DialogId>,
    },
}

/// A message that says something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) id: MessageId,
    pub(crate) place: Place,
    pub(crate) sender: UserId,
    pub(crate) text: String,
    /// `date_sent`, else the time of a delay; `None` means now.
    pub(crate) sent_at: Option<UnixMillis>,
    pub(crate) in_history: bool,
    pub(crate) extra: ExtraParams,
    /// Whether a server kept it until this device was there (XEP-0203).
    pub(crate) is_late: bool,
}

/// Reads one stanza.
pub(crate) fn read(stanza: &Message, who: &Who) -> Arrival {
    match &stanza.carbon {
        None => read_direct(stanza, who),
        // XEP-0280 §11: a copy counts only when it comes from the own account; anyone else could
        // put words into anybody's mouth.
        Some(carbon) if is_own_account(stanza.from.as_ref(), who) => {
            read_direct(&carbon.message, who)
        }
        Some(_) => Arrival::Nothing,
    }
}

/// What remains of the parameters once those with a field of their own are taken out.
pub(crate) fn foreign_parameters(mut extra: ExtraParams) -> ExtraParams {
    extra.entries.retain(|entry| match entry {
        ExtraEntry::Param { name, .. } => !OWN_PARAMETERS.contains(&name.as_str()),
        ExtraEntry::Attachment(_) => true,
        ExtraEntry::Other(element) => !OWN_PARAMETERS.contains(&element.name()),
    });
    extra
}

fn is_own_account(from: Option<&Jid>, who: &Who) -> bool {
    // RFC 6120 §8.1.2.1: a stanza without `from` comes from the own account.
    from.is_none_or(|from| who.user(who.me).is_some_and(|me| me.same_bare(from)))
}

fn read_direct(message: &Message, who: &Who) -> Arrival {
    if message.kind == MessageKind::Error {
        return refusal(message);
    }
    let Some(from) = &message.from else {
        return Arrival::Nothing;
    };
    if message.kind == MessageKind::Headline {
        return news(message, from, who);
    }
    if let Some(change) = &message.reactions {
        return reactions(message, change, from, who);
    }
    let Some((sender, place)) = sender_and_place(message, from, who) else {
        return Arrival::Nothing;
    };
    if let Some(replace) = &message.replace {
        return match (replace.id.parse(), &message.body) {
            (Ok(id), Some(text)) => Arrival::Correction {
                message: id,
                place,
                by: sender,
                text: text.clone(),
                extra: foreign_parameters(message.extra.clone().unwrap_or_default()),
                at: message.delay.as_ref().map(|delay| delay.stamp),
            },
            _ => Arrival::Nothing,
        };
    }
    if let Some(remove) = &message.remove {
        return remove
            .id
            .parse()
            .map_or(Arrival::Nothing, |id| Arrival::Removal {
                message: id,
                place,
            });
    }
    if let Some(marker) = &message.marker {
        let status = match marker.kind {
            MarkerKind::Received => Status::Delivered,
            MarkerKind::Displayed => Status::Read,
        };
        return marker
            .id
            .parse()
            .map_or(Arrival::Nothing, |id| Arrival::Marker {
                message: id,
                from: sender,
                status,
                at: message.delay.as_ref().map(|delay| delay.stamp),
            });
    }
    let attachments = message
        .extra
        .as_ref()
        .is_some_and(|extra| extra.attachments().next().is_some());
    let text = message.body.clone().unwrap_or_default();
    let says_more = message.extra.as_ref().is_some_and(|extra| {
        let foreign = foreign_parameters(extra.clone());
        !CustomFields::read(&foreign).fields.is_empty()
    });
    if text.is_empty() && !attachments && (message.chat_state.is_some() || !says_more) {
        return match message.chat_state {
            Some(state) => Arrival::Typing {
                place,
                from: sender,
                composing: state == ChatState::Composing,
            },
            None => Arrival::Nothing,
        };
    }
    let extra = message.extra.clone().unwrap_or_default();
    Arrival::Content(Box::new(Content {
        id: content_id(message, &extra, sender),
        place,
        sender,
        text: wire::caption(text, &extra),
        sent_at: extra
            .date_sent()
            .or_else(|| message.delay.as_ref().map(|delay| delay.stamp)),
        in_history: extra.save_to_history(),
        extra: foreign_parameters(extra),
        is_late: message.delay.is_some(),
    }))
}

/// Longest reaction taken: an emoji of several people is 25 bytes long.
const REACTION_BYTES: usize = 32;

/// Reactions are said by servers only, which name the person and the dialog; `from` may be anyone
/// (xmpp.md §9 of the platform).
fn reactions(message: &Message, change: &ReactionChange, from: &Jid, who: &Who) -> Arrival {
    let named = message.extra.as_ref().and_then(ExtraParams::dialog_id);
    let place = match sender_and_place(message, from, who) {
        Some((_, place @ Place::Room(_))) => Some(place),
        Some((_, place)) => named.map(Place::Room).or(Some(place)),
        None => named
            .or_else(|| from.as_room().map(|(_, dialog)| dialog))
            .map(Place::Room),
    };
    let (Ok(id), Some(place)) = (change.message.parse(), place) else {
        return Arrival::Nothing;
    };
    let kept = |kinds: &[String]| -> Vec<String> {
        kinds
            .iter()
            .filter(|kind| !kind.is_empty() && kind.len() <= REACTION_BYTES)
            .cloned()
            .collect()
    };
    Arrival::Reactions {
        message: id,
        place,
        user: change.user,
        added: kept(&change.added),
        removed: kept(&change.removed),
    }
}

fn sender_and_place(message: &Message, from: &Jid, who: &Who) -> Option<(UserId, Place)> {
    if message.kind == MessageKind::Groupchat {
        let (app, dialog) = from.as_room()?;
        if app != who.app {
            return None;
        }
        return Some((from.occupant_user_id()?, Place::Room(dialog)));
    }
    let (sender, app) = from.as_user()?;
    if app != who.app {
        return None;
    }
    let opponent = if sender == who.me {
        message.to.as_ref()?.user_id()?
    } else {
        sender
    };
    let dialog = message.extra.as_ref().and_then(ExtraParams::dialog_id);
    Some((sender, Place::Private { opponent, dialog }))
}

/// The id under which the history keeps the message: the one the server gave, else the sender's.
///
/// An id that is no object id cannot name a row; one made from the stanza's own words takes its
/// place, the same for every copy.
fn content_id(message: &Message, extra: &ExtraParams, sender: UserId) -> MessageId {
    let given = extra
        .message_id()
        .or_else(|| message.id.as_deref().and_then(|id| id.parse().ok()));
    given.unwrap_or_else(|| {
        let mut hash = Sha256::new();
        hash.update(sender.get().to_be_bytes());
        if let Some(id) = &message.id {
            hash.update(id);
        } else {
            hash.update(message.body.as_deref().unwrap_or_default());
            hash.update(extra.text("date_sent").unwrap_or_default());
        }
        let digest = hash.finalize();
        let mut bytes = [0; 12];
        for (byte, source) in bytes.iter_mut().zip(digest) {
            *byte = source;
        }
        MessageId::new(ObjectId::from_bytes(bytes))
    })
}

/// System messages of the platform's apps (`dialog/NEW_DIALOG` and its relatives) and of other programs.
fn news(message: &Message, from: &Jid, who: &Who) -> Arrival {
    let sender = from.as_user().filter(|(_, app)| *app == who.app);
    let Some((sender, _)) = sender else {
        return Arrival::Nothing;
    };
    if let Some(call) = CallSignal::from_message(message) {
        return match call.signal {
            // What this person's own devices say about calls is for them.
            Signal::Call if sender != who.me => Arrival::Call {
                id: call_id(sender, &call.session),
                from: sender,
                video: call.video,
                at: message.delay.as_ref().map(|delay| delay.stamp),
            },
            Signal::Call | Signal::Other => Arrival::Nothing,
        };
    }
    let extra = message.extra.clone().unwrap_or_default();
    let id = content_id(message, &extra, sender);
    news::read(message, id, sender, who.me).map_or(Arrival::Unknown { from: sender }, Arrival::News)
}

/// The id of the line about a call: apps repeat their call until it is answered.
fn call_id(from: UserId, session: &str) -> MessageId {
    let mut hash = Sha256::new();
    hash.update(b"call");
    hash.update(from.get().to_be_bytes());
    hash.update(session);
    let digest = hash.finalize();
    let mut bytes = [0; 12];
    for (byte, source) in bytes.iter_mut().zip(digest) {
        *byte = source;
    }
    MessageId::new(ObjectId::from_bytes(bytes))
}

fn refusal(message: &Message) -> Arrival {
    let id = message.id.as_deref().and_then(|id| id.parse().ok());
    let (Some(id), Some(error)) = (id, &message.error) else {
        return Arrival::Nothing;
    };
    let from = message.from.as_ref();
    let in_room = from.is_some_and(|from| from.as_room().is_some());
    Arrival::Refusal {
        message: id,
        failure: Failure {
            kind: failure_kind(error, in_room),
            text: error.text.clone().filter(|text| !text.is_empty()),
        },
    }
}

/// Which of the kinds a person can act on a stanza error is.
fn failure_kind(error: &StanzaError, in_room: bool) -> FailureKind {
    /// HTTP's "content too large", the one code that says so.
    const TOO_LARGE: u16 = 413;
    if error.code == Some(TOO_LARGE) {
        return FailureKind::TooLarge;
    }
    if error.kind == ErrorKind::Wait {
        return FailureKind::Server;
    }
    match error.condition {
        Condition::InternalServerError
        | Condition::RemoteServerTimeout
        | Condition::ResourceConstraint
        | Condition::RecipientUnavailable
        | Condition::UnexpectedRequest => FailureKind::Server,
        Condition::PolicyViolation => FailureKind::TooLarge,
        Condition::Forbidden
        | Condition::ItemNotFound
        | Condition::NotAcceptable
        | Condition::RegistrationRequired
        | Condition::SubscriptionRequired
            if in_room =>
        {
            FailureKind::NotMember
        }
        // XEP-0016 §2.14: what a person blocks comes back like this; the platform keeps to it.
        Condition::ServiceUnavailable if !in_room => FailureKind::Blocked,
        Condition::BadRequest
        | Condition::Conflict
        | Condition::FeatureNotImplemented
        | Condition::Forbidden
        | Condition::Gone
        | Condition::ItemNotFound
        | Condition::JidMalformed
        | Condition::NotAcceptable
        | Condition::NotAllowed
        | Condition::NotAuthorized
        | Condition::Redirect
        | Condition::RegistrationRequired
        | Condition::RemoteServerNotFound
        | Condition::ServiceUnavailable
        | Condition::SubscriptionRequired
        | Condition::UndefinedCondition => FailureKind::Refused,
    }
}

#[cfg(test)]
mod tests;
