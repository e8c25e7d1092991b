//! What a connection must be told before it can start.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::jid::Jid;
use cubist_protocol::xml::Limits;

use crate::clock::{Clock, SystemClock};
use crate::connection::credentials::CredentialSource;
use crate::connection::trust::Trust;
use crate::model::ChatAddress;
use crate::network::Ways;

/// Everything [`crate::connection::spawn`] needs for one account.
#[derive(Clone)]
pub struct ConnectionConfig {
    /// Ways to the server, tried in this order at every attempt.
    pub addresses: Vec<ChatAddress>,
    /// Domain of the JIDs; also the `to` of the stream and the name certificates are checked for
    /// where the host of an address does not differ from it.
    pub domain: String,
    /// Bare JID of the account: `{user}-{app}@{domain}`.
    pub jid: Jid,
    /// Where the chat password comes from.
    pub credentials: Arc<dyn CredentialSource>,
    /// Certificates that are believed.
    pub trust: Trust,
    /// Through which proxy the server is reached.
    pub ways: Ways,
    /// Limits on what the server may send; a stream that passes them is closed.
    pub limits: Limits,
    /// Time limits and intervals.
    pub timing: Timing,
    /// How many [`crate::connection::Incoming`] may wait for the reader before the socket is no
    /// longer read. Tests use 1.
    pub incoming_capacity: usize,
    /// The time of day, compared with Tokio's clock to notice that the machine slept.
    pub clock: Arc<dyn Clock>,
}

impl ConnectionConfig {
    /// A configuration with the defaults a desktop wants.
    pub fn new(
        addresses: Vec<ChatAddress>,
        jid: Jid,
        credentials: Arc<dyn CredentialSource>,
        trust: Trust,
    ) -> Self {
        Self {
            addresses,
            domain: jid.domain().to_owned(),
            jid,
            credentials,
            trust,
            ways: Ways::direct(),
            limits: Limits::default(),
            timing: Timing::default(),
            incoming_capacity: INCOMING_CAPACITY,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for ConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionConfig")
            .field("addresses", &self.addresses)
            .field("jid", &self.jid)
            .finish_non_exhaustive()
    }
}

/// Enough to keep the database busy with one batch while the next is read, small enough that a
/// stalled reader holds at most a few hundred kilobytes.
const INCOMING_CAPACITY: usize = 256;

/// Every time limit and interval of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// One TCP connection attempt, name resolution included. Three retransmissions of a SYN fit.
    pub tcp: Duration,
    /// Head start of one address of a name over the next (RFC 8305 recommends 250 ms).
    pub happy_eyeballs: Duration,
    /// TLS handshake, and the HTTP upgrade of a WebSocket.
    pub handshake: Duration,
    /// One answer of the server during stream set-up (open, features, SASL step, bind, resume).
    /// A server under load hashes passwords slowly; the official SDK gives a bind 30 s.
    pub negotiation_step: Duration,
    /// Default limit of an IQ request.
    pub request: Duration,
    /// Silence after which the server is asked whether it is still there (XEP-0199). Below the
    /// 5 minutes after which common NATs forget a TCP connection.
    pub ping_after: Duration,
    /// How long the answer to that question may take before the connection counts as lost.
    pub ping_limit: Duration,
    /// How long an unacknowledged stanza waits before another `<r/>` is sent.
    pub ack_request: Duration,
    /// How long a living server may acknowledge nothing before its stream management counts as
    /// broken: six requests go unanswered until then.
    pub ack_limit: Duration,
    /// Limit of an answer when the network changed or the machine slept: the person waits.
    pub probe_limit: Duration,
    /// Life of a session after which its loss starts the count of attempts anew.
    pub stable_after: Duration,
    /// Pause between the last handled stanza and an `<a/>` nobody asked for.
    pub ack_delay: Duration,
    /// How long a closing stream waits for the other side's close.
    pub close: Duration,
    /// How often the clocks are compared to notice that the machine slept.
    pub wake_check: Duration,
    /// First wait between two attempts.
    pub backoff_first: Duration,
    /// Longest wait between two attempts.
    pub backoff_cap: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            tcp: Duration::from_secs(10),
            happy_eyeballs: Duration::from_millis(250),
            handshake: Duration::from_secs(10),
            negotiation_step: Duration::from_secs(20),
            request: Duration::from_secs(30),
            ping_after: Duration::from_secs(60),
            ping_limit: Duration::from_secs(15),
            ack_request: Duration::from_secs(10),
            ack_limit: Duration::from_secs(60),
            probe_limit: Duration::from_secs(5),
            stable_after: Duration::from_secs(30),
            ack_delay: Duration::from_millis(500),
            close: Duration::from_secs(2),
            wake_check: Duration::from_secs(5),
            backoff_first: Duration::from_secs(1),
            backoff_cap: Duration::from_secs(60),
        }
    }
}
