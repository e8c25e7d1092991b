//! The proxy of a desktop that keeps it in its own settings and not in the environment, as GNOME does.
//!
//! Whoever runs the engine reads those settings, for they need the desktop's own libraries. What
//! the environment says comes first: it was said to this program.

use std::net::IpAddr;
use std::sync::OnceLock;

use hyper_util::client::proxy::matcher::Matcher;

/// Where the environment names proxies; the small ones count as well.
const VARIABLES: [&str; 3] = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"];

/// One desktop for all engines of a program, as there is one environment.
static FOUND: OnceLock<DesktopProxy> = OnceLock::new();

/// What the settings of a desktop say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DesktopProxy {
    /// Host and port of the proxy for addresses of `http:`.
    pub http: Option<(String, u16)>,
    /// The same for what is spoken with TLS.
    pub https: Option<(String, u16)>,
    /// A SOCKS5 proxy for whatever has none of its own.
    pub socks: Option<(String, u16)>,
    /// Hosts, networks (`10.0.0.0/8`) and endings of names (`*.example.org`) that are reached directly.
    pub direct: Vec<String>,
}

impl DesktopProxy {
    /// Lets [`Proxy::System`](crate::model::Proxy::System) mean this, unless the environment names a
    /// proxy. The first one counts; it must be given before an engine is opened.
    pub fn remember(self) {
        FOUND.get_or_init(|| self);
    }

    fn matcher(&self) -> Matcher {
        let address = |scheme: &str, proxy: &Option<(String, u16)>| {
            proxy.as_ref().map_or_else(String::new, |(host, port)| {
                let is_bare_v6 = matches!(host.parse(), Ok(IpAddr::V6(_)));
                if is_bare_v6 {
                    format!("{scheme}://[{host}]:{port}")
                } else {
                    format!("{scheme}://{host}:{port}")
                }
            })
        };
        let direct: Vec<&str> = self
            .direct
            .iter()
            .map(|entry| entry.trim())
            .map(|entry| {
                entry
                    .strip_prefix('*')
                    .filter(|rest| rest.starts_with('.'))
                    .unwrap_or(entry)
            })
            .collect();
        Matcher::builder()
            .all(address("socks5", &self.socks))
            .http(address("http", &self.http))
            .https(address("http", &self.https))
            .no(direct.join(","))
            .build()
    }
}

/// What the system says: environment, then the desktop's settings; Windows and macOS have their own.
pub(super) fn system() -> Matcher {
    match FOUND.get() {
        Some(found) if !is_named(|name| std::env::var(name).ok()) => found.matcher(),
        _ => Matcher::from_system(),
    }
}

/// Whether the environment names a proxy.
fn is_named(variable: impl Fn(&str) -> Option<String>) -> bool {
    VARIABLES.iter().any(|name| {
        [(*name).to_owned(), name.to_ascii_lowercase()]
            .iter()
            .any(|name| variable(name).is_some_and(|value| !value.is_empty()))
    })
}

#[cfg(test)]
mod tests {
    use super::{DesktopProxy, is_named};

    fn proxy(host: &str) -> (String, u16) {
        (host.to_owned(), 3128)
    }

    fn via(found: &DesktopProxy, address: &str) -> Option<String> {
        let intercept = found.matcher().intercept(&address.parse().unwrap())?;
        Some(intercept.uri().to_string())
    }

    #[test]
    fn each_kind_of_address_has_its_proxy_and_socks_what_has_none() {
        let found = DesktopProxy {
            http: Some(proxy("plain.example")),
            https: Some(proxy("fd00::1")),
            socks: Some(proxy("socks.example")),
            direct: Vec::new(),
        };
        let (plain, tls) = ("http://a.example", "https://a.example");
        assert_eq!(
            via(&found, plain).as_deref(),
            Some("http://plain.example:3128/")
        );
        assert_eq!(via(&found, tls).as_deref(), Some("http://[fd00::1]:3128/"));
        let only_socks = DesktopProxy {
            socks: Some(proxy("socks.example")),
            ..DesktopProxy::default()
        };
        for address in [plain, tls] {
            assert_eq!(
                via(&only_socks, address).as_deref(),
                Some("socks5://socks.example:3128/")
            );
        }
        assert_eq!(via(&DesktopProxy::default(), tls), None);
    }

    #[test]
    fn what_is_to_be_reached_directly_has_none() {
        let found = DesktopProxy {
            https: Some(proxy("proxy.example")),
            direct: [" *.intern.example ", "10.0.0.0/8", "host.example"]
                .map(str::to_owned)
                .to_vec(),
            ..DesktopProxy::default()
        };
        for direct in ["a.intern.example", "10.1.2.3", "host.example"] {
            assert_eq!(via(&found, &format!("https://{direct}")), None, "{direct}");
        }
        for other in ["intern.example.org", "11.1.2.3", "nothost.example"] {
            assert!(
                via(&found, &format!("https://{other}")).is_some(),
                "{other}"
            );
        }
    }

    #[test]
    fn an_environment_that_names_a_proxy_comes_first() {
        for (name, value, wanted) in [
            ("HTTPS_PROXY", "http://p:1", true),
            ("all_proxy", "socks5://p:1", true),
            ("http_proxy", "", false),
            ("NO_PROXY", "localhost", false),
        ] {
            let set = |asked: &str| (asked == name).then(|| value.to_owned());
            assert_eq!(is_named(set), wanted, "{name}");
        }
    }
}
