//! Wall time and randomness as things that are passed in, so that tests can move them.
//!
//! Timers (back-off, typing expiry) use Tokio's clock, which tests pause; this module is only for
//! the time of day that goes into messages and ids.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::UnixMillis;

/// Where the time of day comes from.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present, in unix milliseconds, as this machine believes it.
    fn now(&self) -> UnixMillis;
}

/// Where unguessable bytes come from.
pub trait Random: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes`; never fails (an operating system without randomness cannot run this program).
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> UnixMillis {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        rand::RngCore::fill_bytes(&mut rand::rng(), bytes);
    }
}
