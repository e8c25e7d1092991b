//! What the storage side and the REST side ask of the live side.
//!
//! REST and the sample people never speak to sockets: they hand a committed fact to [`Deliver`], which the XMPP
//! router implements. The other direction needs no trait, because XMPP calls [`crate::state::State`] directly.

use std::future::Future;
use std::pin::Pin;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::Stanza;
use tokio::sync::mpsc;

use crate::state::{Mark, Reacted, StoredMessage};

/// A future that can be awaited through a trait object.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A fact that is already on disk and that connected people should hear of.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A stored message created over REST with `send_to_chat=1`: goes to every occupant (own devices included, as a
    /// carbon or a group reflection), with the offline queue for those who are away. In an open dialog (broadcast,
    /// public) it goes live to whoever is connected; the others find it in the history. People whose privacy lists
    /// keep the author away are left out.
    Message {
        /// The message as stored.
        message: StoredMessage,
        /// Whether the author asked for `<markable/>`.
        markable: bool,
        /// Whether the author asked that nobody be alerted.
        silent: bool,
    },
    /// Somebody marked messages over REST: their authors get `received` or `displayed`, one stanza per message.
    Marks {
        /// Which of the two.
        mark: Mark,
        /// Who marked.
        by: UserId,
        /// The dialog of all the messages.
        dialog: DialogId,
        /// Message and its author; never the marking person's own messages.
        messages: Vec<(MessageId, UserId)>,
    },
    /// The text of a message was changed over REST: the occupants get a `replace` stanza.
    Edited {
        /// Who changed it (always the author).
        by: UserId,
        /// The message after the change.
        message: StoredMessage,
        /// Whether it is the newest message of its dialog (`last` in the stanza).
        last: bool,
    },
    /// Messages were deleted for everyone over REST: the occupants get a `remove` stanza for each.
    Deleted {
        /// Who deleted them.
        by: UserId,
        /// The messages, with their dialogs.
        messages: Vec<(MessageId, DialogId)>,
    },
    /// Somebody's reactions to a message changed: the occupants, and all devices of the one who reacted, get a
    /// `reactions` stanza.
    Reacted {
        /// Who reacted.
        by: UserId,
        /// To which message.
        message: MessageId,
        /// What is new and what is gone.
        change: Reacted,
    },
    /// An app orders an alert: the webhook gets it.
    Event {
        /// Who orders it.
        by: UserId,
        /// For whom it is.
        people: Vec<UserId>,
        /// What it says, as ordered.
        message: String,
    },
    /// People are no longer in a dialog: whoever of them joined its room is put out of it, and the others there hear
    /// of it. Nothing happens to people who did not join.
    Removed {
        /// Which dialog.
        dialog: DialogId,
        /// Who removed them; a person who left, themselves.
        by: UserId,
        /// Who was removed.
        users: Vec<UserId>,
    },
    /// A dialog was deleted for everyone: its room is closed.
    Closed {
        /// Which dialog.
        dialog: DialogId,
        /// Who deleted it.
        by: UserId,
    },
    /// The account is gone or its password changed: its connections are closed.
    Disconnect {
        /// Whose connections.
        user: UserId,
    },
}

/// The live side, as seen by REST and by the sample people.
pub trait Deliver: Send + Sync + 'static {
    /// Delivers a committed fact. Returns when every connected addressee's session has it in its queue and the
    /// offline queue of the others is on disk.
    fn deliver(&self, delivery: Delivery) -> BoxFuture<()>;

    /// Connects a user of this process: a bound session without a socket, for which every rule of a session with
    /// one holds (storage, fan-out, carbons, the offline queue on connecting and disconnecting).
    fn connect_local(&self, user: UserId) -> BoxFuture<LocalSession>;

    /// How many sessions the user has now; 0 means offline.
    fn sessions_of(&self, user: UserId) -> usize;

    /// Whether some device of the user is connected (or lost a moment ago and may come back) and in use: not marked
    /// inactive. Who has none is to be told by push notifications.
    fn is_active(&self, user: UserId) -> bool;

    /// Everyone who is connected (or was a moment ago and may come back), ascending.
    fn online_users(&self) -> Vec<UserId>;
}

/// A session inside the process. Dropping it ends the session.
#[derive(Debug)]
pub struct LocalSession {
    /// The full address the router bound for it.
    pub jid: Jid,
    /// Stanzas for this session. What is received counts as handled.
    pub incoming: mpsc::Receiver<Stanza>,
    /// Stanzas from this session; `from` is set by the router.
    pub outgoing: mpsc::Sender<Stanza>,
}
