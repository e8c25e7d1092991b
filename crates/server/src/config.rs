//! Everything that can be set, with the default of each value and why it is what it is.
//!
//! A configuration comes from three places, later ones winning: the defaults here, a TOML file (`--config`), the
//! command line. The structs are also the documentation of the file's keys.

mod alerts;
mod limits;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

pub use alerts::{Alerts, Webhook, WebhookError};
pub use limits::Limits;

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the database, the certificate authority and `running.json` live.
    pub data: PathBuf,
    /// The name the backend goes by: the JID domain, the name in the certificate and the host of the addresses it
    /// prints. Rooms live under `muc.` + this name.
    pub domain: String,
    /// The application id that clients send and that is part of every JID.
    pub app_id: u64,
    /// The application's key, sent by clients at `POST /session`. Chosen and kept in the data folder when empty.
    pub auth_key: AuthKey,
    /// Addresses to listen on.
    pub listen: Listen,
    /// A certificate to use instead of one from the backend's own authority.
    pub certificate: Option<CertificateFiles>,
    /// The names of the custom fields that dialogs may have, at most three; others are ignored when written and not
    /// shown when read. Without a list every name is taken.
    pub dialog_fields: Option<Vec<String>>,
    /// Classes of the data API beside `UserReports` and `MessageReports`.
    pub data_classes: Vec<String>,
    /// Limits on what clients may do.
    pub limits: Limits,
    /// Rules about people.
    pub accounts: Accounts,
    /// Durations of sessions and of the live connection.
    pub timing: Timing,
    /// Database settings.
    pub storage: Storage,
    /// The sample people.
    pub demo: Demo,
    /// Telling people who are away.
    pub alerts: Alerts,
    /// Ending with the last app that uses it.
    pub lease: Lease,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("cubist-server-data"),
            domain: "localhost".to_owned(),
            app_id: 21,
            auth_key: AuthKey::default(),
            listen: Listen::default(),
            certificate: None,
            dialog_fields: None,
            data_classes: Vec::new(),
            limits: Limits::default(),
            accounts: Accounts::default(),
            timing: Timing::default(),
            storage: Storage::default(),
            demo: Demo::default(),
            alerts: Alerts::default(),
            lease: Lease::default(),
        }
    }
}

/// The application's key. Kept out of `Debug`, so that a logged configuration does not carry it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct AuthKey(pub String);

impl std::fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() {
            "AuthKey(none)"
        } else {
            "AuthKey(…)"
        })
    }
}

/// Addresses to listen on. Port 0 takes any free port.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// REST without TLS; loopback only.
    pub http: SocketAddr,
    /// REST over TLS, on any address.
    pub https: Option<SocketAddr>,
    /// XMPP over WebSocket without TLS; loopback only.
    pub ws: SocketAddr,
    /// XMPP over WebSocket over TLS, on any address.
    pub wss: Option<SocketAddr>,
    /// XMPP over TCP; login only after STARTTLS unless the peer is on loopback.
    pub xmpp: SocketAddr,
    /// XMPP over TLS.
    pub xmpps: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        // 8080 and 5280 are what the SDK's own examples use; 5222 and 5223 are the registered and customary ones.
        Self {
            http: local(8080),
            https: None,
            ws: local(5280),
            wss: None,
            xmpp: local(5222),
            xmpps: local(5223),
        }
    }
}

/// PEM files of a certificate made elsewhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub chain: PathBuf,
    /// The private key (PKCS#8, PKCS#1 or SEC1).
    pub key: PathBuf,
}

/// Rules about people.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Create a person whose login or e-mail is unknown at `POST /session` instead of refusing with 404.
    pub create_on_login: bool,
    /// Shortest password.
    pub password_min: usize,
    /// Longest password in bytes; bounds the work of hashing.
    pub password_max: usize,
    /// Shortest login.
    pub login_min: usize,
    /// Longest login.
    pub login_max: usize,
    /// Longest other text field of a user.
    pub field_max: usize,
    /// Cost of hashing a password.
    pub argon2: Argon2Cost,
    /// How long a password that was once checked is known without hashing again, in seconds. Makes a reconnect of
    /// many clients after a restart of the network cheap; kept in memory only, as a keyed hash.
    pub verified_for_seconds: u64,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            create_on_login: false,
            password_min: 8,
            password_max: 256,
            login_min: 3,
            login_max: 70,
            field_max: 4_000,
            argon2: Argon2Cost::default(),
            verified_for_seconds: 600,
        }
    }
}

/// Argon2id parameters. The defaults are the first choice of the OWASP password storage cheat sheet.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Argon2Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Argon2Cost {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

/// Durations.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// A session lives this long after its last request, in seconds. The service's own value is two hours.
    pub session_seconds: u64,
    /// How often session expiries and last activities go to disk, in seconds.
    pub flush_seconds: u64,
    /// Time to log in on a new chat connection, in seconds.
    pub login_seconds: u64,
    /// How long a lost chat session can be resumed, in seconds.
    pub resume_seconds: u64,
    /// Silence after which the backend pings a chat connection, in seconds.
    pub ping_seconds: u64,
    /// Silence after a ping that counts as a lost connection, in seconds.
    pub ping_answer_seconds: u64,
    /// Time that open requests and streams get when the backend stops, in seconds.
    pub stop_seconds: u64,
    /// How long a stanza that was not stored in the history is remembered for recognising a repeat, in seconds.
    pub repeat_memory_seconds: u64,
    /// How long a file that was announced and not completed is kept, in seconds.
    pub unfinished_blob_seconds: u64,
    /// How old a complete file must be, in seconds, to be swept when no message, person, dialog or record refers to
    /// it; 0 keeps all of them.
    pub unused_blob_seconds: u64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            session_seconds: 2 * 60 * 60,
            flush_seconds: 30,
            login_seconds: 30,
            resume_seconds: 300,
            ping_seconds: 60,
            ping_answer_seconds: 30,
            stop_seconds: 5,
            repeat_memory_seconds: 24 * 60 * 60,
            unfinished_blob_seconds: 24 * 60 * 60,
            unused_blob_seconds: 30 * 24 * 60 * 60,
        }
    }
}

impl Timing {
    /// `session_seconds` as a duration.
    pub fn session(&self) -> Duration {
        Duration::from_secs(self.session_seconds)
    }
}

/// Database settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Query connections.
    pub readers: usize,
    /// Changes committed together at most. More only delays the first of them.
    pub batch: usize,
    /// Changes waiting for the writer; more makes callers wait.
    pub queue: usize,
    /// Wait for the disk at every commit, so that what was acknowledged survives a power cut.
    pub sync: bool,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            readers: 4,
            batch: 512,
            queue: 2_048,
            sync: true,
        }
    }
}

/// The sample people.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Demo {
    /// Fill an empty backend with sample people and let one of them answer.
    pub enabled: bool,
    /// From a message to "typing", in milliseconds.
    pub read_after_ms: u64,
    /// Shortest time of "typing" before the reply, in milliseconds; longer replies take longer.
    pub type_for_ms: u64,
}

impl Default for Demo {
    fn default() -> Self {
        Self {
            enabled: false,
            read_after_ms: 900,
            type_for_ms: 1_400,
        }
    }
}

/// Ending with the last app that uses the backend.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lease {
    /// End some time after the last lease connection has closed.
    pub leased: bool,
    /// That time, in seconds. Also the time the first app has to connect.
    pub linger_seconds: u64,
    /// Stay although `leased` is set.
    pub stay: bool,
}

impl Default for Lease {
    fn default() -> Self {
        Self {
            leased: false,
            linger_seconds: 10,
            stay: false,
        }
    }
}

/// The service's published limit of own fields per dialog.
pub(crate) const DIALOG_FIELDS_MAX: usize = 3;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not TOML or has an unknown or ill-typed key.
    #[error("cannot use the configuration file {path}, line {line}: {problem}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong. Does not quote the line, which may hold the application's key.
        problem: String,
    },
    /// A plain-text listener on an address that others can reach.
    #[error(
        "{flag} {address} can be reached from other machines, and {flag} is not encrypted: passwords and messages \
         would travel readably. Use a loopback address such as 127.0.0.1 here, and {secure} for other machines"
    )]
    PlainText {
        /// The flag at fault.
        flag: &'static str,
        /// Its value.
        address: SocketAddr,
        /// The flag to use instead.
        secure: &'static str,
    },
    /// A value out of its range.
    #[error("{0}")]
    Value(String),
}

impl Config {
    /// Reads a TOML file; keys it does not name keep their defaults.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| {
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            ConfigError::Parse {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                problem: error.message().to_owned(),
            }
        })
    }

    /// Refuses what cannot work or is not safe: plain text beyond loopback, impossible names and zero limits.
    pub fn check(&self) -> Result<(), ConfigError> {
        for (flag, address, secure) in [
            ("--http", self.listen.http, "--https"),
            ("--ws", self.listen.ws, "--wss"),
        ] {
            if !address.ip().is_loopback() {
                return Err(ConfigError::PlainText {
                    flag,
                    address,
                    secure,
                });
            }
        }
        let name_ok = !self.domain.is_empty()
            && self.domain.len() <= 253
            && self.domain.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            });
        if !name_ok {
            return Err(ConfigError::Value(format!(
                "the domain {:?} is not a host name in lower-case ASCII letters, digits, hyphens and dots",
                self.domain
            )));
        }
        if self.app_id == 0 {
            return Err(ConfigError::Value(
                "the app id must be a positive number".to_owned(),
            ));
        }
        self.check_fields_and_classes()?;
        let storage = [
            ("storage.readers", self.storage.readers),
            ("storage.batch", self.storage.batch),
            ("storage.queue", self.storage.queue),
            ("alerts.queue", self.alerts.queue),
            ("alerts.attempts", self.alerts.attempts as usize),
        ];
        let zero = (self.limits.at_least_one().into_iter())
            .chain(storage)
            .find(|(_, value)| *value == 0);
        if let Some((name, _)) = zero {
            return Err(ConfigError::Value(format!("{name} must not be 0")));
        }
        Ok(())
    }

    fn check_fields_and_classes(&self) -> Result<(), ConfigError> {
        if self
            .dialog_fields
            .as_ref()
            .is_some_and(|names| names.len() > DIALOG_FIELDS_MAX)
        {
            return Err(ConfigError::Value(format!(
                "dialog_fields names more than {DIALOG_FIELDS_MAX} fields"
            )));
        }
        // The name is part of paths, which are compared without regard to letter case.
        let odd = self.data_classes.iter().find(|name| {
            name.is_empty()
                || name.len() > 64
                || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        match odd {
            Some(name) => Err(ConfigError::Value(format!(
                "the data class {name:?} is not a name of up to 64 ASCII letters, digits and underscores"
            ))),
            None => Ok(()),
        }
    }

    /// The domain of rooms.
    pub fn muc_domain(&self) -> String {
        format!("muc.{}", self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut Config)) -> Result<(), ConfigError> {
        let mut config = Config::default();
        change(&mut config);
        config.check()
    }

    #[test]
    fn the_defaults_can_be_used() {
        check(|_| {}).unwrap();
        assert_eq!(Config::default().muc_domain(), "muc.localhost");
    }

    #[test]
    fn plain_text_is_for_loopback_only() {
        for address in ["127.0.0.1:1", "[::1]:1"] {
            check(|config| config.listen.http = address.parse().unwrap()).unwrap();
        }
        for address in ["0.0.0.0:1", "192.168.1.2:1", "[::]:1"] {
            for refused in [
                check(|config| config.listen.http = address.parse().unwrap()),
                check(|config| config.listen.ws = address.parse().unwrap()),
            ] {
                assert!(
                    matches!(refused, Err(ConfigError::PlainText { .. })),
                    "{address}"
                );
            }
            check(|config| config.listen.https = Some(address.parse().unwrap())).unwrap();
        }
    }

    #[test]
    fn domains_are_host_names_in_lower_case() {
        for domain in ["chat.example", "a-1.b"] {
            check(|config| config.domain = domain.to_owned()).unwrap();
        }
        for domain in ["", "Chat.example", "a..b", "a_b", "a@b", "a/b", "ä.example"] {
            check(|config| config.domain = domain.to_owned()).unwrap_err();
        }
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_its_name() {
        let error = check(|config| config.limits.page = 0).unwrap_err();
        assert_eq!(error.to_string(), "limits.page must not be 0");
        check(|config| config.app_id = 0).unwrap_err();
    }

    #[test]
    fn dialogs_have_at_most_three_own_fields_and_data_classes_are_plain_names() {
        let fields = |count: usize| Some((0..count).map(|n| n.to_string()).collect());
        check(|config| config.dialog_fields = fields(3)).unwrap();
        check(|config| config.dialog_fields = fields(4)).unwrap_err();
        check(|config| config.data_classes = vec!["Notes_2".to_owned()]).unwrap();
        for name in ["", "a/b", "ä"] {
            check(|config| config.data_classes = vec![name.to_owned()]).unwrap_err();
        }
    }

    #[test]
    fn a_broken_file_is_named_with_its_line_and_not_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.toml");
        std::fs::write(&path, "app_id = 21\nauth_key = SECRET\n").unwrap();
        let error = Config::from_file(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && !error.contains("SECRET"),
            "{error}"
        );
    }

    #[test]
    fn no_key_in_a_debugged_configuration() {
        let config = Config {
            auth_key: AuthKey("SECRET".to_owned()),
            ..Config::default()
        };
        assert!(!format!("{config:?}").contains("SECRET"));
    }
}
