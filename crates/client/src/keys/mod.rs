//! Not written yet: the types only, so that the facade compiles.

/// How keys are looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeychainPolicy {
    /// Use the system's keychain.
    System,
    /// Never touch it.
    Disabled,
}

/// Whether the cache can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It can.
    Ready,
    /// There are no keys yet and no keychain: the person chooses.
    NeedsChoice,
    /// A passphrase is wanted.
    Locked,
}

/// What the person chose.
#[derive(Clone, Debug)]
pub enum KeyChoice {
    /// The system's keychain.
    Keychain,
    /// A passphrase.
    Passphrase(crate::model::Secret),
    /// A file only this account can read.
    KeyFile,
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("keys")]
pub struct Error;
