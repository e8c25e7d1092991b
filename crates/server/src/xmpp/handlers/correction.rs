//! Changes and deletions of messages: XEP-0308 with the platform's additions, and its own `remove`.
//!
//! They go where the message went, as they were sent: the official SDK reads the new text, the id and the dialog from
//! the stanza.

use std::sync::Arc;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ids::MessageId;
use cubist_protocol::stanza::{Condition, Message, MessageKind};
use futures::FutureExt;

use crate::state::{DialogCard, Edit, Edited, Removal, Removed, StateError};

use crate::xmpp::handlers::message::{attachments, fields};
use crate::xmpp::handlers::post::Post;
use crate::xmpp::handlers::{Outcome, Work, addressee, finished, refuse_for, refuse_with};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;
use crate::xmpp::{resource, wire};

/// What is to be done to a message.
#[derive(Clone, Copy)]
enum Wish {
    Change(MessageId),
    Delete(MessageId),
}

/// Begins with a message that changes or deletes another one.
pub(super) async fn begin(router: &Router, session: &Arc<Session>, mut message: Message) -> Work {
    let to = match addressee(&message) {
        Ok(to) => to,
        Err(outcome) => return finished(outcome),
    };
    let is_group = message.kind == MessageKind::Groupchat;
    let found = match (router.names().addressee(to), is_group) {
        (Addressee::User(user), false) => {
            let state = router.state();
            state.known_private_dialog(session.user, user).await
        }
        (Addressee::Room(dialog), true) => router.state().dialog_card(&dialog).await,
        (
            Addressee::User(_)
            | Addressee::Room(_)
            | Addressee::Server
            | Addressee::Rooms
            | Addressee::Nobody
            | Addressee::Elsewhere,
            _,
        ) => {
            let text = "A message is changed or deleted where it was sent: a person's with type chat, a room's with \
                        type groupchat.";
            return finished(refuse_with(&message, Condition::BadRequest, text));
        }
    };
    let id = |text: &str| text.trim().parse::<MessageId>().ok();
    let wish = match (&message.replace, &message.remove) {
        (Some(replace), _) => id(&replace.id).map(Wish::Change),
        (None, Some(remove)) => id(&remove.id).map(Wish::Delete),
        (None, None) => None,
    };
    match (found, wish) {
        (Ok(Some(card)), Some(wish)) => {
            if message.id.as_deref().is_none_or(str::is_empty) {
                message.id = Some(resource::random_name());
            }
            let extra = message.extra.get_or_insert_with(ExtraParams::new);
            if extra.dialog_id() != Some(card.id) {
                extra.set_dialog_id(card.id);
            }
            pass_on(router, session, message, &card, wish)
        }
        (Ok(_), _) => finished(no_such_message(&message)),
        (Err(error), _) => finished(refuse_for(&message, &error)),
    }
}

/// Stores the change, and then hands it out.
fn pass_on(
    router: &Router,
    session: &Arc<Session>,
    message: Message,
    card: &Arc<DialogCard>,
    wish: Wish,
) -> Work {
    let mut post = Post::new(router, session, message, card);
    let by = session.user;
    let dialog = card.id;
    let message = Arc::clone(&post.message);
    let queued = Arc::clone(&message);
    let queue = post.queue(router, Box::new(move |_, _| wire::text(&queued)));
    let stanza_id = message.id.clone();
    let router = router.clone();
    async move {
        let done = match wish {
            Wish::Change(id) => {
                let given = attachments(&message);
                let edit = Edit {
                    by,
                    message: id,
                    dialog: Some(dialog),
                    stanza_id,
                    body: message.body.clone(),
                    attachments: Some(given).filter(|given| !given.is_empty()),
                    extra: fields(&message),
                    queue,
                };
                match router.state().edit_message(edit).await {
                    Ok(Edited::Changed { queued, .. }) => Ok(Some(queued)),
                    Ok(Edited::Repeat) => Ok(None),
                    Err(error) => Err(error),
                }
            }
            Wish::Delete(id) => {
                let removal = Removal {
                    by,
                    message: id,
                    dialog,
                    stanza_id,
                    queue,
                };
                match router.state().remove_message(removal).await {
                    Ok(Removed::Gone { queued }) => Ok(Some(queued)),
                    Ok(Removed::Repeat) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        };
        match done {
            Ok(Some(queued)) => {
                let others = post.others(&router).await;
                post.dispatch(&router, &message, others, &queued)
            }
            Ok(None) => Outcome::Done,
            Err(StateError::NotFound) => no_such_message(&post.as_sent(&router)),
            Err(error) => post.refuse(&router, &error),
        }
    }
    .boxed()
}

fn no_such_message(message: &Message) -> Outcome {
    refuse_with(
        message,
        Condition::ItemNotFound,
        "There is no such message in this dialog.",
    )
}
