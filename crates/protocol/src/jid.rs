//! XMPP addresses and the platform's rules for building them.
//!
//! Users are `{user}-{app}@{domain}`, rooms `{app}_{dialog}@{muc domain}`, occupants
//! `{room}/{user}`. Local part and domain are kept in lower case, since they are compared
//! without regard to case; the resource is kept as it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{AppId, DialogId, UserId};

/// RFC 7622 §3: longest part of an address, in bytes.
const MAX_PART_BYTES: usize = 1023;

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JidError {
    /// There is an `@` or a `/` with nothing on the side that needs something.
    #[error("an address has an empty part")]
    EmptyPart,
    /// A part is longer than 1023 bytes.
    #[error("a part of an address is too long")]
    TooLong,
    /// A part holds a character that RFC 7622 does not allow there.
    #[error("an address has a forbidden character")]
    ForbiddenCharacter,
}

/// An address: `local@domain/resource`, where only the domain is required.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jid {
    local: Option<String>,
    domain: String,
    resource: Option<String>,
}

impl Jid {
    /// An address of these parts.
    pub fn new(
        local: Option<&str>,
        domain: &str,
        resource: Option<&str>,
    ) -> Result<Self, JidError> {
        if let Some(local) = local {
            check_part(local, |c| {
                matches!(c, '"' | '&' | '\'' | '/' | ':' | '<' | '>' | '@') || c.is_whitespace()
            })?;
        }
        check_part(domain, |c| {
            matches!(c, '@' | '/' | '<' | '>' | '&' | '"' | '\'') || c.is_whitespace()
        })?;
        if let Some(resource) = resource {
            check_part(resource, |_| false)?;
        }
        Ok(Self {
            local: local.map(str::to_lowercase),
            domain: domain.to_lowercase(),
            resource: resource.map(str::to_owned),
        })
    }

    /// The address of a server or service.
    pub fn domain_only(domain: &str) -> Result<Self, JidError> {
        Self::new(None, domain, None)
    }

    /// The bare address of a user: `{user}-{app}@{domain}`.
    pub fn user(user: UserId, app: AppId, domain: &str) -> Result<Self, JidError> {
        Self::new(Some(&format!("{user}-{app}")), domain, None)
    }

    /// The bare address of a dialog's room: `{app}_{dialog}@{muc domain}`.
    pub fn room(app: AppId, dialog: DialogId, muc_domain: &str) -> Result<Self, JidError> {
        Self::new(Some(&format!("{app}_{dialog}")), muc_domain, None)
    }

    /// The address of a user within a room: `{room}/{user}`.
    pub fn occupant(
        app: AppId,
        dialog: DialogId,
        muc_domain: &str,
        user: UserId,
    ) -> Result<Self, JidError> {
        Self::new(
            Some(&format!("{app}_{dialog}")),
            muc_domain,
            Some(&user.to_string()),
        )
    }

    /// The part before the `@`.
    pub fn local(&self) -> Option<&str> {
        self.local.as_deref()
    }

    /// The server or service.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The part after the `/`.
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// Whether the address names no resource.
    pub const fn is_bare(&self) -> bool {
        self.resource.is_none()
    }

    /// The same address without a resource.
    #[must_use]
    pub fn to_bare(&self) -> Self {
        Self {
            local: self.local.clone(),
            domain: self.domain.clone(),
            resource: None,
        }
    }

    /// The same address with this resource in place of any other.
    pub fn with_resource(&self, resource: &str) -> Result<Self, JidError> {
        check_part(resource, |_| false)?;
        Ok(Self {
            local: self.local.clone(),
            domain: self.domain.clone(),
            resource: Some(resource.to_owned()),
        })
    }

    /// Whether both name the same account, whatever their resources.
    pub fn same_bare(&self, other: &Self) -> bool {
        self.local == other.local && self.domain == other.domain
    }

    /// The user and application of a user's address, bare or full.
    pub fn as_user(&self) -> Option<(UserId, AppId)> {
        let (user, app) = self.local()?.split_once('-')?;
        Some((user.parse().ok()?, app.parse().ok()?))
    }

    /// The user of a user's address: the digits before the `-`.
    pub fn user_id(&self) -> Option<UserId> {
        self.as_user().map(|(user, _)| user)
    }

    /// The application and dialog of a room's or an occupant's address.
    pub fn as_room(&self) -> Option<(AppId, DialogId)> {
        let (app, dialog) = self.local()?.split_once('_')?;
        Some((app.parse().ok()?, dialog.parse().ok()?))
    }

    /// The dialog of a room's or an occupant's address.
    pub fn dialog_id(&self) -> Option<DialogId> {
        self.as_room().map(|(_, dialog)| dialog)
    }

    /// The user named by an occupant's resource.
    ///
    /// Like the official SDK it takes the leading digits, so `78` and `78-21` are both user 78.
    pub fn occupant_user_id(&self) -> Option<UserId> {
        self.dialog_id()?;
        let resource = self.resource()?;
        let digits = resource.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    }
}

fn check_part(part: &str, forbidden: impl Fn(char) -> bool) -> Result<(), JidError> {
    if part.is_empty() {
        return Err(JidError::EmptyPart);
    }
    if part.len() > MAX_PART_BYTES {
        return Err(JidError::TooLong);
    }
    if part
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') || forbidden(c))
    {
        return Err(JidError::ForbiddenCharacter);
    }
    Ok(())
}

impl FromStr for Jid {
    type Err = JidError;

    /// RFC 7622 §3.1: the first `/` begins the resource, which may hold further `/` and `@`.
    fn from_str(text: &str) -> Result<Self, JidError> {
        let (bare, resource) = match text.split_once('/') {
            Some((bare, resource)) => (bare, Some(resource)),
            None => (text, None),
        };
        let (local, domain) = match bare.split_once('@') {
            Some((local, domain)) => (Some(local), domain),
            None => (None, bare),
        };
        Self::new(local, domain, resource)
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(local) = &self.local {
            write!(f, "{local}@")?;
        }
        f.write_str(&self.domain)?;
        if let Some(resource) = &self.resource {
            write!(f, "/{resource}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jid({self})")
    }
}

impl Serialize for Jid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Jid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
