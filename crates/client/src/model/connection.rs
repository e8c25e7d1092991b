//! The state of the line, in words a screen can show.

use std::time::Duration;

/// Whether an account is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Signed in and able to send.
    Online,
    /// On the way: trying now, or waiting before the next try.
    Connecting {
        /// Which try this is since the line was last up, from 1.
        attempt: u32,
        /// How long until the next try; `None` while one is under way.
        next_in: Option<Duration>,
    },
    /// Not connected, and not about to be without something changing.
    Offline {
        /// Why.
        reason: OfflineReason,
    },
    /// Not connected until the person signs in again.
    SignedOut {
        /// Why.
        reason: SignedOutReason,
    },
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfflineReason {
    /// The machine has no network.
    NoNetwork,
    /// The server does not answer.
    Unreachable,
    /// The server answers and turns the connection away.
    Refused,
    /// The server's certificate is not to be trusted.
    Certificate,
    /// The proxy does not let anybody through.
    Proxy,
    /// The proxy wants a name and a password, or others than it got.
    ProxyLogin,
    /// The engine was told to stop, or has not started yet.
    Stopped,
    /// The cache of the account on this disk is damaged, or its key is another.
    Unreadable,
    /// A later version of this program wrote the cache of the account.
    LaterVersion,
}

/// Why an account is signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedOutReason {
    /// The person signed out.
    Person,
    /// The server no longer accepts the credentials.
    Credentials,
    /// Another session took this one's place.
    Replaced,
}
