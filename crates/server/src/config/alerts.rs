//! Where alerts go.

use std::fmt;

use serde::{Deserialize, Deserializer};
use url::{Host, Url};

/// Telling people who are away, by way of a service that the operator names.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Takes each alert as JSON in a POST request; without it nobody is alerted. `https`, or `http` on this machine.
    pub webhook: Option<Webhook>,
    /// Messages whose alerts wait; when it is full further ones alert nobody.
    pub queue: usize,
    /// Tries of one alert.
    pub attempts: u32,
    /// Milliseconds until the second try; each further one waits twice as long.
    pub retry_ms: u64,
    /// Seconds that one try may take.
    pub timeout_seconds: u64,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            webhook: None,
            queue: 1_000,
            // With the doubling waits a webhook may be away for half a minute.
            attempts: 6,
            retry_ms: 1_000,
            timeout_seconds: 10,
        }
    }
}

/// An address that takes alerts.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook(Url);

/// An address that must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It is none.
    #[error("alerts.webhook is not an address")]
    Invalid,
    /// Texts of messages would be readable on the way.
    #[error("alerts.webhook must be https, or http on this machine")]
    PlainText,
}

impl Webhook {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let url = Url::parse(text).map_err(|_| WebhookError::Invalid)?;
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(WebhookError::Invalid),
        };
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback => Ok(Self(url)),
            _ => Err(WebhookError::PlainText),
        }
    }

    /// The address.
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it is reached over TLS.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Debug for Webhook {
    /// Without path and query, which may hold a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Webhook({}://{}/…)",
            self.0.scheme(),
            self.0.host_str().unwrap_or_default()
        )
    }
}

impl<'de> Deserialize<'de> for Webhook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_leave_this_machine_encrypted_only() {
        for allowed in [
            "https://push.example/hook?key=1",
            "http://127.0.0.1:9/hook",
            "http://[::1]:9/",
            "http://localhost:9",
        ] {
            Webhook::parse(allowed).unwrap();
        }
        for refused in [
            "http://push.example/",
            "http://192.168.1.2/",
            "http://localhost.example/",
            "ftp://localhost/",
        ] {
            assert_eq!(
                Webhook::parse(refused),
                Err(WebhookError::PlainText),
                "{refused}"
            );
        }
        for broken in ["", "hook", "https://", "/hook"] {
            assert_eq!(
                Webhook::parse(broken),
                Err(WebhookError::Invalid),
                "{broken}"
            );
        }
    }

    #[test]
    fn the_key_in_an_address_is_not_shown() {
        let webhook = Webhook::parse("https://push.example/SECRET?key=SECRET").unwrap();
        assert_eq!(format!("{webhook:?}"), "Webhook(https://push.example/…)");
    }
}
