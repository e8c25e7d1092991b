//! How far a sent message has come.

use serde::{Deserialize, Serialize};

/// Delivery status of a message.
///
/// Only moves forward; the one exception is `Pending` ↔ `Failed` (give up, retry). Of a group
/// message this is the furthest any recipient has come; who exactly is in the message's
/// `delivered_to` and `read_by`. For messages of others it says how far this person's own copy has
/// come (`Delivered`, `Read`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The server refused it, or it was given up; the person decides what happens next.
    Failed,
    /// On this disk, not yet known to the server.
    Pending,
    /// The server has it: one tick.
    Sent,
    /// On a device of a recipient: two ticks.
    Delivered,
    /// Shown to a recipient.
    Read,
}

impl Status {
    /// The later of the two.
    #[must_use]
    pub fn advanced_to(self, other: Self) -> Self {
        self.max(other)
    }

    /// Its number in the cache; never renumbered.
    pub const fn code(self) -> i64 {
        match self {
            Self::Failed => 0,
            Self::Pending => 1,
            Self::Sent => 2,
            Self::Delivered => 3,
            Self::Read => 4,
        }
    }

    /// The status with this number in the cache.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Failed),
            1 => Some(Self::Pending),
            2 => Some(Self::Sent),
            3 => Some(Self::Delivered),
            4 => Some(Self::Read),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    const ALL: [Status; 5] = [
        Status::Failed,
        Status::Pending,
        Status::Sent,
        Status::Delivered,
        Status::Read,
    ];

    #[test]
    fn late_delivery_receipt_does_not_undo_read() {
        assert_eq!(Status::Read.advanced_to(Status::Delivered), Status::Read);
        assert_eq!(
            Status::Sent.advanced_to(Status::Delivered),
            Status::Delivered
        );
    }

    #[test]
    fn codes_keep_the_order_and_round_trip() {
        for status in ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        assert!(ALL.is_sorted_by_key(|status| status.code()));
        assert_eq!(Status::from_code(5), None);
    }
}
