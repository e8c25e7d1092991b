//! The order of messages.

use crate::model::{MessageId, ObjectId};

/// Where a message stands in its dialog: whole seconds of `date_sent`, then the id.
///
/// Two clients that know the same messages show them in the same order, whatever order they
/// arrived in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// `date_sent` in whole unix seconds.
    pub seconds: i64,
    /// Breaks the tie within a second.
    pub id: MessageId,
}

impl Position {
    /// Before every message: where a dialog begins. Dates of strangers are kept within half the
    /// range of the type, so nothing is equal to it.
    pub const BEGIN: Self = Self::start_of(i64::MIN);

    /// After every message.
    pub const END: Self = Self {
        seconds: i64::MAX,
        id: MessageId::new(ObjectId::from_bytes([0xff; 12])),
    };

    /// The last place within a second.
    pub const fn end_of(seconds: i64) -> Self {
        Self {
            seconds,
            id: Self::END.id,
        }
    }

    /// The first place within a second.
    pub const fn start_of(seconds: i64) -> Self {
        Self {
            seconds,
            id: MessageId::new(ObjectId::from_bytes([0; 12])),
        }
    }
}
