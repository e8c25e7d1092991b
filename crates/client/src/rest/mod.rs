//! The REST API, with the life cycle of its session.
//!
//! A [`Client`] belongs to one account. It keeps the session token, makes a new session when the
//! server says that the old one is gone (once for all calls that hear it at the same time), and
//! repeats each of those calls once. Calls that may be repeated without harm are repeated after a
//! passing failure; others are not, because the first one may have had its effect.

mod error;
mod query;
mod session;

pub use error::Error;
pub use query::{DialogFilter, MessageFilter, Page, Sort, UnreadCounts};
pub use session::Session;

use std::sync::Arc;

use cubist_protocol::ids::{AppId, DialogId, MessageId, UserId};
use cubist_protocol::rest::{Dialog, Message, User};
use tokio::sync::watch;
use url::Url;

use crate::connection::Trust;
use crate::model::{Identity, Secret, SignUp};

/// What a [`Client`] must be told.
#[derive(Clone, Debug)]
pub struct RestConfig {
    /// Base of the API, with or without a path.
    pub base: Url,
    /// Number of the application.
    pub app_id: AppId,
    /// Authorization key of the application.
    pub auth_key: Secret,
    /// Certificates that are believed.
    pub trust: Trust,
}

/// The REST API for one account. Cheap to clone; clones share the session.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<()>,
}

impl Client {
    /// A client without a session. Makes no request.
    pub fn new(config: RestConfig) -> Result<Self, Error> {
        Err(Error::Offline)
    }

    /// Takes up a session of an earlier run, without a request. `identity` is what a new one is
    /// made with when it has expired.
    pub fn restore(&self, session: Session, identity: Identity) {
        
    }

    /// Makes a session for `identity` (POST /session) and keeps both.
    pub async fn sign_in(&self, identity: Identity) -> Result<Session, Error> {
        Err(Error::Offline)
    }

    /// Makes a user (POST /users with the authorization key). Does not sign in.
    pub async fn sign_up(&self, sign_up: &SignUp) -> Result<User, Error> {
        Err(Error::Offline)
    }

    /// Ends the session on the server (DELETE /session) and forgets it and the identity here, also
    /// when the server cannot be reached.
    pub async fn sign_out(&self) -> Result<(), Error> {
        Err(Error::Offline)
    }

    /// Makes a new session with the kept identity, once for all who ask at the same time. For a
    /// chat password that is a session token and was refused.
    pub async fn renew(&self) -> Result<Session, Error> {
        Err(Error::Offline)
    }

    /// The present session.
    pub fn session(&self) -> Option<Session> {
        None
    }

    /// The session as it changes, to keep it on disk.
    pub fn sessions(&self) -> watch::Receiver<Option<Session>> {
        watch::channel(None).1
    }

    /// Server's clock minus this machine's, in milliseconds, as the latest answer's `Date` told;
    /// `None` before the first answer. Good to a second or so.
    pub fn clock_offset_millis(&self) -> Option<i64> {
        None
    }

    /// Users by id (v2, batches of 100). Unknown ids are missing from the answer.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, Error> {
        Err(Error::Offline)
    }

    /// People by the beginning of their name or login (4 characters or more; the server gives at
    /// most five of each), by the whole of it otherwise, or by e-mail address.
    pub async fn search_users(&self, query: &str) -> Result<Vec<User>, Error> {
        Err(Error::Offline)
    }

    /// One page of the caller's dialogs.
    pub async fn dialogs(&self, filter: &DialogFilter) -> Result<Page<Dialog>, Error> {
        Err(Error::Offline)
    }

    /// One dialog, if the caller can see it.
    pub async fn dialog(&self, id: DialogId) -> Result<Option<Dialog>, Error> {
        Err(Error::Offline)
    }

    /// The private dialog with `user`; the same one every time.
    pub async fn create_private(&self, user: UserId) -> Result<Dialog, Error> {
        Err(Error::Offline)
    }

    /// A new group. Not repeated after a failure: a second one would be made.
    pub async fn create_group(&self, name: &str, users: &[UserId]) -> Result<Dialog, Error> {
        Err(Error::Offline)
    }

    /// One page of a dialog's history. Never marks anything as read.
    pub async fn messages(&self, filter: &MessageFilter) -> Result<Vec<Message>, Error> {
        Err(Error::Offline)
    }

    /// Unread counts of the given dialogs, and of all.
    pub async fn unread(&self, dialogs: &[DialogId]) -> Result<UnreadCounts, Error> {
        Err(Error::Offline)
    }

    /// Marks messages as read (and delivered).
    pub async fn mark_read(&self, dialog: DialogId, ids: &[MessageId]) -> Result<(), Error> {
        Err(Error::Offline)
    }

    /// Marks a whole dialog as read.
    pub async fn mark_all_read(&self, dialog: DialogId) -> Result<(), Error> {
        Err(Error::Offline)
    }

    /// Marks messages as delivered.
    pub async fn mark_delivered(&self, dialog: DialogId, ids: &[MessageId]) -> Result<(), Error> {
        Err(Error::Offline)
    }
}
