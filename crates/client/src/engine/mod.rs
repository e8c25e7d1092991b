//! The facade: everything the shell may ask for.

mod account;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::broadcast;

pub use self::account::Account;
use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::error::Error;
use crate::events::ClientEvent;
use crate::keys::{KeyChoice, KeyState, KeychainPolicy};
use crate::model::{AccountId, AccountSummary, Endpoints, Identity, Secret, SignUp};

/// How to open an [`Engine`].
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Folder of this profile; made when missing. Two engines must not share one.
    pub data_dir: PathBuf,
    /// Whether the system's keychain may be used.
    pub keychain: KeychainPolicy,
    /// Time of day for messages and ids.
    pub clock: Arc<dyn Clock>,
    /// Source of ids.
    pub random: Arc<dyn Random>,
}

impl EngineConfig {
    /// The ordinary configuration: system keychain, system clock.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            keychain: KeychainPolicy::System,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }
}

/// The accounts of one profile. A cheap handle: the last one dropped ends all tasks.
#[derive(Clone, Debug)]
pub struct Engine {}

impl Engine {
    /// Reads what is on disk and starts the accounts whose keys are at hand. Needs no network.
    pub async fn open(_config: EngineConfig) -> Result<Self, Error> {
        todo!()
    }

    /// Whether the caches can be opened.
    pub fn key_state(&self) -> KeyState {
        todo!()
    }

    /// Makes the keys, on the first run. With a working keychain [`Engine::open`] has done it.
    pub async fn create_keys(&self, _choice: KeyChoice) -> Result<(), Error> {
        todo!()
    }

    /// Opens the caches with the person's passphrase and starts the accounts.
    pub async fn unlock(&self, _passphrase: Secret) -> Result<(), Error> {
        todo!()
    }

    /// The accounts of this profile, oldest first.
    pub fn accounts(&self) -> Vec<AccountSummary> {
        todo!()
    }

    /// Makes a new person on the server and signs them in.
    pub async fn sign_up(&self, _to: Endpoints, _request: SignUp) -> Result<AccountId, Error> {
        todo!()
    }

    /// Signs in. Someone already signed in to the same application here keeps their account id.
    pub async fn sign_in(&self, _to: Endpoints, _identity: Identity) -> Result<AccountId, Error> {
        todo!()
    }

    /// Signs out; with `erase` nothing of the account stays on this disk.
    pub async fn sign_out(&self, _account: &AccountId, _erase: bool) -> Result<(), Error> {
        todo!()
    }

    /// The handle of one account.
    pub fn account(&self, _id: &AccountId) -> Option<Account> {
        todo!()
    }

    /// What happens from now on. A reader told that it lagged loads everything again.
    pub fn events(&self) -> broadcast::Receiver<ClientEvent> {
        todo!()
    }

    /// Closes every connection and cache and waits for it.
    pub async fn shutdown(self) {
        todo!()
    }
}
