//! SASL: RFC 6120 §6, with the PLAIN mechanism of RFC 4616.
//!
//! What a mechanism sends may hold a password, so nothing here shows its data in `Debug`.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::ns;
use crate::stanza::ParseError;
use crate::stanza::attributes::required;
use crate::xml::{Element, Framing};

/// RFC 6120 §6.5: why authentication failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SaslCondition {
    /// The client gave up.
    Aborted,
    /// The account is switched off.
    AccountDisabled,
    /// The credentials are too old.
    CredentialsExpired,
    /// The mechanism needs TLS first.
    EncryptionRequired,
    /// The data is no base64.
    IncorrectEncoding,
    /// The identity to act as is not this user's.
    InvalidAuthzid,
    /// The mechanism is not offered.
    InvalidMechanism,
    /// The data breaks the mechanism's rules.
    MalformedRequest,
    /// The mechanism is weaker than this account allows.
    MechanismTooWeak,
    /// The credentials are wrong.
    NotAuthorized,
    /// The server is at fault for now: retry later.
    TemporaryAuthFailure,
}

impl SaslCondition {
    /// The element's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aborted => "aborted",
            Self::AccountDisabled => "account-disabled",
            Self::CredentialsExpired => "credentials-expired",
            Self::EncryptionRequired => "encryption-required",
            Self::IncorrectEncoding => "incorrect-encoding",
            Self::InvalidAuthzid => "invalid-authzid",
            Self::InvalidMechanism => "invalid-mechanism",
            Self::MalformedRequest => "malformed-request",
            Self::MechanismTooWeak => "mechanism-too-weak",
            Self::NotAuthorized => "not-authorized",
            Self::TemporaryAuthFailure => "temporary-auth-failure",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "aborted" => Self::Aborted,
            "account-disabled" => Self::AccountDisabled,
            "credentials-expired" => Self::CredentialsExpired,
            "encryption-required" => Self::EncryptionRequired,
            "incorrect-encoding" => Self::IncorrectEncoding,
            "invalid-authzid" => Self::InvalidAuthzid,
            "invalid-mechanism" => Self::InvalidMechanism,
            "malformed-request" => Self::MalformedRequest,
            "mechanism-too-weak" => Self::MechanismTooWeak,
            "not-authorized" => Self::NotAuthorized,
            "temporary-auth-failure" => Self::TemporaryAuthFailure,
            _ => return None,
        })
    }
}

/// A step of authentication.
#[derive(Clone, PartialEq, Eq)]
pub enum Sasl {
    /// The client begins.
    Auth {
        /// The mechanism's name, such as `PLAIN`.
        mechanism: String,
        /// The mechanism's first message, if it begins with the client.
        initial: Option<Vec<u8>>,
    },
    /// The server's message within the mechanism.
    Challenge(Vec<u8>),
    /// The client's message within the mechanism.
    Response(Vec<u8>),
    /// The client gives up.
    Abort,
    /// Authenticated: the stream restarts.
    Success(Option<Vec<u8>>),
    /// Not authenticated.
    Failure {
        /// Why.
        condition: SaslCondition,
        /// Words, some of which the official SDK's users look for.
        text: Option<String>,
    },
}

impl Sasl {
    /// Reads any step. A failure without a known reason counts as [`SaslCondition::NotAuthorized`].
    pub fn from_element(element: &Element) -> Result<Self, ParseError> {
        if element.ns() != ns::SASL {
            return Err(ParseError::UnexpectedElement);
        }
        Ok(match element.name() {
            "auth" => Self::Auth {
                mechanism: required(element, "mechanism")?,
                initial: decode(&element.text())?,
            },
            "challenge" => Self::Challenge(decode(&element.text())?.unwrap_or_default()),
            "response" => Self::Response(decode(&element.text())?.unwrap_or_default()),
            "abort" => Self::Abort,
            "success" => Self::Success(decode(&element.text())?),
            "failure" => Self::Failure {
                condition: element
                    .elements()
                    .filter(|child| child.ns() == ns::SASL)
                    .find_map(|child| SaslCondition::from_name(child.name()))
                    .unwrap_or(SaslCondition::NotAuthorized),
                text: element.child("text", ns::SASL).map(Element::text),
            },
            _ => return Err(ParseError::UnexpectedElement),
        })
    }

    /// The element to write.
    pub fn to_element(&self) -> Element {
        let element = |name: &str| Element::new(name, ns::SASL);
        match self {
            Self::Auth { mechanism, initial } => element("auth")
                .with_attr("mechanism", mechanism.as_str())
                .with_text(&initial.as_deref().map(encode_present).unwrap_or_default()),
            Self::Challenge(data) => element("challenge").with_text(&BASE64_STANDARD.encode(data)),
            Self::Response(data) => element("response").with_text(&BASE64_STANDARD.encode(data)),
            Self::Abort => element("abort"),
            Self::Success(data) => element("success")
                .with_text(&data.as_deref().map(encode_present).unwrap_or_default()),
            Self::Failure { condition, text } => {
                let mut failure = element("failure").with_child(element(condition.as_str()));
                if let Some(text) = text {
                    failure.push(element("text").with_text(text));
                }
                failure
            }
        }
    }

    /// The bytes to send.
    pub fn to_xml(&self, framing: Framing) -> String {
        self.to_element().to_xml(framing)
    }
}

/// RFC 6120 §6.4.2: no text is no data, `=` is data of no bytes.
fn decode(text: &str) -> Result<Option<Vec<u8>>, ParseError> {
    match text.trim() {
        "" => Ok(None),
        "=" => Ok(Some(Vec::new())),
        text => BASE64_STANDARD
            .decode(text)
            .map(Some)
            .map_err(|_| ParseError::InvalidText),
    }
}

fn encode_present(data: &[u8]) -> String {
    if data.is_empty() {
        "=".to_owned()
    } else {
        BASE64_STANDARD.encode(data)
    }
}

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth { mechanism, .. } => f
                .debug_struct("Auth")
                .field("mechanism", mechanism)
                .finish_non_exhaustive(),
            Self::Challenge(_) => f.write_str("Challenge(..)"),
            Self::Response(_) => f.write_str("Response(..)"),
            Self::Abort => f.write_str("Abort"),
            Self::Success(_) => f.write_str("Success(..)"),
            Self::Failure { condition, text } => f
                .debug_struct("Failure")
                .field("condition", condition)
                .field("text", text)
                .finish(),
        }
    }
}

/// RFC 4616: the message of the PLAIN mechanism.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    /// The identity to act as; empty for the user's own. Some SDKs send the bare address.
    pub authzid: String,
    /// Who logs in: `{user}-{app}` on this platform.
    pub authcid: String,
    /// The account password or a session token.
    pub password: String,
}

impl Plain {
    /// Reads `authzid NUL authcid NUL password`.
    pub fn decode(data: &[u8]) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(data).map_err(|_| ParseError::InvalidText)?;
        let mut parts = text.split('\0');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(act_as), Some(login), Some(password), None)
                if !login.is_empty() && !password.is_empty() =>
            {
                Ok(Self {
                    authzid: act_as.to_owned(),
                    authcid: login.to_owned(),
                    password: password.to_owned(),
                })
            }
            _ => Err(ParseError::InvalidText),
        }
    }

    /// Writes `authzid NUL authcid NUL password`.
    pub fn encode(&self) -> Vec<u8> {
        format!("{}\0{}\0{}", self.authzid, self.authcid, self.password).into_bytes()
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain")
            .field("authcid", &self.authcid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
