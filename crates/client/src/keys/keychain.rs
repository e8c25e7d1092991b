//! The system's keychain: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! Its calls block, and may wait for a bus that never answers or for a person at a prompt. Each
//! runs on a thread of its own, which is left behind when the limit passes: a blocking task of the
//! runtime would keep the program from ending.

use std::time::Duration;

use keyring::{Entry, Error as KeyringError};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::keys::KeychainPolicy;
use crate::keys::error::Error;

/// Name under which entries stand in the keychain.
const SERVICE: &str = "Cubist";

/// How long the keychain may take to say that it is there. A bus without a Secret Service answers
/// at once; one that starts a service for the question needs a second or two.
const START_LIMIT: Duration = Duration::from_secs(8);

/// How long one entry may take: long enough for a person to type the keychain's own password.
const ENTRY_LIMIT: Duration = Duration::from_secs(60);

/// One profile's entry in the keychain.
#[derive(Clone, Debug)]
pub(super) struct Keychain {
    /// Whether there is to be any.
    policy: KeychainPolicy,
}

impl Keychain {
    /// Touches nothing yet.
    pub(super) fn new(policy: KeychainPolicy) -> Self {
        Self { policy }
    }

    /// Whether the system has one that answers.
    pub(super) async fn is_available(&self) -> bool {
        match self.policy {
            KeychainPolicy::Disabled => false,
            KeychainPolicy::System => on_thread(START_LIMIT, || match Entry::store_status() {
                Ok(()) => Ok(()),
                Err(error) => {
                    tracing::info!(%error, "there is no keychain");
                    Err(Error::KeychainUnavailable)
                }
            })
            .await
            .is_ok(),
        }
    }

    /// Puts `key` under `name`, and makes sure that it can be read again.
    pub(super) async fn store(&self, name: &str, key: Zeroizing<Vec<u8>>) -> Result<(), Error> {
        if !self.is_available().await {
            return Err(Error::KeychainUnavailable);
        }
        let name = name.to_owned();
        on_thread(ENTRY_LIMIT, move || {
            let entry = Entry::new(SERVICE, &name).map_err(unavailable)?;
            entry.set_secret(&key).map_err(unavailable)?;
            let read = Zeroizing::new(entry.get_secret().map_err(unavailable)?);
            if *read == *key {
                Ok(())
            } else {
                tracing::warn!("the keychain gives back something else than was stored");
                Err(Error::KeychainUnavailable)
            }
        })
        .await
    }

    /// Takes away what is under `name`, if anything is.
    pub(super) async fn remove(&self, name: &str) -> Result<(), Error> {
        if !self.is_available().await {
            return Err(Error::KeychainUnavailable);
        }
        let name = name.to_owned();
        on_thread(ENTRY_LIMIT, move || {
            let entry = Entry::new(SERVICE, &name).map_err(unavailable)?;
            match entry.delete_credential() {
                Ok(()) | Err(KeyringError::NoEntry) => Ok(()),
                Err(error) => Err(unavailable(error)),
            }
        })
        .await
    }

    /// What is under `name`; `None` if nothing is.
    pub(super) async fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        if !self.is_available().await {
            return Err(Error::KeychainUnavailable);
        }
        let name = name.to_owned();
        on_thread(ENTRY_LIMIT, move || {
            let entry = Entry::new(SERVICE, &name).map_err(unavailable)?;
            match entry.get_secret() {
                Ok(secret) => Ok(Some(Zeroizing::new(secret))),
                Err(KeyringError::NoEntry) => Ok(None),
                Err(error) => Err(unavailable(error)),
            }
        })
        .await
    }
}

/// The keychain's own errors carry nothing a person can act on beyond "it does not work".
#[allow(clippy::needless_pass_by_value, reason = "the signature map_err wants")]
fn unavailable(error: KeyringError) -> Error {
    // Not logged with its fields: some variants carry the bytes that were read.
    tracing::warn!(kind = %kind(&error), "the keychain refused");
    Error::KeychainUnavailable
}

/// The name of the variant, which is all that is safe to log.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum may grow, and only these tell something"
)]
fn kind(error: &KeyringError) -> &'static str {
    match error {
        KeyringError::PlatformFailure(_) => "platform failure",
        KeyringError::NoStorageAccess(_) => "no access",
        KeyringError::NoEntry => "no entry",
        KeyringError::NoDefaultStore => "no store",
        _ => "other",
    }
}

/// Runs `work` on a new thread and waits for it for `limit`.
async fn on_thread<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            // Nobody waits any more when this fails: the limit passed.
            if sender.send(work()).is_err() {
                tracing::debug!("the keychain answered too late");
            }
        })?;
    if let Ok(Ok(result)) = tokio::time::timeout(limit, receiver).await {
        return result;
    }
    tracing::warn!("the keychain did not answer in time");
    Err(Error::KeychainUnavailable)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Keychain, on_thread};
    use crate::keys::KeychainPolicy;
    use crate::keys::error::Error;

    #[tokio::test]
    async fn a_disabled_keychain_is_not_asked() {
        let keychain = Keychain::new(KeychainPolicy::Disabled);
        assert!(!keychain.is_available().await);
        assert!(matches!(
            keychain.load("x").await,
            Err(Error::KeychainUnavailable)
        ));
    }

    #[tokio::test]
    async fn a_keychain_that_never_answers_counts_as_none() {
        let (_hold, never) = std::sync::mpsc::channel::<()>();
        let result = on_thread(Duration::from_millis(20), move || {
            let _ended = never.recv();
            Ok(())
        })
        .await;
        assert!(matches!(result, Err(Error::KeychainUnavailable)));
    }
}
