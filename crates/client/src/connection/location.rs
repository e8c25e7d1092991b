//! Where to resume: the order of the addresses when the server named a place (XEP-0198 §3).

use std::net::{IpAddr, Ipv6Addr};

use crate::model::ChatAddress;

/// The addresses to try, the server's `location` first if it makes sense for them.
///
/// Only TCP addresses have one: a WebSocket's address is a URL. A `location` on this machine,
/// given by a server elsewhere, is a server that does not know its own name; live ones do that.
pub(super) fn in_order(addresses: &[ChatAddress], location: Option<&str>) -> Vec<ChatAddress> {
    let place = location.and_then(parse);
    let preferred = place.and_then(|(host, port)| {
        addresses.iter().find_map(|address| match address {
            ChatAddress::Tls {
                host: own,
                port: own_port,
            } if is_plausible(&host, own) => Some(ChatAddress::Tls {
                host: host.clone(),
                port: port.unwrap_or(*own_port),
            }),
            ChatAddress::StartTls {
                host: own,
                port: own_port,
            } if is_plausible(&host, own) => Some(ChatAddress::StartTls {
                host: host.clone(),
                port: port.unwrap_or(*own_port),
            }),
            ChatAddress::Tls { .. }
            | ChatAddress::StartTls { .. }
            | ChatAddress::WebSocket { .. } => None,
        })
    });
    // A server reached by WebSocket is not left for another way in.
    let is_web_socket = matches!(addresses.first(), Some(ChatAddress::WebSocket { .. }));
    match preferred {
        Some(first) if !is_web_socket => {
            let rest = addresses.iter().filter(|address| **address != first);
            std::iter::once(first.clone())
                .chain(rest.cloned())
                .collect()
        }
        _ => addresses.to_vec(),
    }
}

fn is_plausible(location: &str, own: &str) -> bool {
    is_here(own) || !is_here(location)
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address.
fn parse(location: &str) -> Option<(String, Option<u16>)> {
    if location.parse::<Ipv6Addr>().is_ok() {
        return Some((location.to_owned(), None));
    }
    let (host, port) = match location.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, rest.strip_prefix(':'))
        }
        None => match location.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (location, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        None => None,
    };
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::{in_order, parse};
    use crate::model::ChatAddress;

    fn tls(host: &str, port: u16) -> ChatAddress {
        ChatAddress::Tls {
            host: host.to_owned(),
            port,
        }
    }

    #[test]
    fn the_servers_place_comes_first_and_is_not_tried_twice() {
        let own = [tls("chat.example", 5223)];
        assert_eq!(
            in_order(&own, Some("node7.example")),
            [tls("node7.example", 5223), tls("chat.example", 5223)]
        );
        assert_eq!(in_order(&own, Some("chat.example")), own);
        assert_eq!(
            in_order(&own, Some("[2001:db8::7]:443")),
            [tls("2001:db8::7", 443), tls("chat.example", 5223)]
        );
    }

    #[test]
    fn a_place_on_this_machine_is_believed_only_from_this_machine() {
        let far = [tls("chat.example", 5223)];
        assert_eq!(in_order(&far, Some("localhost")), far);
        assert_eq!(in_order(&far, Some("127.0.0.1:99")), far);
        let near = [tls("127.0.0.1", 5223)];
        assert_eq!(
            in_order(&near, Some("localhost:99"))[0],
            tls("localhost", 99)
        );
    }

    #[test]
    fn a_web_socket_stays_where_it_is() {
        let own = [ChatAddress::WebSocket {
            url: "wss://chat.example:5291".parse().unwrap(),
        }];
        assert_eq!(in_order(&own, Some("node7.example")), own);
    }

    #[test]
    fn nonsense_is_no_place() {
        for text in [
            "", ":5222", "host:", "host:x", "host:0", "[::1", "[host]:1", "a:b:c",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
