//! Prosody, from Debian's package.

use tokio::process::Command;

use super::server::{ACCOUNTS, DOMAIN, RealServer, Site};

pub(super) async fn start() -> RealServer {
    let site = Site::new();
    for (user, password) in ACCOUNTS {
        // How Prosody keeps an account on disk; everything but letters and digits is escaped.
        let name = user.replace('-', "%2d");
        let record = format!("return {{ [\"password\"] = \"{password}\" }};\n");
        site.write(&format!("data/{DOMAIN}/accounts/{name}.dat"), &record);
    }
    let folder = site.folder.path().display().to_string();
    let chain = site.certificates.chain.display().to_string();
    let key = site.certificates.key.display().to_string();
    let (tls, starttls) = (site.tls_port, site.starttls_port);
    let config = site.write(
        "prosody.cfg.lua",
        &format!(
            r#"
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {starttls} }}
c2s_direct_tls_ports = {{ {tls} }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "ping", "smacks", "carbons" }}
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
authentication = "internal_hashed"
disable_sasl_mechanisms = {{ "PLAIN" }}
smacks_hibernation_time = 120
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
ssl = {{ certificate = "{chain}", key = "{key}" }}
c2s_direct_tls_ssl = {{ certificate = "{chain}", key = "{key}" }}
VirtualHost "{DOMAIN}"
"#
        ),
    );
    let mut command = Command::new("prosody");
    command.args(["-F", "--config", config.as_str()]);
    site.start(command, &[&format!(":{starttls}"), &format!(":{tls}")])
        .await
}
