//! Attempts, losses, waits and the end.

use std::time::Duration;

use tokio::net::TcpListener;

use super::peer::Peer;
use super::{Client, config, message, within};
use crate::connection::{Incoming, NotConnected};
use crate::model::{ChatAddress, ConnectionState, OfflineReason};

/// A port nobody listens on, as long as nobody takes it.
async fn deaf_address() -> ChatAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    ChatAddress::Tls {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
    }
}

#[tokio::test]
async fn the_next_address_is_tried_when_the_first_does_not_answer() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(
        &peer,
        vec![deaf_address().await, peer.tls_address()],
    ));
    let _side = peer.accept_session().await;
    let first = client.next().await;
    let expected = ConnectionState::Connecting {
        attempt: 1,
        next_in: None,
    };
    assert!(
        matches!(first, Incoming::State(state) if state == expected),
        "{first:?}"
    );
    client
        .until_state(|state| state == ConnectionState::Online)
        .await;
    assert!(!client.until_session().await);
    assert_eq!(client.handle.state(), ConnectionState::Online);
}

#[tokio::test]
async fn nothing_is_taken_while_there_is_no_session() {
    let peer = Peer::new().await;
    let client = Client::start(config(&peer, vec![deaf_address().await]));
    assert_eq!(
        client.handle.send(message("m"), None).await,
        Err(NotConnected)
    );
}

#[tokio::test]
async fn failed_attempts_are_counted_and_announced_with_their_wait() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![deaf_address().await]));
    // A reader may miss states that were replaced before it looked.
    let mut last = 1;
    while last < 4 {
        let state = client
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
        let ConnectionState::Connecting {
            attempt,
            next_in: Some(wait),
        } = state
        else {
            panic!("{state:?}");
        };
        assert!(attempt > last, "{attempt} after {last}");
        assert!(wait <= Duration::from_millis(20));
        last = attempt;
    }
}

#[tokio::test]
async fn a_person_need_not_wait_for_the_timer() {
    let peer = Peer::new().await;
    let address = deaf_address().await;
    let ChatAddress::Tls { port, .. } = &address else {
        panic!("not TLS")
    };
    let port = *port;
    let mut config = config(&peer, vec![address, peer.tls_address()]);
    config.addresses.truncate(1);
    config.timing.backoff_first = Duration::from_secs(3600);
    config.timing.backoff_cap = Duration::from_secs(3600);
    let mut client = Client::start(config);
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
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    client.handle.connect_now();
    within(listener.accept()).await.unwrap();
    client.handle.network_changed();
    within(listener.accept()).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_fell_silent_is_left() {
    let peer = Peer::new().await;
    let mut config = config(&peer, vec![peer.tls_address()]);
    config.timing.ping_after = Duration::from_millis(20);
    config.timing.ping_limit = Duration::from_millis(20);
    let mut client = Client::start(config);
    let mut silent = peer.accept_session().await;
    client.until_session().await;
    let ping = silent.expect("iq").await;
    assert!(ping.child("ping", "urn:xmpp:ping").is_some());
    client
        .until_state(|state| matches!(state, ConnectionState::Connecting { .. }))
        .await;
    peer.accept().await;
}

#[tokio::test]
async fn after_a_change_of_network_the_connection_is_questioned() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    client.handle.network_changed();
    let ping = side.expect("iq").await;
    assert!(ping.child("ping", "urn:xmpp:ping").is_some());
}

#[tokio::test]
async fn being_told_to_stop_ends_the_stream_in_an_orderly_way() {
    let peer = Peer::new().await;
    let mut client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    client.until_session().await;
    client.shutdown.cancel();
    side.expect_close().await;
    side.say("</stream:stream>").await;
    within(client.task).await.unwrap();
    let stopped = ConnectionState::Offline {
        reason: OfflineReason::Stopped,
    };
    assert_eq!(client.handle.state(), stopped);
    assert_eq!(
        client.handle.send(message("m"), None).await,
        Err(NotConnected)
    );
}

#[tokio::test]
async fn the_task_ends_when_nobody_is_left_to_speak_to() {
    let peer = Peer::new().await;
    let client = Client::start(config(&peer, vec![deaf_address().await]));
    let Client {
        handle,
        incoming,
        task,
        shutdown: _shutdown,
    } = client;
    // Somebody must listen for the task to be held up by the handle alone.
    let listen = tokio::spawn(async move {
        let mut incoming = incoming;
        while incoming.recv().await.is_some() {}
    });
    drop(handle);
    within(task).await.unwrap();
    within(listen).await.unwrap();

    let client = Client::start(config(&peer, vec![peer.tls_address()]));
    let mut side = peer.accept_session().await;
    drop(client.incoming);
    side.expect_close().await;
    drop(side);
    within(client.task).await.unwrap();
}
