//! Sessions: who calls, for how long.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AppId, UserId};
use crate::rest::tolerant;
use crate::rest::user::User;
use crate::timestamp::{IsoTime, UnixMillis, UnixTime};

/// How a person says who they are; also the whole body of `POST /login`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Login name, or the external token of a custom identity provider.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub login: Option<String>,
    /// E-mail address, instead of the login.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub email: Option<String>,
    /// Password.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub password: Option<String>,
    /// `1` for a guest, who has none of the above.
    #[serde(
        default,
        skip_serializing_if = "tolerant::is_false",
        deserialize_with = "tolerant::flag_or_false",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub guest: bool,
    /// A guest's name.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub full_name: Option<String>,
}

impl fmt::Debug for Credentials {
    /// Without the password, and without the login, which can be a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("guest", &self.guest)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /session`.
///
/// The signature of old SDKs (`nonce`, `timestamp`, `signature`) is ignored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// The application.
    pub application_id: AppId,
    /// The application's key.
    #[serde(default, deserialize_with = "text_or_empty")]
    pub auth_key: String,
    /// Who logs in; absent for a session without user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Credentials>,
    /// Another service that vouches for the user, such as `facebook`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub provider: Option<String>,
}

impl fmt::Debug for SessionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRequest")
            .field("application_id", &self.application_id)
            .field("user", &self.user)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// A session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The session's own number.
    #[serde(default, deserialize_with = "tolerant::count")]
    pub id: u64,
    /// The user; `null` (or 0) in a session without one.
    #[serde(default, deserialize_with = "tolerant::opt_id")]
    pub user_id: Option<UserId>,
    /// The application.
    pub application_id: AppId,
    /// What authenticates calls; a secret.
    pub token: String,
    /// When the session was made, in unix seconds.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub ts: Option<UnixTime>,
    /// When the session was made.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub created_at: Option<IsoTime>,
    /// When the session was last changed.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub updated_at: Option<IsoTime>,
    /// The user, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// `{"session":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnvelope {
    /// The session.
    pub session: Session,
}

/// The header that tells when the session ends unless it is used: `2023-08-25 13:29:30 UTC`.
pub const EXPIRATION_HEADER: &str = "CB-Token-ExpirationDate";

/// Writes the value of [`EXPIRATION_HEADER`].
pub fn format_expiration(moment: UnixMillis) -> String {
    let mut text = moment.to_iso8601().replace('T', " ");
    text.truncate(text.trim_end_matches('Z').len());
    text + " UTC"
}

/// Reads the value of [`EXPIRATION_HEADER`].
pub fn parse_expiration(text: &str) -> Option<UnixMillis> {
    let (date, rest) = text.trim().split_once(' ')?;
    let time = rest
        .strip_suffix("UTC")
        .or_else(|| rest.strip_suffix('Z'))?
        .trim();
    UnixMillis::from_iso8601(&format!("{date}T{time}Z"))
}

fn text_or_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    tolerant::opt_text(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;
