//! The HTTP API.
//!
//! axum carries one handler: the paths come in two spellings (`.json` or not) and any letter case, and one table of
//! calls reads better than each route four times. The way of a request: `connection` reads it, `call` takes it
//! apart, `limit` and `auth` may refuse it, `table` finds its handler, `answer` gives the result its form.

mod answer;
mod auth;
mod blobs;
mod call;
mod connection;
mod convert;
mod dialog_removal;
mod dialogs;
mod downloads;
mod events;
mod form;
mod limit;
mod membership;
mod message_removal;
mod messages;
mod range;
mod reactions;
mod records;
mod search;
mod sessions;
mod subscriptions;
mod table;
mod upload_body;
mod uploads;
mod users;
mod users_legacy;
mod users_online;

use std::net::SocketAddr;
use std::sync::Arc;

use cubist_protocol::ids::{AppId, UserId};
use tokio_util::task::TaskTracker;

pub(crate) use connection::{Listening, listen};

use crate::config::Config;
use crate::delivery::{BoxFuture, Deliver, Delivery};
use crate::state::State;

/// What every handler can reach.
pub(crate) struct App {
    /// The domain and its storage.
    pub(crate) state: State,
    /// The live side.
    pub(crate) router: Arc<dyn Deliver>,
    /// The one application this backend serves.
    pub(crate) application: AppId,
    /// The key that clients send at `POST /session`.
    pub(crate) auth_key: String,
    /// Who greets people that sign up.
    pub(crate) welcome: Option<Arc<dyn Welcome>>,
    /// Handlers run in tasks of their own: a client that hangs up does not undo half of what it asked for.
    pub(crate) tasks: TaskTracker,
    /// Requests per second by session or address.
    rate: limit::Rate,
}

/// Something to do for a person who just signed up, before they hear of it.
pub(crate) trait Welcome: Send + Sync + 'static {
    /// Done when everything prepared for them is on disk.
    fn welcome(&self, newcomer: UserId) -> BoxFuture<()>;
}

impl App {
    pub(crate) fn new(
        state: State,
        router: Arc<dyn Deliver>,
        application: AppId,
        auth_key: String,
        welcome: Option<Arc<dyn Welcome>>,
        tasks: TaskTracker,
    ) -> Self {
        let rate = limit::Rate::new(&state.config().limits, state.clock().clone());
        Self {
            state,
            router,
            application,
            auth_key,
            welcome,
            tasks,
            rate,
        }
    }

    fn config(&self) -> &Config {
        self.state.config()
    }

    async fn deliver(&self, delivery: Delivery) {
        self.router.deliver(delivery).await;
    }
}

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
struct Peer {
    address: SocketAddr,
    /// Whether the connection is encrypted.
    is_secure: bool,
}
