//! What a connection reports.

use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::Stanza;

use crate::model::ConnectionState;

/// Something that happened on the line, in order.
#[derive(Debug)]
pub enum Incoming {
    /// The state changed. A reader that was slow misses states that were over before it looked.
    State(ConnectionState),
    /// Stanzas can be sent from now on.
    SessionStarted {
        /// The server kept the earlier session: nothing was lost, no catch-up is needed.
        resumed: bool,
        /// The full JID the server gave.
        jid: Jid,
    },
    /// A stanza arrived. Hand the token back by [`crate::connection::ConnectionHandle::handled`]
    /// once what it says is on disk.
    Stanza(Box<Stanza>, HandledToken),
    /// The server has these, in the order in which they were sent.
    Acked(Vec<SendTag>),
    /// The session ended before the server confirmed these, in the order in which they were sent.
    /// They may or may not have arrived: send them again with the same ids.
    Unsent(Vec<SendTag>),
}

/// The sender's name for a stanza whose fate it wants to hear; any number it can find again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendTag(pub u64);

/// Stands for one received stanza until it is handled. Dropping it unhandled stops the count of
/// acknowledged stanzas at this one for the rest of the session.
#[derive(Debug)]
#[must_use = "the server's copy is kept until the token is given back"]
pub struct HandledToken {
    /// Which session's count it belongs to: tokens of a lost session count nothing.
    pub(super) session: u64,
    /// Position in that session, from 0.
    pub(super) position: u64,
}

impl HandledToken {
    /// For a stanza outside every count: giving it back changes nothing.
    pub(super) fn uncounted() -> Self {
        Self {
            session: u64::MAX,
            position: 0,
        }
    }
}
