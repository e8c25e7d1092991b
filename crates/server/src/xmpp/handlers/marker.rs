//! XEP-0333: "delivered" and "read", recorded and told to the author.
//!
//! A marker always goes to the author of the message as type `chat`, also for a group's message; the dialog's id in
//! its parameters tells which dialog it was.

use std::sync::Arc;

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::xep0333_markers::{Marker, MarkerKind};
use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_protocol::stanza::{Condition, Message, MessageKind};
use futures::FutureExt;

use crate::state::{Mark, PrivacyScope, State, StateError};

use crate::xmpp::handlers::audience::reaches;
use crate::xmpp::handlers::{Outcome, Work, addressee, finished, refuse_for, refuse_with};
use crate::xmpp::names::Addressee;
use crate::xmpp::router::{Dispatch, Own, Router};
use crate::xmpp::session::Session;
use crate::xmpp::wire;

/// Begins with a message that is a marker.
pub(super) fn begin(router: &Router, session: &Arc<Session>, message: Message) -> Work {
    let to = match addressee(&message) {
        Ok(to) => to,
        Err(outcome) => return finished(outcome),
    };
    let addressed = match router.names().addressee(to) {
        Addressee::User(user) => Some(user),
        // Some clients send it to the room. The author is known from the message.
        Addressee::Room(_) => None,
        Addressee::Server | Addressee::Rooms | Addressee::Nobody | Addressee::Elsewhere => {
            return finished(refuse_with(
                &message,
                Condition::ServiceUnavailable,
                "Service not available.",
            ));
        }
    };
    let Some(marker) = message.marker.clone() else {
        return finished(Outcome::Done);
    };
    let router = router.clone();
    let session = Arc::clone(session);
    let dialog = message.extra.as_ref().and_then(ExtraParams::dialog_id);
    async move {
        match marked(router.state(), session.user, &marker).await {
            Ok(Known::Already) => Outcome::Done,
            Ok(Known::New { dialog, author }) => {
                relay(&router, &session, message, author, Some(dialog)).await
            }
            // In a dialog that may have everybody in it marks are counted, and nobody is told.
            Ok(Known::No) if is_open(router.state(), dialog).await => Outcome::Done,
            // Never stored, so only the two devices know it: a plain relay to whom the client says.
            Ok(Known::No) => match addressed {
                Some(user) if user != session.user => {
                    match router.state().user_exists(user).await {
                        Ok(true) => relay(&router, &session, message, user, None).await,
                        Ok(false) => {
                            refuse_with(&message, Condition::ItemNotFound, "There is no such user.")
                        }
                        Err(error) => refuse_for(&message, &error),
                    }
                }
                Some(_) | None => Outcome::Done,
            },
            Err(error) => refuse_for(&message, &error),
        }
    }
    .boxed()
}

async fn is_open(state: &State, dialog: Option<DialogId>) -> bool {
    match dialog {
        Some(dialog) => {
            matches!(state.dialog_card(&dialog).await, Ok(Some(card)) if card.is_open())
        }
        None => false,
    }
}

/// What the history knows of a marked message.
enum Known {
    /// It has the message and did not have the mark.
    New {
        /// Where it is.
        dialog: DialogId,
        /// Who wrote it.
        author: UserId,
    },
    /// It had the mark before: the author was told.
    Already,
    /// It does not have the message, or not for this user.
    No,
}

async fn marked(state: &State, by: UserId, marker: &Marker) -> Result<Known, StateError> {
    let Ok(id) = marker.id.parse::<MessageId>() else {
        return Ok(Known::No);
    };
    let mark = match marker.kind {
        MarkerKind::Received => Mark::Delivered,
        MarkerKind::Displayed => Mark::Read,
    };
    let known = state.mark(by, mark, vec![id]).await?;
    Ok(match known.first() {
        Some(known) if known.changed => Known::New {
            dialog: known.dialog,
            author: known.author,
        },
        Some(_) => Known::Already,
        None => Known::No,
    })
}

/// The marker on its way to the author and to the sender's other devices, which can clear their counts by it.
async fn relay(
    router: &Router,
    session: &Session,
    mut message: Message,
    author: UserId,
    dialog: Option<DialogId>,
) -> Outcome {
    let names = router.names();
    message.kind = MessageKind::Chat;
    message.to = Some(names.user(author));
    if let Some(dialog) = dialog {
        message
            .extra
            .get_or_insert_with(ExtraParams::new)
            .set_dialog_id(dialog);
    }
    let text: Arc<str> = wire::text(&message).into();
    // Who is blocked may mark, but the other does not hear of it.
    let is_let_through = reaches(router, PrivacyScope::Person, session.user, author);
    let mut row = None;
    if is_let_through && !router.is_ready(author) {
        match router
            .state()
            .enqueue(vec![(author, text.to_string())])
            .await
        {
            Ok(rows) => row = rows.first().copied(),
            Err(error) => return refuse_for(&message, &error),
        }
    }
    let carbon = wire::sent_carbon(&message, names.user(session.user));
    Outcome::Dispatch(Box::new(Dispatch {
        text,
        to_resource: false,
        recipients: is_let_through
            .then_some((author, row))
            .into_iter()
            .collect(),
        keep: true,
        own: Own::Carbon {
            user: session.user,
            except: Some(session.serial),
            text: carbon.into(),
        },
    }))
}

/// A marker of this server's making: for marks that were set over REST.
pub(in crate::xmpp) fn from_mark(
    router: &Router,
    mark: Mark,
    by: UserId,
    dialog: DialogId,
    id: MessageId,
    author: UserId,
) -> Message {
    let kind = match mark {
        Mark::Delivered => MarkerKind::Received,
        Mark::Read => MarkerKind::Displayed,
    };
    let names = router.names();
    let mut extra = ExtraParams::new();
    extra.set_dialog_id(dialog);
    Message {
        id: Some(crate::xmpp::resource::random_name()),
        kind: MessageKind::Chat,
        from: Some(names.user(by)),
        to: Some(names.user(author)),
        marker: Some(Marker {
            kind,
            id: id.to_string(),
        }),
        extra: Some(extra),
        ..Message::default()
    }
}
