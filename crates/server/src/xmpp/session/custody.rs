//! The promise to bring one stanza to one user, kept until a device of theirs has it or the disk does.
//!
//! A message to a connected user lives in the queues of all their sessions at once. It must reach one of them, and it
//! must not come a second time from the offline queue because another session, say a phone in a tunnel, gave up on
//! it. So all copies share one [`Custody`]: the first acknowledgement settles it for the user, and only when the last
//! session lets go of an unsettled one does it become an entry of the offline queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cubist_protocol::ids::UserId;

use crate::state::QueueId;

/// One stanza owed to one user.
#[derive(Debug)]
pub(in crate::xmpp) struct Custody {
    /// To whom it is owed.
    user: UserId,
    /// The stanza as the offline queue keeps it, should it come to that.
    text: Arc<str>,
    /// Its entry in the offline queue, if it was queued before it came here; removed when settled.
    row: Option<QueueId>,
    /// Sessions that still hold a copy, and the dispatcher while it hands out copies.
    holders: AtomicUsize,
    /// Whether some session delivered it.
    settled: AtomicBool,
}

impl Custody {
    /// A stanza owed to `user`, held once by the caller.
    pub(in crate::xmpp) fn new(user: UserId, text: Arc<str>, row: Option<QueueId>) -> Arc<Self> {
        Arc::new(Self {
            user,
            text,
            row,
            holders: AtomicUsize::new(1),
            settled: AtomicBool::new(false),
        })
    }

    /// One more holder; the returned copy is the one it holds.
    pub(in crate::xmpp) fn share(self: &Arc<Self>) -> Arc<Self> {
        self.holders.fetch_add(1, Ordering::SeqCst);
        Arc::clone(self)
    }

    /// A device has the stanza. Returns the entry to remove from the offline queue, the first time.
    pub(in crate::xmpp) fn settle(&self) -> Option<QueueId> {
        if self.settled.swap(true, Ordering::SeqCst) {
            None
        } else {
            self.row
        }
    }

    /// A holder gives up its copy without having delivered it. `true`: nobody else will deliver it and it is not on
    /// disk either, so the caller must queue it.
    #[must_use]
    pub(in crate::xmpp) fn let_go(&self) -> bool {
        let last = self.holders.fetch_sub(1, Ordering::SeqCst) == 1;
        last && self.row.is_none() && !self.settled.load(Ordering::SeqCst)
    }

    /// Its entry in the offline queue, if it was there before it came here.
    pub(in crate::xmpp) fn row(&self) -> Option<QueueId> {
        self.row
    }

    /// To whom the stanza is owed.
    pub(in crate::xmpp) fn user(&self) -> UserId {
        self.user
    }

    /// The stanza as the offline queue keeps it.
    pub(in crate::xmpp) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owed(row: Option<QueueId>) -> Arc<Custody> {
        Custody::new(UserId::new(7).unwrap(), Arc::from("<message/>"), row)
    }

    #[test]
    fn the_last_of_two_holders_must_queue_an_undelivered_stanza() {
        let first = owed(None);
        let second = first.share();
        assert!(!first.let_go());
        assert!(second.let_go());
    }

    #[test]
    fn a_stanza_that_another_session_delivered_is_not_queued() {
        let first = owed(None);
        let second = first.share();
        assert_eq!(first.settle(), None);
        assert!(!first.let_go());
        assert!(!second.let_go());
    }

    #[test]
    fn a_stanza_that_is_on_disk_already_is_not_queued_again() {
        assert!(!owed(Some(QueueId(3))).let_go());
    }

    #[test]
    fn the_queue_entry_is_removed_once() {
        let first = owed(Some(QueueId(3)));
        let second = first.share();
        assert_eq!(first.settle(), Some(QueueId(3)));
        assert_eq!(second.settle(), None);
    }
}
