//! Orders of the operator: what only the one who runs the backend may ask for.
//!
//! An order is given on the command line. If a backend runs on the data folder, the order goes to it over the port of
//! the leases, whose token only the folder's owner can read: after the token and its `ok`, one line `order` with the
//! order as JSON, and back comes one line of JSON. If none runs, the command opens the folder itself.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::config::Config;
use crate::folder::{DataFolder, FolderError, find_running};
use crate::state::{Clock, NewBroadcast, State, StateError};

/// How long a running backend may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer, in bytes.
const ANSWER: u64 = 64 << 10;

/// What the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// A new broadcast dialog.
    Broadcast {
        /// Its name.
        name: String,
        /// Who writes in it.
        owner: u64,
        /// Words about it.
        description: Option<String>,
    },
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The order makes no sense; says why.
    #[error("{0}")]
    Refused(String),
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database cannot be used.
    #[error("cannot use the database: {0}")]
    State(#[from] StateError),
    /// A backend holds the folder and does not say how to reach it.
    #[error("a cubist-server holds {0} but cannot be reached yet or any more; try again")]
    Unreachable(PathBuf),
    /// The running backend did not answer.
    #[error("the running cubist-server did not answer: {0}")]
    Io(#[from] io::Error),
}

/// Carries an order out on a data folder, whether or not a backend runs on it. Returns the answer to print.
pub async fn give(data: &Path, order: Order) -> Result<Value, OrderError> {
    if !data.is_dir() {
        return Err(OrderError::Refused(format!(
            "there is no data folder {}",
            data.display()
        )));
    }
    match DataFolder::lock(data) {
        Ok(folder) => {
            let config = Config {
                data: data.to_owned(),
                ..Config::default()
            };
            let state = State::open(Arc::new(config), Clock::system()).await?;
            let done = carry_out(&state, order).await;
            state.close().await;
            drop(folder);
            done
        }
        Err(FolderError::InUse(path)) => {
            let running = find_running(data).ok_or(OrderError::Unreachable(path))?;
            let asked = ask(running.lease, &running.token, &order);
            tokio::time::timeout(PATIENCE, asked)
                .await
                .map_err(io::Error::from)?
        }
        Err(error) => Err(error.into()),
    }
}

async fn carry_out(state: &State, order: Order) -> Result<Value, OrderError> {
    match order {
        Order::Broadcast {
            name,
            owner,
            description,
        } => {
            let owner = UserId::new(owner)
                .ok_or_else(|| OrderError::Refused("the owner is no user id".to_owned()))?;
            let new = NewBroadcast {
                name,
                owner,
                description,
            };
            match state.create_broadcast(new).await {
                Ok(id) => Ok(json!({ "_id": id })),
                Err(error @ StateError::Invalid { .. }) => {
                    Err(OrderError::Refused(error.to_string()))
                }
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// The running backend's answer to an order that came as JSON.
pub(crate) async fn answer(state: &State, order: &str) -> String {
    let done = match serde_json::from_str(order) {
        Ok(order) => carry_out(state, order).await,
        Err(_) => Err(OrderError::Refused(
            "the running cubist-server does not know this order: is it of another version?"
                .to_owned(),
        )),
    };
    match done {
        Ok(answer) => answer.to_string(),
        Err(error) => json!({ "error": error.to_string() }).to_string(),
    }
}

async fn ask(address: SocketAddr, token: &str, order: &Order) -> Result<Value, OrderError> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    stream
        .get_mut()
        .write_all(format!("{token}\n").as_bytes())
        .await?;
    if line(&mut stream).await?.trim() != "ok" {
        return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
    }
    let order = serde_json::to_string(order).map_err(io::Error::from)?;
    stream
        .get_mut()
        .write_all(format!("order {order}\n").as_bytes())
        .await?;
    let answer: Value = serde_json::from_str(&line(&mut stream).await?).map_err(io::Error::from)?;
    match answer.get("error").and_then(Value::as_str) {
        Some(reason) => Err(OrderError::Refused(reason.to_owned())),
        None => Ok(answer),
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut text = String::new();
    stream.take(ANSWER).read_line(&mut text).await?;
    if text.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(text)
}
