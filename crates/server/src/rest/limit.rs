//! How many requests per second a session (or, without one, an address) may make.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::config::Limits;
use crate::state::Clock;

/// Buckets kept; beyond it the full ones, which say nothing, are dropped.
const KEPT: usize = 10_000;

/// A bucket of allowance per caller that fills with time.
pub(super) struct Rate {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<Caller, Bucket>>,
    clock: Clock,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// A session, by its number. Unknown tokens do not count as one, or each guess would have a bucket.
    Session(i64),
    /// An address.
    Address(IpAddr),
}

struct Bucket {
    /// Requests that may be made now.
    left: f64,
    /// When that was so, in unix milliseconds.
    at: i64,
}

impl Rate {
    pub(super) fn new(limits: &Limits, clock: Clock) -> Self {
        Self {
            per_second: f64::from(limits.requests_per_second),
            burst: f64::from(limits.request_burst),
            buckets: Mutex::default(),
            clock,
        }
    }

    /// Takes one request from the caller's allowance, or says after how many seconds there will be one.
    pub(super) fn take(&self, caller: Caller) -> Result<(), u64> {
        let now = self.clock.now().0;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEPT && !buckets.contains_key(&caller) {
            buckets.retain(|_, bucket| self.refilled(bucket, now) < self.burst);
        }
        let bucket = buckets.entry(caller).or_insert(Bucket {
            left: self.burst,
            at: now,
        });
        bucket.left = self.refilled(bucket, now);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let seconds = ((1.0 - bucket.left) / self.per_second).ceil().max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and a few seconds"
        )]
        Err(seconds as u64)
    }

    fn refilled(&self, bucket: &Bucket, now: i64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a span in milliseconds is far below 2^53"
        )]
        let seconds = now.saturating_sub(bucket.at).max(0) as f64 / 1000.0;
        (bucket.left + seconds * self.per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rate(clock: &Clock) -> Rate {
        let limits = Limits {
            requests_per_second: 2,
            request_burst: 3,
            ..Limits::default()
        };
        Rate::new(&limits, clock.clone())
    }

    #[test]
    fn a_burst_passes_and_then_the_sustained_rate_holds() {
        let clock = Clock::system();
        let rate = rate(&clock);
        let ann = Caller::Session(1);
        for _ in 0..3 {
            rate.take(ann).unwrap();
        }
        assert_eq!(rate.take(ann), Err(1));
        clock.advance(Duration::from_secs(1));
        rate.take(ann).unwrap();
        rate.take(ann).unwrap();
        assert_eq!(rate.take(ann), Err(1));
    }

    #[test]
    fn callers_do_not_share_their_allowance() {
        let rate = rate(&Clock::system());
        for _ in 0..4 {
            rate.take(Caller::Session(1)).ok();
        }
        rate.take(Caller::Session(2)).unwrap();
        rate.take(Caller::Address(IpAddr::from([127, 0, 0, 1])))
            .unwrap();
    }
}
