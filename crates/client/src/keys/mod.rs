//! The keys of the encrypted cache.
//!
//! One random master key per profile opens the databases of all its accounts (each with a key of
//! its own, derived from it). The master key is never stored as it is: `keys.json` holds it
//! wrapped, once per *slot*, by a key that comes from the system's keychain, from a passphrase,
//! from a file only this person's account can read or from a recovery code on paper. Losing one
//! slot then loses no history as long as another opens.
//!
//! Where every slot wants a person, the keys can be *locked* while the program runs: the master
//! key is gone from memory until the passphrase or the code is entered.

mod attempts;
mod error;
mod files;
mod keychain;
mod recovery;
mod slot;
mod vault;

pub use error::Error;
#[cfg(test)]
pub(crate) use files::second;
pub(crate) use files::{read_both, read_limited, write_both, write_private};
pub use recovery::RecoveryCode;
pub use vault::{DatabaseKey, KeyVault};

use crate::model::Secret;

/// Whether the system's keychain may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeychainPolicy {
    /// Use it where it works.
    #[default]
    System,
    /// Behave as if there were none (tests, portable profiles).
    Disabled,
}

/// What protects a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// A random key in the system's keychain.
    Keychain,
    /// A key derived from a passphrase (argon2id).
    Passphrase,
    /// A random key in a file with mode 0600.
    KeyFile,
    /// A random code that the person keeps on paper.
    RecoveryCode,
}

impl SlotKind {
    /// Whether it opens without a person.
    pub fn opens_by_itself(self) -> bool {
        matches!(self, Self::Keychain | Self::KeyFile)
    }
}

/// How the person wants a slot protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChoice {
    /// The system's keychain.
    Keychain,
    /// A passphrase, asked for at every start.
    Passphrase(Secret),
    /// A file only their account can read.
    KeyFile,
}

/// Whether the caches can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The master key is in memory.
    Ready,
    /// There is no key yet, and no keychain to put one into without asking.
    NeedsChoice {
        /// Whether [`KeyChoice::Keychain`] would work.
        keychain_available: bool,
    },
    /// There are slots, and none opened by itself.
    Locked {
        /// What could open it.
        slots: Vec<SlotKind>,
    },
}
