//! A server of somebody else's, running for one test.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;

use cubist_client::model::ChatAddress;
use cubist_tests::{FlakyProxy, within};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::task::AbortOnDropHandle;

use super::certificates::Certificates;

/// A local part of the platform's form, and its password.
pub(super) type Account = (&'static str, &'static str);

pub(super) const ROMEO: Account = ("100-21", "wherefore art thou");
pub(super) const JULIET: Account = ("101-21", "that which we call a rose");
pub(super) const ACCOUNTS: [Account; 2] = [ROMEO, JULIET];
pub(super) const DOMAIN: &str = "localhost";

/// A running server. Dropping it kills the process and removes its files.
pub(super) struct RealServer {
    pub(super) tls_address: SocketAddr,
    pub(super) starttls_address: SocketAddr,
    pub(super) certificates: Certificates,
    pub(super) folder: TempDir,
    _child: Child,
    /// Reads on, so that the server never waits for room in the pipe.
    _output: AbortOnDropHandle<()>,
}

/// What a kind of server needs for its configuration.
pub(super) struct Site {
    pub(super) folder: TempDir,
    pub(super) certificates: Certificates,
    pub(super) tls_port: u16,
    pub(super) starttls_port: u16,
}

impl Site {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let certificates = Certificates::new(folder.path(), "own");
        // Held together, so that they differ; these servers cannot say which port they got.
        let holders = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let [tls_port, starttls_port] = holders.map(|holder| holder.local_addr().unwrap().port());
        Self {
            folder,
            certificates,
            tls_port,
            starttls_port,
        }
    }

    /// Writes a file into the folder and gives its path as text.
    pub(super) fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Starts the server and waits until its output has had each of the `signs`.
    pub(super) async fn start(self, mut command: Command, signs: &[&str]) -> RealServer {
        let mut child = command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut missing = signs.to_vec();
        let mut heard = Vec::new();
        while !missing.is_empty() {
            let line = within("the server to start", lines.next_line())
                .await
                .unwrap();
            let line = line.unwrap_or_else(|| panic!("the server ended:\n{}", heard.join("\n")));
            missing.retain(|sign| !line.contains(sign));
            heard.push(line);
        }
        let output =
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        RealServer {
            tls_address: SocketAddr::from(([127, 0, 0, 1], self.tls_port)),
            starttls_address: SocketAddr::from(([127, 0, 0, 1], self.starttls_port)),
            certificates: self.certificates,
            folder: self.folder,
            _child: child,
            _output: AbortOnDropHandle::new(output),
        }
    }
}

impl RealServer {
    pub(super) fn direct_tls(&self) -> ChatAddress {
        ChatAddress::Tls {
            host: DOMAIN.to_owned(),
            port: self.tls_address.port(),
        }
    }

    pub(super) fn starttls(&self) -> ChatAddress {
        ChatAddress::StartTls {
            host: DOMAIN.to_owned(),
            port: self.starttls_address.port(),
        }
    }
}

/// TLS through a line that can fail.
pub(super) fn through(line: &FlakyProxy) -> ChatAddress {
    ChatAddress::Tls {
        host: DOMAIN.to_owned(),
        port: line.address().port(),
    }
}
