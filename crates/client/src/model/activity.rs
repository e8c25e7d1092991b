//! Whether people are there.

use crate::model::UnixMillis;

/// When someone was last there (XEP-0012, as the platform uses it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activity {
    /// Now, on some device.
    Online,
    /// At this moment by this machine's clock, good to a second or two.
    LastSeen(UnixMillis),
    /// The server does not say: they block, are blocked, or are gone.
    Hidden,
}
