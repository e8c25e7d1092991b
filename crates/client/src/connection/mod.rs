//! The account's line to the chat server.
//!
//! One task owns the socket, from the first TCP connection over every reconnection to the end of
//! the account. It speaks to the rest of the engine through two channels: a [`ConnectionHandle`]
//! takes what is to be sent, and an ordered, bounded stream of [`Incoming`] carries what happened.
//! When nobody takes from that stream, the socket is no longer read: back-pressure reaches the
//! server instead of this machine's memory. Writing and keep-alive go on meanwhile.
//!
//! What is promised:
//! - A stanza given to [`ConnectionHandle::send`] with a [`SendTag`] is reported once: in
//!   [`Incoming::Acked`] when the server has it (XEP-0198), or in [`Incoming::Unsent`] when the
//!   session it belonged to is gone. Only the end of the task leaves a tag without an answer.
//! - A received stanza is counted towards the server's acknowledgement after
//!   [`ConnectionHandle::handled`], so what was not stored yet is sent again after a resumption.
//! - Refused credentials end the task's attempts until [`ConnectionHandle::connect_now`].

mod attempt;
mod backoff;
mod config;
mod credentials;
mod dial;
mod error;
mod handle;
mod incoming;
mod keepalive;
mod line;
mod location;
mod negotiate;
mod requests;
mod sasl;
mod session;
mod socket;
mod stream_management;
#[cfg(test)]
pub(crate) mod tests;
mod trust;
mod wake;

pub use config::{ConnectionConfig, Timing};
pub use credentials::{CredentialError, CredentialSource, FixedPassword, PasswordRequest};
pub(crate) use dial::has_route;
pub(crate) use dial::reach;
pub use error::{Error, NotConnected, RequestError};
pub use handle::ConnectionHandle;
pub use incoming::{HandledToken, Incoming, SendTag};
pub(crate) use trust::authorities_in;
pub use trust::{Trust, TrustError};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::connection::line::Line;

/// Starts the task of one account.
///
/// It connects at once and ends when `shutdown` is cancelled, when the receiver is dropped or when
/// the last handle is; the returned task handle then resolves, after the stream was closed in an
/// orderly way if there was one.
pub fn spawn(
    config: ConnectionConfig,
    shutdown: CancellationToken,
) -> (ConnectionHandle, mpsc::Receiver<Incoming>, JoinHandle<()>) {
    let (handle, ends) = handle::channel(config.timing.request);
    let (sender, receiver) = mpsc::channel(config.incoming_capacity.max(1));
    let task = tokio::spawn(Line::new(config, ends, sender, shutdown).run());
    (handle, receiver, task)
}
