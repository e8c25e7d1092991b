//! XEP-0198 on the wire, and what stands for it where it is missing.

use super::peer::{BindTo, Peer};
use super::{Client, config, tags};
use crate::connection::Incoming;

/// Carbons IQ and presence come before the first message.
const FIRST: u32 = 2;

#[tokio::test]
async fn an_acknowledged_stanza_is_reported_once_and_in_order() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    assert!(!client.until_session().await);
    for (id, tag) in [("m1", 1), ("m2", 2), ("m3", 3)] {
        client.send(id, tag).await;
        assert_eq!(side.expect_message().await, id);
    }
    side.expect_management("r").await;
    side.acknowledge(FIRST + 2).await;
    side.acknowledge(FIRST + 1).await;
    side.acknowledge(FIRST + 3).await;
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[1, 2])));
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[3])));
}

#[tokio::test]
async fn a_connection_cut_while_sending_is_resumed_and_sends_the_rest_again() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    for (id, tag) in [("m1", 1), ("m2", 2), ("m3", 3)] {
        client.send(id, tag).await;
    }
    assert_eq!(side.expect_message().await, "m1");
    drop(side);

    let mut side = peer.accept().await;
    side.authenticate(BindTo::Management).await;
    let resume = side.expect("resume").await;
    assert_eq!(resume.attr("previd"), Some("f00d"));
    assert_eq!(resume.attr("h"), Some("0"));
    let h = FIRST + 1;
    side.say(&format!(
        "<resumed xmlns='urn:xmpp:sm:3' previd='f00d' h='{h}'/>"
    ))
    .await;
    assert_eq!(side.expect_message().await, "m2");
    assert_eq!(side.expect_message().await, "m3");
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[1])));
    assert!(client.until_session().await);
    side.expect_management("r").await;
    side.acknowledge(h + 2).await;
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[2, 3])));
}

#[tokio::test]
async fn a_refused_resumption_gives_back_what_is_unsent_before_the_new_session() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let side = peer.accept_session().await;
    client.until_session().await;
    for (id, tag) in [("m1", 1), ("m2", 2), ("m3", 3)] {
        client.send(id, tag).await;
    }
    drop(side);

    let mut side = peer.accept().await;
    side.authenticate(BindTo::Management).await;
    side.expect("resume").await;
    // XEP-0198 §5: a server that remembers its count says so.
    let h = FIRST + 1;
    side.say(&format!(
        "<failed xmlns='urn:xmpp:sm:3' h='{h}'>\
         <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"
    ))
    .await;
    side.start_session(BindTo::Management).await;
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[1])));
    assert!(matches!(client.next_event().await, Incoming::Unsent(t) if t == tags(&[2, 3])));
    assert!(!client.until_session().await);

    // The count of the new session begins at zero.
    client.send("m2", 2).await;
    assert_eq!(side.expect_message().await, "m2");
    side.acknowledge(FIRST + 1).await;
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[2])));
}

#[tokio::test]
async fn the_server_hears_of_a_stanza_once_it_is_handled_and_not_before() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    side.say_message("a").await;
    side.say_message("b").await;
    let Incoming::Stanza(_, a) = client.next_event().await else {
        panic!("no stanza")
    };
    let Incoming::Stanza(_, b) = client.next_event().await else {
        panic!("no stanza")
    };
    side.request_ack().await;
    assert_eq!(side.expect_management("a").await.attr("h"), Some("0"));
    client.handle.handled(b);
    client.handle.handled(a);
    // Owed since the request: comes without another one.
    assert_eq!(side.expect_management("a").await.attr("h"), Some("2"));
}

#[tokio::test]
async fn a_stanza_that_was_not_handled_comes_again_with_the_resumed_session() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    side.say_message("a").await;
    side.say_message("b").await;
    assert_eq!(client.next_message(true).await, "a");
    assert_eq!(client.next_message(false).await, "b");
    drop(side);

    let mut side = peer.accept().await;
    side.authenticate(BindTo::Management).await;
    assert_eq!(side.expect("resume").await.attr("h"), Some("1"));
    side.say(&format!(
        "<resumed xmlns='urn:xmpp:sm:3' previd='f00d' h='{FIRST}'/>"
    ))
    .await;
    side.say_message("b").await;
    assert!(client.until_session().await);
    assert_eq!(client.next_message(true).await, "b");
    side.request_ack().await;
    assert_eq!(side.expect_management("a").await.attr("h"), Some("2"));
}

#[tokio::test]
async fn without_stream_management_a_ping_confirms_what_came_before_it() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept().await;
    side.log_in(BindTo::NoManagement).await;
    client.until_session().await;
    client.send("m1", 1).await;
    assert_eq!(side.expect_message().await, "m1");
    let ping = side.expect("iq").await;
    assert!(ping.child("ping", "urn:xmpp:ping").is_some());
    let id = ping.attr("id").unwrap();
    side.say(&format!(
        "<iq xmlns='jabber:client' type='result' id='{id}'/>"
    ))
    .await;
    assert!(matches!(client.next_event().await, Incoming::Acked(t) if t == tags(&[1])));

    client.send("m2", 2).await;
    assert_eq!(side.expect_message().await, "m2");
    drop(side);
    assert!(matches!(client.next_event().await, Incoming::Unsent(t) if t == tags(&[2])));
}

#[tokio::test]
async fn a_server_that_counts_what_was_never_sent_is_not_believed_again() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    client.send("m1", 1).await;
    assert_eq!(side.expect_message().await, "m1");
    side.acknowledge(FIRST + 100).await;
    assert!(matches!(client.next_event().await, Incoming::Unsent(t) if t == tags(&[1])));

    let mut side = peer.accept().await;
    side.authenticate(BindTo::Management).await;
    side.start_session(BindTo::NoManagement).await;
    assert!(!client.until_session().await);
}
