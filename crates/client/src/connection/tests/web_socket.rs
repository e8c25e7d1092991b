//! RFC 7395: the same over WebSocket.

use super::peer::{BindTo, Peer};
use super::{Client, config, tags};
use crate::connection::Incoming;
use crate::model::{ChatAddress, ConnectionState};

async fn check(scheme: &str, is_protected: bool) {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.ws_address(scheme)]));
    let mut side = peer.accept_web_socket(is_protected).await;
    side.log_in(BindTo::Management).await;
    assert!(!client.until_session().await);
    side.say_message("in").await;
    assert_eq!(client.next_message(true).await, "in");
    client.send("out", 1).await;
    assert_eq!(side.expect_message().await, "out");
    side.expect_management("r").await;
    side.acknowledge(3).await;
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[1])));
    client.shutdown.cancel();
    side.expect_close().await;
}

#[tokio::test]
async fn a_session_runs_over_a_protected_web_socket() {
    check("wss", true).await;
}

#[tokio::test]
async fn a_session_runs_over_a_plain_one_on_this_machine() {
    check("ws", false).await;
}

#[tokio::test]
async fn a_plain_one_elsewhere_is_not_even_connected() {
    let peer = Peer::new().await;
    let url = format!("ws://example.org:{}", peer.port()).parse().unwrap();
    let mut client = Client::start(config(&peer, vec![ChatAddress::WebSocket { url }]));
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
async fn a_frame_that_is_not_xml_costs_that_frame_only() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.ws_address("ws")]));
    let mut side = peer.accept_web_socket(false).await;
    side.log_in(BindTo::Management).await;
    client.until_session().await;
    side.say("<message xmlns='jabber:client' id='bad'><body>&nbsp;</body></message>")
        .await;
    side.say_message("good").await;
    assert_eq!(client.next_message(true).await, "good");
    side.request_ack().await;
    // Both sides counted the bad one.
    assert_eq!(side.expect_management("a").await.attr("h"), Some("2"));
}
