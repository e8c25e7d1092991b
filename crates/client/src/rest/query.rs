//! What can be asked of the lists.

use cubist_protocol::ids::{DialogId, MessageId};
use cubist_protocol::rest::DialogKind;

use crate::model::UnixMillis;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order asked for.
    pub items: Vec<T>,
    /// How many there are in all, where the server says so.
    pub total: Option<u64>,
}

/// Ascending or descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Smallest (oldest) first.
    Ascending,
    /// Largest (newest) first.
    Descending,
}

/// Which dialogs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogFilter {
    /// Only these.
    pub ids: Vec<DialogId>,
    /// Only those of these kinds.
    pub kinds: Vec<DialogKind>,
    /// Only those whose record changed at this time or later.
    pub updated_since: Option<UnixMillis>,
    /// Rows to leave out at the beginning.
    pub skip: u32,
    /// Largest number of rows; the server's maximum is 100.
    pub limit: Option<u32>,
}

/// Which messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFilter {
    /// Of this dialog.
    pub dialog: DialogId,
    /// Only these.
    pub ids: Vec<MessageId>,
    /// Sent at this second or later.
    pub sent_since: Option<UnixMillis>,
    /// Sent in this second or earlier.
    pub sent_until: Option<UnixMillis>,
    /// Changed at this second or later (edits, read marks).
    pub updated_since: Option<UnixMillis>,
    /// Order by time of sending.
    pub sort: Sort,
    /// Rows to leave out at the beginning.
    pub skip: u32,
    /// Largest number of rows; the server's maximum is 100.
    pub limit: u32,
}

/// Which messages a search is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchFilter {
    /// A part of their text, letter case included; five characters at least.
    pub text: String,
    /// In these dialogs, ten at most; everywhere if empty.
    pub dialogs: Vec<DialogId>,
    /// Sent from the second of the first moment to that of the second, not more than three months
    /// apart.
    pub sent: Option<(UnixMillis, UnixMillis)>,
    /// Largest number of messages; the server's maximum is 100.
    pub limit: u32,
}

impl MessageFilter {
    /// The newest `limit` messages of `dialog`, newest first.
    pub fn newest(dialog: DialogId, limit: u32) -> Self {
        Self {
            dialog,
            ids: Vec::new(),
            sent_since: None,
            sent_until: None,
            updated_since: None,
            sort: Sort::Descending,
            skip: 0,
            limit,
        }
    }
}
