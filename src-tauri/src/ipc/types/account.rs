//! An account and its line to the server.

use std::time::Duration;

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::{AccountId, UserId};

/// How the account's connection stands.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ConnectionState {
    /// Logged in and receiving.
    Online,
    /// Trying, or waiting for the next try.
    Connecting {
        /// Tries since the last success, from 1.
        attempt: u32,
        /// Milliseconds until the next try; `null` while one is under way.
        next_in_ms: Option<u64>,
    },
    /// Not trying, and why.
    Offline {
        /// What keeps the account offline.
        reason: OfflineReason,
    },
    /// The account has to sign in again.
    SignedOut {
        /// Who or what ended it.
        reason: SignedOutReason,
    },
}

/// What keeps an account offline.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum OfflineReason {
    /// This computer has no network.
    NoNetwork,
    /// No address of the server answers.
    Unreachable,
    /// The server answers and refuses.
    Refused,
    /// The server's certificate is not one this computer trusts.
    Certificate,
    /// The proxy does not let anybody through.
    Proxy,
    /// The proxy wants a name and a password, or others than it got.
    ProxyLogin,
    /// Stopped on purpose, as while the app closes.
    Stopped,
    /// What is kept of the account on this computer cannot be read.
    Unreadable,
    /// A later version of the app wrote what is kept of the account.
    LaterVersion,
}

/// Why an account has to sign in again.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SignedOutReason {
    /// The person signed out.
    Person,
    /// Login and password are no longer accepted.
    Credentials,
    /// Another session took this one's place.
    Replaced,
}

/// Which kind of backend the account lives on.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The backend on this computer.
    Local,
    /// `ConnectyCube`'s cloud.
    Cloud,
    /// Endpoints typed by the person.
    Custom,
}

/// One signed-in account.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The engine's id of the account.
    pub id: AccountId,
    /// The user's id on the server.
    pub user_id: UserId,
    /// Full name, or login where there is none.
    pub name: String,
    /// Login, where the account has one.
    pub login: Option<String>,
    /// E-mail address, where the account has one.
    pub email: Option<String>,
    /// Blob uid or address of the picture.
    pub avatar: Option<String>,
    /// Kind of backend.
    pub origin: Origin,
    /// Host and application, as a person reads them.
    pub server: String,
    /// State of the connection.
    pub connection: ConnectionState,
    /// Messages that wait to be sent.
    pub waiting: u32,
}

/// What waits to be read in an account; muted chats and those put away do not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountUnread {
    /// Which account.
    pub account_id: AccountId,
    /// Unread messages.
    pub messages: u32,
    /// Chats with unread messages, or marked as unread by hand.
    pub dialogs: u32,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<model::ConnectionState> for ConnectionState {
    fn from(state: model::ConnectionState) -> Self {
        match state {
            model::ConnectionState::Online => Self::Online,
            model::ConnectionState::Connecting { attempt, next_in } => Self::Connecting {
                attempt,
                next_in_ms: next_in.map(millis),
            },
            model::ConnectionState::Offline { reason } => Self::Offline {
                reason: match reason {
                    model::OfflineReason::NoNetwork => OfflineReason::NoNetwork,
                    model::OfflineReason::Unreachable => OfflineReason::Unreachable,
                    model::OfflineReason::Refused => OfflineReason::Refused,
                    model::OfflineReason::Certificate => OfflineReason::Certificate,
                    model::OfflineReason::Proxy => OfflineReason::Proxy,
                    model::OfflineReason::ProxyLogin => OfflineReason::ProxyLogin,
                    model::OfflineReason::Stopped => OfflineReason::Stopped,
                    model::OfflineReason::Unreadable => OfflineReason::Unreadable,
                    model::OfflineReason::LaterVersion => OfflineReason::LaterVersion,
                },
            },
            model::ConnectionState::SignedOut { reason } => Self::SignedOut {
                reason: match reason {
                    model::SignedOutReason::Person => SignedOutReason::Person,
                    model::SignedOutReason::Credentials => SignedOutReason::Credentials,
                    model::SignedOutReason::Replaced => SignedOutReason::Replaced,
                },
            },
        }
    }
}

impl From<model::AccountSummary> for Account {
    fn from(account: model::AccountSummary) -> Self {
        Self {
            id: account.id.into(),
            user_id: account.user.into(),
            name: account.name,
            login: account.login,
            email: account.email,
            avatar: account.avatar,
            origin: match account.origin {
                model::Origin::Local => Origin::Local,
                model::Origin::Cloud => Origin::Cloud,
                model::Origin::Custom => Origin::Custom,
            },
            server: account.server,
            connection: account.connection.into(),
            waiting: account.waiting,
        }
    }
}
