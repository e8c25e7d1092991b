//! The local backend: within this process, or as a process of its own that can be killed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use cubist_protocol::ids::{DialogId, UserId};
use cubist_server::config::Config;
use cubist_server::server::Server;
use cubist_server::state::{Blob, NewBroadcast};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::deadline::within;
use crate::programs::program;

/// The line that the backend prints once it is ready.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// Base of the REST API.
    pub api_url: Url,
    /// WebSocket.
    pub chat_url: Url,
    /// TCP with STARTTLS.
    pub xmpp: String,
    /// TCP with TLS.
    pub xmpps: String,
    /// Domain of the addresses.
    pub domain: String,
    /// Number of the application.
    pub app_id: u64,
    /// Its key.
    pub auth_key: String,
    /// Path of the certificate of its authority.
    pub ca_cert: std::path::PathBuf,
}

impl Ready {
    /// Where REST listens.
    pub fn rest_address(&self) -> SocketAddr {
        loopback(self.api_url.port().unwrap())
    }

    /// Where chat listens with TLS.
    pub fn xmpps_address(&self) -> SocketAddr {
        loopback(port(&self.xmpps))
    }

    /// Where chat listens with STARTTLS.
    pub fn xmpp_address(&self) -> SocketAddr {
        loopback(port(&self.xmpp))
    }
}

/// The address may be written with a name or as a URL; the port ends it in every case.
fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A configuration on free ports in `data`, cheap where tests need no strength.
pub fn config(data: &Path) -> Config {
    let mut config = Config {
        data: data.to_owned(),
        ..Config::default()
    };
    let any = loopback(0);
    config.listen.http = any;
    config.listen.ws = any;
    config.listen.xmpp = any;
    config.listen.xmpps = any;
    // Passwords of tests guard nothing.
    config.accounts.argon2.memory_kib = 64;
    config.accounts.argon2.passes = 1;
    config
}

/// The backend within this process.
pub struct Backend {
    /// How to reach it.
    pub ready: Ready,
    server: Server,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backend")
            .field("ready", &self.ready)
            .finish_non_exhaustive()
    }
}

impl Backend {
    /// Starts it.
    pub async fn start(config: Config) -> Self {
        let server = within("the backend to start", Server::start(config))
            .await
            .unwrap();
        // Through JSON, as another process would get it.
        let ready = serde_json::from_value(serde_json::to_value(server.ready()).unwrap()).unwrap();
        Self { ready, server }
    }

    /// A broadcast, as the operator makes it.
    pub async fn broadcast(&self, name: &str, owner: UserId) -> DialogId {
        let new = NewBroadcast {
            name: name.to_owned(),
            owner,
            description: None,
        };
        let made = self.server.state().create_broadcast(new);
        within("the broadcast", made).await.unwrap()
    }

    /// The files of a person, also those that were announced and not uploaded; newest first.
    pub async fn files_of(&self, owner: UserId) -> Vec<Blob> {
        /// More than any story has.
        const MOST: usize = 100;
        let found = self.server.state().blobs(owner, MOST, 0);
        within("the files", found).await.unwrap().items
    }

    /// Puts its clock forward, and lets it do what was due by then.
    pub async fn lets_pass(&self, time: Duration) {
        let state = self.server.state();
        state.clock().advance(time);
        within("what was due", state.flush()).await.unwrap();
    }

    /// Stops it the ordinary way.
    pub async fn stop(self) {
        within("the backend to stop", self.server.stop()).await;
    }
}

/// The backend as a process. Dropping it kills the process.
#[derive(Debug)]
pub struct BackendProcess {
    /// How to reach it.
    pub ready: Ready,
    child: Child,
}

impl BackendProcess {
    /// Starts it on free ports.
    pub async fn start(data: &Path) -> Self {
        let free = "127.0.0.1:0";
        let mut child = Command::new(program("cubist-server"))
            .arg("--data")
            .arg(data)
            .args([
                "--http", free, "--ws", free, "--xmpp", free, "--xmpps", free,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = within("the backend's ready line", lines.next_line())
            .await
            .unwrap()
            .expect("the backend ended without its ready line");
        let ready = serde_json::from_str(&line).unwrap();
        Self { ready, child }
    }

    /// Its number in the system.
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Kills it, with no chance to write anything more.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
