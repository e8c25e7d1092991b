//! The slots of one profile, and the master key once one of them opened.

mod changes;
mod sealing;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::clock::{Clock, Random};
use crate::keys::attempts::Attempts;
use crate::keys::error::Error;
use crate::keys::files::{read_both, read_limited, restrict, write_both, write_private};
use crate::keys::keychain::Keychain;
use crate::keys::recovery::RecoveryCode;
use crate::keys::slot::{FORMAT_VERSION, Guard, Key, KeysFile, Slot, key_from};
use crate::keys::{KeyChoice, KeyState, KeychainPolicy, SlotKind};
use crate::model::{AccountId, Secret};

/// The file of the slots, in the profile's folder. Without it no cache opens, so it is there twice.
const KEYS_FILE: &str = "keys.json";

/// The key file, beside it. Named apart so that a backup can leave it out.
const KEY_FILE: &str = "cache.key";

/// A file with three slots has about 1 kB.
const MAX_KEYS_FILE_BYTES: u64 = 64 * 1024;

/// The key of one database. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    /// The raw key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey(…)")
    }
}

/// The key slots of one profile. Cheap to clone.
#[derive(Clone)]
pub struct KeyVault {
    inner: Arc<Inner>,
}

struct Inner {
    /// The profile's folder.
    folder: PathBuf,
    /// The system's keychain, if it may be used.
    keychain: Keychain,
    /// Whether the keychain answered at the start; what [`KeyState::NeedsChoice`] tells.
    keychain_available: bool,
    /// When a wrong entry was made.
    clock: Arc<dyn Clock>,
    /// Source of every key, salt and nonce made here.
    random: Arc<dyn Random>,
    /// What is known of the keys. Never held across an await.
    state: Mutex<State>,
    /// Held while slots change: two changes at once would each write a file without the other's.
    changing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    /// What `keys.json` says; `None` before the keys are made.
    file: Option<KeysFile>,
    /// The master key, once a slot opened.
    master: Option<Key>,
    /// Wrong entries since the last right one.
    attempts: Attempts,
}

impl KeyVault {
    /// Reads `data_dir/keys.json` and opens what opens without a person: a keychain slot, then a
    /// key file. On the very first start, with a working keychain, a master key is made and kept
    /// there; without one the state is [`KeyState::NeedsChoice`].
    pub async fn open(
        data_dir: &Path,
        policy: KeychainPolicy,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, Error> {
        let keychain = Keychain::new(policy);
        let file = read_keys_file(data_dir.join(KEYS_FILE)).await?;
        let folder = data_dir.to_owned();
        let attempts = blocking(move || Ok(Attempts::read(&folder))).await?;
        let wants_keychain = file
            .as_ref()
            .is_none_or(|file| has(file, SlotKind::Keychain));
        let keychain_available = wants_keychain && keychain.is_available().await;
        let vault = Self {
            inner: Arc::new(Inner {
                folder: data_dir.to_owned(),
                keychain,
                keychain_available,
                clock,
                random,
                state: Mutex::new(State {
                    file,
                    master: None,
                    attempts,
                }),
                changing: tokio::sync::Mutex::new(()),
            }),
        };
        vault.open_without_person().await?;
        Ok(vault)
    }

    /// Whether the caches can be opened.
    pub fn state(&self) -> KeyState {
        let state = self.lock();
        match (&state.master, &state.file) {
            (Some(_), _) => KeyState::Ready,
            (None, None) => KeyState::NeedsChoice {
                keychain_available: self.inner.keychain_available,
            },
            (None, Some(file)) => KeyState::Locked {
                slots: file.slots.iter().map(|slot| slot.guard.kind()).collect(),
            },
        }
    }

    /// Makes the master key and its first slot. Fails with [`Error::AlreadyCreated`] if there is
    /// one.
    pub async fn create(&self, choice: KeyChoice) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        if self.lock().file.is_some() {
            return Err(Error::AlreadyCreated);
        }
        let mut name = [0; 8];
        self.inner.random.fill(&mut name);
        let file = KeysFile {
            version: FORMAT_VERSION,
            vault: format!("{:016x}", u64::from_be_bytes(name)),
            slots: Vec::new(),
        };
        let master = self.new_key();
        self.put_slot(file, master, choice).await
    }

    /// Opens the passphrase slot.
    pub async fn unlock(&self, passphrase: &Secret) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        let master = self.open_passphrase(passphrase).await?;
        self.lock().master = Some(master);
        Ok(())
    }

    /// Opens the slot of the recovery code.
    pub async fn unlock_with_code(&self, code: &Secret) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        let (file, slot) = self.slot(SlotKind::RecoveryCode).ok_or(Error::NoCode)?;
        // What cannot be a code is a slip of the pen, not a guess.
        let code = RecoveryCode::parse(code.expose()).ok_or(Error::WrongCode)?;
        self.may_try()?;
        let key = code.key(&file.vault)?;
        let master = self
            .judged(slot.open(&file.vault, &key), Error::WrongCode)
            .await?;
        self.lock().master = Some(master);
        Ok(())
    }

    /// Forgets the master key: nothing opens before a person does. Refused with
    /// [`Error::OpensByItself`] while a slot would open without one.
    pub async fn lock_up(&self) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        if !self.can_lock() {
            return Err(Error::OpensByItself);
        }
        self.lock().master = None;
        Ok(())
    }

    /// Whether [`KeyVault::lock_up`] would keep anybody out: every slot wants a person, and one
    /// of them is what a person has in their head.
    pub fn can_lock(&self) -> bool {
        let state = self.lock();
        state.file.as_ref().is_some_and(|file| {
            has(file, SlotKind::Passphrase)
                && !file
                    .slots
                    .iter()
                    .any(|slot| slot.guard.kind().opens_by_itself())
        })
    }

    /// Tries again what needs no person: for instance after they unlocked their keychain.
    pub async fn retry(&self) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        if self.lock().master.is_some() {
            return Ok(());
        }
        self.open_existing().await
    }

    /// The key of one account's database; the same every time.
    pub fn database_key(&self, account: &AccountId) -> Result<DatabaseKey, Error> {
        let state = self.lock();
        let (Some(file), Some(master)) = (&state.file, &state.master) else {
            return Err(Error::Locked);
        };
        let mut key = DatabaseKey([0; 32]);
        let info = format!("cubist database 1 {account}");
        Hkdf::<Sha256>::new(Some(file.vault.as_bytes()), master.as_slice())
            .expand(info.as_bytes(), &mut key.0)
            // Only a length beyond 255 hashes can fail (RFC 5869 §2.3); this one is one hash.
            .map_err(|_| Error::Damaged)?;
        Ok(key)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is replaced in single assignments, so a panic elsewhere leaves it whole.
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// One slot, with the file it stands in.
    fn slot(&self, kind: SlotKind) -> Option<(KeysFile, Slot)> {
        let state = self.lock();
        let file = state.file.as_ref()?;
        Some((file.clone(), find(file, kind)?.clone()))
    }

    /// The master key by the passphrase; wrong ones are counted.
    async fn open_passphrase(&self, passphrase: &Secret) -> Result<Key, Error> {
        let (file, slot) = self.slot(SlotKind::Passphrase).ok_or(Error::NoPassphrase)?;
        let Guard::Passphrase(stretching) = slot.guard.clone() else {
            return Err(Error::NoPassphrase);
        };
        self.may_try()?;
        let passphrase = passphrase.clone();
        let key = blocking(move || stretching.stretch(passphrase.expose())).await?;
        self.judged(slot.open(&file.vault, &key), Error::WrongPassphrase)
            .await
    }

    /// Fails while wrong entries have to be waited for.
    fn may_try(&self) -> Result<(), Error> {
        let wait = self.lock().attempts.wait(self.inner.clock.now());
        if wait.is_zero() {
            Ok(())
        } else {
            Err(Error::TooManyAttempts { wait })
        }
    }

    /// Counts an entry that opened nothing, and forgets the count after one that did. Entries are
    /// made one after the other: the caller holds `changing`.
    async fn judged(&self, opened: Option<Key>, wrong: Error) -> Result<Key, Error> {
        let folder = self.inner.folder.clone();
        let now = self.inner.clock.now();
        let mut attempts = self.lock().attempts;
        let is_right = opened.is_some();
        let attempts = blocking(move || {
            if is_right {
                attempts.forget(&folder);
            } else {
                attempts.count(&folder, now)?;
            }
            Ok(attempts)
        })
        .await?;
        self.lock().attempts = attempts;
        opened.ok_or(wrong)
    }

    fn new_key(&self) -> Key {
        let mut key = Key::default();
        self.inner.random.fill(key.as_mut_slice());
        key
    }

    async fn open_without_person(&self) -> Result<(), Error> {
        if self.lock().file.is_some() {
            return self.open_existing().await;
        }
        if !self.inner.keychain_available {
            return Ok(());
        }
        match self.create(KeyChoice::Keychain).await {
            // It is there and refuses to store (locked, dismissed): the person chooses.
            Err(Error::KeychainUnavailable) => Ok(()),
            other => other,
        }
    }

    async fn open_existing(&self) -> Result<(), Error> {
        let Some(file) = self.lock().file.clone() else {
            return Ok(());
        };
        for slot in &file.slots {
            if let Some(master) = self.try_slot(&file, slot).await? {
                self.lock().master = Some(master);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The master key, if `slot` opens without a person.
    async fn try_slot(&self, file: &KeysFile, slot: &Slot) -> Result<Option<Key>, Error> {
        let key = match slot.guard.kind() {
            SlotKind::Keychain => match self.inner.keychain.load(&file.vault).await {
                Ok(key) => key,
                Err(Error::KeychainUnavailable) => None,
                Err(error) => return Err(error),
            },
            SlotKind::KeyFile => {
                let path = self.inner.folder.join(KEY_FILE);
                blocking(move || load_key_file(&path)).await?
            }
            SlotKind::Passphrase | SlotKind::RecoveryCode => None,
        };
        let Some(key) = key.and_then(|bytes| key_from(&bytes)) else {
            return Ok(None);
        };
        let master = slot.open(&file.vault, &key);
        if master.is_none() {
            tracing::warn!(kind = ?slot.guard.kind(), "a key slot did not open with its key");
        }
        Ok(master)
    }

    /// Makes the slot's key, puts it where it belongs, and only then names it in `keys.json`: a
    /// crash between the two leaves a spare key, not a slot nothing opens.
    async fn put_slot(
        &self,
        mut file: KeysFile,
        master: Key,
        choice: KeyChoice,
    ) -> Result<(), Error> {
        let random = self.inner.random.clone();
        let (guard, key) = match choice {
            KeyChoice::Keychain => {
                let key = self.new_key();
                let bytes = Zeroizing::new(key.to_vec());
                self.inner.keychain.store(&file.vault, bytes).await?;
                (Guard::Keychain, key)
            }
            KeyChoice::KeyFile => {
                let key = self.new_key();
                let path = self.inner.folder.join(KEY_FILE);
                let bytes = key.clone();
                blocking(move || Ok(write_private(&path, bytes.as_slice())?)).await?;
                (Guard::KeyFile, key)
            }
            KeyChoice::Passphrase(passphrase) => {
                if passphrase.is_empty() {
                    return Err(Error::EmptyPassphrase);
                }
                let guard = Guard::new_passphrase(random.as_ref());
                let Guard::Passphrase(stretching) = guard.clone() else {
                    return Err(Error::Damaged);
                };
                let key = blocking(move || stretching.stretch(passphrase.expose())).await?;
                (guard, key)
            }
        };
        self.seal_slot(&mut file, guard, &key, &master)?;
        self.write(file).await?;
        self.lock().master = Some(master);
        Ok(())
    }

    /// Puts a slot into `file`, in the place of one of its kind.
    fn seal_slot(
        &self,
        file: &mut KeysFile,
        guard: Guard,
        key: &Key,
        master: &Key,
    ) -> Result<(), Error> {
        let kind = guard.kind();
        let slot = Slot::seal(&file.vault, guard, key, master, self.inner.random.as_ref())?;
        file.slots.retain(|slot| slot.guard.kind() != kind);
        file.slots.push(slot);
        Ok(())
    }

    /// Makes `file` what counts, on disk first.
    async fn write(&self, file: KeysFile) -> Result<(), Error> {
        let json = serde_json::to_vec_pretty(&file).map_err(|_| Error::Damaged)?;
        let path = self.inner.folder.join(KEYS_FILE);
        blocking(move || Ok(write_both(&path, &json)?)).await?;
        self.lock().file = Some(file);
        Ok(())
    }
}

impl fmt::Debug for KeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyVault")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

fn find(file: &KeysFile, kind: SlotKind) -> Option<&Slot> {
    file.slots.iter().find(|slot| slot.guard.kind() == kind)
}

fn has(file: &KeysFile, kind: SlotKind) -> bool {
    find(file, kind).is_some()
}

async fn read_keys_file(path: PathBuf) -> Result<Option<KeysFile>, Error> {
    blocking(move || read_both(&path, MAX_KEYS_FILE_BYTES, parse, is_damage)).await
}

fn is_damage(error: &Error) -> bool {
    let is_too_long = |error: &io::Error| error.kind() == io::ErrorKind::FileTooLarge;
    matches!(error, Error::Damaged) || matches!(error, Error::Io(error) if is_too_long(error))
}

fn parse(bytes: &[u8]) -> Result<KeysFile, Error> {
    // The version first: a newer format need not have the fields of this one.
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| Error::Damaged)?;
    let version = value.get("version").and_then(serde_json::Value::as_u64);
    match version.map(u32::try_from) {
        Some(Ok(FORMAT_VERSION)) => serde_json::from_value(value).map_err(|_| Error::Damaged),
        Some(Ok(other)) => Err(Error::UnknownVersion(other)),
        None | Some(Err(_)) => Err(Error::Damaged),
    }
}

fn load_key_file(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    match read_limited(path, 32) {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => {
            restrict(path)?;
            Ok(Some(bytes))
        }
        // Not a key this program wrote: the slot stays shut, others may still open.
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Runs file and key work off the async workers.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::Damaged),
    }
}

#[cfg(test)]
mod tests;
