//! What can go wrong on the line, by what a caller can do about it.

use cubist_protocol::stanza::StanzaError;

/// There is no session at the moment; nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not connected")]
pub struct NotConnected;

/// An IQ request got no good answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// There was no session to send it in.
    #[error("not connected")]
    NotConnected,
    /// The session it was sent in ended before the answer.
    #[error("the session ended before the answer")]
    SessionLost,
    /// No answer within the limit.
    #[error("no answer in time")]
    TimedOut,
    /// The server answered with an error.
    #[error("the server refused the request")]
    Refused(Box<StanzaError>),
}
