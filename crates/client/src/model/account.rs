//! Accounts and where they live.

use std::fmt;
use std::str::FromStr;

use crate::model::{AppId, UserId};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{ConnectionState, Secret};

/// Names one account within a profile: 16 lower-case hex digits, picked at random by the engine.
///
/// It is part of file paths, so nothing else is ever accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// The text is not 16 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an account id")]
pub struct InvalidAccountId;

impl AccountId {
    /// From eight random bytes.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// The 16 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 16 && text.bytes().all(hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccountId)
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = InvalidAccountId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

/// Which of the three ways of the first run made an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The backend on this computer.
    Local,
    /// ConnectyCube's cloud.
    Cloud,
    /// Endpoints typed in by the person.
    Custom,
}

/// One way to reach the chat server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChatAddress {
    /// TLS from the first byte (live port 5223).
    Tls {
        /// Host name or address.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// Plain TCP that is raised to TLS before anything is said (live port 5222).
    StartTls {
        /// Host name or address.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// RFC 7395 (live port 5291).
    WebSocket {
        /// `wss:`, or `ws:` on this machine only.
        url: Url,
    },
}

/// Where an application's servers are, and how it shows that it may speak to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Base of the REST API.
    pub api_url: Url,
    /// Ways to the chat server, tried in this order.
    pub chat: Vec<ChatAddress>,
    /// Domain of the people's JIDs.
    pub domain: String,
    /// Domain of the rooms; `muc.` + `domain` when `None`.
    pub muc_domain: Option<String>,
    /// Number of the application.
    pub app_id: AppId,
    /// Authorization key of the application.
    pub auth_key: Secret,
    /// A certificate authority to trust beside the system's, as PEM text.
    pub ca_cert_pem: Option<String>,
    /// How these endpoints came to be chosen.
    pub origin: Origin,
}

impl Endpoints {
    /// Domain of the rooms.
    pub fn rooms_domain(&self) -> String {
        match &self.muc_domain {
            Some(domain) => domain.clone(),
            None => format!("muc.{}", self.domain),
        }
    }
}

/// How a person shows who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Login and password.
    Login {
        /// The login.
        login: String,
        /// The account's password.
        password: Secret,
    },
    /// E-mail address and password.
    Email {
        /// The address.
        email: String,
        /// The account's password.
        password: Secret,
    },
    /// A session token made elsewhere; it also serves as the chat password.
    Token {
        /// The token.
        token: Secret,
    },
}

/// What a newcomer gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    /// The name others see.
    pub full_name: String,
    /// What they sign in with, 3 to 70 characters.
    pub login: String,
    /// E-mail address, if they want to give one.
    pub email: Option<String>,
    /// Eight characters at least.
    pub password: Secret,
}

/// An account as the switcher shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSummary {
    /// Which account.
    pub id: AccountId,
    /// Whose it is.
    pub user: UserId,
    /// Their full name.
    pub name: String,
    /// What they sign in with.
    pub login: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Blob uid or URL of their picture.
    pub avatar: Option<String>,
    /// How it was added.
    pub origin: Origin,
    /// Host of the REST API and application number, to tell two accounts of one person apart.
    pub server: String,
    /// The state of its line.
    pub connection: ConnectionState,
    /// How many messages wait to be sent.
    pub waiting: u32,
}

#[cfg(test)]
mod tests {
    use super::{AccountId, InvalidAccountId};

    #[test]
    fn account_id_is_sixteen_hex_digits_and_nothing_else() {
        let id = AccountId::from_random([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]);
        assert_eq!(id.as_str(), "00010203fcfdfeff");
        assert_eq!("00010203fcfdfeff".parse(), Ok(id));
        for text in [
            "",
            "../../etc/passwd",
            "00010203FCFDFEFF",
            "00010203fcfdfef",
            "00010203fcfdfeff0",
        ] {
            assert_eq!(text.parse::<AccountId>(), Err(InvalidAccountId), "{text}");
        }
    }
}
