//! Moments in time as they stand on the wire: unix seconds, unix milliseconds, and text.
//!
//! The crate has no clock; every moment here was read from a message or handed in by the caller.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc3339};

/// Bare numbers from here on are milliseconds, below they are seconds.
///
/// As seconds this is the year 5138, as milliseconds it is March 1973, before any message of
/// this platform; so the two readings cannot be confused.
const FIRST_MILLIS: f64 = 100_000_000_000.0;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The moment `seconds` after the epoch; saturates at the ends of time.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Whole seconds since the epoch, rounded down: the precision of `date_sent` and of the order of messages.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads a bare number that is seconds, milliseconds or fractional seconds, as senders differ.
    ///
    /// `None` for what is no finite number.
    pub fn from_wire_number(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(whole) = text.parse::<i64>() {
            #[expect(
                clippy::cast_precision_loss,
                reason = "only compared with a bound far below 2^53"
            )]
            let is_millis = (whole as f64).abs() >= FIRST_MILLIS;
            return Some(if is_millis {
                Self(whole)
            } else {
                Self::from_seconds(whole)
            });
        }
        Self::from_wire_f64(text.parse::<f64>().ok()?)
    }

    /// The same rule as [`Self::from_wire_number`] for a number that was already parsed.
    pub fn from_wire_f64(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let millis = if number.abs() >= FIRST_MILLIS {
            number
        } else {
            number * 1000.0
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "`as` saturates, and a saturated date is still only a date"
        )]
        Some(Self(millis.round() as i64))
    }

    /// Reads `2018-12-06T12:04:48Z` and its relatives (fraction, offset), as of ISO 8601 and XEP-0082.
    pub fn from_iso8601(text: &str) -> Option<Self> {
        let text = text.trim();
        let moment = OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT))
            .ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000))
            .ok()
            .map(Self)
    }

    /// Reads a filter's value: a number as in [`Self::from_wire_number`], or a date as in [`Self::from_iso8601`].
    pub fn from_number_or_iso8601(text: &str) -> Option<Self> {
        Self::from_wire_number(text).or_else(|| Self::from_iso8601(text))
    }

    /// Writes `2018-12-06T12:04:48Z`: whole seconds, as REST objects and delays carry it.
    pub fn to_iso8601(self) -> String {
        OffsetDateTime::from_unix_timestamp(self.seconds())
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
    }
}

impl fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A moment that REST writes as `2018-12-06T12:04:48Z`.
///
/// Read from that text or from a bare number. In the objects that hold it as an option, whatever
/// else counts as absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoTime(pub UnixMillis);

impl Serialize for IsoTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_iso8601())
    }
}

impl<'de> Deserialize<'de> for IsoTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        crate::rest::tolerant::moment(&value)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected an ISO 8601 date or a number"))
    }
}

impl From<UnixMillis> for IsoTime {
    fn from(moment: UnixMillis) -> Self {
        Self(moment)
    }
}

/// A moment that REST writes as unix seconds, such as `date_sent`.
///
/// Read from seconds, milliseconds or a fraction, as number or text, or from ISO 8601.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub UnixMillis);

impl From<UnixMillis> for UnixTime {
    fn from(moment: UnixMillis) -> Self {
        Self(moment)
    }
}

impl Serialize for UnixTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.seconds())
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        crate::rest::tolerant::moment(&value)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected seconds since the epoch"))
    }
}

#[cfg(test)]
mod tests;
