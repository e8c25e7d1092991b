//! Files and places on messages.
//!
//! `wire` reads and writes what a message says of its attachments; `progress` knows how far
//! each file on its way has come. Nothing here trusts a name, a size or a type that somebody else
//! wrote.

pub(crate) mod cache;
pub(crate) mod downloads;
pub(crate) mod files;
pub(crate) mod images;
mod moving;
pub mod names;
pub(crate) mod outgoing;
pub mod place;
mod probe;
pub(crate) mod progress;
pub(crate) mod sealed;
pub(crate) mod uploads;
pub(crate) mod wire;

pub use self::files::{OpenFile, PictureSize, ShownPicture};
pub use self::images::Pixels;
pub use self::outgoing::picture_in;
pub use self::sealed::Reader;

/// Bytes of the largest file that the service takes.
pub const MAX_BYTES: u64 = 100 * 1024 * 1024;

/// Files and places on one message: what the windows of messengers of this platform choose at once.
pub const MOST_ON_MESSAGE: usize = 30;

/// What a message says whose only content are attachments; it is not shown.
pub(crate) const NO_CAPTION: &str = "attachment";
