//! The keys of the caches: made, opened, locked, and kept in more than one place.

use super::Engine;
use crate::error::Error;
use crate::events::ClientEvent;
use crate::keys::{KeyChoice, KeyState, RecoveryCode, SlotKind};
use crate::model::Secret;

impl Engine {
    /// Whether the caches can be opened.
    pub fn key_state(&self) -> KeyState {
        self.inner.vault.state()
    }

    /// What opens the caches.
    pub fn key_slots(&self) -> Vec<SlotKind> {
        self.inner.vault.slots()
    }

    /// Whether [`Engine::lock`] would keep anybody out.
    pub fn can_lock(&self) -> bool {
        self.inner.vault.can_lock()
    }

    /// Makes the keys, on the first run. With a working keychain [`Engine::open`] has done it.
    pub async fn create_keys(&self, choice: KeyChoice) -> Result<(), Error> {
        self.inner.vault.create(choice).await?;
        self.start_accounts().await
    }

    /// Opens the caches with the person's passphrase and starts the accounts.
    pub async fn unlock(&self, passphrase: Secret) -> Result<(), Error> {
        self.inner.vault.unlock(&passphrase).await?;
        self.unlocked().await
    }

    /// Opens the caches with the recovery code and starts the accounts.
    pub async fn unlock_with_code(&self, code: Secret) -> Result<(), Error> {
        self.inner.vault.unlock_with_code(&code).await?;
        self.unlocked().await
    }

    /// Tries once more what opens without a person: a keychain that was unlocked meanwhile.
    pub async fn retry_keys(&self) -> Result<(), Error> {
        self.inner.vault.retry().await?;
        self.start_accounts().await
    }

    /// Forgets the keys while the program runs: connections end, caches close, and nothing is
    /// sent, received or readable until a person opens them again. What waits to be sent stays on
    /// disk. Refused while a slot would open without a person.
    ///
    /// `locked` is called as soon as nothing opens any more, before connections and caches are waited
    /// for: what is on the screen goes first.
    pub async fn lock(&self, locked: impl FnOnce() + Send) -> Result<(), Error> {
        if !self.can_lock() {
            return Err(crate::keys::Error::OpensByItself.into());
        }
        self.let_go().await;
        // Before the caches close: nobody opens one again in between.
        self.inner.vault.lock_up().await?;
        // The proxy's password is sealed by the same key; what was opened of it goes with it.
        self.take_kept_ways();
        locked();
        self.close_accounts().await;
        self.inner.shared.publish(ClientEvent::AccountsChanged);
        Ok(())
    }

    /// One more way to open the caches, or a new key for one there is. `current` is the
    /// passphrase, if one is set.
    pub async fn add_key(&self, choice: KeyChoice, current: Option<Secret>) -> Result<(), Error> {
        self.inner.vault.authorise(current.as_ref()).await?;
        Ok(self.inner.vault.add(choice).await?)
    }

    /// Takes a way to open the caches away; the last one stays. `current` as above.
    pub async fn remove_key(&self, kind: SlotKind, current: Option<Secret>) -> Result<(), Error> {
        self.inner.vault.authorise(current.as_ref()).await?;
        Ok(self.inner.vault.remove(kind).await?)
    }

    /// From now on only the passphrase or the recovery code opens the caches, so that they can be
    /// locked.
    pub async fn ask_for_person(&self, current: Secret) -> Result<(), Error> {
        self.inner.vault.authorise(Some(&current)).await?;
        Ok(self.inner.vault.ask_for_person().await?)
    }

    /// A new recovery code; an earlier one opens nothing any more. `current` as above.
    pub async fn make_recovery_code(&self, current: Option<Secret>) -> Result<RecoveryCode, Error> {
        self.inner.vault.authorise(current.as_ref()).await?;
        Ok(self.inner.vault.make_recovery_code().await?)
    }

    async fn unlocked(&self) -> Result<(), Error> {
        self.start_accounts().await?;
        // A keychain may take its time to answer; nobody waits for it.
        let vault = self.inner.vault.clone();
        tokio::spawn(async move { vault.mend().await });
        Ok(())
    }
}
