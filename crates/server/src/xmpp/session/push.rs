//! How stanzas get into a session, and when they must take the way over the disk.

use std::sync::Arc;

use cubist_protocol::ids::UserId;

use crate::state::QueueId;
use crate::xmpp::session::backlog::Backlog;
use crate::xmpp::session::{Flow, Inner, Item, Kick, Link, Outgoing, Session};

/// What became of a pushed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::xmpp) enum Pushed {
    /// It is in this session's queue.
    Taken,
    /// It is on disk; the session will read it from there.
    LeftOnDisk,
    /// The session takes no messages.
    Refused,
}

impl Session {
    /// Whether a message pushed now will be written soon. If no session of a user is ready, the user's messages go
    /// to disk first.
    pub(in crate::xmpp) fn is_ready(&self) -> bool {
        let inner = self.lock();
        matches!(inner.link, Link::Attached(_))
            && inner.kick.is_none()
            && inner.available
            && !inner.is_behind
            && !self.is_full(&inner, 1)
    }

    /// Whether the session has a socket and wants messages.
    pub(in crate::xmpp) fn is_online(&self) -> bool {
        let inner = self.lock();
        matches!(inner.link, Link::Attached(_)) && inner.available
    }

    /// Whether the client asked for carbons and wants messages.
    pub(in crate::xmpp) fn wants_carbons(&self) -> bool {
        let inner = self.lock();
        inner.link != Link::Ended && inner.available && inner.carbons
    }

    /// Offers a message. `row` is its entry in the offline queue, if it has one.
    pub(in crate::xmpp) fn push(&self, message: Outgoing, row: Option<QueueId>) -> Pushed {
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
    pub(in crate::xmpp) fn reply(&self, stanza: String) {
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

    /// Queues a stanza that may get lost: a session that is full goes without it.
    pub(in crate::xmpp) fn offer(&self, stanza: Outgoing) {
        let mut inner = self.lock();
        if inner.link == Link::Ended || self.is_full(&inner, 1) {
            return;
        }
        inner.bytes += stanza.size();
        inner.queue.push_back(Item::Stanza(stanza));
        drop(inner);
        self.output.notify_one();
    }

    /// The newest word on a person whose last activity the client follows. Takes the place of an older one that was
    /// not written yet.
    pub(in crate::xmpp) fn tell_status(&self, of: UserId, text: &Arc<str>) {
        let mut inner = self.lock();
        if inner.link == Link::Ended {
            return;
        }
        inner.statuses.insert(of, Arc::clone(text));
        drop(inner);
        self.output.notify_one();
    }

    /// The client no longer follows the person.
    pub(in crate::xmpp) fn forget_status(&self, of: UserId) {
        self.lock().statuses.remove(&of);
    }

    /// Queues an element that is not a stanza, if there is a socket.
    pub(in crate::xmpp) fn write_plain(&self, element: String) {
        let mut inner = self.lock();
        if !matches!(inner.link, Link::Attached(_)) {
            return;
        }
        if self.is_full(&inner, 4) {
            self.kick_locked(&mut inner, Kick::Overflow);
            return;
        }
        inner.queue.push_back(Item::Plain(element));
        drop(inner);
        self.output.notify_one();
    }

    /// Something was put into the user's offline queue by someone else than a sender.
    pub(in crate::xmpp) fn look_on_disk(&self) {
        let mut inner = self.lock();
        if inner.link != Link::Ended && inner.available {
            inner.backlog = Backlog::Due;
            drop(inner);
            self.backlog.notify_one();
        }
    }

    /// Whether the session holds more than `times` its bound.
    pub(super) fn is_full(&self, inner: &Inner, times: usize) -> bool {
        let stanzas = inner.queue.len()
            + inner.held.len()
            + inner.flow.as_ref().map_or(0, Flow::unacknowledged);
        stanzas >= self.queue_stanzas * times || inner.bytes >= self.queue_bytes * times
    }

    /// Whether there is room for a page from disk.
    pub(super) fn has_room(&self, inner: &Inner) -> bool {
        let stanzas = inner.queue.len()
            + inner.held.len()
            + inner.flow.as_ref().map_or(0, Flow::unacknowledged);
        stanzas <= self.queue_stanzas / 2 && inner.bytes <= self.queue_bytes / 2
    }
}
