//! The program itself: its one line, its ends, and what survives them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::support::{Caller, http, texts, within};

/// The running program.
struct Program {
    ready: Value,
    child: Child,
}

fn command(data: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cubist-server"));
    let free = "127.0.0.1:0";
    command
        .args([
            "--http", free, "--ws", free, "--xmpp", free, "--xmpps", free, "--data",
        ])
        .arg(data)
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Program {
    async fn start(data: &Path, flags: &[&str]) -> Self {
        let mut child = command(data, flags).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = within("the ready line", lines.next_line())
            .await
            .unwrap()
            .expect("no ready line");
        // Kept open and read, so that the program never writes into a closed pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            ready: serde_json::from_str(&line).unwrap(),
            child,
        }
    }

    fn caller(&self) -> Caller {
        Caller {
            http: http(None),
            base: self.ready["api_url"].as_str().unwrap().to_owned(),
            token: None,
            id: 0,
        }
    }

    async fn log_in(&self, login: &str) -> Caller {
        let body = json!({
            "application_id": 21, "auth_key": self.ready["auth_key"],
            "user": { "login": login, "password": "long enough" },
        });
        let answer = self.caller().post("/session.json", body).await.expect(201);
        let session = &answer["session"];
        Caller {
            token: Some(session["token"].as_str().unwrap().to_owned()),
            id: session["user_id"].as_u64().unwrap(),
            ..self.caller()
        }
    }

    async fn sign_up(&self, login: &str) -> Caller {
        let body = json!({ "user": { "login": login, "password": "long enough" } });
        let request = self.caller().request(reqwest::Method::POST, "/users.json");
        let key = self.ready["auth_key"].as_str().unwrap();
        crate::support::Answer::of(request.header("CB-AuthKey", key).json(&body))
            .await
            .expect(201);
        self.log_in(login).await
    }

    /// Asks it to stop and returns its exit code.
    #[cfg(unix)]
    async fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().unwrap().to_string();
        let killed = within("kill", Command::new("kill").arg(pid).status())
            .await
            .unwrap();
        assert!(killed.success());
        within("the end", self.child.wait()).await.unwrap().code()
    }

    async fn kill(mut self) {
        within("the end", self.child.kill()).await.unwrap();
    }
}

fn running(data: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(data.join("running.json")).ok()?).ok()
}

#[tokio::test]
async fn the_ready_line_has_exactly_the_promised_keys_and_every_port_accepts() {
    let dir = tempfile::tempdir().unwrap();
    let program = Program::start(dir.path(), &["--app-id", "7", "--auth-key", "K"]).await;
    let ready = program.ready.as_object().unwrap();
    let mut keys: Vec<&str> = ready.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "api_url", "app_id", "auth_key", "ca_cert", "chat_url", "domain", "xmpp", "xmpps"
        ]
    );
    assert_eq!(
        (&ready["app_id"], &ready["auth_key"], &ready["domain"]),
        (&json!(7), &json!("K"), &json!("localhost"))
    );
    for (key, scheme) in [
        ("api_url", "http"),
        ("chat_url", "ws"),
        ("xmpp", "xmpp"),
        ("xmpps", "xmpps"),
    ] {
        let (found, address) = ready[key].as_str().unwrap().split_once("://").unwrap();
        assert_eq!(found, scheme);
        let (host, port) = address.rsplit_once(':').unwrap();
        assert_eq!(host, "localhost");
        within(
            "a connection",
            TcpStream::connect(("127.0.0.1", port.parse::<u16>().unwrap())),
        )
        .await
        .unwrap();
    }
    let ca = std::fs::read_to_string(ready["ca_cert"].as_str().unwrap()).unwrap();
    assert!(ca.starts_with("-----BEGIN CERTIFICATE-----"));
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_stops_it_cleanly_and_the_key_stays_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let program = Program::start(dir.path(), &[]).await;
    let key = program.ready["auth_key"].clone();
    assert!(running(dir.path()).is_some());
    assert_eq!(program.terminate().await, Some(0));
    assert!(running(dir.path()).is_none());
    let again = Program::start(dir.path(), &[]).await;
    assert_eq!(again.ready["auth_key"], key);
}

#[tokio::test]
async fn everything_acknowledged_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Program::start(dir.path(), &[]).await;
    let (ann, bob) = (program.sign_up("ann").await, program.sign_up("bob").await);
    let dialog = ann.private(&bob).await;
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..3 {
        let ann = Caller {
            base: program.caller().base,
            ..ann.clone()
        };
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..40 {
            let (ann, dialog) = (ann.clone(), dialog.clone());
            writers.spawn(async move {
                let text = format!("{round}-{number}");
                let body = json!({ "chat_dialog_id": dialog, "message": text });
                let request = ann
                    .request(reqwest::Method::POST, "/chat/Message.json")
                    .json(&body);
                // An error means that it was killed meanwhile: nothing was acknowledged.
                let response = request.send().await.ok()?;
                (response.status() == 201).then_some(text)
            });
        }
        // Killed in the middle of the others.
        for _ in 0..10 {
            acknowledged.extend(
                within("an answer", writers.join_next())
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        program.kill().await;
        while let Some(done) = within("an answer", writers.join_next()).await {
            acknowledged.extend(done.unwrap());
        }
        program = Program::start(dir.path(), &[]).await;
    }
    let ann = Caller {
        base: program.caller().base,
        ..ann
    };
    let mut stored = Vec::new();
    for skip in [0, 100] {
        let query = format!("/chat/Message.json?chat_dialog_id={dialog}&limit=100&skip={skip}");
        let page = ann.get(query).await.expect(200);
        stored.extend(texts(&page, "message").into_iter().map(str::to_owned));
    }
    assert!(acknowledged.len() >= 30);
    for text in &acknowledged {
        assert_eq!(
            stored.iter().filter(|known| *known == text).count(),
            1,
            "{text}"
        );
    }
    let unread = program
        .log_in("bob")
        .await
        .get("/chat/Message/unread.json")
        .await
        .expect(200);
    assert_eq!(
        unread["total"].as_u64().unwrap(),
        stored.len() as u64,
        "counts and messages are one transaction"
    );
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_says_so_and_exits_with_3() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Program::start(dir.path(), &[]).await;
    let second = within("the second", command(dir.path(), &[]).output())
        .await
        .unwrap();
    assert_eq!(second.status.code(), Some(3));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        said.contains("already running") && said.contains("--data"),
        "{said}"
    );
    assert!(second.stdout.is_empty());
}

#[tokio::test]
async fn plain_text_beyond_loopback_is_refused_with_a_clear_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_cubist-server"));
    program
        .args(["--http", "0.0.0.0:0", "--data"])
        .arg(dir.path());
    let output = within("the refusal", program.output()).await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("--http 0.0.0.0:0")
            && said.contains("not encrypted")
            && said.contains("--https"),
        "{said}"
    );
}

#[tokio::test]
async fn a_leased_backend_is_found_shared_and_ends_with_its_last_app() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("server.toml");
    std::fs::write(&file, "[lease]\nlinger_seconds = 1\n").unwrap();
    let data = dir.path().join("data");
    let mut program =
        Program::start(&data, &["--leased", "--config", file.to_str().unwrap()]).await;
    let note = running(&data).unwrap();
    for key in [
        "api_url", "chat_url", "xmpp", "xmpps", "domain", "app_id", "auth_key", "ca_cert",
    ] {
        assert_eq!(note[key], program.ready[key], "{key}");
    }
    assert_eq!(note["pid"].as_u64(), program.child.id().map(u64::from));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(data.join("running.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let address = note["lease"].as_str().unwrap();
    let mut lease = BufReader::new(
        within("a lease", TcpStream::connect(address))
            .await
            .unwrap(),
    );
    lease
        .get_mut()
        .write_all(format!("{}\n", note["token"].as_str().unwrap()).as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    within("an answer", lease.read_line(&mut answer))
        .await
        .unwrap();
    assert_eq!(answer, "ok\n");
    drop(lease);
    let ended = within("the end", program.child.wait()).await.unwrap();
    assert_eq!(ended.code(), Some(0));
    assert!(running(&data).is_none());
}

#[tokio::test]
async fn logs_hold_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let mut start = command(dir.path(), &["--auth-key", "very-secret-key"]);
    let mut child = start.env("RUST_LOG", "trace").spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = within("the ready line", lines.next_line())
        .await
        .unwrap()
        .unwrap();
    let mut log = child.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut text = String::new();
        log.read_to_string(&mut text).await.unwrap();
        text
    });
    let program = Program {
        ready: serde_json::from_str(&line).unwrap(),
        child,
    };
    let (ann, bob) = (program.sign_up("ann").await, program.sign_up("bob").await);
    let dialog = ann.private(&bob).await;
    ann.say(&dialog, "words for bob alone").await;
    ann.post(
        "/login.json",
        json!({ "login": "ann", "password": "typed wrongly" }),
    )
    .await
    .expect(401);
    let token = ann.token.clone().unwrap();
    program.kill().await;
    let log = within("the log", log).await.unwrap();
    assert!(
        log.contains("answered"),
        "the log was not at its most talkative"
    );
    for secret in [
        "very-secret-key",
        "long enough",
        "typed wrongly",
        "words for bob alone",
        token.as_str(),
    ] {
        assert!(!log.contains(secret), "the log holds {secret:?}");
    }
}

#[tokio::test]
async fn a_bare_start_uses_the_systems_place_for_data_and_free_ports_where_its_own_are_taken() {
    let home = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cubist-server"));
        command
            .env("HOME", home.path())
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    };
    let mut holders = Vec::new();
    for port in [8080, 5280, 5222, 5223] {
        // Taken by us or by somebody else: in any case not free.
        holders.extend(std::net::TcpListener::bind(("127.0.0.1", port)).ok());
    }
    let mut child = start().spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = within("the ready line", lines.next_line())
        .await
        .unwrap()
        .expect("no ready line");
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert!(!ready["api_url"].as_str().unwrap().ends_with(":8080"));
    let ca = PathBuf::from(ready["ca_cert"].as_str().unwrap());
    assert!(
        ca.starts_with(home.path().canonicalize().unwrap()) || ca.starts_with(home.path()),
        "{}",
        ca.display()
    );
    drop(holders);
}
