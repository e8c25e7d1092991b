//! Starts and stops the whole backend: storage, listeners, sample people.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ids::AppId;
use serde::Serialize;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, ConfigError};
use crate::delivery::Deliver;
use crate::demo::Demo;
use crate::folder::{DataFolder, FolderError};
use crate::lease::{Leases, Orders};
use crate::orders;
use crate::rest;
use crate::state::{Clock, State, StateError};
use crate::tls::{Tls, TlsError};
use crate::xmpp;

/// What `xmpp::start` gets.
#[derive(Clone)]
pub struct XmppParts {
    /// Addresses to listen on, names and limits.
    pub config: Arc<Config>,
    /// The domain and its storage.
    pub state: State,
    /// For STARTTLS, direct TLS and wss; already has the right certificate and no ALPN.
    pub tls: Arc<rustls::ServerConfig>,
    /// Cancelled when the backend stops: close streams politely (`system-shutdown`), then end all tasks.
    pub shutdown: CancellationToken,
    /// Every task is spawned here and awaited on stop.
    pub tasks: TaskTracker,
}

/// What `xmpp::start` returns: every listener is bound and accepting.
pub struct XmppListening {
    /// The live side.
    pub router: Arc<dyn Deliver>,
    /// Plain WebSocket.
    pub ws: SocketAddr,
    /// WebSocket over TLS, if configured.
    pub wss: Option<SocketAddr>,
    /// TCP with STARTTLS.
    pub xmpp: SocketAddr,
    /// Direct TLS.
    pub xmpps: SocketAddr,
}

/// How to reach the backend: the one line it prints on stdout.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// Base of the REST API.
    pub api_url: String,
    /// WebSocket of the chat.
    pub chat_url: String,
    /// Chat over TCP with STARTTLS.
    pub xmpp: String,
    /// Chat over TLS.
    pub xmpps: String,
    /// Domain of the addresses.
    pub domain: String,
    /// The application.
    pub app_id: u64,
    /// The application's key.
    pub auth_key: String,
    /// PEM file of the certificate to trust.
    pub ca_cert: PathBuf,
}

impl std::fmt::Debug for Ready {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready")
            .field("api_url", &self.api_url)
            .field("chat_url", &self.chat_url)
            .field("domain", &self.domain)
            .finish_non_exhaustive()
    }
}

/// Why the backend does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be used, or another backend uses it.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database cannot be used.
    #[error("cannot open the database: {0}")]
    State(#[from] StateError),
    /// There is no certificate to use.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A chat listener cannot be opened.
    #[error(transparent)]
    Xmpp(#[from] xmpp::StartError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// A running backend. Stop it with [`Server::stop`]; dropping it leaves its tasks running.
pub struct Server {
    ready: Ready,
    state: State,
    router: Arc<dyn Deliver>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    leases: Leases,
    /// Held to the end: nobody else may use the folder before the database is closed.
    folder: DataFolder,
    stop_time: Duration,
}

impl Server {
    /// Starts everything. When this returns, every port accepts.
    pub async fn start(config: Config) -> Result<Self, ServerError> {
        Self::start_at(config, Clock::system()).await
    }

    /// As [`Self::start`], with a clock that a test can move.
    pub async fn start_at(config: Config, clock: Clock) -> Result<Self, ServerError> {
        config.check()?;
        let config = Arc::new(config);
        let folder = DataFolder::lock(&config.data)?;
        let state = State::open(Arc::clone(&config), clock.clone()).await?;
        let shutdown = CancellationToken::new();
        let tasks = TaskTracker::new();
        match Self::open(
            config,
            clock,
            state.clone(),
            folder,
            shutdown.clone(),
            tasks.clone(),
        )
        .await
        {
            Ok(server) => Ok(server),
            Err(error) => {
                // What was opened already must not go on without the rest.
                shutdown.cancel();
                tasks.close();
                tasks.wait().await;
                state.close().await;
                Err(error)
            }
        }
    }

    async fn open(
        config: Arc<Config>,
        clock: Clock,
        state: State,
        mut folder: DataFolder,
        shutdown: CancellationToken,
        tasks: TaskTracker,
    ) -> Result<Self, ServerError> {
        let app_id = AppId::new(config.app_id)
            .ok_or_else(|| ConfigError::Value("the app id must be a positive number".to_owned()))?;
        let auth_key = match config.auth_key.0.as_str() {
            "" => state.own_auth_key().await?,
            given => given.to_owned(),
        };
        let tls = Tls::prepare(&config, &clock)?;
        let (server_tls, ca_cert) = (Arc::clone(&tls.server), tls.ca_certificate.clone());
        tasks.spawn(tls.keep_fresh(clock, shutdown.clone()));
        tasks.spawn(state.clone().keep_flushed(shutdown.clone()));

        let parts = XmppParts {
            config: Arc::clone(&config),
            state: state.clone(),
            tls: Arc::clone(&server_tls),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        };
        let chat = xmpp::start(parts).await?;
        let demo = if config.demo.enabled {
            Demo::open(&state, &chat.router, app_id, &shutdown, &tasks).await?
        } else {
            None
        };
        let welcome = demo.map(|demo| Arc::new(demo) as Arc<dyn rest::Welcome>);
        let router = Arc::clone(&chat.router);
        let app = rest::App::new(
            state.clone(),
            router,
            app_id,
            auth_key.clone(),
            welcome,
            tasks.clone(),
        );
        let app = Arc::new(app);
        let http = listen(config.listen.http).await?;
        let https = match config.listen.https {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let address = Addresses { config: &config };
        let ready = Ready {
            api_url: match &https {
                Some(https) => address.url("https", https.address),
                None => address.url("http", http.address),
            },
            chat_url: match chat.wss {
                Some(wss) => address.url("wss", wss),
                None => address.url("ws", chat.ws),
            },
            xmpp: address.url("xmpp", chat.xmpp),
            xmpps: address.url("xmpps", chat.xmpps),
            domain: config.domain.clone(),
            app_id: config.app_id,
            auth_key,
            ca_cert: std::path::absolute(&ca_cert).unwrap_or(ca_cert),
        };
        http.serve(Arc::clone(&app), None, shutdown.clone());
        if let Some(https) = https {
            https.serve(app, Some(TlsAcceptor::from(server_tls)), shutdown.clone());
        }
        let operated = state.clone();
        let orders: Orders = Arc::new(move |order| {
            let state = operated.clone();
            Box::pin(async move { orders::answer(&state, &order).await })
        });
        let leases = Leases::open(&config.lease, orders, &tasks, shutdown.clone())
            .await
            .map_err(FolderError::Lease)?;
        folder.announce(&ready, &leases)?;
        let stop_time = Duration::from_secs(config.timing.stop_seconds);
        Ok(Self {
            ready,
            state,
            router: chat.router,
            shutdown,
            tasks,
            leases,
            folder,
            stop_time,
        })
    }

    /// How to reach it.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The domain and its storage.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The live side, for users within this process.
    pub fn router(&self) -> &Arc<dyn Deliver> {
        &self.router
    }

    /// Waits until the last app that leased the backend has gone; for ever if it does not end with them.
    pub async fn unleased(&self) {
        self.leases.over().await;
    }

    /// Closes connections, lets open requests finish, and closes the database.
    pub async fn stop(self) {
        self.folder.retract();
        self.shutdown.cancel();
        self.tasks.close();
        if tokio::time::timeout(self.stop_time, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                tasks = self.tasks.len(),
                "some connections did not end in time and are dropped"
            );
        }
        self.state.close().await;
        drop(self.folder);
    }
}

async fn listen(address: SocketAddr) -> Result<rest::Listening, ServerError> {
    rest::listen(address)
        .await
        .map_err(|source| ServerError::Listen { address, source })
}

/// Writes addresses as clients should use them.
struct Addresses<'a> {
    config: &'a Config,
}

impl Addresses<'_> {
    fn url(&self, scheme: &str, address: SocketAddr) -> String {
        let port = address.port();
        let ip = address.ip();
        if ip.is_unspecified() || self.is_named(address) {
            return format!("{scheme}://{}:{port}", self.config.domain);
        }
        match ip {
            std::net::IpAddr::V4(ip) => format!("{scheme}://{ip}:{port}"),
            std::net::IpAddr::V6(ip) => format!("{scheme}://[{ip}]:{port}"),
        }
    }

    /// Whether the domain surely leads to the address: `localhost` to loopback, and by the operator's word any other
    /// name to an address beyond it. The SDK compares the host of the WebSocket's URL with the domain, and the
    /// certificate has the domain, so the name is better where it works.
    fn is_named(&self, address: SocketAddr) -> bool {
        (self.config.domain == "localhost") == address.ip().is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(domain: &str, address: &str) -> String {
        let config = Config {
            domain: domain.to_owned(),
            ..Config::default()
        };
        Addresses { config: &config }.url("ws", address.parse().unwrap())
    }

    #[test]
    fn addresses_are_named_by_the_domain_where_the_domain_leads_there() {
        assert_eq!(url("localhost", "127.0.0.1:80"), "ws://localhost:80");
        assert_eq!(url("localhost", "[::1]:80"), "ws://localhost:80");
        assert_eq!(url("localhost", "192.168.1.2:80"), "ws://192.168.1.2:80");
        assert_eq!(url("chat.example", "127.0.0.1:80"), "ws://127.0.0.1:80");
        assert_eq!(url("chat.example", "[::1]:80"), "ws://[::1]:80");
        assert_eq!(
            url("chat.example", "192.168.1.2:80"),
            "ws://chat.example:80"
        );
        assert_eq!(url("chat.example", "0.0.0.0:80"), "ws://chat.example:80");
    }

    #[tokio::test]
    async fn a_start_that_fails_half_way_leaves_nothing_running_and_the_folder_free() {
        let dir = tempfile::tempdir().unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = |http| {
            let listen = crate::config::Listen {
                http,
                ws: free,
                xmpp: free,
                xmpps: free,
                ..crate::config::Listen::default()
            };
            Config {
                data: dir.path().to_owned(),
                listen,
                ..Config::default()
            }
        };
        let refused = Server::start(config(taken.local_addr().unwrap())).await;
        assert!(matches!(refused, Err(ServerError::Listen { .. })));
        assert!(!dir.path().join("running.json").exists());
        Server::start(config(free)).await.unwrap().stop().await;
    }

    #[test]
    fn a_debugged_ready_line_shows_no_key() {
        let ready = Ready {
            api_url: "http://localhost:1".to_owned(),
            chat_url: "ws://localhost:2".to_owned(),
            xmpp: "xmpp://localhost:3".to_owned(),
            xmpps: "xmpps://localhost:4".to_owned(),
            domain: "localhost".to_owned(),
            app_id: 21,
            auth_key: "SECRET".to_owned(),
            ca_cert: PathBuf::from("ca.pem"),
        };
        assert!(!format!("{ready:?}").contains("SECRET"));
    }
}
