//! What one looks at, and copies, when something is wrong.

use serde::Serialize;
use specta::Type;

use crate::{
    ipc::types::account::ConnectionState,
    shell::{connection_history::Change, recent_log::Line},
};

/// One change of an account's line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionChange {
    /// When, in unix milliseconds.
    pub at: i64,
    /// Into what.
    pub state: ConnectionState,
}

/// What the app stands on, for those who are to find out what is wrong.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Versions {
    /// Name and version of the system.
    pub system: String,
    /// Version of the engine that draws the window; `null` where it does not say.
    pub web_view: Option<String>,
}

/// One line of the log, with nothing in it that may be a secret.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When, in unix milliseconds.
    pub at: i64,
    /// `ERROR`, `WARN` or `INFO`.
    pub level: String,
    /// Where in the program it comes from.
    pub target: String,
    /// What it says.
    pub text: String,
}

impl From<Change> for ConnectionChange {
    fn from(change: Change) -> Self {
        Self {
            at: change.at.0,
            state: change.state.into(),
        }
    }
}

impl From<Line> for LogLine {
    fn from(line: Line) -> Self {
        Self {
            at: line.at,
            level: line.level.to_owned(),
            target: line.target,
            text: line.text,
        }
    }
}
