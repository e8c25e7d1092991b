//! TLS: asked for, checked, and never given up.

use super::peer::{BindTo, Peer};
use super::{Client, config};
use crate::connection::Trust;
use crate::connection::socket::Received;
use crate::model::{ConnectionState, OfflineReason};

const BAD_CERTIFICATE: ConnectionState = ConnectionState::Offline {
    reason: OfflineReason::Certificate,
};

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let (peer, other) = (Peer::new().await, Peer::new().await);
    let mut config = config(&peer, vec![peer.tls_address()]);
    config.trust = Trust::new(Some(other.authority())).unwrap();
    let mut client = Client::start(config);
    let tcp = peer.accept_tcp().await;
    // The handshake fails on this side too: the client sends an alert and nothing more.
    assert!(peer.try_protect(tcp).await.is_err());
    client.until_state(|state| state == BAD_CERTIFICATE).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let peer = Peer::with_names(&["elsewhere.example"]).await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let tcp = peer.accept_tcp().await;
    assert!(peer.try_protect(tcp).await.is_err());
    client.until_state(|state| state == BAD_CERTIFICATE).await;
}

#[tokio::test]
async fn a_certificate_for_the_domain_or_for_the_host_is_enough() {
    for name in ["localhost", "127.0.0.1"] {
        let peer = Peer::with_names(&[name]).await;
        let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
        let _side = peer.accept_session().await;
        assert!(!client.until_session().await, "{name}");
    }
}

#[tokio::test]
async fn starttls_protects_before_the_password_is_sent() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.starttls_address()]));
    let mut side = peer.accept_plain().await;
    side.offer_starttls().await;
    side.expect("starttls").await;
    side.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        .await;
    let mut side = peer.protect(side).await;
    side.log_in(BindTo::Management).await;
    assert!(!client.until_session().await);
}

#[tokio::test]
async fn a_server_without_starttls_hears_no_password() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.starttls_address()]));
    let mut side = peer.accept_plain().await;
    // What somebody between would do: take the offer of TLS away.
    side.offer_plain().await;
    assert!(side.hear().await.is_err());
    client
        .until_state(|state| {
            matches!(
                state,
                ConnectionState::Connecting {
                    next_in: Some(_),
                    ..
                }
            )
        })
        .await;
}

#[tokio::test]
async fn what_is_slipped_in_before_tls_is_not_taken_for_the_servers() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.starttls_address()]));
    let mut side = peer.accept_plain().await;
    side.offer_starttls().await;
    side.expect("starttls").await;
    side.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message from='evil@example'>")
        .await;
    match side.hear().await {
        Err(_) | Ok(Received::Close) => {}
        Ok(other) => panic!("{other:?} after bytes without protection"),
    }
    client
        .until_state(|state| {
            matches!(
                state,
                ConnectionState::Connecting {
                    next_in: Some(_),
                    ..
                }
            )
        })
        .await;
}
