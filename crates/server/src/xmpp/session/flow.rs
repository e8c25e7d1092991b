//! XEP-0198: the two counts of a session and what is kept until the client has it.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::xmpp::session::Outgoing;

/// XEP-0198 §4: asks the client for its count.
const REQUEST: &str = "<r xmlns=\"urn:xmpp:sm:3\"/>";

/// Stream management of one session.
#[derive(Debug)]
pub(in crate::xmpp) struct Flow {
    /// Under which name the client may resume; `None` if it may not.
    id: Option<String>,
    /// Stanzas of the client that are dealt with. Wraps at 2³² (XEP-0198 §4).
    pub(in crate::xmpp) handled: u32,
    /// Whether the client waits for that count.
    pub(in crate::xmpp) owes_count: bool,
    /// Whether `<enabled/>` was written: stanzas before it do not count.
    started: bool,
    /// The client's last count. Kept as the client gave it: the official SDK counts a little differently, and only
    /// the difference between two of its counts is dependable.
    acknowledged: u32,
    /// Written and not acknowledged, oldest first.
    unacknowledged: VecDeque<Outgoing>,
    /// Whether stanzas were written after the last `<r/>`.
    sent_since_request: bool,
    /// When the `<r/>` was written that has no answer yet.
    requested: Option<Instant>,
}

impl Flow {
    /// Stream management as of `<enable/>`.
    pub(in crate::xmpp) fn new(id: Option<String>) -> Self {
        Self {
            id,
            handled: 0,
            owes_count: false,
            started: false,
            acknowledged: 0,
            unacknowledged: VecDeque::new(),
            sent_since_request: false,
            requested: None,
        }
    }

    /// The name under which the client may resume.
    pub(in crate::xmpp) fn id(&self) -> Option<String> {
        self.id.clone()
    }

    /// Whether the client may resume.
    pub(in crate::xmpp) fn is_resumable(&self) -> bool {
        self.id.is_some()
    }

    /// `<enabled/>` was written.
    pub(in crate::xmpp) fn start(&mut self) {
        self.started = true;
    }

    /// Whether written stanzas count.
    pub(in crate::xmpp) fn has_started(&self) -> bool {
        self.started
    }

    /// A stanza was written.
    pub(in crate::xmpp) fn sent(&mut self, stanza: Outgoing) {
        self.unacknowledged.push_back(stanza);
        self.sent_since_request = true;
    }

    /// How many stanzas wait for the client's acknowledgement.
    pub(in crate::xmpp) fn unacknowledged(&self) -> usize {
        self.unacknowledged.len()
    }

    /// The client says it has everything up to `h`; returns what that covers.
    ///
    /// A count beyond what was sent covers everything, one that went backwards nothing: the official SDK is known to
    /// be off, and ending its stream would help nobody.
    pub(in crate::xmpp) fn acknowledge(&mut self, h: u32) -> Vec<Outgoing> {
        self.requested = None;
        let step = h.wrapping_sub(self.acknowledged);
        if step > u32::MAX / 2 {
            tracing::debug!(
                h,
                last = self.acknowledged,
                "the client's count went backwards"
            );
            return Vec::new();
        }
        self.acknowledged = h;
        let covered = usize::try_from(step)
            .unwrap_or(usize::MAX)
            .min(self.unacknowledged.len());
        self.unacknowledged.drain(..covered).collect()
    }

    /// Everything unacknowledged, to be sent again or given up.
    pub(in crate::xmpp) fn take_unacknowledged(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.unacknowledged).into()
    }

    /// The `<r/>` that belongs behind the stanzas just written. One is under way at a time, so that a fast client
    /// is asked often and a slow one is not flooded.
    pub(in crate::xmpp) fn request(&mut self, now: Instant) -> Option<String> {
        if !self.sent_since_request || self.requested.is_some() {
            return None;
        }
        self.ask(now)
    }

    /// An `<r/>` in any case, unless one is under way.
    pub(in crate::xmpp) fn ask(&mut self, now: Instant) -> Option<String> {
        if self.requested.is_some() {
            return None;
        }
        self.requested = Some(now);
        self.sent_since_request = false;
        Some(REQUEST.to_owned())
    }

    /// Since when an `<r/>` has been waiting for its answer.
    pub(in crate::xmpp) fn asked_at(&self) -> Option<Instant> {
        self.requested
    }

    /// The socket is lost and with it the answer to any `<r/>`.
    pub(in crate::xmpp) fn forget_request(&mut self) {
        self.requested = None;
        self.sent_since_request = false;
        self.owes_count = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started() -> Flow {
        let mut flow = Flow::new(None);
        flow.start();
        flow
    }

    fn stanza(text: &str) -> Outgoing {
        Outgoing::passing(text.to_owned())
    }

    fn covered(flow: &mut Flow, h: u32) -> Vec<String> {
        flow.acknowledge(h)
            .iter()
            .map(|stanza| stanza.text.to_string())
            .collect()
    }

    #[test]
    fn an_acknowledgement_covers_the_oldest_stanzas() {
        let mut flow = started();
        for text in ["<a/>", "<b/>", "<c/>"] {
            flow.sent(stanza(text));
        }
        assert_eq!(covered(&mut flow, 2), ["<a/>", "<b/>"]);
        assert_eq!(covered(&mut flow, 2), Vec::<String>::new());
        assert_eq!(covered(&mut flow, 3), ["<c/>"]);
    }

    #[test]
    fn a_count_wraps_at_two_to_the_thirty_second() {
        let mut flow = started();
        flow.acknowledged = u32::MAX;
        flow.sent(stanza("<a/>"));
        flow.sent(stanza("<b/>"));
        assert_eq!(covered(&mut flow, 1), ["<a/>", "<b/>"]);
    }

    #[test]
    fn a_count_that_is_too_high_is_information_and_later_ones_still_count_right() {
        let mut flow = started();
        flow.sent(stanza("<a/>"));
        assert_eq!(covered(&mut flow, 5), ["<a/>"]);
        flow.sent(stanza("<b/>"));
        flow.sent(stanza("<c/>"));
        assert_eq!(covered(&mut flow, 6), ["<b/>"]);
    }

    #[test]
    fn a_count_that_goes_backwards_covers_nothing() {
        let mut flow = started();
        flow.sent(stanza("<a/>"));
        flow.sent(stanza("<b/>"));
        assert_eq!(covered(&mut flow, 1), ["<a/>"]);
        assert_eq!(covered(&mut flow, 0), Vec::<String>::new());
        assert_eq!(flow.unacknowledged(), 1);
    }

    #[test]
    fn one_request_is_under_way_at_a_time() {
        let mut flow = started();
        let now = Instant::now();
        assert_eq!(flow.request(now), None);
        flow.sent(stanza("<a/>"));
        assert!(flow.request(now).is_some());
        flow.sent(stanza("<b/>"));
        assert_eq!(flow.request(now), None);
        assert_eq!(covered(&mut flow, 1), ["<a/>"]);
        assert!(flow.request(now).is_some());
    }
}
