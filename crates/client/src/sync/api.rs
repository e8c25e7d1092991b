//! What synchronisation asks of the REST API, as a trait so that tests can answer.

use futures::future::BoxFuture;

use cubist_protocol::rest::{Message, User};

use crate::model::{DialogId, MessageId, UserId};
use crate::rest::{Client, Error, MessageFilter};
use crate::sync::dialog_api::DialogApi;
use crate::sync::message_api::MessageApi;

/// An answer that comes later.
pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The requests; each is described at the [`Client`] method of the same name.
pub(crate) trait Api: DialogApi + MessageApi {
    fn messages<'a>(&'a self, filter: &'a MessageFilter) -> Answer<'a, Vec<Message>>;
    fn users<'a>(&'a self, ids: &'a [UserId]) -> Answer<'a, Vec<User>>;
    fn search_users<'a>(&'a self, query: &'a str) -> Answer<'a, Vec<User>>;
    fn mark_all_read(&self, dialog: DialogId) -> Answer<'_, ()>;
    fn mark_read<'a>(&'a self, dialog: DialogId, ids: &'a [MessageId]) -> Answer<'a, ()>;
    fn mark_delivered<'a>(&'a self, dialog: DialogId, ids: &'a [MessageId]) -> Answer<'a, ()>;
    /// The content of what a profile names as its picture: a stored file, or a URL.
    fn file<'a>(&'a self, name: &'a str, limit: usize) -> Answer<'a, Vec<u8>>;
    fn clock_offset_millis(&self) -> Option<i64>;
}

impl Api for Client {
    fn messages<'a>(&'a self, filter: &'a MessageFilter) -> Answer<'a, Vec<Message>> {
        Box::pin(self.messages(filter))
    }

    fn users<'a>(&'a self, ids: &'a [UserId]) -> Answer<'a, Vec<User>> {
        Box::pin(self.users(ids))
    }

    fn search_users<'a>(&'a self, query: &'a str) -> Answer<'a, Vec<User>> {
        Box::pin(self.search_users(query))
    }

    fn mark_all_read(&self, dialog: DialogId) -> Answer<'_, ()> {
        Box::pin(self.mark_all_read(dialog))
    }

    fn mark_read<'a>(&'a self, dialog: DialogId, ids: &'a [MessageId]) -> Answer<'a, ()> {
        Box::pin(self.mark_read(dialog, ids))
    }

    fn mark_delivered<'a>(&'a self, dialog: DialogId, ids: &'a [MessageId]) -> Answer<'a, ()> {
        Box::pin(self.mark_delivered(dialog, ids))
    }

    fn file<'a>(&'a self, name: &'a str, limit: usize) -> Answer<'a, Vec<u8>> {
        Box::pin(self.file(name, limit))
    }

    fn clock_offset_millis(&self) -> Option<i64> {
        self.clock_offset_millis()
    }
}
