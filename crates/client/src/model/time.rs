//! Points in time.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. May be negative: the bytes come from strangers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// From whole unix seconds, the unit of `date_sent` on the wire.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Whole unix seconds, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This time moved by `millis`, stopping at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::UnixMillis;

    #[test]
    fn seconds_round_down_on_both_sides_of_the_epoch() {
        assert_eq!(UnixMillis(1_999).seconds(), 1);
        assert_eq!(UnixMillis(-1).seconds(), -1);
        assert_eq!(UnixMillis::from_seconds(7), UnixMillis(7_000));
    }
}
