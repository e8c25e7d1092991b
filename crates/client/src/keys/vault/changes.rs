//! Slots that are added, replaced and taken away while the keys are open.

use crate::keys::error::Error;
use crate::keys::recovery::RecoveryCode;
use crate::keys::slot::{Guard, Key, KeysFile};
use crate::keys::{KeyChoice, SlotKind};
use crate::model::Secret;

use super::{KEY_FILE, KeyVault, blocking, find, has};

impl KeyVault {
    /// What opens the keys, in the order it is tried in.
    pub fn slots(&self) -> Vec<SlotKind> {
        let state = self.lock();
        state.file.as_ref().map_or_else(Vec::new, |file| {
            file.slots.iter().map(|slot| slot.guard.kind()).collect()
        })
    }

    /// Whether `current` is the passphrase; with none set there is nothing to ask for. Before a
    /// slot is changed: whoever finds an open window must not make a way in of their own.
    pub async fn authorise(&self, current: Option<&Secret>) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        if self.slot(SlotKind::Passphrase).is_none() {
            return Ok(());
        }
        self.open_passphrase(current.ok_or(Error::WrongPassphrase)?)
            .await
            .map(drop)
    }

    /// Adds one more slot for the same master key, replacing one of the same kind.
    pub async fn add(&self, choice: KeyChoice) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        let (file, master) = self.opened()?;
        // A slot whose key lies outside `keys.json` is left alone while it opens: replacing that
        // key first and the slot second would, after a crash in between, leave it shut.
        let kind = match &choice {
            KeyChoice::Keychain => Some(SlotKind::Keychain),
            KeyChoice::KeyFile => Some(SlotKind::KeyFile),
            KeyChoice::Passphrase(_) => None,
        };
        if let Some(slot) = kind.and_then(|kind| find(&file, kind))
            && self.try_slot(&file, slot).await?.is_some()
        {
            return Ok(());
        }
        self.put_slot(file, master, choice).await
    }

    /// Makes a recovery code, which replaces an earlier one. It is told once; only what it wraps
    /// is kept.
    pub async fn make_recovery_code(&self) -> Result<RecoveryCode, Error> {
        let _changing = self.inner.changing.lock().await;
        let (mut file, master) = self.opened()?;
        let code = RecoveryCode::new(self.inner.random.as_ref());
        let key = code.key(&file.vault)?;
        self.seal_slot(&mut file, Guard::RecoveryCode, &key, &master)?;
        self.write(file).await?;
        Ok(code)
    }

    /// Takes a slot away. [`Error::LastSlot`] if only a recovery code would be left: paper is for
    /// the day when everything else is lost.
    pub async fn remove(&self, kind: SlotKind) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        self.remove_slots(&[kind]).await
    }

    /// Takes away what opens without a person, so that the keys can be locked. Wants a passphrase
    /// ([`Error::NoPassphrase`]).
    pub async fn ask_for_person(&self) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        if self.slot(SlotKind::Passphrase).is_none() {
            return Err(Error::NoPassphrase);
        }
        self.remove_slots(&[SlotKind::Keychain, SlotKind::KeyFile])
            .await
    }

    /// Makes slots work again whose own key was lost: a keychain that was reset, a file that was
    /// deleted. Called after another slot opened. What cannot be mended stays as it is.
    pub async fn mend(&self) {
        let _changing = self.inner.changing.lock().await;
        for (kind, choice) in [
            (SlotKind::Keychain, KeyChoice::Keychain),
            (SlotKind::KeyFile, KeyChoice::KeyFile),
        ] {
            let Ok((file, master)) = self.opened() else {
                return;
            };
            let Some(slot) = find(&file, kind).cloned() else {
                continue;
            };
            match self.try_slot(&file, &slot).await {
                Ok(Some(_)) => {}
                Ok(None) => match self.put_slot(file, master, choice).await {
                    Ok(()) => tracing::info!(?kind, "a key slot works again"),
                    Err(error) => tracing::warn!(?kind, %error, "a key slot does not open"),
                },
                Err(error) => tracing::warn!(?kind, %error, "a key slot cannot be tried"),
            }
        }
    }

    /// What the keys are while they are open.
    fn opened(&self) -> Result<(KeysFile, Key), Error> {
        let state = self.lock();
        match (&state.file, &state.master) {
            (Some(file), Some(master)) => Ok((file.clone(), master.clone())),
            _ => Err(Error::Locked),
        }
    }

    /// The slots go from `keys.json` first: a crash in between leaves a spare key, not a slot
    /// that nothing opens.
    async fn remove_slots(&self, kinds: &[SlotKind]) -> Result<(), Error> {
        let (mut file, _) = self.opened()?;
        let gone: Vec<SlotKind> = kinds
            .iter()
            .copied()
            .filter(|kind| has(&file, *kind))
            .collect();
        file.slots.retain(|slot| !gone.contains(&slot.guard.kind()));
        if file
            .slots
            .iter()
            .all(|slot| slot.guard.kind() == SlotKind::RecoveryCode)
        {
            return Err(Error::LastSlot);
        }
        let name = file.vault.clone();
        self.write(file).await?;
        for kind in gone {
            let removed = match kind {
                SlotKind::Keychain => self.inner.keychain.remove(&name).await,
                SlotKind::KeyFile => {
                    let path = self.inner.folder.join(KEY_FILE);
                    blocking(move || Ok(std::fs::remove_file(path)?)).await
                }
                SlotKind::Passphrase | SlotKind::RecoveryCode => Ok(()),
            };
            if let Err(error) = removed {
                // It opens nothing any more: the slot it belonged to is gone.
                tracing::warn!(?kind, %error, "a spare key stays behind");
            }
        }
        Ok(())
    }
}
