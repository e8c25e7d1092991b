//! A backend in this process and people who call it.

use std::fmt::Display;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use cubist_server::config::{Argon2Cost, AuthKey, Config};
use cubist_server::server::Server;
use cubist_server::state::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Waits, but not for ever: an event that does not come is a failed test and not a hanging one.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, future)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// A client that trusts what is added to it.
pub(crate) fn http(trusted: Option<&Path>) -> reqwest::Client {
    // Fails when another test of this program installed it before.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = reqwest::Client::builder().no_proxy();
    let builder = match trusted {
        None => builder,
        Some(path) => {
            let pem = std::fs::read(path).unwrap();
            builder.tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        }
    };
    builder.build().unwrap()
}

pub(crate) fn free() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// A configuration on free ports with cheap passwords.
pub(crate) fn config(data: &Path) -> Config {
    let mut config = Config {
        data: data.to_owned(),
        ..Config::default()
    };
    config.listen.http = free();
    config.listen.ws = free();
    config.listen.xmpp = free();
    config.listen.xmpps = free();
    config.auth_key = AuthKey("KEY".to_owned());
    config.accounts.argon2 = Argon2Cost {
        memory_kib: 16,
        passes: 1,
        lanes: 1,
    };
    config.storage.sync = false;
    config
}

/// A backend with a folder and a clock of its own.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) clock: Clock,
    pub(crate) http: reqwest::Client,
    pub(crate) dir: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(dir.path());
        change(&mut config);
        let clock = Clock::system();
        let server = within("the start", Server::start_at(config, clock.clone()))
            .await
            .unwrap();
        Self {
            server,
            clock,
            http: http(None),
            dir,
        }
    }

    /// A caller without a session.
    pub(crate) fn nobody(&self) -> Caller {
        Caller {
            http: self.http.clone(),
            base: self.server.ready().api_url.clone(),
            token: None,
            id: 0,
        }
    }

    /// A caller with a session but no user.
    pub(crate) async fn guest(&self) -> Caller {
        let answer = self
            .nobody()
            .post("/session.json", session_request(None))
            .await
            .expect(201);
        Caller {
            token: Some(answer["session"]["token"].as_str().unwrap().to_owned()),
            ..self.nobody()
        }
    }

    /// Signs a person up and in.
    pub(crate) async fn person(&self, login: &str) -> Caller {
        let body =
            json!({ "user": { "login": login, "password": "long enough", "full_name": login } });
        self.guest()
            .await
            .post("/users.json", body)
            .await
            .expect(201);
        self.log_in(login).await
    }

    pub(crate) async fn log_in(&self, login: &str) -> Caller {
        let user = json!({ "login": login, "password": "long enough" });
        let answer = self
            .nobody()
            .post("/session.json", session_request(Some(user)))
            .await
            .expect(201);
        let session = &answer["session"];
        Caller {
            token: Some(session["token"].as_str().unwrap().to_owned()),
            id: session["user_id"].as_u64().unwrap(),
            ..self.nobody()
        }
    }
}

pub(crate) fn session_request(user: Option<Value>) -> Value {
    let mut body = json!({ "application_id": 21, "auth_key": "KEY" });
    if let Some(user) = user {
        body["user"] = user;
    }
    body
}

/// Someone who calls the API.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) token: Option<String>,
    pub(crate) id: u64,
}

impl Caller {
    pub(crate) fn request(&self, method: Method, path: impl Display) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.header("CB-Token", token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: impl Display) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: impl Display, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: impl Display, body: Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: impl Display) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// A private dialog's id.
    pub(crate) async fn private(&self, other: &Self) -> String {
        let body = json!({ "type": 3, "occupants_ids": other.id.to_string() });
        id_of(&self.post("/chat/Dialog.json", body).await.expect(201))
    }

    /// A group's id.
    pub(crate) async fn group(&self, name: &str, others: &[&Self]) -> String {
        let ids: Vec<String> = others.iter().map(|other| other.id.to_string()).collect();
        let body = json!({ "type": 2, "name": name, "occupants_ids": ids.join(", ") });
        id_of(&self.post("/chat/Dialog.json", body).await.expect(201))
    }

    /// A stored message's id.
    pub(crate) async fn say(&self, dialog: &str, text: &str) -> String {
        let body = json!({ "chat_dialog_id": dialog, "message": text });
        id_of(&self.post("/chat/Message.json", body).await.expect(201))
    }
}

pub(crate) fn id_of(object: &Value) -> String {
    object["_id"].as_str().unwrap().to_owned()
}

/// The texts at a key of all items.
pub(crate) fn texts<'a>(page: &'a Value, key: &str) -> Vec<&'a str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[key].as_str().unwrap())
        .collect()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = within("an answer", request.send()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self {
            status,
            headers,
            text: within("a body", response.text()).await.unwrap(),
        }
    }

    /// The object, after a look at the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The reason for a refusal of the call as a whole, after a look at the status.
    #[track_caller]
    pub(crate) fn refusal(self, status: u16) -> String {
        let body = self.expect(status);
        body["errors"]["base"][0]
            .as_str()
            .unwrap_or_else(|| panic!("no reason in {body}"))
            .to_owned()
    }
}
