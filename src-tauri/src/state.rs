//! What lives as long as the app.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError, atomic::AtomicBool, atomic::Ordering},
    time::Duration,
};

use cubist_client::{
    Account as EngineAccount, Engine, EngineConfig,
    model::{AccountId, AppId, ChatAddress, Endpoints, Origin},
};
use tauri::ipc::Channel;
use tokio::{sync::OnceCell, task::AbortHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    ipc::{
        error::IpcError,
        events,
        types::{account::Account, event::AppEvent, ids, sign_in::Target},
    },
    shell::{
        local_backend::{LocalBackend, Running},
        profile::Profile,
        settings_file::SettingsFile,
    },
};

/// Port of direct TLS and of the WebSocket of the cloud (guide: endpoints; `xmpp.md` §1).
const CLOUD_API: &str = "https://api.connectycube.com";
const CLOUD_CHAT: &str = "chat.connectycube.com";
const TLS_PORT: u16 = 5223;
const STARTTLS_PORT: u16 = 5222;
const WEBSOCKET_PORT: u16 = 5291;

/// Largest certificate file read; a bundle of a public system has 200 kB.
const CERTIFICATE_LIMIT: u64 = 1024 * 1024;

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
    /// Opened once, in the background, while the page loads.
    engine: OnceCell<Engine>,
    /// The window's channel and the task that feeds it; replaced when the page reloads.
    page: Mutex<Option<Page>>,
    /// One task at a time looks after the local backend.
    tending: AtomicBool,
    /// Cancelled by the first useful frame.
    painted: CancellationToken,
}

impl App {
    /// Nothing is opened yet.
    pub fn new(profile: Profile) -> Self {
        Self(std::sync::Arc::new(Parts {
            settings: SettingsFile::open(&profile.dir),
            backend: LocalBackend::new(profile.backend_dir.clone()),
            profile,
            engine: OnceCell::new(),
            page: Mutex::new(None),
            tending: AtomicBool::new(false),
            painted: CancellationToken::new(),
        }))
    }

    /// The engine, opened by the first who asks.
    pub async fn engine(&self) -> Result<Engine, IpcError> {
        let engine = self
            .engine
            .get_or_try_init(|| Engine::open(EngineConfig::new(self.profile.dir.clone())))
            .await?;
        Ok(engine.clone())
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
    }

    /// Tells the page that its window is about to close; false when no page listens.
    pub fn announce_closing(&self) -> bool {
        self.page
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|page| page.channel.send(AppEvent::Closing).is_ok())
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

    /// Where a person wants to sign in, checked.
    pub async fn endpoints(&self, target: Target) -> Result<Endpoints, IpcError> {
        match target {
            Target::Local => {
                let running = self.backend.ensure().await?;
                let endpoints = local_endpoints(&running).await?;
                self.renew_local_endpoints();
                Ok(endpoints)
            }
            Target::Cloud { app_id, auth_key } => Ok(Endpoints {
                api_url: address("apiUrl", CLOUD_API)?,
                chat: vec![
                    ChatAddress::Tls {
                        host: CLOUD_CHAT.to_owned(),
                        port: TLS_PORT,
                    },
                    ChatAddress::WebSocket {
                        url: address("chatUrl", &format!("wss://{CLOUD_CHAT}:{WEBSOCKET_PORT}"))?,
                    },
                ],
                domain: CLOUD_CHAT.to_owned(),
                muc_domain: None,
                app_id: application(app_id)?,
                auth_key: auth_key.into(),
                ca_cert_pem: None,
                origin: Origin::Cloud,
            }),
            Target::Custom {
                api_url,
                chat_url,
                domain,
                app_id,
                auth_key,
                ca_cert,
            } => {
                let api_url = address("apiUrl", &api_url)?;
                if !matches!(api_url.scheme(), "https" | "http") {
                    return Err(invalid("apiUrl"));
                }
                let chat = chat_address(&chat_url)?;
                let domain = match domain.trim() {
                    "" => chat_host(&chat),
                    given => given.to_owned(),
                };
                Ok(Endpoints {
                    api_url,
                    chat: vec![chat],
                    domain,
                    muc_domain: None,
                    app_id: application(app_id)?,
                    auth_key: auth_key.into(),
                    ca_cert_pem: match ca_cert {
                        Some(path) => Some(certificate(path.into()).await?),
                        None => None,
                    },
                    origin: Origin::Custom,
                })
            }
        }
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
        let endpoints = local_endpoints(&self.backend.ensure().await?).await?;
        for id in local {
            if let Some(account) = engine.account(&id) {
                account.set_endpoints(endpoints.clone()).await?;
            }
        }
        Ok(true)
    }

    /// Ends everything in order: connections and caches first, then the lease.
    pub async fn shutdown(&self) {
        if let Some(engine) = self.engine.get() {
            engine.clone().shutdown().await;
        }
        self.backend
            .release(self.settings.get().keep_local_backend)
            .await;
    }
}

async fn local_endpoints(running: &Running) -> Result<Endpoints, IpcError> {
    Ok(Endpoints {
        api_url: address("apiUrl", &running.api_url)?,
        chat: vec![
            chat_address(&running.xmpps)?,
            chat_address(&running.chat_url)?,
        ],
        domain: running.domain.clone(),
        muc_domain: None,
        app_id: application(running.app_id)?,
        auth_key: running.auth_key.clone().into(),
        ca_cert_pem: Some(certificate(running.ca_cert.clone()).await?),
        origin: Origin::Local,
    })
}

fn application(id: u64) -> Result<AppId, IpcError> {
    AppId::new(id).ok_or_else(|| invalid("appId"))
}

fn invalid(field: &str) -> IpcError {
    IpcError::InvalidInput {
        field: field.to_owned(),
    }
}

fn address(field: &str, text: &str) -> Result<Url, IpcError> {
    Url::parse(text.trim())
        .ok()
        .filter(Url::has_host)
        .ok_or_else(|| invalid(field))
}

/// The scheme says the transport, as for the official SDK: `xmpps` direct TLS, `xmpp` STARTTLS,
/// `wss` and (on loopback) `ws` a WebSocket.
fn chat_address(text: &str) -> Result<ChatAddress, IpcError> {
    let url = address("chatUrl", text)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    match url.scheme() {
        "xmpps" => Ok(ChatAddress::Tls {
            host,
            port: url.port().unwrap_or(TLS_PORT),
        }),
        "xmpp" => Ok(ChatAddress::StartTls {
            host,
            port: url.port().unwrap_or(STARTTLS_PORT),
        }),
        "wss" | "ws" => Ok(ChatAddress::WebSocket { url }),
        _ => Err(invalid("chatUrl")),
    }
}

fn chat_host(address: &ChatAddress) -> String {
    match address {
        ChatAddress::Tls { host, .. } | ChatAddress::StartTls { host, .. } => host.clone(),
        ChatAddress::WebSocket { url } => url.host_str().unwrap_or_default().to_owned(),
    }
}

async fn certificate(path: PathBuf) -> Result<String, IpcError> {
    let unreadable = |_| invalid("caCert");
    let size = tokio::fs::metadata(&path).await.map_err(unreadable)?.len();
    if size > CERTIFICATE_LIMIT {
        return Err(invalid("caCert"));
    }
    tokio::fs::read_to_string(&path).await.map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use cubist_client::model::ChatAddress;

    use super::chat_address;

    #[test]
    fn the_scheme_says_the_transport() {
        assert_eq!(
            chat_address("xmpps://chat.example.org").unwrap(),
            ChatAddress::Tls {
                host: "chat.example.org".to_owned(),
                port: 5223
            }
        );
        assert_eq!(
            chat_address("xmpp://10.0.0.1:15222").unwrap(),
            ChatAddress::StartTls {
                host: "10.0.0.1".to_owned(),
                port: 15222
            }
        );
        assert!(matches!(
            chat_address("wss://chat.example.org:5291/x").unwrap(),
            ChatAddress::WebSocket { .. }
        ));
        for bad in ["https://chat.example.org", "chat.example.org", "xmpps:", ""] {
            assert!(chat_address(bad).is_err(), "{bad}");
        }
    }
}
