//! Whether the other side is still there.
//!
//! A TCP connection whose other end vanished looks alive for many minutes. Silence is therefore
//! questioned (XEP-0199: ping), and a question that gets no byte in answer ends the connection.

use std::time::Duration;

use tokio::time::Instant;

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing before that time.
    Wait(Instant),
    /// Ask the server whether it is there.
    Ask,
    /// It did not answer in time.
    Lost,
}

/// The clockwork; it sends nothing itself.
#[derive(Debug)]
pub(super) struct Keepalive {
    /// Silence after which to ask.
    after: Duration,
    /// How long an answer may take.
    limit: Duration,
    /// When a byte last came.
    last_byte: Instant,
    /// Until when something must come, if a question is open.
    answer_due: Option<Instant>,
    /// Nothing is read at present because nobody takes what was read: silence then says nothing.
    is_paused: bool,
}

impl Keepalive {
    /// Starts with a byte just received.
    pub(super) fn new(after: Duration, limit: Duration, now: Instant) -> Self {
        Self {
            after,
            limit,
            last_byte: now,
            answer_due: None,
            is_paused: false,
        }
    }

    /// When something last came: the other side lived then. May be called with the same moment
    /// again and again.
    pub(super) fn received_at(&mut self, moment: Instant) {
        if moment > self.last_byte {
            self.last_byte = moment;
            self.answer_due = None;
        }
    }

    /// Something was sent that must be answered (a ping, an `<r/>`).
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked_within(now, self.limit);
    }

    /// The same with a tighter limit, after a change of network or a sleep of the machine.
    pub(super) fn asked_within(&mut self, now: Instant, limit: Duration) {
        let due = now + limit;
        self.answer_due = Some(self.answer_due.map_or(due, |earlier| earlier.min(due)));
    }

    /// Reading stopped for lack of a taker. What arrives waits unseen, so no answer is expected.
    pub(super) fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Reading goes on: silence counts from now, and an open question gets its time again.
    pub(super) fn resume(&mut self, now: Instant) {
        if self.is_paused {
            self.is_paused = false;
            self.last_byte = now;
            self.answer_due = self.answer_due.map(|_| now + self.limit);
        }
    }

    /// What is due.
    pub(super) fn due(&self, now: Instant) -> Due {
        if self.is_paused {
            return Due::Wait(now + self.after);
        }
        match self.answer_due {
            Some(due) if due <= now => Due::Lost,
            Some(due) => Due::Wait(due),
            None if self.last_byte + self.after <= now => Due::Ask,
            None => Due::Wait(self.last_byte + self.after),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Due, Keepalive};

    const AFTER: Duration = Duration::from_secs(60);
    const LIMIT: Duration = Duration::from_secs(15);

    fn at(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    fn keepalive() -> (Keepalive, Instant) {
        let start = Instant::now();
        (Keepalive::new(AFTER, LIMIT, start), start)
    }

    #[test]
    fn silence_is_questioned_and_an_unanswered_question_ends_it() {
        let (mut line, start) = keepalive();
        assert_eq!(line.due(at(start, 59)), Due::Wait(at(start, 60)));
        assert_eq!(line.due(at(start, 60)), Due::Ask);
        line.asked(at(start, 60));
        assert_eq!(line.due(at(start, 74)), Due::Wait(at(start, 75)));
        assert_eq!(line.due(at(start, 75)), Due::Lost);
    }

    #[test]
    fn any_byte_is_an_answer() {
        let (mut line, start) = keepalive();
        line.asked(at(start, 60));
        line.received_at(at(start, 74));
        assert_eq!(line.due(at(start, 75)), Due::Wait(at(start, 134)));
    }

    #[test]
    fn asking_again_does_not_move_the_limit() {
        let (mut line, start) = keepalive();
        line.asked(at(start, 0));
        line.asked(at(start, 10));
        assert_eq!(line.due(at(start, 15)), Due::Lost);
    }

    #[test]
    fn a_suspicion_shortens_the_limit() {
        let (mut line, start) = keepalive();
        line.asked(at(start, 0));
        line.asked_within(at(start, 1), Duration::from_secs(4));
        assert_eq!(line.due(at(start, 5)), Due::Lost);
    }

    #[test]
    fn a_line_nobody_reads_is_not_called_dead() {
        let (mut line, start) = keepalive();
        line.asked(at(start, 0));
        line.pause();
        assert!(matches!(line.due(at(start, 500)), Due::Wait(_)));
        line.resume(at(start, 500));
        assert_eq!(line.due(at(start, 514)), Due::Wait(at(start, 515)));
        assert_eq!(line.due(at(start, 515)), Due::Lost);
    }
}
