//! The time, handed in, so that a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use cubist_protocol::timestamp::UnixMillis;

/// Where the backend reads the time of day.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// What tests added to the system's time, in milliseconds.
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the time of day"
    )]
    pub fn now(&self) -> UnixMillis {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let millis = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        UnixMillis(millis.saturating_add(self.offset.load(Ordering::Relaxed)))
    }

    /// Now in whole seconds.
    pub fn seconds(&self) -> i64 {
        self.now().seconds()
    }

    /// Moves this clock and all its clones.
    pub fn advance(&self, by: std::time::Duration) {
        self.offset.fetch_add(
            i64::try_from(by.as_millis()).unwrap_or(i64::MAX),
            Ordering::Relaxed,
        );
    }
}
