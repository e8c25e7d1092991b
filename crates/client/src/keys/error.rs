//! What can go wrong with the keys.

use std::io;
use std::time::Duration;

/// The keys could not be made, read or opened. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No slot has been opened yet.
    #[error("the keys are locked")]
    Locked,
    /// The passphrase does not open the slot.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The recovery code does not open the slot, or what was entered is none.
    #[error("wrong recovery code")]
    WrongCode,
    /// There is no recovery code.
    #[error("no recovery code has been made")]
    NoCode,
    /// Too many wrong entries; the next one is listened to after this time.
    #[error("too many wrong entries")]
    TooManyAttempts {
        /// How long it still takes.
        wait: Duration,
    },
    /// A slot that opens without a person makes a lock that keeps nobody out.
    #[error("the keys open by themselves")]
    OpensByItself,
    /// Nothing but a recovery code would be left.
    #[error("the last way to open the keys cannot be taken away")]
    LastSlot,
    /// There is no passphrase slot to open.
    #[error("no passphrase has been set")]
    NoPassphrase,
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The system has no keychain, it stays locked, or it did not answer in time.
    #[error("the system's keychain is not available")]
    KeychainUnavailable,
    /// There are keys already.
    #[error("the keys exist already")]
    AlreadyCreated,
    /// `keys.json` was written by a newer version of this program.
    #[error("keys.json has version {0}, which this program does not know")]
    UnknownVersion(u32),
    /// `keys.json` is not what this program wrote.
    #[error("keys.json is damaged")]
    Damaged,
    /// The file system refused.
    #[error("the keys cannot be read or written")]
    Io(#[from] io::Error),
}
