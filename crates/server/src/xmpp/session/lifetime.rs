//! Leaving a connection, waiting for the client, coming back, and the end.

use std::sync::{Arc, MutexGuard};

use cubist_protocol::xml::Framing;

use crate::state::QueueId;
use crate::xmpp::session::backlog::Backlog;
use crate::xmpp::session::{Custody, Flow, Inner, Item, Kick, Link, Session};

impl Session {
    /// Makes the connection leave. The first reason counts.
    pub(in crate::xmpp) fn kick(&self, kick: Kick) {
        self.kick_locked(&mut self.lock(), kick);
    }

    pub(super) fn kick_locked(&self, inner: &mut Inner, kick: Kick) {
        if inner.kick.is_none() && inner.link != Link::Ended {
            inner.kick = Some(kick);
            self.changed.notify_waiters();
        }
    }

    /// Why the connection must leave, as soon as it must.
    pub(in crate::xmpp) async fn kicked(&self) -> Kick {
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
    pub(in crate::xmpp) fn hibernate(&self) -> bool {
        let mut inner = self.lock();
        let resumable = inner.flow.as_ref().is_some_and(Flow::is_resumable);
        // Of the reasons to leave a connection these two end the session, too.
        let must_end = matches!(inner.kick, Some(Kick::Displaced | Kick::AccountClosed));
        if !resumable || must_end || inner.link == Link::Ended {
            return false;
        }
        inner.link = Link::Hibernated;
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
    pub(in crate::xmpp) fn resume(
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
    pub(in crate::xmpp) async fn detached(&self) {
        self.link_is(|link| !matches!(link, Link::Attached(_)))
            .await;
    }

    /// Waits until a hibernated session is resumed or ended.
    pub(in crate::xmpp) async fn awake(&self) {
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
    pub(in crate::xmpp) fn is_leaving(&self) -> bool {
        let inner = self.lock();
        inner.kick.is_some() || inner.link == Link::Ended
    }

    /// The name under which the session can be resumed.
    pub(in crate::xmpp) fn resumption_id(&self) -> Option<String> {
        self.lock().flow.as_ref().and_then(Flow::id)
    }

    /// The present link.
    pub(in crate::xmpp) fn link(&self) -> Link {
        self.lock().link
    }

    /// Ends the session if its client has not come back in the meantime. `None` if it has.
    pub(in crate::xmpp) fn end_hibernation(&self) -> Option<Vec<Arc<Custody>>> {
        let inner = self.lock();
        (inner.link == Link::Hibernated).then(|| self.end_locked(inner))
    }

    /// Ends the session. Returns, in order, what must go to the offline queue because nobody else will deliver it.
    pub(in crate::xmpp) fn end(&self) -> Vec<Arc<Custody>> {
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
        inner.statuses.clear();
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
}
