//! The domain and its storage: people, sessions, dialogs, messages, marks and the offline queue.
//!
//! [`State`] is the one handle that REST and XMPP share. It knows neither HTTP nor XML. Every change goes through
//! one writer that commits many changes together, and a method that changes something returns only after its commit.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use serde_json::{Map, Value};

/// The shared handle; clones are cheap.
#[derive(Clone)]
pub struct State {
    inner: Arc<()>,
}

/// Whether a chat login is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatLogin {
    /// The secret is the account's password or one of its session tokens.
    Accepted,
    /// Unknown account or wrong secret; the two are not told apart.
    Refused,
    /// Too many failures lately; try again later.
    Throttled,
}

/// Kind of a dialog, as numbered on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogKind {
    /// 1: everyone reads, admins write.
    Broadcast,
    /// 2: invited members.
    Group,
    /// 3: two people.
    Private,
    /// 4: whoever subscribes.
    Public,
}

/// What the live side needs to know of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogCard {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Who made it.
    pub owner: UserId,
    /// The occupants, ascending, the owner included.
    pub occupants: Vec<UserId>,
}

/// A message to be accepted from its sender.
pub struct NewMessage {
    /// Who sends.
    pub sender: UserId,
    /// Where to; the sender must be an occupant.
    pub dialog: DialogId,
    /// The stanza's id. Becomes the message id if it is an ObjectId that nobody used before; also recognises a repeat.
    pub stanza_id: Option<String>,
    /// The text.
    pub body: String,
    /// The sender's time in unix seconds, if given; kept unless it lies too far in the future.
    pub date_sent: Option<i64>,
    /// Attachments: their attribute maps.
    pub attachments: Vec<Map<String, Value>>,
    /// The sender's own fields, shown at the top level of the message in the history.
    pub extra: Map<String, Value>,
    /// `save_to_history`: without it the message is only recognised when repeated, and queued.
    pub save: bool,
    /// For whom to put it into the offline queue in the same transaction.
    pub queue: Option<QueueFor>,
}

/// Queueing as part of storing.
pub struct QueueFor {
    /// The users (never the sender's own).
    pub users: Vec<UserId>,
    /// Makes the text to queue, once the id and time are known. Runs on the writer's thread: no blocking.
    pub render: Box<dyn FnOnce(&MessageId, i64) -> String + Send>,
}

/// What became of a message.
#[derive(Clone, Debug)]
pub enum Accepted {
    /// New: deliver it.
    New {
        /// As stored; for `save: false` as it would have been.
        message: StoredMessage,
        /// The queue entries made for `NewMessage::queue`, for confirming after a live delivery.
        queued: Vec<(UserId, QueueId)>,
    },
    /// The sender sent this stanza id before: acknowledge it, deliver nothing.
    Repeat,
}

/// A message of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// Its dialog.
    pub dialog: DialogId,
    /// Its author.
    pub sender: UserId,
    /// The text.
    pub body: String,
    /// Unix seconds.
    pub date_sent: i64,
    /// Attribute maps.
    pub attachments: Vec<Map<String, Value>>,
    /// The sender's own fields.
    pub extra: Map<String, Value>,
}

/// Position in the offline queue; grows with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub i64);

/// A stanza waiting for an absent user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its place; confirm with it.
    pub id: QueueId,
    /// The text as queued (without a delay element).
    pub stanza: String,
    /// When it was queued, unix seconds: the stamp of the delay element.
    pub at: i64,
}

/// The two marks of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// The recipient's device has it.
    Delivered,
    /// The recipient saw it; implies delivered.
    Read,
}

/// Why the state refuses or fails.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The thing does not exist or is not visible to the caller.
    #[error("not found")]
    NotFound,
    /// The caller may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// A value breaks a rule; field and sentence.
    #[error("{field} {problem}")]
    Invalid {
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The backend is stopping.
    #[error("the backend is stopping")]
    Stopping,
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] rusqlite::Error),
}

impl State {
    /// Checks a chat login: the account's password or one of its unexpired session tokens. Cheap for a reconnect.
    pub async fn verify_chat_login(&self, user: UserId, secret: &str) -> Result<ChatLogin, StateError> { todo!() }

    /// Whether the user exists.
    pub async fn user_exists(&self, user: UserId) -> Result<bool, StateError> { todo!() }

    /// The private dialog of a pair, made if missing and shown again if one side hid it.
    /// [`StateError::NotFound`] if either user does not exist or both are the same.
    pub async fn private_dialog(&self, one: UserId, other: UserId) -> Result<Arc<DialogCard>, StateError> { todo!() }

    /// A dialog's kind and occupants; from memory when asked again. `None` if it does not exist.
    pub async fn dialog_card(&self, dialog: &DialogId) -> Result<Option<Arc<DialogCard>>, StateError> { todo!() }

    /// Accepts a message: checks membership and limits, stores, moves the dialog, queues; all in one transaction.
    pub async fn accept_message(&self, message: NewMessage) -> Result<Accepted, StateError> { todo!() }

    /// Records that `by` got or saw messages. Returns those that were known to `by` (dialog member, not the
    /// author) with dialog and author, also when the mark was there already.
    pub async fn mark(&self, by: UserId, mark: Mark, messages: Vec<MessageId>) -> Result<Vec<(MessageId, DialogId, UserId)>, StateError> { todo!() }

    /// Queues stanzas for absent users, in this order. Over the limit the oldest of that user are dropped.
    pub async fn enqueue(&self, stanzas: Vec<(UserId, String)>) -> Result<Vec<QueueId>, StateError> { todo!() }

    /// The oldest `limit` stanzas waiting for the user after `after`; they stay until confirmed.
    pub async fn queued(&self, user: UserId, after: Option<QueueId>, limit: usize) -> Result<Vec<Queued>, StateError> { todo!() }

    /// Removes stanzas that the user's client acknowledged. Does not wait for the disk: after a crash they come again.
    pub fn confirm_queued(&self, user: UserId, ids: Vec<QueueId>) { todo!() }

    /// Remembers that the user was active now; reaches the disk with the next flush.
    pub fn touch(&self, user: UserId) { todo!() }

    /// When the user was last active, unix seconds. `None` if never or unknown.
    pub async fn last_activity(&self, user: UserId) -> Result<Option<i64>, StateError> { todo!() }
}
