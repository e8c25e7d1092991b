//! Who is led where, and what is kept of it.

use std::sync::Arc;

use super::{HopKind, KeptNetwork, NetworkError, Ways, hop_of_system};
use crate::clock::{SystemClock, SystemRandom};
use crate::keys::{KeyChoice, KeyVault, KeychainPolicy};
use crate::model::{Authority, Network, Proxy, ProxyServer, Secret};
use hyper_util::client::proxy::matcher::Matcher;

fn server(host: &str, login: Option<(&str, &str)>) -> ProxyServer {
    ProxyServer {
        host: host.to_owned(),
        port: 3128,
        name: login.map(|(name, _)| name.to_owned()),
        password: login.map(|(_, password)| password.into()),
    }
}

fn ways(proxy: Proxy) -> Result<Ways, NetworkError> {
    Ways::new(Network {
        proxy,
        authority: None,
    })
}

#[test]
fn this_computer_is_reached_without_a_proxy() {
    let ways = ways(Proxy::Socks5(server("proxy.example", None))).unwrap();
    for host in [
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "[::1]",
    ] {
        assert_eq!(ways.hop(host, 443), None, "{host}");
    }
    for host in [
        "localhost.example.org",
        "10.0.0.1",
        "example.org",
        "0.0.0.0",
    ] {
        let hop = ways.hop(host, 443).unwrap();
        assert_eq!((hop.kind, hop.port), (HopKind::Socks5, 3128), "{host}");
    }
    assert_eq!(Ways::direct().hop("example.org", 443), None);
}

#[test]
fn an_address_that_is_none_and_a_login_no_proxy_takes_are_refused() {
    for host in ["", "a b", "http://proxy", "proxy:80", "a/b", "ann@proxy"] {
        let refused = ways(Proxy::Http(server(host, None))).err();
        assert_eq!(refused, Some(NetworkError::Host), "{host}");
    }
    for host in [
        "proxy",
        "proxy.example",
        "10.0.0.1",
        "fd00::1",
        "münchen.example",
    ] {
        assert!(ways(Proxy::Http(server(host, None))).is_ok(), "{host}");
    }
    let long = "x".repeat(256);
    for (login, wanted) in [
        (("a:b", "x"), NetworkError::Name),
        (("", "x"), NetworkError::Name),
        ((&*long, "x"), NetworkError::Name),
        (("a", &*long), NetworkError::Password),
    ] {
        let refused = ways(Proxy::Socks5(server("proxy", Some(login)))).err();
        assert_eq!(refused, Some(wanted), "{login:?}");
    }
    let no_port = ProxyServer {
        port: 0,
        ..server("proxy", None)
    };
    assert_eq!(ways(Proxy::Http(no_port)).err(), Some(NetworkError::Host));
}

#[test]
fn the_address_of_a_proxy_carries_any_login_and_asks_it_for_names() {
    let login = Some(("mira@house", "p:/?#[] ü"));
    for (proxy, scheme) in [
        (Proxy::Http(server("fd00::1", login)), "http"),
        (Proxy::Socks5(server("fd00::1", login)), "socks5h"),
    ] {
        let url = ways(proxy)
            .unwrap()
            .hop("example.org", 443)
            .unwrap()
            .url()
            .unwrap();
        assert_eq!((url.scheme(), url.host_str()), (scheme, Some("[fd00::1]")));
        let word = percent_encoding::percent_decode_str(url.password().unwrap());
        assert_eq!(word.decode_utf8().unwrap(), "p:/?#[] ü");
    }
}

#[test]
fn the_systems_proxy_is_understood_in_every_form() {
    let hop = |text: &str| {
        let system = Matcher::builder().all(text).no("intern.example").build();
        assert!(
            system
                .intercept(&"https://a.intern.example".parse().unwrap())
                .is_none()
        );
        let found = system.intercept(&"https://example.org".parse().unwrap());
        hop_of_system(&found.unwrap()).unwrap()
    };
    let plain = hop("proxy.example");
    assert_eq!(
        (plain.kind, &*plain.host, plain.port),
        (HopKind::Http, "proxy.example", 80)
    );
    let socks = hop("socks5://ann:pass@[fd00::1]");
    assert_eq!(
        (socks.kind, &*socks.host, socks.port),
        (HopKind::Socks5, "fd00::1", 1080)
    );
    for text in [
        "http://ann:pass@proxy:8080",
        "socks5h://ann:pass@proxy:8080",
        "https://ann:pass@proxy",
    ] {
        let login = hop(text).login.unwrap();
        assert_eq!((&*login.0, login.1.expose()), ("ann", "pass"), "{text}");
    }
}

#[tokio::test]
async fn a_choice_is_kept_and_its_password_only_for_those_who_have_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let vault = KeyVault::open(folder.path(), KeychainPolicy::Disabled, clock, random)
        .await
        .unwrap();
    let mut kept = KeptNetwork::open(folder.path());
    assert_eq!(kept.network(&vault), Network::default());
    let wanted = Network {
        proxy: Proxy::Http(server("proxy", Some(("mira", "sesame")))),
        authority: Some(Authority {
            name: "a.pem".to_owned(),
            pem: "text".to_owned(),
        }),
    };
    assert!(kept.save(&wanted, &vault).is_err(), "there is no key yet");
    vault.create(KeyChoice::KeyFile).await.unwrap();
    kept.save(&wanted, &vault).unwrap();

    let again = KeptNetwork::open(folder.path());
    assert_eq!(again.network(&vault), wanted);
    let text = std::fs::read_to_string(folder.path().join("network.json")).unwrap();
    assert!(
        !text.contains("sesame") && !text.contains("c2VzYW1l"),
        "{text}"
    );

    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = KeyVault::open(elsewhere.path(), KeychainPolicy::Disabled, clock, random)
        .await
        .unwrap();
    for state in ["locked", "with another key"] {
        let Proxy::Http(found) = again.network(&stranger).proxy else {
            panic!("another proxy");
        };
        assert_eq!(
            (found.name.as_deref(), &found.password),
            (Some("mira"), &None),
            "{state}"
        );
        stranger.create(KeyChoice::KeyFile).await.ok();
    }

    std::fs::write(folder.path().join("network.json"), "{").unwrap();
    assert_eq!(
        KeptNetwork::open(folder.path()).network(&vault),
        Network::default()
    );
}

#[test]
fn the_secret_of_a_proxy_is_not_printed() {
    let ways = ways(Proxy::Http(server("proxy", Some(("mira", "sesame"))))).unwrap();
    let hop = ways.hop("example.org", 443);
    assert!(!format!("{ways:?} {hop:?}").contains("sesame"));
    assert_eq!(hop.unwrap().login.unwrap().1, Secret::new("sesame"));
}
