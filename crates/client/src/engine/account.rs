//! One account, as the shell sees it.

use crate::error::Error;
use crate::model::{
    Anchor, ConnectionState, Dialog, DialogId, DialogPage, DialogQuery, MessageId, MessagePage,
    SearchHit, User, UserId,
};

/// A cheap handle to one account.
#[derive(Clone, Debug)]
pub struct Account {}

impl Account {
    /// A page of the chat list, from the cache alone.
    pub async fn dialogs(&self, _query: DialogQuery) -> Result<DialogPage, Error> {
        todo!()
    }

    /// One dialog, from the cache alone.
    pub async fn dialog(&self, _id: DialogId) -> Result<Option<Dialog>, Error> {
        todo!()
    }

    /// A page of messages.
    ///
    /// `Newest` and `FirstUnread` answer from the cache at once and refresh behind the caller's
    /// back (events tell). For the others a part known to be missing is fetched first; without a
    /// connection it is reported as a gap.
    pub async fn messages(
        &self,
        _dialog: DialogId,
        _anchor: Anchor,
        _limit: u32,
    ) -> Result<MessagePage, Error> {
        todo!()
    }

    /// Queues a text. It is on disk, with the id it keeps for life, before this returns.
    pub async fn send_text(&self, _dialog: DialogId, _text: String) -> Result<MessageId, Error> {
        todo!()
    }

    /// Queues a failed message again, with the same id.
    pub async fn retry(&self, _message: MessageId) -> Result<(), Error> {
        todo!()
    }

    /// Drops a message that was not sent; gives back its text if it was still there to drop.
    pub async fn discard_unsent(&self, _message: MessageId) -> Result<Option<String>, Error> {
        todo!()
    }

    /// The person has seen everything up to and including `up_to`. Counts at once here; the
    /// markers to the others wait in a durable queue.
    pub async fn mark_read(&self, _dialog: DialogId, _up_to: MessageId) -> Result<(), Error> {
        todo!()
    }

    /// Call it with `true` at every key and `false` when the field is emptied; what goes over the
    /// wire is decided here (seldom).
    pub async fn set_typing(&self, _dialog: DialogId, _typing: bool) -> Result<(), Error> {
        todo!()
    }

    /// Keeps what was typed; an empty text forgets it.
    pub async fn save_draft(&self, _dialog: DialogId, _text: String) -> Result<(), Error> {
        todo!()
    }

    /// People from the cache. Those unknown are asked for in one request and arrive as an event.
    pub async fn users(&self, _ids: &[UserId]) -> Result<Vec<User>, Error> {
        todo!()
    }

    /// Finds people on the server by name, login or e-mail address.
    pub async fn search_people(&self, _query: String) -> Result<Vec<User>, Error> {
        todo!()
    }

    /// The private dialog with someone, made when there is none.
    pub async fn create_private(&self, _user: UserId) -> Result<DialogId, Error> {
        todo!()
    }

    /// A new group of these people and the account's person.
    pub async fn create_group(&self, _name: String, _users: &[UserId]) -> Result<DialogId, Error> {
        todo!()
    }

    /// Messages in the cache that match, newest first.
    pub async fn search_messages(
        &self,
        _query: String,
        _limit: u32,
    ) -> Result<Vec<SearchHit>, Error> {
        todo!()
    }

    /// The server has moved (the local backend gets new ports at each start): keeps the new
    /// addresses and, when they differ from the old ones, connects there. Everything cached and
    /// queued stays. Used by the shell for accounts of origin `Local`.
    pub async fn set_endpoints(&self, _to: crate::model::Endpoints) -> Result<(), Error> {
        todo!()
    }

    /// Tries to connect now instead of waiting for the next turn.
    pub fn connect_now(&self) {
        todo!()
    }

    /// The machine's network changed: check the line.
    pub fn network_changed(&self) {
        todo!()
    }

    /// The state of the line.
    pub fn connection(&self) -> ConnectionState {
        todo!()
    }
}
