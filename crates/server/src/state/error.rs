//! Why the state refuses or fails.

use crate::state::blocks::Blocker;

/// The one error of the domain. REST turns it into a status and a body, XMPP into an error stanza.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The thing does not exist or is not visible to the caller.
    #[error("not found")]
    NotFound,
    /// The caller may not do this; says why in a sentence for the developer at the other end.
    #[error("{0}")]
    Forbidden(String),
    /// One of two people blocks messages between them.
    #[error("{}", match .by {
        Blocker::Sender => "You have blocked this person.",
        Blocker::Recipient => "This person does not take messages from you.",
    })]
    Blocked {
        /// Which of the two.
        by: Blocker,
    },
    /// Values break rules.
    #[error("{}", list(.problems))]
    Invalid {
        /// The fields, as named on the wire, each with what is wrong with it; reads on after the field's name.
        problems: Vec<(&'static str, String)>,
    },
    /// A file has too many bytes.
    #[error("The file is larger than {largest} bytes")]
    TooLarge {
        /// The most it may have.
        largest: u64,
    },
    /// Another upload of the same file began.
    #[error("Another upload of this file began")]
    Replaced,
    /// A wrong password, or no such account where the two must not be told apart.
    #[error("wrong login or password")]
    BadCredentials,
    /// Too many failed logins of this account lately.
    #[error("too many failed logins, try again later")]
    Throttled {
        /// When another try makes sense.
        retry_after_seconds: u64,
    },
    /// The backend is stopping.
    #[error("the backend is stopping")]
    Stopping,
    /// The database failed: a full disk, a damaged file, or a fault of ours.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
    /// The data folder cannot be used.
    #[error("cannot use the data folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The database was made by a newer version.
    #[error(
        "the database has version {found}, this program knows versions up to {known}: use the newer program"
    )]
    TooNew {
        /// Its version.
        found: i64,
        /// The newest one known here.
        known: i64,
    },
    /// Something the system must provide is missing (randomness, threads) or a stored value is damaged.
    #[error("{0}")]
    Internal(String),
}

impl StateError {
    /// Whether it failed because nothing more can be written: the disk is full, or what its owner may have of it.
    pub(crate) fn is_full(&self) -> bool {
        if let Self::Folder(error) = self {
            matches!(
                error.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            )
        } else if let Self::Database(error) = self {
            error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
        } else {
            false
        }
    }

    /// A broken rule about a field.
    pub(crate) fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid {
            problems: vec![(field, problem.into())],
        }
    }
}

fn list(problems: &[(&'static str, String)]) -> String {
    problems
        .iter()
        .map(|(field, problem)| format!("{field} {problem}"))
        .collect::<Vec<_>>()
        .join(", ")
}
