//! Rooms that are joined (XEP-0045).
//!
//! The platform delivers a group's messages to its occupants whether they joined or not, so nothing
//! here is needed for that. Other servers, and whoever wants to see who is in a room just now, ask
//! for it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cubist_protocol::ext::xep0030_disco_items::DiscoItems;
use cubist_protocol::ext::xep0045_muc::{self, MucJoin, MucUser};
use cubist_protocol::jid::Jid;
use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, Iq, IqBody, IqPayload, Presence, PresenceKind, Stanza};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::connection::RequestError;
use crate::model::{DialogId, UserId};
use crate::sync::context::{Context, Who};

/// How long a room may take to answer.
const LIMIT: Duration = Duration::from_secs(15);

/// Why a room could not be joined, left or asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// There is no line, or it broke.
    #[error("not connected")]
    NotConnected,
    /// The room did not answer in time.
    #[error("the room does not answer")]
    NoAnswer,
    /// This person is not let in.
    #[error("not let in")]
    Forbidden,
    /// There is no such room.
    #[error("no such room")]
    NotFound,
    /// The answer makes no sense, or the server does not know rooms.
    #[error("the server does not have rooms")]
    Unsupported,
}

/// The rooms of one account.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Joined ones; joined again by a session that was not resumed.
    joined: BTreeSet<DialogId>,
    /// Those who wait for a room's answer.
    waiting: HashMap<DialogId, oneshot::Sender<Result<(), Error>>>,
}

impl Rooms {
    /// A room said something about its occupants, or refused.
    pub(crate) fn heard(&self, presence: &Presence, who: &Who) {
        let Some((app, dialog)) = presence.from.as_ref().and_then(Jid::as_room) else {
            return;
        };
        if app != who.app {
            return;
        }
        let outcome = match presence.kind {
            PresenceKind::Error => Err(refusal(presence)),
            PresenceKind::Available | PresenceKind::Unavailable if is_own(presence) => Ok(()),
            PresenceKind::Available
            | PresenceKind::Unavailable
            | PresenceKind::Probe
            | PresenceKind::Subscribe
            | PresenceKind::Subscribed
            | PresenceKind::Unsubscribe
            | PresenceKind::Unsubscribed => return,
        };
        let mut state = self.lock();
        if outcome.is_ok() && presence.kind == PresenceKind::Available {
            state.joined.insert(dialog);
        } else {
            state.joined.remove(&dialog);
        }
        if let Some(waiting) = state.waiting.remove(&dialog) {
            // Whoever asked may have given up meanwhile.
            waiting.send(outcome).ok();
        }
    }

    fn expect(&self, dialog: DialogId) -> oneshot::Receiver<Result<(), Error>> {
        let (answer, waiting) = oneshot::channel();
        self.lock().waiting.insert(dialog, answer);
        waiting
    }

    fn joined(&self) -> Vec<DialogId> {
        self.lock().joined.iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is one call on a set or map, whole at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Enters a room; resolves once the room says that this person is in it.
pub(crate) async fn join(context: &Context, dialog: DialogId) -> Result<(), Error> {
    let occupant = occupant(context, dialog)?;
    let id = context.ids.message(context.server_now()).to_string();
    let presence = MucJoin::without_history().presence(id, occupant);
    exchange(context, dialog, presence).await
}

/// Leaves a room; resolves once the room says so. Who was not in it has left it already.
pub(crate) async fn leave(context: &Context, dialog: DialogId) -> Result<(), Error> {
    let occupant = occupant(context, dialog)?;
    if !context.rooms.joined().contains(&dialog) {
        return Ok(());
    }
    exchange(context, dialog, xep0045_muc::leave(occupant)).await
}

/// Who is in a room just now, ascending.
pub(crate) async fn occupants(context: &Context, dialog: DialogId) -> Result<Vec<UserId>, Error> {
    let room = context.who.room(dialog).ok_or(Error::Unsupported)?;
    let mut question = Iq::get("", IqPayload::DiscoItems(DiscoItems::query()));
    question.to = Some(room);
    let answer = context.line.request(question).await.map_err(|error| {
        tracing::debug!(%error, "a room did not say who is in it");
        match error {
            RequestError::NotConnected | RequestError::SessionLost => Error::NotConnected,
            RequestError::TimedOut => Error::NoAnswer,
            RequestError::Refused(error) => condition(error.condition),
        }
    })?;
    let IqBody::Result(Some(IqPayload::DiscoItems(items))) = answer.body else {
        return Err(Error::Unsupported);
    };
    let found: BTreeSet<UserId> = items.occupants().collect();
    Ok(found.into_iter().collect())
}

/// Joins again what the last session had joined; the answers come as they come.
pub(crate) async fn join_again(context: &Arc<Context>) {
    for dialog in context.rooms.joined() {
        let Ok(occupant) = occupant(context, dialog) else {
            continue;
        };
        let id = context.ids.message(context.server_now()).to_string();
        let presence = MucJoin::without_history().presence(id, occupant);
        let stanza = Stanza::Presence(presence);
        if context.line.send(stanza, None).await.is_err() {
            break;
        }
    }
}

async fn exchange(context: &Context, dialog: DialogId, presence: Presence) -> Result<(), Error> {
    let answer = context.rooms.expect(dialog);
    context
        .line
        .send(Stanza::Presence(presence), None)
        .await
        .map_err(|_| Error::NotConnected)?;
    match timeout(LIMIT, answer).await {
        Ok(Ok(outcome)) => outcome,
        // Somebody else asked after us and waits in our place.
        Ok(Err(_)) | Err(_) => Err(Error::NoAnswer),
    }
}

fn occupant(context: &Context, dialog: DialogId) -> Result<Jid, Error> {
    let room = context.who.room(dialog).ok_or(Error::Unsupported)?;
    room.with_resource(&context.who.me.to_string())
        .map_err(|_| Error::Unsupported)
}

/// XEP-0045 §7.2.2: status 110 says that the presence is the receiver's own.
fn is_own(presence: &Presence) -> bool {
    presence
        .other
        .iter()
        .filter(|child| child.is("x", ns::MUC_USER))
        .any(|x| MucUser::from_element(x).is_ok_and(|user| user.is_self()))
}

fn refusal(presence: &Presence) -> Error {
    let error = presence.error.as_ref();
    error.map_or(Error::Forbidden, |error| condition(error.condition))
}

fn condition(condition: Condition) -> Error {
    if condition == Condition::ItemNotFound {
        Error::NotFound
    } else if matches!(
        condition,
        Condition::FeatureNotImplemented | Condition::ServiceUnavailable
    ) {
        Error::Unsupported
    } else {
        Error::Forbidden
    }
}

#[cfg(test)]
mod tests;
