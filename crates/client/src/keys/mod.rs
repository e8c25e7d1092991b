//! The keys of the encrypted cache.
//!
//! One random master key per profile opens the databases of all its accounts (each with a key of
//! its own, derived from it). The master key is never stored as it is: `keys.json` holds it
//! wrapped, once per *slot*, by a key that comes from the system's keychain, from a passphrase or
//! from a file only this person's account can read. Losing one slot then loses no history as long
//! as another opens.

mod error;

pub use error::Error;

use std::path::Path;
use std::sync::Arc;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::clock::Random;
use crate::model::{AccountId, Secret};

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
}

/// How the person wants the first slot protected.
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

/// The key of one database. Wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    /// The raw key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseKey(…)")
    }
}

/// The key slots of one profile. Cheap to clone.
#[derive(Clone, Debug)]
pub struct KeyVault {
    inner: Arc<()>,
}

impl KeyVault {
    /// Reads `data_dir/keys.json` and opens what opens without a person: a keychain slot, then a
    /// key file. On the very first start, with a working keychain, a master key is made and kept
    /// there; without one the state is [`KeyState::NeedsChoice`].
    pub async fn open(
        data_dir: &Path,
        policy: KeychainPolicy,
        random: Arc<dyn Random>,
    ) -> Result<Self, Error> {
        let _unused = (data_dir, policy, random);
        Ok(Self { inner: Arc::new(()) })
    }

    /// Whether the caches can be opened.
    pub fn state(&self) -> KeyState {
        let _unused = &self.inner;
        KeyState::NeedsChoice { keychain_available: false }
    }

    /// Makes the master key and its first slot. Fails with [`Error::AlreadyCreated`] if there
    /// is one.
    pub async fn create(&self, choice: KeyChoice) -> Result<(), Error> {
        let _unused = choice;
        Err(Error::KeychainUnavailable)
    }

    /// Adds one more slot for the same master key, replacing one of the same kind.
    pub async fn add(&self, choice: KeyChoice) -> Result<(), Error> {
        let _unused = choice;
        Err(Error::KeychainUnavailable)
    }

    /// Opens the passphrase slot.
    pub async fn unlock(&self, passphrase: &Secret) -> Result<(), Error> {
        let _unused = passphrase;
        Err(Error::WrongPassphrase)
    }

    /// The key of one account's database; the same every time.
    pub fn database_key(&self, account: &AccountId) -> Result<DatabaseKey, Error> {
        let _unused = account;
        Err(Error::Locked)
    }
}
