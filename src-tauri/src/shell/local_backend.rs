//! The backend on this computer, as a process of its own.
//!
//! Its binary ships beside the app. The first app that needs it starts it; every app of this
//! person, whatever the profile, holds a lease (an open TCP connection), and the backend ends
//! with the last lease unless it was told to stay. So a crashed app never leaves one behind.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::Command,
    sync::Mutex,
    time::{Instant, timeout},
};

/// From the start of the process to its ready line; the first start makes keys and sample data.
const START_LIMIT: Duration = Duration::from_secs(30);

/// For one answer over the lease connection on loopback.
const LEASE_LIMIT: Duration = Duration::from_secs(3);

/// Between looks at `running.json` while another app starts the backend.
const POLL: Duration = Duration::from_millis(50);

/// Why the backend on this computer is not there.
#[derive(Debug, thiserror::Error)]
pub enum LocalBackendError {
    /// Its binary is not beside the app.
    #[error("the program cubist-server is not beside the app")]
    Missing,
    /// It could not be started or spoken to.
    #[error("the local backend cannot be reached: {0}")]
    Io(#[from] std::io::Error),
    /// It ended before it was ready.
    #[error("the local backend stopped: {0}")]
    Stopped(String),
    /// It did not get ready in time.
    #[error("the local backend did not start within {} s", START_LIMIT.as_secs())]
    Late,
}

/// What `running.json` in the backend's folder says.
#[derive(Clone, Debug, Deserialize)]
pub struct Running {
    /// Base address of the REST API.
    pub api_url: String,
    /// Address of the WebSocket.
    pub chat_url: String,
    /// TLS address of the chat server.
    pub xmpps: String,
    /// XMPP domain.
    pub domain: String,
    /// Application id.
    pub app_id: u64,
    /// Authorization key.
    pub auth_key: String,
    /// PEM file of its certificate authority.
    pub ca_cert: PathBuf,
    /// Where leases are given.
    lease: String,
    /// What a lease has to say first.
    token: String,
}

/// A lease; dropping it gives it back.
#[derive(Debug)]
struct Lease {
    stream: BufReader<TcpStream>,
    running: Running,
}

/// This app's hold on the local backend.
#[derive(Debug)]
pub struct LocalBackend {
    dir: PathBuf,
    /// One start at a time; an async lock because it is held while the process gets ready.
    lease: Mutex<Option<Lease>>,
}

impl LocalBackend {
    /// Nothing starts before [`LocalBackend::ensure`].
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            lease: Mutex::new(None),
        }
    }

    /// Where the backend answers, started if nobody has.
    pub async fn ensure(&self) -> Result<Running, LocalBackendError> {
        let mut held = self.lease.lock().await;
        if let Some(lease) = held.as_mut() {
            if lease.is_alive() {
                return Ok(lease.running.clone());
            }
            *held = None;
        }
        let lease = match take_lease(&self.dir).await {
            Some(lease) => lease,
            None => start(&self.dir).await?,
        };
        let running = lease.running.clone();
        *held = Some(lease);
        Ok(running)
    }

    /// Waits until the backend's process is gone; returns at once without a lease.
    pub async fn lost(&self) {
        loop {
            {
                let mut held = self.lease.lock().await;
                if !held.as_mut().is_some_and(Lease::is_alive) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Gives the lease back, asking the backend to go on without any when `stay`.
    pub async fn release(&self, stay: bool) {
        let Some(mut lease) = self.lease.lock().await.take() else {
            return;
        };
        let word: &[u8] = if stay { b"stay\n" } else { b"go\n" };
        if let Err(error) = lease.stream.get_mut().write_all(word).await {
            tracing::debug!(%error, "the local backend had gone already");
        }
    }
}

impl Lease {
    /// The backend never speaks on this connection after its greeting: readable means closed.
    fn is_alive(&mut self) -> bool {
        let mut byte = [0];
        match self.stream.get_mut().try_read(&mut byte) {
            Ok(0) => false,
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

/// A lease of a backend that runs already.
async fn take_lease(dir: &Path) -> Option<Lease> {
    let bytes = tokio::fs::read(dir.join("running.json")).await.ok()?;
    let running: Running = serde_json::from_slice(&bytes).ok()?;
    let greeting = async {
        let mut stream = BufReader::new(TcpStream::connect(&running.lease).await?);
        stream
            .get_mut()
            .write_all(format!("{}\n", running.token).as_bytes())
            .await?;
        let mut answer = String::new();
        (&mut stream).take(64).read_line(&mut answer).await?;
        std::io::Result::Ok((stream, answer))
    };
    match timeout(LEASE_LIMIT, greeting).await {
        Ok(Ok((stream, answer))) if answer.trim() == "ok" => Some(Lease { stream, running }),
        // A file left by a crash, or a stranger on that port.
        Ok(_) | Err(_) => None,
    }
}

async fn start(dir: &Path) -> Result<Lease, LocalBackendError> {
    tokio::fs::create_dir_all(dir).await?;
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(dir.join("server.log"))?;
    let mut command = Command::new(program()?);
    command
        .arg("--data")
        .arg(dir)
        .args(["--leased", "--demo"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(false);
    // A terminal's Ctrl+C is meant for the app; the backend belongs to every profile.
    #[cfg(unix)]
    command.process_group(0);
    // CREATE_NO_WINDOW (Win32 process creation flags): without it a console stands on the screen as long as the app runs,
    // and closing it ends the backend.
    #[cfg(windows)]
    command.creation_flags(0x0800_0000);
    let mut child = command.spawn()?;
    let deadline = Instant::now() + START_LIMIT;
    while Instant::now() < deadline {
        if let Some(lease) = take_lease(dir).await {
            return Ok(lease);
        }
        if let Some(status) = child.try_wait()? {
            // Another app may have won the race for the folder; then its backend serves us.
            if let Some(lease) = take_lease_until(dir, deadline).await {
                return Ok(lease);
            }
            return Err(LocalBackendError::Stopped(status.to_string()));
        }
        tokio::time::sleep(POLL).await;
    }
    Err(LocalBackendError::Late)
}

/// A lease of whichever backend serves the folder by the deadline.
async fn take_lease_until(dir: &Path, deadline: Instant) -> Option<Lease> {
    let patience = deadline.min(Instant::now() + LEASE_LIMIT);
    while Instant::now() < patience {
        if let Some(lease) = take_lease(dir).await {
            return Some(lease);
        }
        tokio::time::sleep(POLL).await;
    }
    None
}

fn program() -> Result<PathBuf, LocalBackendError> {
    let name = format!("cubist-server{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe()?.with_file_name(name);
    if beside.is_file() {
        Ok(beside)
    } else {
        Err(LocalBackendError::Missing)
    }
}
