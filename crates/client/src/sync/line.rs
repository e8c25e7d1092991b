//! What the engine asks of the connection, as a trait so that tests can listen in.

use std::time::Duration;

use futures::future::BoxFuture;

use cubist_protocol::stanza::{Iq, Stanza};

use crate::connection::{ConnectionHandle, NotConnected, RequestError, SendTag};
use crate::model::ConnectionState;

/// The way out; each method is described at [`ConnectionHandle`].
pub(crate) trait Line: Send + Sync + 'static {
    fn send(&self, stanza: Stanza, tag: Option<SendTag>)
    -> BoxFuture<'_, Result<(), NotConnected>>;
    fn request(&self, iq: Iq) -> BoxFuture<'_, Result<Iq, RequestError>>;
    fn ping(&self, limit: Duration) -> BoxFuture<'_, Result<Duration, RequestError>>;
    fn connect_now(&self);
    fn network_changed(&self);
    fn state(&self) -> ConnectionState;
}

impl Line for ConnectionHandle {
    fn send(
        &self,
        stanza: Stanza,
        tag: Option<SendTag>,
    ) -> BoxFuture<'_, Result<(), NotConnected>> {
        Box::pin(self.send(stanza, tag))
    }

    fn request(&self, iq: Iq) -> BoxFuture<'_, Result<Iq, RequestError>> {
        Box::pin(self.request(iq))
    }

    fn ping(&self, limit: Duration) -> BoxFuture<'_, Result<Duration, RequestError>> {
        Box::pin(self.ping(limit))
    }

    fn connect_now(&self) {
        self.connect_now();
    }

    fn network_changed(&self) {
        self.network_changed();
    }

    fn state(&self) -> ConnectionState {
        self.state()
    }
}
