//! A bound session: the queue towards one device, with or without a socket at the moment.
//!
//! A session outlives its socket when the client asked for resumption (XEP-0198). It is shared by the connection that
//! writes its queue, by every sender that pushes into it, and by the router. All of that state is small and behind one
//! mutex that is never held across an await.
//!
//! Memory is bounded without losing anything: a session that holds more than [`Bounds::queue_stanzas`] no longer
//! counts as ready, so messages for its user go to the offline queue on disk, and [`super::backlog`] reads them from
//! there when the client has caught up.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cubist_protocol::ids::UserId;
use cubist_protocol::jid::Jid;
use cubist_protocol::xml::Framing;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::state::QueueId;

use super::bounds::Bounds;
use super::custody::Custody;
use super::flow::Flow;
use super::outgoing::{Item, Outgoing};

/// Bytes that are handed to a socket at once, so that many small stanzas share one write.
const BATCH_BYTES: usize = 64 * 1024;

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

/// Reading the offline queue into the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backlog {
    /// Everything on disk for the user has been taken over.
    Done,
    /// There may be something on disk.
    Due,
    /// A page is being read.
    Reading,
}

/// What became of a pushed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It is in this session's queue.
    Taken,
    /// It is on disk; the session will read it from there.
    LeftOnDisk,
    /// The session takes no messages.
    Refused,
}

/// A piece of output and what to do when it is written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// One string per element, in order.
    pub(super) frames: Vec<String>,
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
    /// Everything older is in the queue: what was held follows.
    fn release_held(&mut self) {
        self.younger_than_held = None;
        let held = std::mem::take(&mut self.held);
        self.queue.extend(held.into_iter().map(Item::Stanza));
    }

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
            changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics half-way; if it ever did, the queue is still a queue.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ---- What senders see ----

    /// Whether a message pushed now will be written soon. If no session of a user is ready, the user's messages go
    /// to disk first.
    pub(super) fn is_ready(&self) -> bool {
        let inner = self.lock();
        matches!(inner.link, Link::Attached(_))
            && inner.kick.is_none()
            && inner.available
            && !inner.is_behind
            && !self.is_full(&inner, 1)
    }

    /// Whether the session has a socket and wants messages.
    pub(super) fn is_online(&self) -> bool {
        let inner = self.lock();
        matches!(inner.link, Link::Attached(_)) && inner.available
    }

    /// Whether the client asked for carbons and wants messages.
    pub(super) fn wants_carbons(&self) -> bool {
        let inner = self.lock();
        inner.link != Link::Ended && inner.available && inner.carbons
    }

    /// Offers a message. `row` is its entry in the offline queue, if it has one.
    pub(super) fn push(&self, message: Outgoing, row: Option<QueueId>) -> Pushed {
        let mut inner = self.lock();
        if inner.link == Link::Ended || !inner.available {
            return Pushed::Refused;
        }
        if let Some(row) = row {
            if inner.cursor.is_some_and(|cursor| row <= cursor) {
                return Pushed::LeftOnDisk;
            }
            if matches!(inner.link, Link::Attached(_)) {
                inner.backlog = Backlog::Due;
                inner.is_behind = true;
                if !inner.held.is_empty() {
                    inner.younger_than_held.get_or_insert(row);
                }
                drop(inner);
                self.backlog.notify_one();
                return Pushed::LeftOnDisk;
            }
        }
        if self.is_full(&inner, 2) {
            self.kick_locked(&mut inner, Kick::Overflow);
            return if row.is_some() {
                Pushed::LeftOnDisk
            } else {
                Pushed::Refused
            };
        }
        // Another device may empty the disk before a hibernated session comes back, so it gets its own copy now.
        if let Some(row) = row
            && !inner.direct.insert(row)
        {
            return Pushed::LeftOnDisk;
        }
        inner.bytes += message.size();
        if inner.backlog == Backlog::Done {
            inner.queue.push_back(Item::Stanza(message));
        } else {
            inner.held.push_back(message);
        }
        drop(inner);
        self.output.notify_one();
        Pushed::Taken
    }

    /// Queues what the session's own requests are answered with; needs no presence.
    pub(super) fn reply(&self, stanza: String) {
        let stanza = Outgoing::passing(stanza);
        let mut inner = self.lock();
        if inner.link == Link::Ended {
            return;
        }
        if self.is_full(&inner, 4) {
            self.kick_locked(&mut inner, Kick::Overflow);
            return;
        }
        inner.bytes += stanza.size();
        inner.queue.push_back(Item::Stanza(stanza));
        drop(inner);
        self.output.notify_one();
    }

    /// Queues an element that is not a stanza, if there is a socket.
    pub(super) fn write_plain(&self, element: String) {
        let mut inner = self.lock();
        if matches!(inner.link, Link::Attached(_)) {
            inner.queue.push_back(Item::Plain(element));
            drop(inner);
            self.output.notify_one();
        }
    }

    /// Makes the connection leave. The first reason counts.
    pub(super) fn kick(&self, kick: Kick) {
        self.kick_locked(&mut self.lock(), kick);
    }

    fn kick_locked(&self, inner: &mut Inner, kick: Kick) {
        if inner.kick.is_none() && inner.link != Link::Ended {
            inner.kick = Some(kick);
            self.changed.notify_waiters();
        }
    }

    /// Something was put into the user's offline queue by someone else than a sender.
    pub(super) fn look_on_disk(&self) {
        let mut inner = self.lock();
        if inner.link != Link::Ended && inner.available {
            inner.backlog = Backlog::Due;
            drop(inner);
            self.backlog.notify_one();
        }
    }

    /// Whether the session holds more than `times` its bound.
    fn is_full(&self, inner: &Inner, times: usize) -> bool {
        let stanzas = inner.queue.len()
            + inner.held.len()
            + inner.flow.as_ref().map_or(0, Flow::unacknowledged);
        stanzas >= self.queue_stanzas * times || inner.bytes >= self.queue_bytes * times
    }

    /// Whether there is room for a page from disk.
    fn has_room(&self, inner: &Inner) -> bool {
        let stanzas = inner.queue.len()
            + inner.held.len()
            + inner.flow.as_ref().map_or(0, Flow::unacknowledged);
        stanzas <= self.queue_stanzas / 2 && inner.bytes <= self.queue_bytes / 2
    }

    // ---- What the client's own stanzas change ----

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

    /// XEP-0198 §3: begins to count. `id` allows resumption. `false` if it had begun before.
    pub(super) fn enable_flow(&self, id: Option<String>, enabled: String) -> bool {
        let mut inner = self.lock();
        if inner.flow.is_some() {
            return false;
        }
        inner.flow = Some(Flow::new(id));
        inner.queue.push_back(Item::Enabled(enabled));
        drop(inner);
        self.output.notify_one();
        true
    }

    /// A stanza of the client is dealt with, on disk where it had to be.
    pub(super) fn count_handled(&self) {
        if let Some(flow) = &mut self.lock().flow {
            flow.handled = flow.handled.wrapping_add(1);
        }
    }

    /// XEP-0198 `h`: stanzas of the client dealt with so far. `None` without stream management.
    pub(super) fn handled(&self) -> Option<u32> {
        self.lock().flow.as_ref().map(|flow| flow.handled)
    }

    /// XEP-0198 `<a/>`: the client has everything up to `h`. Returns entries of the offline queue to remove.
    pub(super) fn acknowledge(&self, h: u32) -> Vec<QueueId> {
        let mut inner = self.lock();
        let acknowledged = inner
            .flow
            .as_mut()
            .map(|flow| flow.acknowledge(h))
            .unwrap_or_default();
        let rows = inner.settle(acknowledged);
        drop(inner);
        // There may be a further `<r/>` to send, and there is room now.
        self.output.notify_one();
        self.backlog.notify_one();
        rows
    }

    // ---- What the connection does ----

    /// Waits until there may be something to write.
    pub(super) async fn output_due(&self) {
        self.output.notified().await;
    }

    /// Takes the next elements to write, none if there is nothing or no socket.
    pub(super) fn take_batch(&self, now: Instant) -> Batch {
        let mut guard = self.lock();
        let inner = &mut *guard;
        let mut batch = Batch::default();
        let Link::Attached(framing) = inner.link else {
            return batch;
        };
        let with_namespace = framing == Framing::WebSocket;
        let mut taken = 0;
        while taken < BATCH_BYTES
            && let Some(item) = inner.queue.pop_front()
        {
            match item {
                Item::Plain(text) => {
                    taken += text.len();
                    batch.frames.push(text);
                }
                Item::Enabled(text) => {
                    taken += text.len();
                    batch.frames.push(text);
                    if let Some(flow) = &mut inner.flow {
                        flow.start();
                    }
                }
                Item::Stanza(stanza) => {
                    let mut text = String::with_capacity(stanza.size() + 128);
                    stanza.write(with_namespace, &self.address, &mut text);
                    taken += text.len();
                    batch.frames.push(text);
                    match &mut inner.flow {
                        Some(flow) if flow.has_started() => flow.sent(stanza),
                        Some(_) | None => {
                            inner.bytes = inner.bytes.saturating_sub(stanza.size());
                            inner.writing.extend(stanza.custody);
                        }
                    }
                }
            }
        }
        if let Some(flow) = &mut inner.flow
            && let Some(request) = flow.request(now)
        {
            batch.frames.push(request);
        }
        batch
    }

    /// The last batch reached the socket. Returns entries of the offline queue to remove.
    pub(super) fn batch_written(&self) -> Vec<QueueId> {
        let mut inner = self.lock();
        let rows = std::mem::take(&mut inner.writing)
            .iter()
            .filter_map(|custody| custody.settle())
            .collect();
        let wake = inner.backlog == Backlog::Due;
        drop(inner);
        if wake {
            self.backlog.notify_one();
        }
        rows
    }

    /// Asks for an acknowledgement although nothing new was sent: the question whether the client is still there.
    /// `false` without stream management.
    pub(super) fn ask(&self, now: Instant) -> bool {
        let mut inner = self.lock();
        let Some(flow) = inner.flow.as_mut().filter(|flow| flow.has_started()) else {
            return false;
        };
        let Some(request) = flow.ask(now) else {
            return true;
        };
        inner.queue.push_back(Item::Plain(request));
        drop(inner);
        self.output.notify_one();
        true
    }

    /// Since when an `<r/>` has been waiting for its answer.
    pub(super) fn asked_at(&self) -> Option<Instant> {
        self.lock().flow.as_ref().and_then(Flow::asked_at)
    }

    /// Why the connection must leave, as soon as it must.
    pub(super) async fn kicked(&self) -> Kick {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(kick) = self.lock().kick {
                return kick;
            }
            changed.await;
        }
    }

    /// The socket is lost: keeps the session for its client if it may resume, and says whether it may.
    pub(super) fn hibernate(&self) -> bool {
        let mut inner = self.lock();
        let resumable = inner.flow.as_ref().is_some_and(Flow::is_resumable);
        if !resumable || inner.link == Link::Ended {
            return false;
        }
        inner.link = Link::Hibernated;
        // A reason to leave the connection is none to leave the session; those that are end it and never come here.
        inner.kick = None;
        inner.queue.retain(|item| matches!(item, Item::Stanza(_)));
        if inner.backlog == Backlog::Reading {
            inner.backlog = Backlog::Due;
        }
        if let Some(flow) = &mut inner.flow {
            flow.forget_request();
        }
        drop(inner);
        self.changed.notify_waiters();
        true
    }

    /// The client is back and has everything up to `h`: what it lacks is queued again, in order. `None` if the
    /// session is not waiting for it (any more), else the entries of the offline queue to remove. `resumed` makes the
    /// answer from the count of the client's own stanzas; it is written before everything else.
    pub(super) fn resume(
        &self,
        h: u32,
        framing: Framing,
        resumed: impl FnOnce(u32) -> String,
    ) -> Option<Vec<QueueId>> {
        let mut guard = self.lock();
        let inner = &mut *guard;
        if inner.link != Link::Hibernated || inner.kick.is_some() {
            return None;
        }
        let flow = inner.flow.as_mut()?;
        let handled = flow.handled;
        let acknowledged = flow.acknowledge(h);
        let again = flow.take_unacknowledged();
        let rows = inner.settle(acknowledged);
        for stanza in again.into_iter().rev() {
            inner.queue.push_front(Item::Stanza(stanza));
        }
        inner.queue.push_front(Item::Plain(resumed(handled)));
        inner.link = Link::Attached(framing);
        drop(guard);
        self.changed.notify_waiters();
        self.output.notify_one();
        self.backlog.notify_one();
        Some(rows)
    }

    /// Waits until no connection serves the session.
    pub(super) async fn detached(&self) {
        self.link_is(|link| !matches!(link, Link::Attached(_)))
            .await;
    }

    /// Waits until a hibernated session is resumed or ended.
    pub(super) async fn awake(&self) {
        self.link_is(|link| link != Link::Hibernated).await;
    }

    async fn link_is(&self, wanted: impl Fn(Link) -> bool + Send) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if wanted(self.lock().link) {
                return;
            }
            changed.await;
        }
    }

    /// Whether the session is about to end or has ended.
    pub(super) fn is_leaving(&self) -> bool {
        let inner = self.lock();
        inner.kick.is_some() || inner.link == Link::Ended
    }

    /// The name under which the session can be resumed.
    pub(super) fn resumption_id(&self) -> Option<String> {
        self.lock().flow.as_ref().and_then(Flow::id)
    }

    /// The present link.
    pub(super) fn link(&self) -> Link {
        self.lock().link
    }

    /// Ends the session if its client has not come back in the meantime. `None` if it has.
    pub(super) fn end_hibernation(&self) -> Option<Vec<Arc<Custody>>> {
        let inner = self.lock();
        (inner.link == Link::Hibernated).then(|| self.end_locked(inner))
    }

    /// Ends the session. Returns, in order, what must go to the offline queue because nobody else will deliver it.
    pub(super) fn end(&self) -> Vec<Arc<Custody>> {
        self.end_locked(self.lock())
    }

    fn end_locked(&self, mut inner: MutexGuard<'_, Inner>) -> Vec<Arc<Custody>> {
        inner.link = Link::Ended;
        let unacknowledged = inner
            .flow
            .as_mut()
            .map(Flow::take_unacknowledged)
            .unwrap_or_default();
        let writing = std::mem::take(&mut inner.writing);
        let queue = std::mem::take(&mut inner.queue);
        let held = std::mem::take(&mut inner.held);
        inner.bytes = 0;
        drop(inner);
        self.changed.notify_waiters();
        let queue = queue.into_iter().filter_map(|item| match item {
            Item::Stanza(stanza) => Some(stanza),
            Item::Plain(_) | Item::Enabled(_) => None,
        });
        let custodies = unacknowledged
            .into_iter()
            .filter_map(|stanza| stanza.custody)
            .chain(writing)
            .chain(queue.chain(held).filter_map(|stanza| stanza.custody));
        custodies.filter(|custody| custody.let_go()).collect()
    }

    // ---- The offline queue ----

    /// Waits until the offline queue should be read and there is room; then says after which entry.
    pub(super) async fn backlog_due(&self) -> Option<QueueId> {
        loop {
            {
                let mut inner = self.lock();
                if inner.backlog == Backlog::Due && inner.available && self.has_room(&inner) {
                    inner.backlog = Backlog::Reading;
                    return inner.cursor;
                }
            }
            self.backlog.notified().await;
        }
    }

    /// Takes over a page of the offline queue; `is_last` if there was nothing behind it.
    pub(super) fn take_backlog(&self, page: Vec<(QueueId, Option<Outgoing>)>, is_last: bool) {
        let mut inner = self.lock();
        if !matches!(inner.link, Link::Attached(_)) {
            // Read again after the resumption.
            return;
        }
        for (row, stanza) in page {
            inner.cursor = Some(row);
            if inner.younger_than_held.is_some_and(|younger| younger <= row) {
                inner.release_held();
            }
            if inner.direct.remove(&row) {
                // It is here already; if it waits for older ones, its turn has come.
                if let Some(at) = inner.held.iter().position(|held| held.row() == Some(row)) {
                    let held = inner.held.remove(at);
                    inner.queue.extend(held.map(Item::Stanza));
                }
            } else if let Some(stanza) = stanza {
                inner.bytes += stanza.size();
                inner.queue.push_back(Item::Stanza(stanza));
            }
        }
        if !is_last {
            inner.backlog = Backlog::Due;
        } else if inner.backlog == Backlog::Reading {
            inner.backlog = Backlog::Done;
            inner.is_behind = false;
            inner.direct.clear();
            inner.release_held();
        }
        drop(inner);
        self.output.notify_one();
        // A nudge that came while reading.
        self.backlog.notify_one();
    }

    /// Reading failed: it is due again.
    pub(super) fn backlog_failed(&self) {
        let mut inner = self.lock();
        if inner.backlog == Backlog::Reading {
            inner.backlog = Backlog::Due;
        }
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
