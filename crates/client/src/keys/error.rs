//! What can go wrong with the keys.

use std::io;

/// The keys could not be made, read or opened. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No slot has been opened yet.
    #[error("the keys are locked")]
    Locked,
    /// The passphrase does not open the slot.
    #[error("wrong passphrase")]
    WrongPassphrase,
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
