//! The facade: everything the shell may ask for.

mod account;
mod credentials;
mod keys;
mod network;
mod registry;
mod runtime;
mod shared;
mod voice;

use std::collections::HashMap;
use std::fmt;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub use self::account::Account;
use self::credentials::Credentials;
pub use self::network::NetworkTrial;
use self::registry::{Entry, Registry};
use self::shared::Shared;
use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::connection::Timing;
use crate::error::Error;
use crate::events::ClientEvent;
use crate::keys::{KeyState, KeyVault, KeychainPolicy};
use crate::model::{
    AccountId, AccountSummary, ConnectionState, Endpoints, FilePolicy, Identity, OfflineReason,
    Secret, SignUp, SignedOutReason,
};
use crate::network::KeptNetwork;
use crate::previews::{Pages, PublicWeb, Reach};
use crate::store::RawKey;
use crate::sync;
use crate::voice::{Limits, Microphone, NoMicrophone};

/// Events a reader may be behind before it has to reload: several seconds of a busy start.
const EVENT_QUEUE: usize = 1024;

/// Reports of a connection that wait for the disk before the socket is no longer read.
const INCOMING: usize = 256;

/// How to open an [`Engine`].
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Folder of this profile; made when missing. Two engines cannot share one.
    pub data_dir: PathBuf,
    /// Whether the system's keychain may be used.
    pub keychain: KeychainPolicy,
    /// Time of day for messages and ids.
    pub clock: Arc<dyn Clock>,
    /// Source of ids.
    pub random: Arc<dyn Random>,
    /// Time limits and intervals of the connections.
    pub timing: Timing,
    /// Reports of a connection that may wait for the disk; tests set 1, so that whatever depends
    /// on the queue shows.
    pub incoming_capacity: usize,
    /// Which addresses are asked for previews of links. Anything but [`PublicWeb`] is for tests,
    /// whose pages are on this machine.
    pub pages: Arc<dyn Reach>,
    /// Where voice messages come from.
    pub microphone: Arc<dyn Microphone>,
    /// How long they may be.
    pub voice_limits: Limits,
}

impl EngineConfig {
    /// The ordinary configuration: system keychain, system clock, no microphone.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            keychain: KeychainPolicy::System,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            timing: Timing::default(),
            incoming_capacity: INCOMING,
            pages: Arc::new(PublicWeb),
            microphone: Arc::new(NoMicrophone),
            voice_limits: Limits::default(),
        }
    }
}

/// The accounts of one profile. A cheap handle: the last one dropped ends all tasks.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    vault: KeyVault,
    /// What the person chose of the ways to the servers.
    network: Mutex<KeptNetwork>,
    /// Accounts whose cache is open.
    open: Mutex<HashMap<AccountId, Account>>,
    /// Accounts whose cache does not open, though the keys are there, and why.
    unreadable: Mutex<HashMap<AccountId, OfflineReason>>,
    /// Held while accounts are opened, added or removed.
    changing: tokio::sync::Mutex<()>,
    /// The recording that runs; held while one begins, so that two do not.
    voice: tokio::sync::Mutex<Option<voice::Running>>,
    /// Locked as long as the engine lives: a second one in the same folder is refused.
    _lock: File,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("data_dir", &self.inner.shared.data_dir)
            .finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.shutdown.cancel();
    }
}

impl Engine {
    /// Reads what is on disk and starts the accounts whose keys are at hand. Needs no network.
    pub async fn open(config: EngineConfig) -> Result<Self, Error> {
        std::fs::create_dir_all(&config.data_dir).map_err(crate::store::Error::from)?;
        let lock = lock_folder(&config)?;
        let vault = KeyVault::open(
            &config.data_dir,
            config.keychain,
            Arc::clone(&config.clock),
            Arc::clone(&config.random),
        )
        .await?;
        let registry = Registry::open(&config.data_dir)?;
        let network = KeptNetwork::open(&config.data_dir);
        let ways = network::ways(&network, &vault);
        let shared = Arc::new(Shared {
            data_dir: config.data_dir,
            clock: config.clock,
            random: config.random,
            timing: config.timing,
            incoming_capacity: config.incoming_capacity,
            pages: Pages::new(config.pages),
            microphone: config.microphone,
            voice_limits: config.voice_limits,
            registry: Mutex::new(registry),
            events: broadcast::Sender::new(EVENT_QUEUE),
            files: Arc::default(),
            ways: Mutex::new(ways),
            shutdown: CancellationToken::new(),
        });
        let engine = Self {
            inner: Arc::new(Inner {
                shared,
                vault,
                network: Mutex::new(network),
                open: Mutex::default(),
                unreadable: Mutex::default(),
                changing: tokio::sync::Mutex::new(()),
                voice: tokio::sync::Mutex::new(None),
                _lock: lock,
            }),
        };
        engine.start_accounts().await?;
        Ok(engine)
    }

    /// The accounts of this profile, oldest first.
    pub fn accounts(&self) -> Vec<AccountSummary> {
        let entries = self.registry().entries().to_vec();
        let open = self.open_accounts();
        let unreadable = self.unreadable();
        entries
            .into_iter()
            .map(|entry| {
                let broken = unreadable.get(&entry.id).copied();
                summary(&entry, open.get(&entry.id), broken)
            })
            .collect()
    }

    /// Makes a new person on the server and signs them in.
    pub async fn sign_up(&self, to: Endpoints, request: SignUp) -> Result<AccountId, Error> {
        self.require_keys()?;
        let client = runtime::client(&self.inner.shared, &to)?;
        client.sign_up(&request).await?;
        let identity = Identity::Login {
            login: request.login,
            password: request.password,
        };
        self.sign_in(to, identity).await
    }

    /// Signs in. Someone already signed in to the same application here keeps their account id.
    pub async fn sign_in(&self, to: Endpoints, identity: Identity) -> Result<AccountId, Error> {
        self.require_keys()?;
        let client = runtime::client(&self.inner.shared, &to)?;
        let session = match client.sign_in(identity.clone()).await {
            Ok(session) => session,
            // Whether the login or the password is wrong is nobody's business.
            Err(crate::rest::Error::NotFound { .. }) => return Err(Error::Credentials),
            Err(error) => return Err(error.into()),
        };
        let profile = client.users(&[session.user]).await?;
        let profile = profile.first().ok_or(Error::NotFound)?;
        let person = sync::user(profile);
        let _changing = self.inner.changing.lock().await;
        let mut entry = Entry {
            id: self.fresh_id(),
            user: session.user,
            app: to.app_id,
            host: host(&to),
            origin: to.origin,
            name: person.name.clone(),
            login: person.login.clone(),
            email: profile.email.clone().filter(|email| !email.is_empty()),
            avatar: person.avatar.clone(),
            signed_out: false,
        };
        if let Some(known) = self
            .registry()
            .entries()
            .iter()
            .find(|known| known.is_same(&entry))
        {
            entry.id = known.id.clone();
        }
        let account = self.open_account(&entry).await?;
        let credentials = Credentials {
            identity: identity.into(),
            session: Some(session),
        };
        account.start(&to, &credentials, client).await?;
        account.learn(person).await?;
        let id = entry.id.clone();
        self.registry().put(entry)?;
        self.inner.shared.publish(ClientEvent::AccountsChanged);
        Ok(id)
    }

    /// Signs out; with `erase` nothing of the account stays on this disk.
    pub async fn sign_out(&self, account: &AccountId, erase: bool) -> Result<(), Error> {
        self.leave_voice(Some(account)).await;
        let _changing = self.inner.changing.lock().await;
        let mut entry = self
            .registry()
            .get(account)
            .cloned()
            .ok_or(Error::NotFound)?;
        let open = self.open_accounts().get(account).cloned();
        if let Some(open) = &open
            && let Err(error) = open.sign_out().await
        {
            // What is to be erased need not be written to once more.
            if !erase {
                return Err(error);
            }
            tracing::warn!(%account, %error, "erased without having been signed out");
        }
        if erase {
            if let Some(open) = &open {
                open.close().await;
            }
            self.open_accounts().remove(account);
            self.unreadable().remove(account);
            let folder = self.inner.shared.account_dir(account);
            match tokio::fs::remove_dir_all(folder).await {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(crate::store::Error::from(error).into()),
            }
            self.registry().remove(account)?;
        } else {
            entry.signed_out = true;
            self.registry().put(entry)?;
        }
        self.inner.shared.publish(ClientEvent::AccountsChanged);
        Ok(())
    }

    /// Deletes the person of an account: on the server, with everything kept of them there, and
    /// then everything of the account on this disk. The server judges the password first; a wrong
    /// one is [`Error::Credentials`], and nothing has happened.
    pub async fn delete_account(&self, account: &AccountId, password: Secret) -> Result<(), Error> {
        let open = self.account(account).ok_or(Error::NotFound)?;
        open.check_password(password).await?;
        open.delete_own_user().await?;
        // The session went with the person; what is left to do is here.
        self.sign_out(account, true).await
    }

    /// The handle of one account; `None` when there is none, or its keys are locked.
    pub fn account(&self, id: &AccountId) -> Option<Account> {
        self.open_accounts().get(id).cloned()
    }

    /// What is downloaded unasked from now on, and how much of it is kept. A smaller room is kept to
    /// at once.
    pub async fn set_file_policy(&self, policy: FilePolicy) -> Result<(), Error> {
        *self
            .inner
            .shared
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = policy;
        let open: Vec<Account> = self.open_accounts().values().cloned().collect();
        for account in open {
            account.make_room().await?;
        }
        Ok(())
    }

    /// What happens from now on. A reader told that it lagged loads everything again.
    pub fn events(&self) -> broadcast::Receiver<ClientEvent> {
        self.inner.shared.events.subscribe()
    }

    /// Closes every connection and cache and waits for it.
    pub async fn shutdown(self) {
        self.let_go().await;
        self.inner.shared.shutdown.cancel();
        self.close_accounts().await;
    }

    /// Messages that can still be taken back go now; what is being said is kept with its draft.
    async fn let_go(&self) {
        self.leave_voice(None).await;
        let open: Vec<Account> = self.open_accounts().values().cloned().collect();
        join_all(open.iter().map(Account::let_go)).await;
    }

    /// Ends every connection and closes every cache.
    async fn close_accounts(&self) {
        let _changing = self.inner.changing.lock().await;
        let accounts: Vec<Account> = self.open_accounts().drain().map(|(_, open)| open).collect();
        for account in accounts {
            account.close().await;
        }
    }

    /// Opens and starts whatever the keys open.
    async fn start_accounts(&self) -> Result<(), Error> {
        if self.key_state() != KeyState::Ready {
            return Ok(());
        }
        let _changing = self.inner.changing.lock().await;
        // The password for the proxy can be read now.
        self.take_kept_ways();
        let entries = self.registry().entries().to_vec();
        for entry in entries {
            let Err(error) = self.start_account(&entry).await else {
                self.unreadable().remove(&entry.id);
                continue;
            };
            // One cache that is damaged takes nobody else's messages away.
            let reason = unreadable(&error).ok_or_else(|| {
                tracing::error!(account = %entry.id, %error, "an account does not open");
                error
            })?;
            tracing::error!(account = %entry.id, ?reason, "the cache of an account does not open");
            self.unreadable().insert(entry.id, reason);
        }
        self.inner.shared.publish(ClientEvent::AccountsChanged);
        Ok(())
    }

    /// Opens the cache of an account, and connects it unless somebody signed it out.
    async fn start_account(&self, entry: &Entry) -> Result<(), Error> {
        let account = self.open_account(entry).await?;
        if !entry.signed_out
            && let Err(error) = account.resume().await
        {
            self.open_accounts().remove(&entry.id);
            account.close().await;
            return Err(error);
        }
        Ok(())
    }

    async fn open_account(&self, entry: &Entry) -> Result<Account, Error> {
        if let Some(open) = self.open_accounts().get(&entry.id) {
            return Ok(open.clone());
        }
        let key = self.inner.vault.database_key(&entry.id)?;
        let account = Account::open(
            Arc::clone(&self.inner.shared),
            entry.id.clone(),
            entry.user,
            RawKey::new(*key.expose()),
        )
        .await?;
        account.recover_recordings().await;
        self.open_accounts()
            .insert(entry.id.clone(), account.clone());
        Ok(account)
    }

    fn require_keys(&self) -> Result<(), Error> {
        if self.key_state() == KeyState::Ready {
            Ok(())
        } else {
            Err(Error::KeysLocked)
        }
    }

    fn fresh_id(&self) -> AccountId {
        let mut bytes = [0; 8];
        self.inner.shared.random.fill(&mut bytes);
        AccountId::from_random(bytes)
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.inner.shared.registry()
    }

    fn unreadable(&self) -> MutexGuard<'_, HashMap<AccountId, OfflineReason>> {
        self.inner
            .unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn open_accounts(&self) -> MutexGuard<'_, HashMap<AccountId, Account>> {
        // A map of handles; there is no half-inserted one.
        self.inner
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock_folder(config: &EngineConfig) -> Result<File, Error> {
    let path = config.data_dir.join("engine.lock");
    let file = File::create(path).map_err(crate::store::Error::from)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(crate::store::Error::InUse.into()),
        Err(TryLockError::Error(error)) => Err(crate::store::Error::from(error).into()),
    }
}

fn host(endpoints: &Endpoints) -> String {
    let name = endpoints.api_url.host_str().unwrap_or_default();
    match endpoints.api_url.port() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}

/// What the cache says of itself when one account alone cannot be used. `None` for what concerns the
/// whole disk: with room on it, or let in again, everything is there.
fn unreadable(error: &Error) -> Option<OfflineReason> {
    use crate::store::Error as Store;
    use rusqlite::ErrorCode;

    let Error::Storage(error) = error else {
        return None;
    };
    match error {
        Store::WrongKey | Store::Corrupt { .. } => Some(OfflineReason::Unreadable),
        Store::TooNew { .. } => Some(OfflineReason::LaterVersion),
        Store::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
        .then_some(OfflineReason::Unreadable),
        Store::Commit(_) | Store::Io(_) | Store::InUse | Store::Closed => None,
    }
}

/// What the list shows of an account; `broken` says why its cache does not open although it could.
fn summary(entry: &Entry, open: Option<&Account>, broken: Option<OfflineReason>) -> AccountSummary {
    let connection = match (open, broken) {
        (Some(account), _) => account.connection(),
        (None, Some(reason)) => ConnectionState::Offline { reason },
        (None, None) if entry.signed_out => ConnectionState::SignedOut {
            reason: SignedOutReason::Person,
        },
        (None, None) => ConnectionState::Offline {
            reason: OfflineReason::Stopped,
        },
    };
    AccountSummary {
        id: entry.id.clone(),
        user: entry.user,
        name: entry.name.clone(),
        login: entry.login.clone(),
        email: entry.email.clone(),
        avatar: entry.avatar.clone(),
        origin: entry.origin,
        server: entry.server(),
        connection,
        waiting: open.map_or(0, Account::waiting),
    }
}

#[cfg(test)]
mod tests;
