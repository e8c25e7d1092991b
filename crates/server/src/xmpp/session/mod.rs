//! A bound session: the queue towards one device, with or without a socket at the moment.
//!
//! A session outlives its socket when the client asked for resumption (XEP-0198). It is shared by the connection that
//! writes its queue, by every sender that pushes into it, and by the router. All of that state is small and behind one
//! mutex that is never held across an await.
//!
//! Memory is bounded without losing anything: a session that holds more than [`Bounds::queue_stanzas`] no longer
//! counts as ready, so messages for its user go to the offline queue on disk, and [`crate::xmpp::backlog`] reads them from
//! there when the client has caught up.

mod backlog;
mod custody;
mod flow;
mod lifetime;
mod outgoing;
mod output;
mod push;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cubist_protocol::ext::tigase_mobile::MobileSwitch;
use cubist_protocol::ids::UserId;
use cubist_protocol::jid::Jid;
use cubist_protocol::xml::Framing;
use tokio::sync::Notify;

use crate::state::QueueId;
use crate::xmpp::bounds::Bounds;

use backlog::Backlog;
pub(super) use custody::Custody;
use flow::Flow;
pub(super) use outgoing::{Item, Outgoing};
pub(super) use push::Pushed;

/// What the session has to do with a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A connection writes the queue.
    Attached(Framing),
    /// The socket is lost, the client may come back and resume.
    Hibernated,
    /// Nothing is taken any more.
    Ended,
}

/// Why a connection must leave its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kick {
    /// The client resumes this session on another connection.
    Replaced,
    /// The client reads or acknowledges too slowly for what it is sent.
    Overflow,
    /// A newer session of the same user needs the place.
    Displaced,
    /// The account is gone or has a new password.
    AccountClosed,
}

/// One device's session.
#[derive(Debug)]
pub(super) struct Session {
    /// Whose session.
    pub(super) user: UserId,
    /// Its full address.
    pub(super) jid: Jid,
    /// The same, escaped for an attribute.
    address: String,
    /// Orders the sessions of a user by age.
    pub(super) serial: u64,
    /// When the queue counts as full.
    queue_stanzas: usize,
    /// The same in bytes.
    queue_bytes: usize,
    inner: Mutex<Inner>,
    /// There is something to write.
    output: Notify,
    /// The offline queue may be read.
    backlog: Notify,
    /// Held by a request that must not overtake the session's earlier ones, nor be overtaken.
    turn: tokio::sync::Mutex<()>,
    /// `Inner::kick` or `Inner::link` changed.
    changed: Notify,
}

#[derive(Debug)]
struct Inner {
    link: Link,
    /// Set once; the connection that serves the session, or waits for its client, obeys it.
    kick: Option<Kick>,
    /// Whether the client sent its presence: only then it wants messages.
    available: bool,
    /// Whether the client asked for carbons (XEP-0280).
    carbons: bool,
    /// Whether the client said that somebody looks at it, or that nobody does.
    mobile: MobileSwitch,
    /// XEP-0016 §2.4: the privacy list that the client made the active one.
    active_list: Option<String>,
    /// The newest word on each person whose last activity the client follows, until there is room to write it. It is
    /// worth nothing once there is a newer one, so the memory it takes does not grow with what happens.
    statuses: BTreeMap<UserId, Arc<str>>,
    backlog: Backlog,
    /// Whether messages went to disk because the session could not take them; until it has read them from there,
    /// further ones must go there, too.
    is_behind: bool,
    /// The first entry of the offline queue that is younger than what is held.
    younger_than_held: Option<QueueId>,
    /// The last entry of the offline queue this session has seen.
    cursor: Option<QueueId>,
    /// Entries that were handed over directly while hibernated, so that reading the queue skips them.
    direct: BTreeSet<QueueId>,
    /// Waiting for the socket.
    queue: VecDeque<Item>,
    /// Messages that came directly while older ones were still being read from disk.
    held: VecDeque<Outgoing>,
    /// Written to the socket just now, without stream management to tell us whether they arrived.
    writing: Vec<Arc<Custody>>,
    /// Bytes of all stanzas in `queue` and `held` and of the unacknowledged ones.
    bytes: usize,
    /// Stream management, once enabled.
    flow: Option<Flow>,
}

impl Inner {
    /// Lets go of stanzas that the client has. Returns entries of the offline queue to remove.
    fn settle(&mut self, stanzas: Vec<Outgoing>) -> Vec<QueueId> {
        let size: usize = stanzas.iter().map(Outgoing::size).sum();
        self.bytes = self.bytes.saturating_sub(size);
        stanzas
            .into_iter()
            .filter_map(|stanza| stanza.custody?.settle())
            .collect()
    }
}

impl Session {
    /// A session that is attached to a connection and not yet available.
    pub(super) fn new(
        user: UserId,
        jid: Jid,
        serial: u64,
        framing: Framing,
        bounds: &Bounds,
    ) -> Self {
        let address = escape_address(&jid.to_string());
        Self {
            user,
            jid,
            address,
            serial,
            queue_stanzas: bounds.queue_stanzas,
            queue_bytes: bounds.queue_bytes,
            inner: Mutex::new(Inner {
                link: Link::Attached(framing),
                kick: None,
                available: false,
                carbons: false,
                mobile: MobileSwitch::Active,
                active_list: None,
                statuses: BTreeMap::new(),
                backlog: Backlog::Done,
                is_behind: false,
                younger_than_held: None,
                cursor: None,
                direct: BTreeSet::new(),
                queue: VecDeque::new(),
                held: VecDeque::new(),
                writing: Vec::new(),
                bytes: 0,
                flow: None,
            }),
            output: Notify::new(),
            backlog: Notify::new(),
            turn: tokio::sync::Mutex::new(()),
            changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics half-way; if it ever did, the queue is still a queue.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client wants messages from now on, or no longer. Returns whether that is new.
    pub(super) fn set_available(&self, available: bool) -> bool {
        let mut inner = self.lock();
        let is_new = inner.available != available;
        inner.available = available;
        if available && is_new {
            inner.backlog = Backlog::Due;
            drop(inner);
            self.backlog.notify_one();
        }
        is_new
    }

    /// XEP-0280: the client wants copies of what the user's other devices send, or no longer.
    pub(super) fn set_carbons(&self, carbons: bool) {
        self.lock().carbons = carbons;
    }

    /// The client says whether somebody looks at it.
    pub(super) fn set_mobile(&self, mobile: MobileSwitch) {
        self.lock().mobile = mobile;
    }

    /// XEP-0016 §2.4: the client uses the privacy list of that name, or none.
    pub(super) fn set_active_list(&self, name: Option<String>) {
        self.lock().active_list = name;
    }

    /// The privacy list that the client made the active one.
    pub(super) fn active_list(&self) -> Option<String> {
        self.lock().active_list.clone()
    }

    /// Whether the user can be reached by this session, now or as soon as a lost client is back.
    pub(super) fn is_present(&self) -> bool {
        let inner = self.lock();
        inner.link != Link::Ended && inner.available
    }

    /// Whether the user can be reached by this session and somebody looks at it.
    pub(super) fn is_active(&self) -> bool {
        let inner = self.lock();
        inner.link != Link::Ended && inner.available && inner.mobile == MobileSwitch::Active
    }

    /// RFC 6120 §10.1: requests that read and change stored things are dealt with one after another. Fair, so the
    /// order of asking is the order of getting.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}

/// Escapes an address for an attribute in double quotes.
fn escape_address(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}
