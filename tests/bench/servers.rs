//! The two servers of a comparison, each a process of its own with people in it.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use cubist_client::connection::Trust;
use cubist_client::model::{AppId, SignUp};
use cubist_client::network::Ways;
use cubist_client::rest::{Client, RestConfig};
use cubist_tests::backend::Ready;
use cubist_tests::programs::program;
use cubist_tests::within;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio_util::task::AbortOnDropHandle;

use crate::tls::{Certificate, DOMAIN};

const PASSWORD: &str = "a password of no use";

/// Limits that protect a backend from strangers are out of the way: the load here is wanted.
const SETTINGS: &str = "
[limits]
requests_per_second = 100000
request_burst = 100000
stanzas_per_second = 1000000
stanza_burst = 1000000
connections_per_user = 1000
[accounts.argon2]
memory_kib = 64
passes = 1
";

/// Who logs in.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Local part of the address.
    pub(crate) local: String,
    /// Password of the chat.
    pub(crate) password: String,
}

/// A running server. Dropping it kills the process and removes its files.
pub(crate) struct Server {
    /// How it is called in the figures.
    pub(crate) name: &'static str,
    /// Process id.
    pub(crate) pid: u32,
    /// Port with TLS from the first byte.
    pub(crate) port: u16,
    /// Whom a client must trust.
    pub(crate) authority_pem: String,
    /// Those who can log in.
    pub(crate) people: Vec<Login>,
    _child: Child,
    /// Reads on, so that the server never waits for room in the pipe.
    _output: AbortOnDropHandle<()>,
    _folder: TempDir,
}

/// The local backend, in its ordinary configuration but for the limits.
pub(crate) async fn cubist(work: &Path, people: usize) -> Server {
    let folder = TempDir::new_in(work).unwrap();
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, SETTINGS).unwrap();
    let free = "127.0.0.1:0";
    let mut command = Command::new(program("cubist-server"));
    command
        .arg("--config")
        .arg(&settings)
        .arg("--data")
        .arg(folder.path().join("data"))
        .args([
            "--http", free, "--ws", free, "--xmpp", free, "--xmpps", free,
        ]);
    let (child, mut lines) = start(command);
    let line = within("the backend's ready line", lines.next_line())
        .await
        .unwrap();
    let ready: Ready = serde_json::from_str(&line.expect("the backend ended")).unwrap();
    let authority_pem = std::fs::read_to_string(&ready.ca_cert).unwrap();
    let rest = Client::new(RestConfig {
        base: ready.api_url.clone(),
        app_id: AppId::new(ready.app_id).unwrap(),
        auth_key: ready.auth_key.as_str().into(),
        trust: Trust::new(Some(&authority_pem)).unwrap(),
        ways: Ways::direct(),
    })
    .unwrap();
    let mut logins = Vec::with_capacity(people);
    for n in 0..people {
        let person = SignUp {
            full_name: format!("Person {n}"),
            login: format!("person-{n}"),
            email: None,
            password: PASSWORD.into(),
        };
        let user = rest.sign_up(&person).await.unwrap();
        logins.push(Login {
            local: format!("{}-{}", user.id, ready.app_id),
            password: PASSWORD.to_owned(),
        });
    }
    Server {
        name: "cubist",
        pid: child.id().unwrap(),
        port: ready.xmpps_address().port(),
        authority_pem,
        people: logins,
        _child: child,
        _output: drain(lines),
        _folder: folder,
    }
}

/// Prosody with its message archive (XEP-0313) on its own storage, and stream management.
pub(crate) async fn prosody(work: &Path, people: usize) -> Server {
    let folder = TempDir::new_in(work).unwrap();
    let certificate = Certificate::new();
    let (chain, key) = certificate.write_to(folder.path());
    let accounts = folder.path().join("data").join(DOMAIN).join("accounts");
    std::fs::create_dir_all(&accounts).unwrap();
    let people: Vec<_> = (0..people)
        .map(|n| Login {
            local: format!("person{n}"),
            password: PASSWORD.to_owned(),
        })
        .collect();
    for login in &people {
        let record = format!("return {{ [\"password\"] = \"{}\" }};\n", login.password);
        std::fs::write(accounts.join(format!("{}.dat", login.local)), record).unwrap();
    }
    // It cannot say which port it got, so a free one is looked for; the other listeners are off.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (home, chain, key) = (folder.path().display(), chain.display(), key.display());
    let config = folder.path().join("prosody.cfg.lua");
    std::fs::write(
        &config,
        format!(
            r#"
run_as_root = true
pidfile = "{home}/prosody.pid"
data_path = "{home}/data"
certificates = "{home}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ }}
c2s_direct_tls_ports = {{ {port} }}
modules_enabled = {{ "saslauth", "tls", "disco", "ping", "smacks", "carbons", "mam" }}
modules_disabled = {{ "s2s" }}
authentication = "internal_plain"
storage = "internal"
default_archive_policy = true
archive_expires_after = "never"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
ssl = {{ certificate = "{chain}", key = "{key}" }}
c2s_direct_tls_ssl = {{ certificate = "{chain}", key = "{key}" }}
VirtualHost "{DOMAIN}"
"#
        ),
    )
    .unwrap();
    let mut command = Command::new("prosody");
    command
        .arg("-F")
        .arg("--config")
        .arg(&config)
        .current_dir(folder.path());
    let (child, mut lines) = start(command);
    let sign = format!(":{port}");
    loop {
        let line = within("Prosody to start", lines.next_line()).await.unwrap();
        if line.expect("Prosody ended").contains(&sign) {
            break;
        }
    }
    Server {
        name: "prosody",
        pid: child.id().unwrap(),
        port,
        authority_pem: certificate.authority_pem().to_owned(),
        people,
        _child: child,
        _output: drain(lines),
        _folder: folder,
    }
}

fn start(mut command: Command) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

fn drain(mut lines: Lines<BufReader<ChildStdout>>) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        while let Ok(Some(_)) = lines.next_line().await {}
    }))
}

impl Server {
    /// Memory of the process in kilobytes, shared pages counted by their share.
    pub(crate) fn pss_kilobytes(&self) -> f64 {
        let path = format!("/proc/{}/smaps_rollup", self.pid);
        let text = std::fs::read_to_string(path).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Pss:"))
            .unwrap();
        let number = line.trim().trim_end_matches("kB").trim();
        f64::from(number.parse::<u32>().unwrap())
    }
}
