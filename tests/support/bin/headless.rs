//! The engine without a window, led by JSON lines: `cubist-headless FOLDER`.
//!
//! A request is `{"id":1,"method":"send_text","params":{…}}`; its answer has the same id and either
//! `result` or `error`. What the engine says by itself comes as `{"event":"…",…}`. Each line is
//! written before the next request is read, so an answer tells what is already true.

use cubist_client::keys::{KeyChoice, KeyState, KeychainPolicy};
use cubist_client::model::{
    Anchor, AppId, ChatAddress, ConnectionState, Dialog, DialogId, DialogKind, DialogQuery, Endpoints, Identity, Message, NewDialog, Origin, SignUp, Status, User, UserId,
};
use cubist_client::{Account, ClientEvent, Engine, EngineConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::broadcast::error::RecvError;
use url::Url;

/// Anything that ends one request; its words go into the answer.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let home = std::env::args_os()
        .nth(1)
        .ok_or("usage: cubist-headless FOLDER")?;
    let mut config = EngineConfig::new(home);
    config.keychain = KeychainPolicy::Disabled;
    let engine = Engine::open(config).await?;
    if matches!(engine.key_state(), KeyState::NeedsChoice { .. }) {
        engine.create_keys(KeyChoice::KeyFile).await?;
    }
    let mut events = engine.events();
    let mut requests = BufReader::new(tokio::io::stdin()).lines();
    let mut out = tokio::io::stdout();
    loop {
        // Not at once and side by side: the order of the lines is the order in which things became true.
        let line = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => event_line(&event),
                Err(RecvError::Lagged(_)) => json!({ "event": "lagged" }),
                Err(RecvError::Closed) => break,
            },
            request = requests.next_line() => match request? {
                Some(request) => answer(&engine, &request).await?,
                None => break,
            },
        };
        out.write_all(format!("{line}\n").as_bytes()).await?;
        out.flush().await?;
    }
    engine.shutdown().await;
    Ok(())
}

/// One request.
#[derive(Debug, Deserialize)]
struct Request {
    id: u64,
    #[serde(flatten)]
    call: Call,
}

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
enum Call {
    SignUp {
        server: Server,
        login: String,
        password: String,
        full_name: String,
    },
    SignIn {
        server: Server,
        login: String,
        password: String,
    },
    Accounts {},
    Connection {},
    ConnectNow {},
    CreatePrivate {
        user: UserId,
    },
    CreateGroup {
        name: String,
        users: Vec<UserId>,
    },
    SendText {
        dialog: DialogId,
        text: String,
    },
    MarkRead {
        dialog: DialogId,
        up_to: cubist_client::model::MessageId,
    },
    SetTyping {
        dialog: DialogId,
        typing: bool,
    },
    SearchPeople {
        query: String,
    },
    Dialogs {},
    Messages {
        dialog: DialogId,
    },
}

/// Where the backend is, as its ready line says it.
#[derive(Debug, Deserialize)]
struct Server {
    api_url: Url,
    domain: String,
    app_id: u64,
    auth_key: String,
    /// Ways to the chat server: `xmpps://host:port`, `xmpp://host:port` or a WebSocket URL.
    chat: Vec<Url>,
    /// Path of a certificate to trust.
    ca_cert: Option<std::path::PathBuf>,
}

impl Server {
    fn endpoints(self) -> Result<Endpoints, Failure> {
        let chat = self
            .chat
            .into_iter()
            .map(chat_address)
            .collect::<Result<_, _>>()?;
        Ok(Endpoints {
            api_url: self.api_url,
            chat,
            domain: self.domain,
            muc_domain: None,
            app_id: AppId::new(self.app_id).ok_or("the application's number is 0")?,
            auth_key: self.auth_key.into(),
            ca_cert_pem: self.ca_cert.map(std::fs::read_to_string).transpose()?,
            origin: Origin::Custom,
        })
    }
}

fn chat_address(url: Url) -> Result<ChatAddress, Failure> {
    let host = url
        .host_str()
        .ok_or("a chat address without a host")?
        .to_owned();
    Ok(match url.scheme() {
        "xmpps" => ChatAddress::Tls {
            host,
            port: url.port().unwrap_or(5223),
        },
        "xmpp" => ChatAddress::StartTls {
            host,
            port: url.port().unwrap_or(5222),
        },
        _ => ChatAddress::WebSocket { url },
    })
}

async fn answer(engine: &Engine, line: &str) -> Result<Value, Failure> {
    let request: Request = serde_json::from_str(line)?;
    Ok(match call(engine, request.call).await {
        Ok(result) => json!({ "id": request.id, "result": result }),
        Err(error) => json!({ "id": request.id, "error": error.to_string() }),
    })
}

async fn call(engine: &Engine, call: Call) -> Result<Value, Failure> {
    Ok(match call {
        Call::SignUp {
            server,
            login,
            password,
            full_name,
        } => {
            let request = SignUp {
                full_name,
                login,
                email: None,
                password: password.into(),
            };
            engine.sign_up(server.endpoints()?, request).await?;
            accounts(engine)
        }
        Call::SignIn {
            server,
            login,
            password,
        } => {
            let identity = Identity::Login {
                login,
                password: password.into(),
            };
            engine.sign_in(server.endpoints()?, identity).await?;
            accounts(engine)
        }
        Call::Accounts {} => accounts(engine),
        Call::Connection {} => json!(connection(account(engine)?.connection())),
        Call::ConnectNow {} => {
            account(engine)?.connect_now();
            Value::Null
        }
        Call::CreatePrivate { user } => {
            json!(account(engine)?.create_private(user).await?.to_string())
        }
        Call::CreateGroup { name, users } => {
            json!(
                account(engine)?
                    .create_dialog(NewDialog {
                        kind: DialogKind::Group,
                        name,
                        description: None,
                        photo: None,
                        users,
                        fields: Vec::new(),
                        allow_preview: false,
                    })
                    .await?
                    .to_string()
            )
        }
        Call::SendText { dialog, text } => {
            json!(account(engine)?.send_text(dialog, text).await?.to_string())
        }
        Call::MarkRead { dialog, up_to } => {
            account(engine)?.mark_read(dialog, up_to).await?;
            Value::Null
        }
        Call::SetTyping { dialog, typing } => {
            account(engine)?.set_typing(dialog, typing).await?;
            Value::Null
        }
        Call::SearchPeople { query } => {
            let found = account(engine)?.search_people(query).await?;
            found.iter().map(user).collect()
        }
        Call::Dialogs {} => {
            let query = DialogQuery {
                after: None,
                limit: 100,
            };
            let page = account(engine)?.dialogs(query).await?;
            page.items.iter().map(dialog_value).collect()
        }
        Call::Messages { dialog } => {
            let page = account(engine)?
                .messages(dialog, Anchor::Newest, 100)
                .await?;
            page.items.iter().map(message).collect()
        }
    })
}

fn account(engine: &Engine) -> Result<Account, Failure> {
    let first = engine
        .accounts()
        .into_iter()
        .next()
        .ok_or("nobody is signed in")?;
    Ok(engine.account(&first.id).ok_or("the account is gone")?)
}

fn accounts(engine: &Engine) -> Value {
    let one = |account: &cubist_client::model::AccountSummary| {
        json!({
            "id": account.id.as_str(),
            "user": account.user.get(),
            "name": account.name,
            "waiting": account.waiting,
            "connection": connection(account.connection),
        })
    };
    engine.accounts().iter().map(one).collect()
}

fn event_line(event: &ClientEvent) -> Value {
    match event {
        ClientEvent::AccountsChanged => json!({ "event": "accounts" }),
        ClientEvent::Connection { state, .. } => {
            json!({ "event": "connection", "state": connection(*state) })
        }
        ClientEvent::DialogsChanged {
            dialogs, removed, ..
        } => json!({
            "event": "dialogs",
            "dialogs": dialogs.iter().map(dialog_value).collect::<Value>(),
            "removed": removed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        ClientEvent::MessagesChanged {
            dialog,
            messages,
            removed,
            ..
        } => json!({
            "event": "messages",
            "dialog": dialog.to_string(),
            "messages": messages.iter().map(message).collect::<Value>(),
            "removed": removed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        ClientEvent::TypingChanged { dialog, users, .. } => json!({
            "event": "typing",
            "dialog": dialog.to_string(),
            "users": ids(users),
        }),
        ClientEvent::UsersChanged { users, .. } => {
            json!({ "event": "users", "users": users.iter().map(user).collect::<Value>() })
        }
        ClientEvent::OutboxChanged { waiting, .. } => {
            json!({ "event": "outbox", "waiting": waiting })
        }
        ClientEvent::FoldersChanged { .. } => json!({ "event": "folders" }),
        ClientEvent::ActivityChanged { .. } => json!({ "event": "activity" }),
        ClientEvent::PrivacyChanged { .. } => json!({ "event": "privacy" }),
        ClientEvent::HistoryChanged { dialog, .. } => {
            json!({ "event": "history", "dialog": dialog.to_string() })
        }
    }
}

fn connection(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Online => "online",
        ConnectionState::Connecting { .. } => "connecting",
        ConnectionState::Offline { .. } => "offline",
        ConnectionState::SignedOut { .. } => "signed_out",
    }
}

fn dialog_value(dialog: &Dialog) -> Value {
    json!({
        "id": dialog.id.to_string(),
        "name": dialog.name,
        "occupants": ids(&dialog.occupants),
        "opponent": dialog.opponent.map(UserId::get),
        "unread": dialog.unread,
        "last": dialog.last.as_ref().map(|last| last.text.as_str()),
    })
}

fn message(message: &Message) -> Value {
    json!({
        "id": message.id.to_string(),
        "sender": message.sender.get(),
        "text": message.text,
        "sent_at": message.sent_at.0,
        "status": status(message.status),
        "delivered_to": ids(&message.delivered_to),
        "read_by": ids(&message.read_by),
    })
}

fn user(user: &User) -> Value {
    json!({ "id": user.id.get(), "name": user.name, "login": user.login })
}

fn ids(users: &[UserId]) -> Vec<u64> {
    users.iter().map(|user| user.get()).collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Failed => "failed",
        Status::Pending => "pending",
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
    }
}
