//! What can go wrong with the cache.

use std::sync::Arc;

/// A failure of the cache. None of them is an expected outcome: a missing row is `None`, a
/// duplicate is [`crate::store::messages::Stored`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused a statement (disk full, I/O error…).
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The transaction that carried this write could not be committed; nothing of it is stored.
    #[error("the database could not commit")]
    Commit(#[source] Arc<rusqlite::Error>),
    /// The file system failed.
    #[error("the folder of the database cannot be used")]
    Io(#[from] std::io::Error),
    /// Another program uses the folder of this profile.
    #[error("the folder is in use by another program")]
    InUse,
    /// The file is no database under this key.
    #[error("the database does not open with this key")]
    WrongKey,
    /// A later version of this program wrote the file; going on could harm it.
    #[error("the database has version {found}, this program knows {known}")]
    TooNew {
        /// Version of the file.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// A value that this program never writes stands in the file.
    #[error("the database holds an impossible {what}")]
    Corrupt {
        /// What kind of value.
        what: &'static str,
    },
    /// The store was closed while the call was under way.
    #[error("the database is closed")]
    Closed,
}
