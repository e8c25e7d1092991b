//! Noticing that the machine slept.
//!
//! Tokio's clock stands still while the machine sleeps, the time of day does not. When the second
//! ran ahead of the first, every connection is suspect and every wait is stale. (A corrected
//! clock looks the same; the cost of the mistake is one ping.)

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::clock::Clock;
use crate::model::UnixMillis;

/// A sleep shorter than this leaves connections alive.
const JUMP: Duration = Duration::from_secs(10);

/// Compares the two clocks from time to time.
#[derive(Debug)]
pub(super) struct WakeWatch {
    clock: Arc<dyn Clock>,
    ticks: Interval,
    /// Time of day at the last comparison.
    wall: UnixMillis,
    /// Tokio's time at the last comparison.
    steady: Instant,
}

impl WakeWatch {
    /// Compares every `period`.
    pub(super) fn new(clock: Arc<dyn Clock>, period: Duration) -> Self {
        let steady = Instant::now();
        let mut ticks = interval_at(steady + period, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            wall: clock.now(),
            clock,
            ticks,
            steady,
        }
    }

    /// Resolves when the machine has slept. Safe to drop and call again.
    pub(super) async fn woke(&mut self) {
        loop {
            self.ticks.tick().await;
            let (wall, steady) = (self.clock.now(), Instant::now());
            let passed = u64::try_from(wall.0.saturating_sub(self.wall.0)).unwrap_or_default();
            let ahead = Duration::from_millis(passed).saturating_sub(steady - self.steady);
            (self.wall, self.steady) = (wall, steady);
            if ahead >= JUMP {
                tracing::debug!(seconds = ahead.as_secs(), "the machine slept");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use super::WakeWatch;
    use crate::clock::Clock;
    use crate::model::UnixMillis;

    #[derive(Debug, Default)]
    struct HandClock(AtomicI64);

    impl Clock for HandClock {
        fn now(&self) -> UnixMillis {
            UnixMillis(self.0.load(Ordering::SeqCst))
        }
    }

    const PERIOD: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn a_jump_of_the_time_of_day_is_a_wake() {
        let clock = Arc::new(HandClock::default());
        let mut watch = WakeWatch::new(clock.clone(), PERIOD);
        clock.0.store(3_600_000, Ordering::SeqCst);
        tokio::time::timeout(PERIOD * 2, watch.woke())
            .await
            .unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_passes_evenly_or_backwards_is_none() {
        let clock = Arc::new(HandClock::default());
        let mut watch = WakeWatch::new(clock.clone(), PERIOD);
        for wall in [5_000, 10_000, -3_600_000, -3_595_000] {
            clock.0.store(wall, Ordering::SeqCst);
            let woke = tokio::time::timeout(PERIOD, watch.woke()).await;
            assert!(woke.is_err(), "at {wall}");
        }
    }
}
