//! Taking over the user's offline queue, in order with what comes directly.

use crate::state::QueueId;
use crate::xmpp::session::{Inner, Item, Link, Outgoing, Session};

/// Reading the offline queue into the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backlog {
    /// Everything on disk for the user has been taken over.
    Done,
    /// There may be something on disk.
    Due,
    /// A page is being read.
    Reading,
}

impl Inner {
    /// Everything older is in the queue: what was held follows.
    fn release_held(&mut self) {
        self.younger_than_held = None;
        let held = std::mem::take(&mut self.held);
        self.queue.extend(held.into_iter().map(Item::Stanza));
    }
}

impl Session {
    /// Waits until the offline queue should be read and there is room; then says after which entry.
    pub(in crate::xmpp) async fn backlog_due(&self) -> Option<QueueId> {
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
    pub(in crate::xmpp) fn take_backlog(
        &self,
        page: Vec<(QueueId, Option<Outgoing>)>,
        is_last: bool,
    ) {
        let mut inner = self.lock();
        if !matches!(inner.link, Link::Attached(_)) {
            // Read again after the resumption.
            return;
        }
        for (row, stanza) in page {
            inner.cursor = Some(row);
            if inner
                .younger_than_held
                .is_some_and(|younger| younger <= row)
            {
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
    pub(in crate::xmpp) fn backlog_failed(&self) {
        let mut inner = self.lock();
        if inner.backlog == Backlog::Reading {
            inner.backlog = Backlog::Due;
        }
    }
}
