//! Which addresses may be asked for a page.
//!
//! A link is written by anybody, and pasted without a second look. Asking for it must not become a
//! way to touch what only this machine can reach. What counts is the address that is connected to:
//! a name is judged by the addresses it leads to, in the one lookup that the connection then uses.
//! A proxy would look it up by itself and decide what is reached, so nothing is asked through one.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use reqwest::dns::{Name, Resolve, Resolving};
use url::{Host, Url};

use crate::model::shown_address;
use crate::rest::foreign;

/// Decides about addresses.
pub trait Reach: fmt::Debug + Send + Sync {
    /// Whether this address may be connected to, whatever its port.
    fn allows_address(&self, address: IpAddr) -> bool;

    /// Whether a server at this port may be asked.
    fn allows_port(&self, port: u16) -> bool;
}

/// The public internet, at the ports of the web.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublicWeb;

impl Reach for PublicWeb {
    fn allows_address(&self, address: IpAddr) -> bool {
        foreign::is_public(address)
    }

    fn allows_port(&self, port: u16) -> bool {
        matches!(port, 80 | 443)
    }
}

/// Ends of names that only mean something in one house, or on one machine. Asking for them would
/// tell whoever answers names there what is being written.
const HOUSE_NAMES: [&str; 8] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
    "onion",
    "invalid",
];

/// Whether `url` may be asked at all. A name is judged again when it is looked up.
pub(super) fn allows(reach: &dyn Reach, url: &Url) -> bool {
    let Some(url) = shown_address(url.clone()) else {
        return false;
    };
    let port = url.port_or_known_default();
    if !port.is_some_and(|port| reach.allows_port(port)) {
        return false;
    }
    match url.host() {
        Some(Host::Ipv4(address)) => reach.allows_address(address.into()),
        Some(Host::Ipv6(address)) => reach.allows_address(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_of_a_house = HOUSE_NAMES.iter().any(|end| {
                let before = name.strip_suffix(end);
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            });
            name.contains('.') && !is_of_a_house
        }
        None => false,
    }
}

/// Finds the addresses of names, leaving out those that may not be asked.
#[derive(Clone, Debug)]
pub(super) struct Names(pub(super) Arc<dyn Reach>);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        foreign::lookup(name, move |address| reach.allows_address(address))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::dns::Resolve;
    use url::Url;

    use super::{Names, PublicWeb, allows};

    fn allowed(url: &str) -> bool {
        allows(&PublicWeb, &Url::parse(url).unwrap())
    }

    #[test]
    fn pages_of_the_public_web_may_be_asked() {
        for url in [
            "https://example.org/a?b#c",
            "http://example.org",
            "https://example.org:443/",
            "https://münchen.example/",
            "http://1.1.1.1/",
            "https://[2606:4700::1]/",
        ] {
            assert!(allowed(url), "{url}");
        }
    }

    #[test]
    fn nothing_of_this_machine_or_this_house_may_be() {
        for url in [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://localhost./",
            "http://router/",
            "http://printer.local/",
            "http://db.internal/",
            "http://nas.lan/",
            "http://x.home.arpa/",
            "http://hidden.onion/",
            "http://0/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://017700000001/",
            "http://10.0.0.1/",
            "http://192.168.1.1/admin",
            "http://172.16.0.1/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://224.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[ff02::1]/",
            "http://[64:ff9b::7f00:1]/",
        ] {
            assert!(!allowed(url), "{url}");
        }
    }

    #[test]
    fn other_ports_other_schemes_and_addresses_with_passwords_may_not_be() {
        for url in [
            "https://example.org:8443/",
            "http://example.org:22/",
            "http://example.org:6379/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://user@example.org/",
            "https://user:pw@example.org/",
        ] {
            assert!(!allowed(url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_leads_nowhere() {
        let names = Names(Arc::new(PublicWeb));
        assert!(names.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
