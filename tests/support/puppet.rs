//! An engine in a process of its own, led by JSON lines; it can be killed at any point.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;

use cubist_client::model::{ChatAddress, DialogId, Endpoints};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::deadline::within;
use crate::person::Person;
use crate::programs::program;

/// The process `cubist-headless`. Dropping it kills it.
#[derive(Debug)]
pub struct Puppet {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// Events that came while an answer was awaited.
    events: VecDeque<Value>,
    next: u64,
}

impl Puppet {
    /// Starts an engine on a folder.
    pub fn start(home: &Path) -> Self {
        let mut child = Command::new(program("cubist-headless"))
            .arg(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            stdin,
            lines,
            events: VecDeque::new(),
            next: 1,
        }
    }

    /// Starts an engine on a fresh folder, signs somebody up, and waits for the line.
    pub async fn sign_up(home: &Path, login: &str, endpoints: &Endpoints) -> Self {
        let mut puppet = Self::start(home);
        let request = json!({
            "server": server(home, endpoints),
            "login": login,
            "password": format!("{login}'s long password"),
            "full_name": login,
        });
        puppet.ask("sign_up", request).await;
        puppet
            .until(&format!("{login} to be online"), |event| {
                event["event"] == "connection" && event["state"] == "online"
            })
            .await;
        puppet
    }

    /// The private dialog with somebody, made if need be.
    pub async fn chat_with(&mut self, other: &Person) -> DialogId {
        let dialog = self
            .ask("create_private", json!({ "user": other.id.get() }))
            .await;
        dialog.as_str().unwrap().parse().unwrap()
    }

    /// Asks for something and waits for the answer.
    pub async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        let mut line = json!({ "id": id, "method": method, "params": params }).to_string();
        line.push('\n');
        self.stdin.write_all(line.as_bytes()).await.unwrap();
        loop {
            let line = self.line(method).await;
            if line["id"] == json!(id) {
                assert!(line["error"].is_null(), "{method}: {}", line["error"]);
                return line["result"].clone();
            }
            self.events.push_back(line);
        }
    }

    /// Waits for an event that fits.
    pub async fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = match self.events.pop_front() {
                Some(event) => event,
                None => self.line(what).await,
            };
            if fits(&event) {
                return event;
            }
        }
    }

    /// Kills it: no destructor runs, nothing more is written.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    async fn line(&mut self, what: &str) -> Value {
        let line = within(what, self.lines.next_line())
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("the engine ended while waiting for {what}"));
        serde_json::from_str(&line).unwrap()
    }
}

/// Endpoints in the words of `cubist-headless`, which reads the certificate from a file.
fn server(home: &Path, endpoints: &Endpoints) -> Value {
    let ca_cert = endpoints.ca_cert_pem.as_ref().map(|pem| {
        let path = home.join("authority.pem");
        std::fs::write(&path, pem).unwrap();
        path
    });
    json!({
        "api_url": endpoints.api_url,
        "domain": endpoints.domain,
        "app_id": endpoints.app_id.get(),
        "auth_key": endpoints.auth_key.expose(),
        "chat": endpoints.chat.iter().map(chat_address).collect::<Value>(),
        "ca_cert": ca_cert,
    })
}

fn chat_address(address: &ChatAddress) -> String {
    match address {
        ChatAddress::Tls { host, port } => format!("xmpps://{host}:{port}"),
        ChatAddress::StartTls { host, port } => format!("xmpp://{host}:{port}"),
        ChatAddress::WebSocket { url } => url.to_string(),
    }
}
