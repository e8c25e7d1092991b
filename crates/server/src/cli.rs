//! The command line.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use cubist_server::config::{AuthKey, CertificateFiles, Config, ConfigError};
use cubist_server::orders::{self, Order};
use cubist_server::reports;

/// A local backend that speaks the ConnectyCube Chat API to the official SDKs and to Cubist.
///
/// Prints one line of JSON on stdout once every port accepts: how to reach it. Everything else goes to stderr.
#[derive(Debug, Parser)]
#[command(
    name = "cubist-server",
    version,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Arguments {
    /// Something else than running the backend
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// TOML file with settings; the flags here win over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Folder for the database, the certificate authority and running.json [default: the system's place for data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// REST without encryption, on loopback only [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<SocketAddr>,

    /// REST over TLS, for other machines
    #[arg(long, value_name = "ADDRESS:PORT")]
    https: Option<SocketAddr>,

    /// Chat over WebSocket without encryption, on loopback only [default: 127.0.0.1:5280]
    #[arg(long, value_name = "ADDRESS:PORT")]
    ws: Option<SocketAddr>,

    /// Chat over WebSocket over TLS, for other machines
    #[arg(long, value_name = "ADDRESS:PORT")]
    wss: Option<SocketAddr>,

    /// Chat over TCP with STARTTLS [default: 127.0.0.1:5222]
    #[arg(long, value_name = "ADDRESS:PORT")]
    xmpp: Option<SocketAddr>,

    /// Chat over TLS [default: 127.0.0.1:5223]
    #[arg(long, value_name = "ADDRESS:PORT")]
    xmpps: Option<SocketAddr>,

    /// Name of the backend in addresses and in its certificate [default: localhost]
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,

    /// The application's number [default: 21]
    #[arg(long, value_name = "NUMBER")]
    app_id: Option<u64>,

    /// The application's key [default: chosen at the first start and kept]
    #[arg(long, value_name = "KEY")]
    auth_key: Option<String>,

    /// Certificate chain (PEM) to use instead of one from the backend's own authority
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// Private key (PEM) of that certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// Fill an empty backend with sample people, one of whom answers
    #[arg(long)]
    demo: bool,

    /// End shortly after the last app that leased it has gone (see running.json)
    #[arg(long)]
    leased: bool,

    /// Do not end although --leased is given
    #[arg(long)]
    stay: bool,
}

/// What the operator may do besides running the backend.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a broadcast dialog, which every person of the application is in; prints {"_id":"…"}
    Broadcast {
        /// Folder of the backend, which may be running [default: the system's place for data]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,

        /// Its name
        #[arg(long)]
        name: String,

        /// Who writes in it and names its admins
        #[arg(long, value_name = "USER_ID")]
        owner: u64,

        /// Words about it
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// List what people reported, newest first
    Reports {
        /// Folder of the backend, which may be running [default: the system's place for data]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,

        /// As JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    /// Does it. Returns what to print.
    pub(crate) async fn run(self) -> Result<String, Box<dyn std::error::Error>> {
        match self {
            Self::Broadcast {
                data,
                name,
                owner,
                description,
            } => {
                let order = Order::Broadcast {
                    name,
                    owner,
                    description,
                };
                let data = data.unwrap_or_else(default_folder);
                Ok(format!("{}\n", orders::give(&data, order).await?))
            }
            Self::Reports { data, json } => {
                let reports = reports::list(&data.unwrap_or_else(default_folder))?;
                if json {
                    Ok(format!("{}\n", serde_json::to_string_pretty(&reports)?))
                } else {
                    Ok(reports::table(&reports))
                }
            }
        }
    }
}

impl Arguments {
    /// The configuration: defaults, then the file, then the flags.
    pub(crate) fn into_config(self) -> Result<Config, ConfigError> {
        let has_file = self.config.is_some();
        let mut config = match &self.config {
            Some(path) => Config::from_file(path)?,
            None => Config {
                data: default_folder(),
                ..Config::default()
            },
        };
        if let Some(data) = self.data {
            config.data = data;
        }
        let listen = &mut config.listen;
        for (address, flag) in [
            (&mut listen.http, self.http),
            (&mut listen.ws, self.ws),
            (&mut listen.xmpp, self.xmpp),
            (&mut listen.xmpps, self.xmpps),
        ] {
            match flag {
                Some(given) => *address = given,
                // Nobody asked for this port, so another one serves as well as none.
                None if !has_file && is_taken(*address) => address.set_port(0),
                None => {}
            }
        }
        listen.https = self.https.or(listen.https);
        listen.wss = self.wss.or(listen.wss);
        if let Some(domain) = self.domain {
            config.domain = domain;
        }
        if let Some(app_id) = self.app_id {
            config.app_id = app_id;
        }
        if let Some(key) = self.auth_key {
            config.auth_key = AuthKey(key);
        }
        if let (Some(chain), Some(key)) = (self.cert, self.key) {
            config.certificate = Some(CertificateFiles { chain, key });
        }
        config.demo.enabled |= self.demo;
        config.lease.leased |= self.leased;
        config.lease.stay |= self.stay;
        config.check()?;
        Ok(config)
    }
}

/// Where the system keeps programs' data, else here.
fn default_folder() -> PathBuf {
    directories::ProjectDirs::from("", "", "cubist-server").map_or_else(
        || Config::default().data,
        |folders| folders.data_dir().to_owned(),
    )
}

fn is_taken(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn config(arguments: &[&str]) -> Result<Config, ConfigError> {
        let program = std::iter::once(&"cubist-server");
        Arguments::try_parse_from(program.chain(arguments))
            .unwrap()
            .into_config()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("server.toml");
        std::fs::write(
            &file,
            "app_id = 7\ndomain = \"team.example\"\n[limits]\nbody_bytes = 10\n",
        )
        .unwrap();
        let file = file.to_str().unwrap();
        let config = config(&["--config", file, "--app-id", "8", "--http", "127.0.0.1:1"]).unwrap();
        assert_eq!(
            (
                config.app_id,
                config.domain.as_str(),
                config.limits.body_bytes
            ),
            (8, "team.example", 10)
        );
        assert_eq!(config.listen.http.port(), 1);
        assert_eq!(config.limits.page, 100);
    }

    #[test]
    fn an_unknown_key_in_the_file_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("server.toml");
        std::fs::write(&file, "[limits]\nbody_byte = 10\n").unwrap();
        let error = config(&["--config", file.to_str().unwrap()]).unwrap_err();
        assert!(error.to_string().contains("body_byte"), "{error}");
    }

    #[test]
    fn plain_text_beyond_loopback_is_refused_with_the_way_out() {
        for (flag, secure) in [("--http", "--https"), ("--ws", "--wss")] {
            let error = config(&[flag, "0.0.0.0:8080"]).unwrap_err().to_string();
            assert!(
                error.contains(flag) && error.contains(secure) && error.contains("not encrypted"),
                "{error}"
            );
        }
        config(&[
            "--https",
            "0.0.0.0:8443",
            "--wss",
            "0.0.0.0:5291",
            "--xmpps",
            "0.0.0.0:5223",
        ])
        .unwrap();
    }

    #[test]
    fn a_taken_default_port_gives_way_to_a_free_one_but_a_chosen_port_does_not() {
        let holder = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = holder.local_addr().unwrap();
        assert!(is_taken(taken));
        let config = config(&["--http", &taken.to_string()]).unwrap();
        assert_eq!(config.listen.http, taken);
    }
}
