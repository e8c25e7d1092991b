//! The engine without a window, led by JSON lines: `cubist-headless FOLDER`.
//!
//! A request is `{"id":1,"method":"send_text","params":{…}}`; its answer has the same id and either
//! `result` or `error`. What the engine says by itself comes as `{"event":"…",…}`. Each line is
//! written before the next request is read, so an answer tells what is already true.

use cubist_client::keys::{KeyChoice, KeyState, KeychainPolicy};
use cubist_client::model::{
    Anchor, DialogId, DialogKind, DialogQuery, Identity, MessageId, NewDialog, SignUp, UserId,
};
use cubist_client::{Account, Engine, EngineConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::broadcast::error::RecvError;

#[path = "headless/dialogs.rs"]
mod dialogs;
#[path = "headless/files.rs"]
mod files;
#[path = "headless/people.rs"]
mod people;
#[path = "headless/sending.rs"]
mod sending;
#[path = "headless/server.rs"]
mod server;
#[path = "headless/values.rs"]
mod values;

use dialogs::DialogCall;
use files::FilesCall;
use people::PeopleCall;
use sending::SendCall;
use server::Server;
use values::{accounts, connection, dialog_value, event_line, message};

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

/// What can be asked for, by what it is about.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Call {
    Talk(TalkCall),
    Dialog(DialogCall),
    People(PeopleCall),
    Files(FilesCall),
    Send(SendCall),
}

/// Signing in, and talking.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
enum TalkCall {
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
        up_to: MessageId,
    },
    SetTyping {
        dialog: DialogId,
        typing: bool,
    },
    Dialogs {},
    Messages {
        dialog: DialogId,
    },
}

async fn answer(engine: &Engine, line: &str) -> Result<Value, Failure> {
    let request: Request = serde_json::from_str(line)?;
    Ok(match call(engine, request.call).await {
        Ok(result) => json!({ "id": request.id, "result": result }),
        Err(error) => json!({ "id": request.id, "error": error.to_string() }),
    })
}

async fn call(engine: &Engine, call: Call) -> Result<Value, Failure> {
    match call {
        Call::Talk(call) => talk(engine, call).await,
        Call::Dialog(call) => dialogs::run(&account(engine)?, call).await,
        Call::People(call) => people::run(&account(engine)?, call).await,
        Call::Files(call) => files::run(&account(engine)?, call).await,
        Call::Send(call) => sending::run(&account(engine)?, call).await,
    }
}

async fn talk(engine: &Engine, call: TalkCall) -> Result<Value, Failure> {
    Ok(match call {
        TalkCall::SignUp {
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
        TalkCall::SignIn {
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
        TalkCall::Accounts {} => accounts(engine),
        TalkCall::Connection {} => json!(connection(account(engine)?.connection())),
        TalkCall::ConnectNow {} => {
            account(engine)?.connect_now();
            Value::Null
        }
        TalkCall::CreatePrivate { user } => {
            json!(account(engine)?.create_private(user).await?.to_string())
        }
        TalkCall::CreateGroup { name, users } => {
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
        TalkCall::SendText { dialog, text } => {
            json!(account(engine)?.send_text(dialog, text).await?.to_string())
        }
        TalkCall::MarkRead { dialog, up_to } => {
            account(engine)?.mark_read(dialog, up_to).await?;
            Value::Null
        }
        TalkCall::SetTyping { dialog, typing } => {
            account(engine)?.set_typing(dialog, typing).await?;
            Value::Null
        }
        TalkCall::Dialogs {} => {
            let query = DialogQuery {
                after: None,
                limit: 100,
            };
            let page = account(engine)?.dialogs(query).await?;
            page.items.iter().map(dialog_value).collect()
        }
        TalkCall::Messages { dialog } => {
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
