//! ejabberd, from Debian's package, without its control script: that one changes to a user of its own.

use tokio::process::Command;

use super::server::{ACCOUNTS, DOMAIN, RealServer, Site};

/// Printed by the last thing the node is told to do at its start.
const READY: &str = "accounts are there";

pub(super) async fn start() -> RealServer {
    let site = Site::new();
    let folder = site.folder.path().display().to_string();
    let certificate = site.certificates.both.display().to_string();
    let (tls, starttls) = (site.tls_port, site.starttls_port);
    let config = site.write(
        "ejabberd.yml",
        &format!(
            r#"
hosts: ["{DOMAIN}"]
loglevel: info
certfiles: ["{certificate}"]
auth_password_format: scram
disable_sasl_mechanisms: ["plain", "digest-md5", "x-oauth2"]
listen:
  - {{ port: {starttls}, ip: "127.0.0.1", module: ejabberd_c2s, starttls_required: true }}
  - {{ port: {tls}, ip: "127.0.0.1", module: ejabberd_c2s, tls: true }}
acl:
  local: {{ user_regexp: "" }}
access_rules:
  local: {{ allow: local }}
  c2s: {{ allow: all }}
modules:
  mod_carboncopy: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_stream_mgmt: {{ resend_on_timeout: true, resume_timeout: 120 }}
"#
        ),
    );
    let mut script = String::new();
    for (user, password) in ACCOUNTS {
        let call = format!("(<<\"{user}\">>, <<\"{DOMAIN}\">>, <<\"{password}\">>)");
        script.extend(["ok = ejabberd_auth:try_register", &call, ", "]);
    }
    script.extend(["io:format(\"", READY, "~n\")."]);
    let mut command = Command::new("erl");
    // No node name: neither epmd nor a port for other nodes is opened.
    command
        .args([
            "-noinput",
            "-mnesia",
            "dir",
            &format!("\"{folder}/mnesia\""),
        ])
        .args(["-s", "ejabberd", "-eval", &script])
        .env("EJABBERD_CONFIG_PATH", config)
        .env("EJABBERD_LOG_PATH", format!("{folder}/ejabberd.log"))
        .env("ERL_CRASH_DUMP", format!("{folder}/crash.dump"))
        .env("ERL_LIBS", libraries());
    site.start(command, &[READY]).await
}

/// Debian keeps Erlang libraries in the folder of the machine's architecture.
fn libraries() -> String {
    let architecture = std::env::consts::ARCH;
    format!("/usr/lib/{architecture}-linux-gnu")
}
