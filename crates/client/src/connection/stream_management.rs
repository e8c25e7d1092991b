//! XEP-0198: Stream Management, the bookkeeping of both directions.
//!
//! Counts are per stanza and wrap at 2^32, as the specification says. They survive the socket: a
//! resumed session goes on where the lost one stopped.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cubist_protocol::xml::Element;
use tokio::sync::Notify;

use crate::connection::incoming::{HandledToken, SendTag};

/// Stanzas of this side that the server has not confirmed, oldest first.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    /// What the server confirmed last, modulo 2^32. The front of `queue` is the stanza after it.
    acked: u32,
    /// Kept whole, because a resumed session may need them again in another framing.
    queue: VecDeque<Unacked>,
}

#[derive(Debug)]
struct Unacked {
    element: Element,
    /// Whom to tell, if anybody.
    tag: Option<SendTag>,
}

/// The server claims to have handled more than was sent: its count cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CountTooHigh;

impl Outbound {
    /// Takes a stanza that is being sent.
    pub(super) fn push(&mut self, element: Element, tag: Option<SendTag>) {
        self.queue.push_back(Unacked { element, tag });
    }

    /// How many wait for confirmation.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The count at which everything sent so far is confirmed.
    pub(super) fn sent(&self) -> u32 {
        // Both are modulo 2^32, and the queue is bounded far below that.
        let waiting = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
        self.acked.wrapping_add(waiting)
    }

    /// The server has handled `h` stanzas. Returns the tags of those newly confirmed.
    ///
    /// A count lower than an earlier one is no news: servers answer requests out of step.
    pub(super) fn ack(&mut self, h: u32) -> Result<Vec<SendTag>, CountTooHigh> {
        let ahead = h.wrapping_sub(self.acked);
        if ahead > u32::MAX / 2 {
            return Ok(Vec::new());
        }
        let count = usize::try_from(ahead).map_err(|_| CountTooHigh)?;
        if count > self.queue.len() {
            return Err(CountTooHigh);
        }
        self.acked = h;
        Ok(self
            .queue
            .drain(..count)
            .filter_map(|sent| sent.tag)
            .collect())
    }

    /// The unconfirmed stanzas, to be sent again in a resumed session.
    pub(super) fn unacked(&self) -> impl Iterator<Item = &Element> {
        self.queue.iter().map(|sent| &sent.element)
    }

    /// The session is gone: forgets everything and returns the tags nobody confirmed.
    pub(super) fn reset(&mut self) -> Vec<SendTag> {
        self.acked = 0;
        self.queue.drain(..).filter_map(|sent| sent.tag).collect()
    }
}

/// Stanzas of the server that this side has handled.
///
/// Shared by the task, which counts arrivals, and the handles, which report what is stored.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    counts: Mutex<Counts>,
    /// Told whenever the count may have grown.
    progress: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    /// Which session these belong to; a late token of another one is ignored.
    session: u64,
    /// Stanzas received in this session.
    received: u64,
    /// The first stanza not handled yet: everything before it is.
    handled: u64,
    /// Handled ones beyond that.
    early: BTreeSet<u64>,
}

impl Inbound {
    /// Begins the count of a new session at zero.
    pub(super) fn reset(&self) {
        let mut counts = self.lock();
        *counts = Counts {
            session: counts.session.wrapping_add(1),
            ..Counts::default()
        };
    }

    /// The `h` to resume with. The server sends everything after it again, so arrivals are counted
    /// from there: a copy of what arrived before, still on its way to the disk, gets the same
    /// position, and either of the two may be reported as handled.
    pub(super) fn begin_resumption(&self) -> u32 {
        let mut counts = self.lock();
        counts.received = counts.handled;
        modulo(counts.handled)
    }

    /// Counts one arrival.
    pub(super) fn received(&self) -> HandledToken {
        let mut counts = self.lock();
        let token = HandledToken {
            session: counts.session,
            position: counts.received,
        };
        counts.received += 1;
        token
    }

    /// The stanza behind `token` needs no further care.
    pub(super) fn handled(&self, token: &HandledToken) {
        let mut counts = self.lock();
        if token.session != counts.session || token.position < counts.handled {
            return;
        }
        counts.early.insert(token.position);
        let before = counts.handled;
        while counts.early.first() == Some(&counts.handled) {
            counts.early.pop_first();
            counts.handled += 1;
        }
        let grew = counts.handled > before;
        drop(counts);
        if grew {
            self.progress.notify_one();
        }
    }

    /// The `h` to report: handled stanzas modulo 2^32.
    pub(super) fn h(&self) -> u32 {
        modulo(self.lock().handled)
    }

    /// Whether something received is not handled yet.
    pub(super) fn is_behind(&self) -> bool {
        let counts = self.lock();
        counts.handled < counts.received
    }

    /// Resolves when the count has grown since the last call.
    pub(super) async fn progress(&self) {
        self.progress.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Plain numbers, changed in steps that cannot panic.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// XEP-0198 §4: counts start again at zero after 2^32 - 1.
fn modulo(count: u64) -> u32 {
    u32::try_from(count & u64::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cubist_protocol::xml::Element;
    use proptest::prelude::{Just, Strategy, prop_assert_eq, proptest};

    use super::{CountTooHigh, Counts, Inbound, Outbound};
    use crate::connection::incoming::SendTag;

    fn outbound(acked: u32, tags: &[u64]) -> Outbound {
        let mut outbound = Outbound {
            acked,
            ..Outbound::default()
        };
        for tag in tags {
            outbound.push(stanza(*tag), Some(SendTag(*tag)));
        }
        outbound
    }

    fn stanza(n: u64) -> Element {
        Element::new("message", "jabber:client").with_attr("id", n.to_string())
    }

    fn tags(numbers: &[u64]) -> Vec<SendTag> {
        numbers.iter().copied().map(SendTag).collect()
    }

    #[test]
    fn an_ack_confirms_the_oldest_first() {
        let mut outbound = outbound(0, &[1, 2, 3]);
        assert_eq!(outbound.ack(2), Ok(tags(&[1, 2])));
        assert_eq!(outbound.ack(2), Ok(vec![]));
        assert_eq!(outbound.ack(3), Ok(tags(&[3])));
        assert_eq!(outbound.len(), 0);
    }

    #[test]
    fn untagged_stanzas_count_without_being_reported() {
        let mut outbound = Outbound::default();
        outbound.push(stanza(1), None);
        outbound.push(stanza(2), Some(SendTag(2)));
        assert_eq!(outbound.ack(1), Ok(vec![]));
        assert_eq!(outbound.ack(2), Ok(tags(&[2])));
    }

    #[test]
    fn the_count_wraps_at_two_to_the_32() {
        let mut outbound = outbound(u32::MAX - 1, &[1, 2, 3]);
        assert_eq!(outbound.sent(), 1);
        assert_eq!(outbound.ack(u32::MAX), Ok(tags(&[1])));
        assert_eq!(outbound.ack(1), Ok(tags(&[2, 3])));
    }

    #[test]
    fn a_lower_count_than_before_is_tolerated() {
        let mut outbound = outbound(10, &[1]);
        assert_eq!(outbound.ack(9), Ok(vec![]));
        assert_eq!(outbound.ack(11), Ok(tags(&[1])));
    }

    #[test]
    fn a_count_beyond_what_was_sent_confirms_nothing() {
        let mut outbound = outbound(0, &[1, 2]);
        assert_eq!(outbound.ack(3), Err(CountTooHigh));
        assert_eq!(outbound.len(), 2);
    }

    #[test]
    fn a_lost_session_gives_back_what_was_not_confirmed_in_order() {
        let mut outbound = outbound(0, &[1, 2, 3]);
        assert_eq!(outbound.ack(1), Ok(tags(&[1])));
        let again: Vec<_> = outbound
            .unacked()
            .map(|e| e.attr("id").unwrap().to_owned())
            .collect();
        assert_eq!(again, ["2", "3"]);
        assert_eq!(outbound.reset(), tags(&[2, 3]));
        assert_eq!(outbound.sent(), 0);
    }

    #[test]
    fn tokens_of_an_earlier_session_count_nothing() {
        let inbound = Inbound::default();
        let old = inbound.received();
        inbound.reset();
        let new = inbound.received();
        inbound.handled(&old);
        assert_eq!(inbound.h(), 0);
        inbound.handled(&new);
        inbound.handled(&new);
        assert_eq!(inbound.h(), 1);
        assert!(!inbound.is_behind());
    }

    #[test]
    fn h_wraps_with_the_count() {
        let inbound = Inbound::default();
        *inbound.lock() = Counts {
            received: u64::from(u32::MAX),
            handled: u64::from(u32::MAX),
            ..Counts::default()
        };
        assert_eq!(inbound.h(), u32::MAX);
        let token = inbound.received();
        inbound.handled(&token);
        assert_eq!(inbound.h(), 0);
    }

    #[test]
    fn what_a_resumed_session_sends_again_is_counted_once() {
        let inbound = Inbound::default();
        let (first, second, third) = (inbound.received(), inbound.received(), inbound.received());
        inbound.handled(&first);
        inbound.handled(&third);
        assert_eq!(inbound.begin_resumption(), 1);
        let (second_again, third_again, fourth) =
            (inbound.received(), inbound.received(), inbound.received());
        inbound.handled(&second);
        assert_eq!(inbound.h(), 3);
        inbound.handled(&second_again);
        inbound.handled(&third_again);
        assert_eq!(inbound.h(), 3);
        inbound.handled(&fourth);
        assert_eq!(inbound.h(), 4);
        assert!(!inbound.is_behind());
    }

    proptest! {
        #[test]
        fn h_is_the_contiguous_part_whatever_the_order(
            order in Just((0..40_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let inbound = Inbound::default();
            let tokens: Vec<_> = order.iter().map(|_| inbound.received()).collect();
            let mut done = vec![false; order.len()];
            for index in order {
                inbound.handled(&tokens[index]);
                done[index] = true;
                let contiguous = done.iter().take_while(|done| **done).count();
                prop_assert_eq!(usize::try_from(inbound.h()).unwrap(), contiguous);
            }
        }
    }
}
