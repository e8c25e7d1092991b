//! Addresses that somebody else wrote down, such as the URL of a picture in a profile.
//!
//! Fetching one must not become a way to look at what only this machine can reach: a router's page,
//! a service on this computer, the metadata of a cloud. So only `https` addresses count, and names
//! count only as far as they lead to public addresses. The account's own API is the exception,
//! because it may well stand in the same house.
//!
//! Behind a proxy the proxy looks names up and decides which addresses it reaches. So a picture that
//! somebody named elsewhere is not looked for there; a file is, because a person asked for it, and so
//! is what the API itself leads to. What is written as an address is judged here in any case.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::rest::error::Error;

/// Finds the addresses of names, leaving out those that are not public.
#[derive(Clone, Debug)]
pub(super) struct PublicAddresses {
    /// Hosts whose addresses all count.
    exempt: Arc<[String]>,
}

impl PublicAddresses {
    /// A resolver for everything that also finds these hosts, wherever they are.
    pub(super) fn except(exempt: Vec<String>) -> Self {
        Self {
            exempt: exempt.into(),
        }
    }
}

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let mut exempt = self.exempt.iter();
        let is_exempt = exempt.any(|host| name.as_str().eq_ignore_ascii_case(host));
        lookup(name, move |address| is_exempt || is_public(address))
    }
}

/// Looks a name up for a connection, which then goes to one of the addresses that count and to no
/// other: what a second lookup would say does not matter.
pub(crate) fn lookup(name: Name, counts: impl Fn(IpAddr) -> bool + Send + 'static) -> Resolving {
    Box::pin(async move {
        let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
        let usable: Vec<SocketAddr> = found.filter(|address| counts(address.ip())).collect();
        if usable.is_empty() {
            return Err(io::Error::other("the name leads to no public address").into());
        }
        let usable: Addrs = Box::new(usable.into_iter());
        Ok(usable)
    })
}

/// Whether `url` may be asked at all. A name is checked when it is resolved.
pub(super) fn check(url: &Url, own: &Url) -> Result<(), Error> {
    let name = url.host_str().unwrap_or_default();
    let is_own_host = url.host() == own.host();
    // The API itself may be on this machine without TLS; nothing else may.
    let is_secure =
        url.scheme() == "https" || (url.scheme() == "http" && url.origin() == own.origin());
    if !is_secure {
        return Err(Error::Insecure {
            host: name.to_owned(),
        });
    }
    let address: Option<IpAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => Some(ip.into()),
        Some(Host::Ipv6(ip)) => Some(ip.into()),
        Some(Host::Domain(_)) | None => None,
    };
    if !is_own_host && address.is_some_and(|address| !is_public(address)) {
        return Err(Error::Forbidden {
            message: "the address is not a public one".to_owned(),
        });
    }
    Ok(())
}

/// Whether an address belongs to the public internet (the registries of RFC 6890, by exclusion).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Blocks of addresses that are not public, by their first address and the bits that count.
const SPECIAL: [([u8; 4], u32); 15] = [
    // This network, this machine.
    ([0, 0, 0, 0], 8),
    ([127, 0, 0, 0], 8),
    // Private.
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    // Shared by customers of one provider (RFC 6598).
    ([100, 64, 0, 0], 10),
    // Link-local; also where clouds tell their machines secrets.
    ([169, 254, 0, 0], 16),
    // IETF protocols, documentation, 6to4 relays, benchmarks.
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, reserved, broadcast.
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    SPECIAL.iter().all(|&(first, bits)| {
        let differing = address.to_bits() ^ Ipv4Addr::from(first).to_bits();
        differing >> (u32::BITS - bits) != 0
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match address.segments() {
        // IPv4 addresses in IPv6 clothes: mapped, translated (RFC 6052), 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => embedded(high, low),
        // Teredo and documentation (RFC 3849, RFC 9637).
        [0x2001, 0 | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        // Global unicast is 2000::/3; everything else is for this machine, this link or nobody.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use reqwest::dns::Resolve;
    use url::Url;

    use super::{PublicAddresses, check, is_public};
    use crate::rest::error::Error;

    #[test]
    fn addresses_of_this_machine_this_house_and_this_provider_are_not_public() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:192.168.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse::<IpAddr>().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::",
            "2606:4700::1",
        ] {
            assert!(is_public(text.parse::<IpAddr>().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_leads_to_public_addresses_only_unless_it_is_the_apis_own() {
        let asked = |exempt: &str| {
            PublicAddresses::except(vec![exempt.to_owned()]).resolve("localhost".parse().unwrap())
        };
        assert!(asked("api.example").await.is_err());
        let mut own = asked("localhost").await.unwrap();
        assert!(own.all(|address| address.ip().is_loopback()));
    }

    #[test]
    fn only_https_counts_except_on_the_accounts_own_server() {
        let allowed =
            |url: &str, own: &str| check(&Url::parse(url).unwrap(), &Url::parse(own).unwrap());
        let cloud = "https://api.example/";
        assert_eq!(allowed("https://pictures.example/a.png", cloud), Ok(()));
        for url in [
            "http://pictures.example/a.png",
            "http://api.example/a.png",
            "ftp://pictures.example/a.png",
            "file:///etc/passwd",
            "data:image/png;base64,AA",
        ] {
            assert!(
                matches!(allowed(url, cloud), Err(Error::Insecure { .. })),
                "{url}"
            );
        }
        let here = "http://127.0.0.1:8080/";
        assert_eq!(allowed("http://127.0.0.1:8080/blobs/a", here), Ok(()));
        assert!(matches!(
            allowed("http://127.0.0.1:8081/secret", here),
            Err(Error::Insecure { .. })
        ));
    }

    #[test]
    fn a_literal_private_address_is_refused_unless_the_api_is_there() {
        let house = Url::parse("https://192.168.1.5:8443/").unwrap();
        let asked = |url: &str| check(&Url::parse(url).unwrap(), &house);
        assert_eq!(asked("https://192.168.1.5/pictures/a.png"), Ok(()));
        for url in [
            "https://192.168.1.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
        ] {
            assert!(matches!(asked(url), Err(Error::Forbidden { .. })), "{url}");
        }
    }
}
