//! Identifiers: the platform's integers and the 24-digit object ids of dialogs and messages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An id that is not of the required form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// An object id has exactly 24 hexadecimal digits.
    #[error("expected 24 hexadecimal digits")]
    NotObjectId,
    /// User and application ids are positive integers of at most 63 bits.
    #[error("expected a positive integer")]
    NotPositiveInteger,
}

/// A 12-byte id made by anyone without coordination: 4 bytes time, 5 bytes random, 3 bytes counter.
///
/// Ordered like its hexadecimal text, so roughly by the time it was made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 12]);

impl ObjectId {
    /// The id with these bytes.
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// The bytes of the id.
    pub const fn bytes(self) -> [u8; 12] {
        self.0
    }

    /// Unix seconds at which the id was made, by its maker's clock.
    pub const fn made_at_seconds(self) -> u32 {
        let [a, b, c, d, ..] = self.0;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Whether the text has no letter in it.
    ///
    /// The official SDK takes such a string for a user id, so a dialog must never get one.
    pub fn is_all_digits(self) -> bool {
        self.0.iter().all(|byte| byte >> 4 <= 9 && byte & 0x0f <= 9)
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits: &[u8; 24] = text
            .as_bytes()
            .try_into()
            .map_err(|_| IdError::NotObjectId)?;
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else {
                return Err(IdError::NotObjectId);
            };
            *byte = hex_value(*high)? << 4 | hex_value(*low)?;
        }
        Ok(Self(bytes))
    }
}

fn hex_value(digit: u8) -> Result<u8, IdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(IdError::NotObjectId),
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! object_id_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(ObjectId);

        impl $name {
            /// Takes an object id for what it names.
            pub const fn new(id: ObjectId) -> Self {
                Self(id)
            }

            /// The object id itself.
            pub const fn object_id(self) -> ObjectId {
                self.0
            }
        }

        impl From<ObjectId> for $name {
            fn from(id: ObjectId) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

object_id_newtype! {
    /// Names a dialog (private, group, public or broadcast).
    DialogId
}
object_id_newtype! {
    /// Names a message, from its first local copy to its place in the history.
    MessageId
}

macro_rules! integer_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// Takes a positive integer of at most 63 bits (so that SQLite can hold it), else `None`.
            pub const fn new(value: u64) -> Option<Self> {
                if value == 0 || value > i64::MAX.cast_unsigned() { None } else { Some(Self(value)) }
            }

            /// The integer.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The integer as SQLite stores it; never negative.
            pub const fn as_i64(self) -> i64 {
                self.0.cast_signed()
            }
        }

        impl TryFrom<i64> for $name {
            type Error = IdError;

            fn try_from(value: i64) -> Result<Self, IdError> {
                u64::try_from(value).ok().and_then(Self::new).ok_or(IdError::NotPositiveInteger)
            }
        }

        impl TryFrom<u64> for $name {
            type Error = IdError;

            fn try_from(value: u64) -> Result<Self, IdError> {
                Self::new(value).ok_or(IdError::NotPositiveInteger)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(IdError::NotPositiveInteger);
                }
                text.parse().ok().and_then(Self::new).ok_or(IdError::NotPositiveInteger)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            /// Reads a number, or its digits as a string.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                crate::rest::tolerant::positive_integer(&value)
                    .and_then(Self::new)
                    .ok_or_else(|| serde::de::Error::custom(IdError::NotPositiveInteger))
            }
        }
    };
}

integer_newtype! {
    /// Names a user within an application.
    UserId
}
integer_newtype! {
    /// Names an application, the tenant that users belong to.
    AppId
}
integer_newtype! {
    /// Numbers a stored file.
    BlobId
}

/// Makes object ids that are unique within the process and very probably in the world.
///
/// Time and randomness are handed in, since this crate has neither.
#[derive(Clone, Debug)]
pub struct ObjectIdGenerator {
    /// Distinguishes this process from every other one.
    random: [u8; 5],
    /// Distinguishes ids of the same second; its low 24 bits are used.
    counter: u32,
}

impl ObjectIdGenerator {
    /// A generator for one process: `random` and the counter's start come from a secure source.
    pub const fn new(random: [u8; 5], counter_start: u32) -> Self {
        Self {
            random,
            counter: counter_start,
        }
    }

    /// The next id, made at `now`.
    pub fn next(&mut self, now: crate::timestamp::UnixMillis) -> ObjectId {
        let seconds =
            u32::try_from(now.seconds().clamp(0, i64::from(u32::MAX))).unwrap_or(u32::MAX);
        let [t0, t1, t2, t3] = seconds.to_be_bytes();
        let [r0, r1, r2, r3, r4] = self.random;
        let [_, c0, c1, c2] = self.counter.to_be_bytes();
        self.counter = self.counter.wrapping_add(1);
        ObjectId([t0, t1, t2, t3, r0, r1, r2, r3, r4, c0, c1, c2])
    }

    /// The next message id.
    pub fn next_message(&mut self, now: crate::timestamp::UnixMillis) -> MessageId {
        MessageId(self.next(now))
    }

    /// The next dialog id: never all digits (see [`ObjectId::is_all_digits`]).
    pub fn next_dialog(&mut self, now: crate::timestamp::UnixMillis) -> DialogId {
        loop {
            let id = self.next(now);
            // Ends within ten steps: every sixteenth counter value ends in a letter's digit.
            if !id.is_all_digits() {
                return DialogId(id);
            }
        }
    }
}

#[cfg(test)]
mod tests;
