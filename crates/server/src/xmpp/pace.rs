//! How fast one connection may send.

use std::time::Duration;

use tokio::time::Instant;

/// A bucket of permits that refills steadily. Who overdraws it has to wait, nothing is refused: the waiting connection
/// stops reading, and the client's socket fills up.
#[derive(Debug)]
pub(super) struct Pace {
    /// Time that one permit takes to come back.
    interval: Duration,
    /// How far ahead of `now` the bucket may be booked without waiting: the burst.
    allowance: Duration,
    /// Until when the bucket is booked.
    booked: Instant,
}

impl Pace {
    /// A full bucket: `burst` at once, `per_second` sustained.
    pub(super) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self {
            interval,
            allowance: interval * burst.max(1),
            booked: now,
        }
    }

    /// Takes a permit; `Some` is the moment until which to wait before reading on.
    pub(super) fn take(&mut self, now: Instant) -> Option<Instant> {
        self.booked = self.booked.max(now) + self.interval;
        let free = self.booked.checked_sub(self.allowance)?;
        (free > now).then_some(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_what_follows_waits_its_share() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 3, start);
        assert_eq!(pace.take(start), None);
        assert_eq!(pace.take(start), None);
        assert_eq!(pace.take(start), None);
        assert_eq!(pace.take(start), Some(start + Duration::from_millis(100)));
        assert_eq!(pace.take(start), Some(start + Duration::from_millis(200)));
    }

    #[test]
    fn a_rest_fills_the_bucket_again_but_not_beyond_the_burst() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 2, start);
        assert_eq!(pace.take(start), None);
        assert_eq!(pace.take(start), None);
        let later = start + Duration::from_secs(60);
        assert_eq!(pace.take(later), None);
        assert_eq!(pace.take(later), None);
        assert!(pace.take(later).is_some());
    }
}
