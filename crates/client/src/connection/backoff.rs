//! How long to wait before the next attempt.

use std::time::Duration;

/// Exponential waiting times with a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backoff {
    /// Wait after the first failure, before jitter.
    pub(super) first: Duration,
    /// Longest wait.
    pub(super) cap: Duration,
}

impl Backoff {
    /// The wait after the `failures`-th failure in a row (from 1).
    ///
    /// Half of it is certain and half is chance: everybody who lost the same server comes back at
    /// another moment, and nobody comes back at once. `chance` is in `0.0..=1.0`.
    pub(super) fn delay(self, failures: u32, chance: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(MAX_DOUBLINGS);
        let full = self.first.saturating_mul(1_u32 << doublings).min(self.cap);
        let half = full / 2;
        half + half.mul_f64(chance.clamp(0.0, 1.0))
    }
}

/// 2^20 s is twelve days: beyond any cap, and far from overflow.
const MAX_DOUBLINGS: u32 = 20;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{prop_assert, proptest};

    use super::Backoff;

    const BACKOFF: Backoff = Backoff {
        first: Duration::from_secs(1),
        cap: Duration::from_secs(60),
    };

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits: Vec<_> = (1..=9).map(|n| BACKOFF.delay(n, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(BACKOFF.delay(u32::MAX, 0.0), Duration::from_secs(30));
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_half_nor_longer_than_the_cap(
            failures in 0_u32..=u32::MAX,
            chance in -1.0_f64..2.0,
        ) {
            let delay = BACKOFF.delay(failures, chance);
            prop_assert!(delay >= BACKOFF.first / 2);
            prop_assert!(delay <= BACKOFF.cap);
        }
    }
}
