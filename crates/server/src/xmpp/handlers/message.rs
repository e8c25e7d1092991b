//! Messages with content: RFC 6121 §5 for people, the platform's rooms for groups.

use std::sync::Arc;

use cubist_protocol::ext::extra_params::{Attachment, ExtraEntry, ExtraParams};
use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_protocol::stanza::{Condition, Message, MessageKind};
use cubist_protocol::timestamp::UnixMillis;
use futures::FutureExt;
use serde_json::{Map, Value};

use crate::state::{
    Accepted, Blocker, DialogCard, DialogKind, NewMessage, Passage, PrivacyScope, QueueFor,
    StanzaKind, StateError, StoredMessage,
};

use crate::xmpp::handlers::post::Post;
use crate::xmpp::handlers::{
    Outcome, Work, addressee, chat_state, correction, finished, headline, marker, refuse_for,
    refuse_with,
};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// Parameters that are instructions or facts of the message, not fields that the sender made up.
const OWN_PARAMETERS: [&str; 5] = [
    "save_to_history",
    "dialog_id",
    "message_id",
    "date_sent",
    "attachments",
];

/// Decides what kind of message it is.
pub(super) async fn begin(router: &Router, session: &Arc<Session>, mut message: Message) -> Work {
    // Only a server says these; taken from a client they could be forged. The official SDK goes by the name alone.
    message.delay = None;
    message.carbon = None;
    message.reactions = None;
    message.other.retain(|child| child.name() != "reactions");
    match message.kind {
        // Answers to what this server relayed; nobody waits for them.
        MessageKind::Error => return finished(Outcome::Done),
        MessageKind::Headline => return headline::begin(router, session, message).await,
        MessageKind::Chat | MessageKind::Groupchat | MessageKind::Normal => message.error = None,
    }
    if message.marker.is_some() && message.body.is_none() {
        return marker::begin(router, session, message);
    }
    if message.replace.is_some() || message.remove.is_some() {
        return correction::begin(router, session, message).await;
    }
    if is_chat_state_only(&message) {
        return chat_state::begin(router, session, message).await;
    }
    content(router, session, message).await
}

fn is_chat_state_only(message: &Message) -> bool {
    // Old clients wrap the state with the dialog's id, which is no content.
    let has_parameters = message.extra.as_ref().is_some_and(|extra| {
        extra
            .entries
            .iter()
            .any(|entry| !matches!(entry.name(), Some("dialog_id")))
    });
    message.chat_state.is_some()
        && message.body.is_none()
        && !has_parameters
        && message.other.is_empty()
}

/// A message that is stored or at least delivered.
async fn content(router: &Router, session: &Arc<Session>, message: Message) -> Work {
    let to = match addressee(&message) {
        Ok(to) => to,
        Err(outcome) => return finished(outcome),
    };
    let is_group = message.kind == MessageKind::Groupchat;
    let found = match (router.names().addressee(to), is_group) {
        (Addressee::User(user), false) if user == session.user => {
            return finished(refuse_with(
                &message,
                Condition::NotAllowed,
                "You cannot write to yourself.",
            ));
        }
        (Addressee::User(user), false) => match blocker(router, session.user, user) {
            // Before a dialog is made for the two.
            Some(by) => Err(StateError::Blocked { by }),
            None => router
                .state()
                .private_dialog(session.user, user)
                .await
                .map(Some)
                .map_err(no_such_user),
        },
        (Addressee::Room(dialog), true) => router.state().dialog_card(&dialog).await,
        (Addressee::User(_), true) | (Addressee::Room(_), false) => {
            let text = "People are addressed with type chat, rooms with type groupchat.";
            return finished(refuse_with(&message, Condition::BadRequest, text));
        }
        (Addressee::Elsewhere, _) => {
            let text = "This server does not talk to other servers.";
            return finished(refuse_with(&message, Condition::RemoteServerNotFound, text));
        }
        (Addressee::Server | Addressee::Rooms | Addressee::Nobody, _) => {
            return finished(refuse_with(
                &message,
                Condition::ServiceUnavailable,
                "Service not available.",
            ));
        }
    };
    match found {
        // Of a public dialog the state knows who is in it, and it looks when the message is stored.
        Ok(Some(card)) if !card.is_open() && !card.has(session.user) => finished(refuse_with(
            &message,
            Condition::Forbidden,
            "You are not an occupant of this dialog.",
        )),
        Ok(Some(card)) if !card.may_write(session.user) => finished(refuse_with(
            &message,
            Condition::Forbidden,
            "Only its owner and admins write in this dialog.",
        )),
        Ok(Some(card)) if is_group && card.kind == DialogKind::Private => {
            let text = "The other person of a private dialog is addressed directly.";
            finished(refuse_with(&message, Condition::NotAllowed, text))
        }
        Ok(Some(card)) => accept(router, session, message, &card),
        Ok(None) => finished(refuse_with(
            &message,
            Condition::ItemNotFound,
            "There is no such dialog.",
        )),
        Err(error) => finished(refuse_for(&message, &error)),
    }
}

/// Who of the two blocks the other, if anybody does.
fn blocker(router: &Router, sender: UserId, receiver: UserId) -> Option<Blocker> {
    let passage =
        router
            .state()
            .may_pass(PrivacyScope::Person, StanzaKind::Message, sender, receiver);
    match passage {
        Passage::Free => None,
        Passage::DeniedByReceiver => Some(Blocker::Recipient),
        Passage::DeniedBySender => Some(Blocker::Sender),
    }
}

/// The state tells REST callers about their fields; here it means that one of the two people does not exist.
fn no_such_user(error: StateError) -> StateError {
    if matches!(error, StateError::Invalid { .. }) {
        StateError::NotFound
    } else {
        error
    }
}

/// Stores the message, and then hands it out.
fn accept(
    router: &Router,
    session: &Arc<Session>,
    message: Message,
    card: &Arc<DialogCard>,
) -> Work {
    let dialog = card.id;
    let mut post = Post::new(router, session, message, card);
    let message = Arc::clone(&post.message);
    let queued = Arc::clone(&message);
    let render = move |id: &MessageId, date_sent: i64| {
        wire::text(&wire::complete(&queued, dialog, *id, date_sent))
    };
    let queue = post.queue(router, Box::new(render));
    let new = new_message(&message, session.user, dialog, queue);
    let router = router.clone();
    async move {
        match router.state().accept_message(new).await {
            Ok(Accepted::New {
                message: stored,
                queued,
            }) => {
                let others = post.others(&router).await;
                if !message.extra.as_ref().is_some_and(ExtraParams::silent) {
                    router.alert(&post.card, &stored, &others);
                }
                let message = wire::complete(&message, dialog, stored.id, stored.date_sent);
                post.dispatch(&router, &message, others, &queued)
            }
            Ok(Accepted::Repeat) => Outcome::Done,
            Err(error) => post.refuse(&router, &error),
        }
    }
    .boxed()
}

/// The message as the state takes it.
fn new_message(
    message: &Message,
    sender: UserId,
    dialog: DialogId,
    queue: Option<QueueFor>,
) -> NewMessage {
    let extra = message.extra.as_ref();
    NewMessage {
        sender,
        dialog,
        stanza_id: message.id.clone().filter(|id| !id.is_empty()),
        body: message.body.clone().unwrap_or_default(),
        date_sent: extra
            .and_then(ExtraParams::date_sent)
            .map(UnixMillis::seconds),
        attachments: attachments(message),
        extra: fields(message),
        save: extra.is_some_and(ExtraParams::save_to_history),
        queue,
    }
}

/// The fields that the sender made up.
pub(super) fn fields(message: &Message) -> Map<String, Value> {
    let extra = message.extra.as_ref();
    let mut fields = extra.map(ExtraParams::to_json).unwrap_or_default();
    for name in OWN_PARAMETERS {
        fields.remove(name);
    }
    fields
}

/// The attribute maps of the attachments.
pub(super) fn attachments(message: &Message) -> Vec<Map<String, Value>> {
    let extra = message.extra.iter();
    extra
        .flat_map(ExtraParams::attachments)
        .filter_map(|attachment| object(attachment.to_json()))
        .collect()
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

/// A stored message as a stanza: for messages that came over REST.
pub(in crate::xmpp) fn from_stored(
    router: &Router,
    stored: &StoredMessage,
    card: &DialogCard,
    markable: bool,
) -> Message {
    let names = router.names();
    let is_private = card.kind == DialogKind::Private;
    let mut extra = ExtraParams::from_json(&stored.extra);
    extra.set_save_to_history();
    extra.set_dialog_id(stored.dialog);
    extra.set_message_id(stored.id);
    extra.set_date_sent(UnixMillis::from_seconds(stored.date_sent));
    extra.entries.extend(
        stored
            .attachments
            .iter()
            .map(|map| ExtraEntry::Attachment(Attachment::from_json(map))),
    );
    let opponent = card
        .occupants
        .iter()
        .copied()
        .find(|user| *user != stored.sender);
    Message {
        id: Some(stored.id.to_string()),
        kind: if is_private {
            MessageKind::Chat
        } else {
            MessageKind::Groupchat
        },
        from: Some(if is_private {
            names.user(stored.sender)
        } else {
            names.occupant(stored.dialog, stored.sender)
        }),
        to: opponent.filter(|_| is_private).map(|user| names.user(user)),
        body: Some(stored.body.clone()).filter(|body| !body.is_empty()),
        extra: Some(extra),
        markable,
        ..Message::default()
    }
}
