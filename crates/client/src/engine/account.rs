//! One account, as the shell sees it.

mod attachments;
mod changing;
mod dialogs;
mod explore;
mod export;
mod files;
mod limits;
mod link_previews;
mod members;
mod organise;
mod outbox;
mod people;
mod pictures;
mod privacy;
mod profile;
mod reading;
mod taking_back;
mod writing;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use crate::attachments::cache::Cache;
use crate::attachments::files::{Files, Parts};
use crate::attachments::outgoing::Outgoing;
use crate::attachments::progress::Progress;
use crate::attachments::sealed::FilesKey;
use crate::engine::credentials::{Credentials, StoredIdentity};
use crate::engine::network::NetworkTrial;
use crate::engine::runtime::{self, Owner, Runtime};
use crate::engine::shared::Shared;
use crate::error::Error;
use crate::events::ClientEvent;
use crate::model::{
    AccountId, ConnectionState, Endpoints, OfflineReason, SignedOutReason, User, UserId,
};
use crate::previews::Previews;
use crate::rest::Client;
use crate::store::account::{self, AccountRow};
use crate::store::{RawKey, Store, outbox as rows, users};
use crate::sync::activity::Attention;
use crate::sync::composing::Keys;
use crate::sync::context::Context;

/// A cheap handle to one account.
#[derive(Clone)]
pub struct Account {
    inner: Arc<Inner>,
}

struct Inner {
    id: AccountId,
    me: UserId,
    store: Store,
    shared: Arc<Shared>,
    /// How many messages wait, kept up by the events of the cache.
    waiting: Arc<AtomicU32>,
    /// How far files on their way have come.
    progress: Progress,
    /// Files of messages.
    files: Arc<Files>,
    /// What is to be sent.
    outgoing: Outgoing,
    /// What the screens want to know of people; kept while nobody can be asked.
    attention: Mutex<Attention>,
    /// Previews made for messages that are being written.
    previews: Previews,
    /// The tasks; `None` while signed out.
    runtime: Mutex<Option<Runtime>>,
    /// Held while tasks are started or stopped, so that two such changes do not overlap.
    changing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Account").field(&self.inner.id).finish()
    }
}

impl Account {
    /// Opens the cache of an account. Starts nothing.
    pub(super) async fn open(
        shared: Arc<Shared>,
        id: AccountId,
        me: UserId,
        key: RawKey,
    ) -> Result<Self, Error> {
        let waiting = Arc::new(AtomicU32::new(0));
        let events = shared.events.clone();
        let count = Arc::clone(&waiting);
        let of_all = Arc::clone(&shared);
        let progress = Progress::new(id.clone(), events.clone());
        let moving = progress.clone();
        // Made once the cache is open, which wants to know first where its news go.
        let late: Arc<OnceLock<Weak<Files>>> = Arc::default();
        let hearing = Arc::clone(&late);
        let publish = Arc::new(move |changes: Vec<ClientEvent>| {
            for mut event in changes {
                if let ClientEvent::MessagesChanged { messages, .. } = &mut event {
                    moving.overlay(messages.iter_mut());
                    if let Some(files) = hearing.get().and_then(Weak::upgrade) {
                        files.hear(messages);
                    }
                }
                if let ClientEvent::OutboxChanged { waiting, .. } = &event {
                    count.store(*waiting, Ordering::Release);
                }
                if let ClientEvent::UsersChanged { account, users } = &event
                    && let Some(person) = users.iter().find(|user| user.id == me)
                {
                    of_all.own_profile_changed(account, person);
                }
                events.send(event).ok();
            }
        });
        let folder = shared.account_dir(&id);
        let files_key = FilesKey::of_cache(&key);
        let outgoing = Outgoing::new(Cache::new(folder.join("outgoing"), files_key.clone()));
        let cache = Cache::new(folder.join("files"), files_key);
        let path = folder.join("cache.db");
        let store = Store::open(path, key, id.clone(), me, publish).await?;
        let files = Arc::new(Files::new(Parts {
            store: store.clone(),
            cache,
            progress: progress.clone(),
            downloads: Arc::default(),
            clock: Arc::clone(&shared.clock),
            policy: Arc::clone(&shared.files),
        }));
        late.set(Arc::downgrade(&files)).ok();
        waiting.store(store.read(rows::waiting).await?, Ordering::Release);
        Ok(Self {
            inner: Arc::new(Inner {
                id,
                me,
                store,
                shared,
                waiting,
                progress,
                files,
                outgoing,
                attention: Mutex::default(),
                previews: Previews::default(),
                runtime: Mutex::new(None),
                changing: tokio::sync::Mutex::new(()),
            }),
        })
    }

    /// Which account.
    pub fn id(&self) -> &AccountId {
        &self.inner.id
    }

    /// Whose account.
    pub fn user(&self) -> UserId {
        self.inner.me
    }

    /// How many messages wait to be sent.
    pub fn waiting(&self) -> u32 {
        self.inner.waiting.load(Ordering::Acquire)
    }

    /// The state of the line.
    pub fn connection(&self) -> ConnectionState {
        match &*self.lock() {
            Some(runtime) => runtime.context.line.state(),
            None if self.inner.shared.shutdown.is_cancelled() => ConnectionState::Offline {
                reason: OfflineReason::Stopped,
            },
            None => ConnectionState::SignedOut {
                reason: SignedOutReason::Person,
            },
        }
    }

    /// Tries to connect now instead of waiting for the next turn.
    pub fn connect_now(&self) {
        if let Some(runtime) = &*self.lock() {
            runtime.context.line.connect_now();
        }
    }

    /// The machine's network changed: check the line.
    pub fn network_changed(&self) {
        if let Some(runtime) = &*self.lock() {
            runtime.context.line.network_changed();
        }
    }

    /// The server has moved (the local backend gets new ports at each start): keeps the new
    /// addresses and, when they differ from the old ones, connects there. Everything cached and
    /// queued stays. Used by the shell for accounts of origin `Local`.
    pub async fn set_endpoints(&self, to: Endpoints) -> Result<(), Error> {
        let Some((endpoints, credentials)) = self.signed_in().await? else {
            return Ok(());
        };
        if endpoints == to {
            return Ok(());
        }
        let client = runtime::client(&self.inner.shared, &to)?;
        restore(&client, &credentials);
        self.start(&to, &credentials, client).await
    }

    /// Makes the connections anew, on other ways; one that is signed out has none.
    pub(super) async fn reconnect(&self) -> Result<(), Error> {
        if self.lock().is_none() {
            return Ok(());
        }
        self.resume().await
    }

    /// Looks whether the API and the chat server can be reached on the present ways.
    pub(super) async fn try_ways(&self) -> Result<NetworkTrial, Error> {
        let row = self.inner.store.read(account::load).await?;
        let endpoints = row.and_then(|row| serde_json::from_str(&row.endpoints).ok());
        let endpoints = endpoints.ok_or(Error::NotFound)?;
        Ok(NetworkTrial::of(&self.inner.shared, self.inner.me, &endpoints).await)
    }

    /// Starts with what the cache holds; a signed-out account stays as it is.
    pub(super) async fn resume(&self) -> Result<(), Error> {
        let Some((endpoints, credentials)) = self.signed_in().await? else {
            return Ok(());
        };
        let client = runtime::client(&self.inner.shared, &endpoints)?;
        restore(&client, &credentials);
        self.start(&endpoints, &credentials, client).await
    }

    /// Keeps endpoints and credentials, and starts the tasks anew with them.
    pub(super) async fn start(
        &self,
        endpoints: &Endpoints,
        credentials: &Credentials,
        client: Client,
    ) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        let running = self.lock().take();
        if let Some(running) = running {
            running.stop().await;
        }
        let row = AccountRow {
            endpoints: runtime::endpoints_json(endpoints),
            credentials: credentials.to_json(),
        };
        self.inner
            .store
            .write(move |tx| account::save(tx, &row))
            .await?;
        let owner = Owner {
            id: self.inner.id.clone(),
            me: self.inner.me,
            store: self.inner.store.clone(),
            files: self.inner.progress.clone(),
            attachments: Arc::clone(&self.inner.files),
            outgoing: self.inner.outgoing.clone(),
        };
        let runtime = Runtime::start(&self.inner.shared, owner, endpoints, credentials, client)?;
        let attention = self.attention().clone();
        let activity = &runtime.context.activity;
        activity.watch(&attention.watched, self.inner.me);
        activity.set_active(attention.is_active);
        *self.lock() = Some(runtime);
        Ok(())
    }

    /// Keeps what the server told about the account's own person.
    pub(super) async fn learn(&self, person: User) -> Result<(), Error> {
        let now = self.inner.shared.clock.now();
        self.inner
            .store
            .write(move |tx| users::save(tx, &[person], now))
            .await?;
        Ok(())
    }

    /// Ends the session on the server and the tasks, and forgets the credentials.
    pub(super) async fn sign_out(&self) -> Result<(), Error> {
        let _changing = self.inner.changing.lock().await;
        let running = self.lock().take();
        if let Some(running) = running {
            let client = running.client.clone();
            running.stop().await;
            if let Err(error) = client.sign_out().await {
                // The server forgets the session by itself after some hours.
                tracing::info!(%error, "the session was not ended on the server");
            }
        }
        if let Some(mut row) = self.inner.store.read(account::load).await? {
            row.credentials.clear();
            self.inner
                .store
                .write(move |tx| account::save(tx, &row))
                .await?;
        }
        self.inner.shared.publish(ClientEvent::Connection {
            account: self.inner.id.clone(),
            state: self.connection(),
        });
        Ok(())
    }

    /// Ends the tasks and closes the cache.
    pub(super) async fn close(&self) {
        let _changing = self.inner.changing.lock().await;
        let running = self.lock().take();
        if let Some(running) = running {
            running.stop().await;
        }
        self.inner.store.close().await;
    }

    /// What the cache says about signing in again.
    async fn signed_in(&self) -> Result<Option<(Endpoints, Credentials)>, Error> {
        let Some(row) = self.inner.store.read(account::load).await? else {
            return Ok(None);
        };
        let endpoints = serde_json::from_str(&row.endpoints);
        let credentials = Credentials::from_json(&row.credentials);
        Ok(endpoints.ok().zip(credentials))
    }

    /// The folder that is this account's alone.
    pub(super) fn folder(&self) -> PathBuf {
        self.inner.shared.account_dir(&self.inner.id)
    }

    /// The cache, for tests that look behind the facade.
    #[cfg(test)]
    pub(super) fn inner_store(&self) -> &Store {
        &self.inner.store
    }

    /// From now on `identity` signs this account in, after a restart, too.
    async fn keep_identity(&self, client: &Client, identity: StoredIdentity) -> Result<(), Error> {
        client.set_identity(identity.clone().into());
        self.inner
            .store
            .write(move |tx| {
                let Some(mut row) = account::load(tx)? else {
                    return Ok(());
                };
                if let Some(mut credentials) = Credentials::from_json(&row.credentials) {
                    credentials.identity = identity;
                    row.credentials = credentials.to_json();
                    account::save(tx, &row)?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// The REST API, if signed in.
    fn client(&self) -> Result<Client, Error> {
        match &*self.lock() {
            Some(runtime) => Ok(runtime.client.clone()),
            None if self.inner.shared.shutdown.is_cancelled() => Err(Error::Stopped),
            None => Err(Error::Credentials),
        }
    }

    fn attention(&self) -> MutexGuard<'_, Attention> {
        // Replaced field by field, each as a whole.
        self.inner
            .attention
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What the tasks share, if they run.
    fn context(&self) -> Result<Arc<Context>, Error> {
        match &*self.lock() {
            Some(runtime) => Ok(Arc::clone(&runtime.context)),
            None if self.inner.shared.shutdown.is_cancelled() => Err(Error::Stopped),
            None => Err(Error::Credentials),
        }
    }

    fn keys(&self) -> Option<Keys> {
        self.lock().as_ref().map(|runtime| runtime.keys.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Runtime>> {
        // The tasks are there or not; a panic elsewhere does not make them half there.
        self.inner
            .runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn restore(client: &Client, credentials: &Credentials) {
    let identity = credentials.identity.clone().into();
    match &credentials.session {
        Some(session) => client.restore(session.clone(), identity),
        None => client.set_identity(identity),
    }
}
