//! What lives as long as the app.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use cubist_client::{
    Account as EngineAccount, Engine, EngineConfig,
    keys::KeyState,
    model::{AccountId, Endpoints, Origin},
    tiles::Tiles,
};
use tauri::ipc::Channel;
use tokio::{
    sync::{Notify, OnceCell, watch},
    task::AbortHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    ipc::{
        error::IpcError,
        events,
        types::{
            account::{Account, AccountUnread},
            event::AppEvent,
            ids,
            link::Link,
            organisation::{Feature, OrganisationState},
            sign_in::Target,
            words::DesktopWords,
        },
    },
    shell::{
        connection_history::ConnectionHistory, desktop_proxy, endpoints, exports::Exports,
        focus::Focus, kept_files::KeptFiles, links::WantedLink, local_backend::LocalBackend,
        lock::Idle, media_server::MediaServer, metered, microphone::SystemMicrophone,
        offers::Offers, organisation::Organisations, place::Places, profile::Profile,
        recent_log::RecentLog, screen_lock, settings_file::SettingsFile, tray, updates::Updates,
        window::FAREWELL,
    },
};

/// Between tries to bring the local backend back.
const BACKEND_RETRY: Duration = Duration::from_secs(3);

/// The app's own state, managed by Tauri and handed to every command. A cheap clone.
#[derive(Clone)]
pub struct App(std::sync::Arc<Parts>);

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

fn shared(share_id: u32, count: usize) -> AppEvent {
    AppEvent::FilesShared {
        share_id,
        count: u32::try_from(count).unwrap_or(u32::MAX),
    }
}

/// The page in the window.
struct Page {
    /// Where it listens.
    channel: Channel<AppEvent>,
    /// The task that tells it what the engine says.
    feeding: AbortHandle,
}

/// The parts of [`App`].
pub struct Parts {
    /// Folders of this profile.
    pub profile: Profile,
    /// The person's choices.
    pub settings: SettingsFile,
    /// The backend on this computer.
    pub backend: LocalBackend,
    /// Files that came to the window and wait to be taken.
    pub offers: Offers,
    /// The link from outside that nobody has taken yet.
    pub link: WantedLink,
    /// Whose app it is.
    pub organisations: Organisations,
    /// New versions of the program.
    pub updates: Updates,
    /// Where the window stands.
    pub places: Places,
    /// Tiles of the map source in the settings.
    pub tiles: Tiles,
    /// Files that left the cache in this run.
    pub kept_files: KeptFiles,
    /// How the lines of the accounts went.
    pub history: ConnectionHistory,
    /// The last lines of the log.
    pub log: RecentLog,
    /// Whether the person looks at the app.
    pub focus: Focus,
    /// When the person last did something in it.
    pub idle: Idle,
    /// The export that runs.
    pub exports: Exports,
    /// Opened once, in the background, while the page loads.
    engine: OnceCell<Engine>,
    /// Whether the engine is open.
    opened: watch::Sender<bool>,
    /// Started with the first sound or film.
    media_server: OnceCell<MediaServer>,
    /// The window's channel and the task that feeds it; replaced when the page reloads.
    page: Mutex<Option<Page>>,
    /// One task at a time looks after the local backend.
    tending: AtomicBool,
    /// Counts how often the window was moved or sized.
    pub place_turn: AtomicU32,
    /// Told each time the app was locked.
    locked: Notify,
    /// Cancelled by the first useful frame.
    painted: CancellationToken,
    /// Words of the desktop; none until the page has said them.
    words: watch::Sender<Option<DesktopWords>>,
    /// What waits to be read in each account.
    unread: watch::Sender<Vec<AccountUnread>>,
    /// Whether the desktop shows icons of programs.
    icons_shown: watch::Sender<bool>,
    /// Whether the icon stands in the tray.
    pub tray_stands: AtomicBool,
    /// The network is paid for by use.
    is_metered: AtomicBool,
    /// The person wants the app to end, not only its window to go.
    leaving: AtomicBool,
    /// Cancelled when the app ends.
    ending: CancellationToken,
}

impl App {
    /// Nothing is opened yet.
    pub fn new(profile: Profile, organisations: Organisations, log: RecentLog) -> Self {
        Self(std::sync::Arc::new(Parts {
            settings: SettingsFile::open(&profile.dir),
            backend: LocalBackend::new(profile.backend_dir.clone()),
            tiles: Tiles::default(),
            focus: Focus::default(),
            history: ConnectionHistory::default(),
            log,
            idle: Idle::default(),
            exports: Exports::default(),
            offers: Offers::default(),
            link: WantedLink::default(),
            organisations,
            updates: Updates::of_this_copy(),
            places: Places::open(&profile.dir),
            kept_files: KeptFiles::new(&profile.dir),
            profile,
            engine: OnceCell::new(),
            opened: watch::Sender::new(false),
            media_server: OnceCell::new(),
            page: Mutex::new(None),
            tending: AtomicBool::new(false),
            place_turn: AtomicU32::new(0),
            locked: Notify::new(),
            painted: CancellationToken::new(),
            words: watch::Sender::new(None),
            unread: watch::Sender::new(Vec::new()),
            icons_shown: watch::Sender::new(false),
            tray_stands: AtomicBool::new(false),
            is_metered: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            ending: CancellationToken::new(),
        }))
    }

    /// The words of the desktop, in the language of the page.
    pub fn words(&self) -> Option<DesktopWords> {
        self.words.borrow().clone()
    }

    /// The words from now on.
    pub fn watch_words(&self) -> watch::Receiver<Option<DesktopWords>> {
        self.words.subscribe()
    }

    /// The page has said them.
    pub fn set_words(&self, words: DesktopWords) {
        self.words.send_if_modified(|current| {
            let is_new = current.as_ref() != Some(&words);
            if is_new {
                *current = Some(words);
            }
            is_new
        });
    }

    /// What waits to be read in each account.
    pub fn unread(&self) -> Vec<AccountUnread> {
        self.unread.borrow().clone()
    }

    /// The same from now on.
    pub fn watch_unread(&self) -> watch::Receiver<Vec<AccountUnread>> {
        self.unread.subscribe()
    }

    /// Tells the page and whoever watches; returns whether it changed.
    pub fn set_unread(&self, unread: &[AccountUnread]) -> bool {
        let is_new = self.unread.send_if_modified(|current| {
            let is_new = current != unread;
            if is_new {
                *current = unread.to_vec();
            }
            is_new
        });
        if is_new {
            self.tell(AppEvent::UnreadChanged {
                unread: unread.to_vec(),
            });
        }
        is_new
    }

    /// No notifications until then (unix milliseconds), or again; the page is told.
    pub fn set_quiet(&self, until: Option<i64>) {
        if let Err(error) = self
            .settings
            .change(|settings| settings.quiet_until = until)
        {
            tracing::warn!(%error, "the settings were not saved");
        }
        self.tell(AppEvent::SettingsChanged {
            settings: self.settings.get(),
        });
    }

    /// Whether an icon of this app would be seen: it can be made, and somebody shows it.
    pub fn has_tray(&self) -> bool {
        tray::is_possible() && *self.icons_shown.borrow()
    }

    /// Whether the desktop shows icons, from now on.
    pub fn watch_icons_shown(&self) -> watch::Receiver<bool> {
        self.icons_shown.subscribe()
    }

    /// The desktop shows icons, or does so no longer; the page is told.
    pub fn set_icons_shown(&self, are_shown: bool) {
        let before = self.icons_shown.send_replace(are_shown);
        if before != are_shown {
            self.tell(AppEvent::TrayChanged {
                has_tray: self.has_tray(),
            });
        }
    }

    /// Whether a window that is closed is only hidden.
    pub fn stays_in_tray(&self) -> bool {
        !self.leaving.load(Ordering::Acquire)
            && self.tray_stands.load(Ordering::Acquire)
            && self.settings.get().close_to_tray
    }

    /// The next window that is closed ends the app.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
    }

    /// Resolves when the app ends.
    pub async fn ended(&self) {
        self.ending.cancelled().await;
    }

    /// The engine, opened by the first who asks.
    pub async fn engine(&self) -> Result<Engine, IpcError> {
        let engine = self
            .engine
            .get_or_try_init(|| async {
                desktop_proxy::remember().await;
                let mut config = EngineConfig::new(self.profile.dir.clone());
                config.microphone = std::sync::Arc::new(SystemMicrophone);
                Engine::open(config).await
            })
            .await?;
        self.opened
            .send_if_modified(|is_open| !std::mem::replace(is_open, true));
        Ok(engine.clone())
    }

    /// The engine, once somebody could open it: what a try said in vain (no room on the disk) is told
    /// to whoever asked, and the person may try again. `None` when the app ends without it.
    pub async fn opened_engine(&self) -> Option<Engine> {
        let mut opened = self.opened.subscribe();
        tokio::select! {
            biased;
            is_open = opened.wait_for(|is_open| *is_open) => is_open.ok().map(|_| ())?,
            () = self.ending.cancelled() => return None,
        }
        self.engine.get().cloned()
    }

    /// Where sound and films come from; started by the first who asks.
    pub async fn media_server(&self) -> Result<&MediaServer, IpcError> {
        self.media_server
            .get_or_try_init(|| MediaServer::start(self.clone()))
            .await
    }

    /// Tells the engine what is loaded unasked and how much is kept, as the settings say.
    pub async fn apply_file_policy(&self) -> Result<(), IpcError> {
        let is_metered = self.is_metered.load(Ordering::Acquire);
        let policy = self.settings.get().file_policy(is_metered);
        Ok(self.engine().await?.set_file_policy(policy).await?)
    }

    /// Loads nothing unasked while the network is paid for by use, unless the person wants it.
    pub async fn follow_costs(self) {
        metered::follow(|is_metered| {
            if self.is_metered.swap(is_metered, Ordering::AcqRel) == is_metered {
                return;
            }
            let app = self.clone();
            tauri::async_runtime::spawn(async move {
                if let Err(error) = app.apply_file_policy().await {
                    tracing::warn!(%error, "what the network costs was not heeded");
                }
            });
        })
        .await;
    }

    /// A signed-in account.
    pub async fn account(&self, id: ids::AccountId) -> Result<EngineAccount, IpcError> {
        let id: AccountId = id.try_into()?;
        self.engine().await?.account(&id).ok_or(IpcError::NotFound)
    }

    /// An account as the window shows it.
    pub async fn summary(&self, id: &AccountId) -> Result<Account, IpcError> {
        let accounts = self.engine().await?.accounts();
        accounts
            .into_iter()
            .find(|account| account.id == *id)
            .map(Into::into)
            .ok_or(IpcError::NotFound)
    }

    /// Feeds this channel and no other from now on.
    pub fn forward_events_to(&self, channel: Channel<AppEvent>) {
        let app = self.clone();
        let fed = channel.clone();
        let task = tauri::async_runtime::spawn(async move {
            match app.engine().await {
                Ok(engine) => events::forward(engine, fed).await,
                Err(error) => tracing::error!(%error, "no events: the engine did not open"),
            }
        });
        let page = Page {
            channel,
            feeding: task.inner().abort_handle(),
        };
        let previous = self
            .page
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(page);
        if let Some(previous) = previous {
            previous.feeding.abort();
        }
        // What came before there was a page, or before it was loaded anew.
        for (share_id, count) in self.offers.shared() {
            self.tell(shared(share_id, count));
        }
    }

    /// Tells the page that its window is about to close; false when no page listens.
    pub fn announce_closing(&self) -> bool {
        self.tell(AppEvent::Closing)
    }

    /// Follows a link from outside: the page takes it, now or once it can show something.
    pub fn follow_link(&self, link: Link) {
        self.link.put(link);
        self.tell(AppEvent::LinkFollowed);
    }

    /// Takes files of another program in and tells the page, now or once there is one.
    pub fn share(&self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        let count = paths.len();
        let share_id = self.offers.share(paths);
        self.tell(shared(share_id, count));
    }

    /// Tells the page something of the shell's own; false when no page listens.
    pub fn tell(&self, event: AppEvent) -> bool {
        self.page
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|page| page.channel.send(event).is_ok())
    }

    /// The page shows something. Tests and `npm start` on a machine without a display wait for
    /// the line.
    pub fn report_painted(&self) {
        if !self.painted.is_cancelled() && std::env::var_os("CUBIST_REPORT_READY").is_some() {
            println!("cubist: painted");
        }
        self.painted.cancel();
    }

    /// Resolves with the first useful frame.
    pub async fn first_frame(&self) {
        self.painted.cancelled().await;
    }

    /// What there is of an organisation.
    pub fn organisation_state(&self) -> OrganisationState {
        let (organisation, problem) = self.organisations.shown();
        OrganisationState {
            organisation,
            problem,
        }
    }

    /// Where a person wants to sign in, checked.
    pub async fn endpoints(&self, target: Target) -> Result<Endpoints, IpcError> {
        match target {
            Target::Local => {
                self.organisations.allow(Feature::LocalServer)?;
                let endpoints = endpoints::local(&self.backend.ensure().await?).await?;
                self.renew_local_endpoints();
                Ok(endpoints)
            }
            Target::Organisation => self.organisations.endpoints(),
            Target::Cloud { app_id, auth_key } => {
                self.organisations.allow(Feature::OtherServers)?;
                endpoints::cloud(app_id, auth_key)
            }
            Target::Custom(custom) => {
                self.organisations.allow(Feature::OtherServers)?;
                endpoints::custom(custom).await
            }
        }
    }

    /// Tells every account when the person looks at the app and when no longer, until it ends.
    pub fn follow_focus(&self) -> impl Future<Output = ()> + Send + use<> {
        let told = self.clone();
        self.focus.follow(
            self.settings.watch(),
            |settings| Duration::from_secs(settings.inactive_after_s.into()),
            move |active| told.clone().tell_active(active),
        )
    }

    async fn tell_active(self, active: bool) {
        tracing::debug!(active, "somebody came back to the app, or has left it");
        let Some(engine) = self.engine.get() else {
            return;
        };
        for summary in engine.accounts() {
            let Some(account) = engine.account(&summary.id) else {
                continue;
            };
            // The engine remembers it for the next connection.
            if let Err(error) = account.set_active(active).await {
                tracing::debug!(%error, active, "the server was not told");
            }
        }
    }

    /// The caches were opened by a person.
    pub fn unlocked(&self) {
        self.idle.seen();
        self.renew_local_endpoints();
    }

    /// Whether the app can be locked and is not.
    fn is_lockable(&self) -> bool {
        self.engine
            .get()
            .is_some_and(|engine| engine.can_lock() && engine.key_state() == KeyState::Ready)
    }

    /// Locks the app: the engine forgets the key, copies for other programs go, and the page
    /// forgets what it showed.
    pub async fn lock(&self) -> Result<(), IpcError> {
        let locked = || {
            // First what can be seen; the connections may take a moment to end.
            self.tell(AppEvent::Locked);
            self.kept_files.clear();
            self.locked.notify_waiters();
        };
        Ok(self.engine().await?.lock(locked).await?)
    }

    /// Asks the page to keep what was typed and to lock then; a page that does not answer is not
    /// waited for. Nothing happens while the app cannot be locked.
    pub async fn ask_to_lock(&self) {
        if !self.is_lockable() {
            return;
        }
        // Told from before the page is asked: it may be unlocked again before the time is over.
        let locked = self.locked.notified();
        if self.tell(AppEvent::LockWanted) && tokio::time::timeout(FAREWELL, locked).await.is_ok() {
            return;
        }
        if let Err(error) = self.lock().await {
            tracing::error!(%error, "the app did not lock");
        }
    }

    /// Locks the app when nobody touched it for a time, and with the screen, until it ends.
    pub async fn follow_locks(self) {
        let (chosen, locking) = (self.clone(), self.clone());
        let idle = self.idle.follow(
            move || {
                let after = chosen.settings.get().lock_after_s;
                (after != 0 && chosen.is_lockable()).then(|| Duration::from_secs(after.into()))
            },
            move || {
                let app = locking.clone();
                async move { app.ask_to_lock().await }
            },
        );
        let screen = screen_lock::follow(|| {
            if self.settings.get().lock_with_screen {
                let app = self.clone();
                tauri::async_runtime::spawn(async move { app.ask_to_lock().await });
            }
        });
        futures::future::join(idle, screen).await;
    }

    /// Keeps accounts of the local backend pointed at it: its ports differ from run to run, and
    /// when its process is lost it is started again. Returns at once.
    pub fn renew_local_endpoints(&self) {
        if self.tending.swap(true, Ordering::AcqRel) {
            return;
        }
        let app = self.clone();
        tauri::async_runtime::spawn(async move {
            loop {
                match app.point_local_accounts().await {
                    Ok(true) => app.backend.lost().await,
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!(%error, "the local backend is not there");
                        tokio::time::sleep(BACKEND_RETRY).await;
                    }
                }
            }
            app.tending.store(false, Ordering::Release);
        });
    }

    /// Whether there are accounts on the local backend, all of them told where it is.
    async fn point_local_accounts(&self) -> Result<bool, IpcError> {
        let engine = self.engine().await?;
        let local: Vec<AccountId> = engine
            .accounts()
            .into_iter()
            .filter(|account| account.origin == Origin::Local)
            .map(|account| account.id)
            .collect();
        if local.is_empty() {
            return Ok(false);
        }
        let endpoints = endpoints::local(&self.backend.ensure().await?).await?;
        for id in local {
            if let Some(account) = engine.account(&id) {
                account.set_endpoints(endpoints.clone()).await?;
            }
        }
        Ok(true)
    }

    /// Ends everything in order: connections and caches first, then the lease.
    pub async fn shutdown(&self) {
        self.ending.cancel();
        if let Some(engine) = self.engine.get() {
            engine.clone().shutdown().await;
        }
        self.kept_files.clear();
        self.backend
            .release(self.settings.get().keep_local_backend)
            .await;
    }
}
