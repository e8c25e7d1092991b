//! What comes in, what is answered here, and what happens when nobody listens.

use std::time::Duration;

use cubist_protocol::stanza::{Condition, Iq, IqPayload};

use super::peer::{Peer, Side};
use super::{Client, config, message, within};
use crate::connection::RequestError;
use crate::connection::tests::peer::FULL_JID;

async fn session(peer: &Peer) -> (Client, Side) {
    let mut client = Client::start(config(peer, vec![peer.tls_address()]));
    let side = peer.accept_session().await;
    client.until_session().await;
    (client, side)
}

#[tokio::test]
async fn a_ping_of_the_server_is_answered() {
    let peer = Peer::new().await;
    let (_client, mut side) = session(&peer).await;
    side.say(&format!(
        "<iq type='get' id='p1' from='localhost' to='{FULL_JID}'><ping xmlns='urn:xmpp:ping'/></iq>"
    ))
    .await;
    let answer = side.expect("iq").await;
    assert_eq!(answer.attr("type"), Some("result"));
    assert_eq!(answer.attr("id"), Some("p1"));
    assert_eq!(answer.attr("to"), Some("localhost"));
}

#[tokio::test]
async fn an_unknown_request_is_answered_with_an_error() {
    let peer = Peer::new().await;
    let (_client, mut side) = session(&peer).await;
    for kind in ["get", "set"] {
        side.say(&format!(
            "<iq type='{kind}' id='u' from='localhost'><query xmlns='x:y'/></iq>"
        ))
        .await;
        let answer = side.expect("iq").await;
        assert_eq!(answer.attr("type"), Some("error"));
        let error = answer.child("error", "jabber:client").unwrap();
        let condition = error.elements().next().unwrap().name().to_owned();
        assert_eq!(condition, "service-unavailable");
    }
}

#[tokio::test]
async fn a_request_gets_its_own_answer() {
    let peer = Peer::new().await;
    let (client, mut side) = session(&peer).await;
    let (first, second) = (client.handle.clone(), client.handle.clone());
    let ask = |handle: crate::connection::ConnectionHandle| {
        tokio::spawn(async move { handle.request(Iq::get("mine", IqPayload::Ping)).await })
    };
    let first = ask(first);
    let one = side.expect("iq").await.attr("id").unwrap().to_owned();
    let second = ask(second);
    let two = side.expect("iq").await.attr("id").unwrap().to_owned();
    side.say(&format!(
        "<iq type='error' id='{two}'><error type='cancel'>\
         <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\
         <iq type='result' id='{one}'/>"
    ))
    .await;
    assert_eq!(within(first).await.unwrap().unwrap().id, one);
    match within(second).await.unwrap() {
        Err(RequestError::Refused(error)) => assert_eq!(error.condition, Condition::ItemNotFound),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_not_waited_for_longer_than_its_limit_or_its_connection() {
    let peer = Peer::new().await;
    let (mut client, mut side) = session(&peer).await;
    let limit = Duration::from_millis(10);
    assert_eq!(client.handle.ping(limit).await, Err(RequestError::TimedOut));
    side.expect("iq").await;
    let handle = client.handle.clone();
    let asked = tokio::spawn(async move { handle.request(Iq::get("", IqPayload::Ping)).await });
    side.expect("iq").await;
    drop(side);
    client
        .until_state(|state| state != crate::model::ConnectionState::Online)
        .await;
    assert_eq!(within(asked).await.unwrap(), Err(RequestError::SessionLost));
}

#[tokio::test]
async fn a_result_with_content_that_nobody_asked_for_is_passed_on() {
    let peer = Peer::new().await;
    let (mut client, mut side) = session(&peer).await;
    side.say("<iq type='result' id='old'/>").await;
    side.say(
        "<iq type='result' id='push' from='78-21@localhost'>\
         <query xmlns='jabber:iq:last' seconds='0'/></iq>",
    )
    .await;
    assert_eq!(client.next_message(true).await, "push");
}

#[tokio::test]
async fn a_change_told_as_a_request_is_confirmed_and_passed_on() {
    let peer = Peer::new().await;
    let (mut client, mut side) = session(&peer).await;
    for (id, kind, payload) in [
        ("came", "set", "<query xmlns='jabber:iq:last' seconds='0'/>"),
        ("went", "get", "<query xmlns='jabber:iq:last' seconds='5'/>"),
        (
            "list",
            "set",
            "<query xmlns='jabber:iq:privacy'><list name='mine'/></query>",
        ),
    ] {
        side.say(&format!(
            "<iq type='{kind}' id='{id}' from='78-21@localhost'>{payload}</iq>"
        ))
        .await;
        let answer = side.expect("iq").await;
        assert_eq!(answer.attr("type"), Some("result"), "{id}");
        assert_eq!(answer.attr("id"), Some(id));
        assert_eq!(client.next_message(true).await, id);
    }
    // Questions of others are not news.
    side.say("<iq type='get' id='q' from='78-21@localhost/r'><query xmlns='jabber:iq:last'/></iq>")
        .await;
    assert_eq!(side.expect("iq").await.attr("type"), Some("error"));
}

#[tokio::test]
async fn a_stanza_that_is_not_well_made_is_counted_and_left_out() {
    let peer = Peer::new().await;
    let (mut client, mut side) = session(&peer).await;
    side.say("<message from='@@'/><iq type='maybe' id='x'/>")
        .await;
    side.say_message("good").await;
    assert_eq!(client.next_message(true).await, "good");
    side.request_ack().await;
    assert_eq!(side.expect_management("a").await.attr("h"), Some("3"));
}

#[tokio::test]
async fn when_nobody_listens_reading_stops_and_writing_goes_on() {
    let peer = Peer::new().await;
    let (mut client, mut side) = session(&peer).await;
    // One waits in the channel, one in the task, the rest on the wire.
    let count = 2000;
    let body = "x".repeat(2000);
    let flood = async move {
        for n in 0..count {
            side.say(&format!(
                "<message type='chat' id='f{n}' from='78-21@localhost/r'><body>{body}</body></message>"
            ))
            .await;
        }
        side
    };
    let flood = tokio::spawn(flood);
    within(client.handle.send(message("out"), None))
        .await
        .unwrap();
    for n in 0..count {
        assert_eq!(client.next_message(true).await, format!("f{n}"));
    }
    let mut side = within(flood).await.unwrap();
    assert_eq!(side.expect_message().await, "out");
    side.request_ack().await;
    assert_eq!(side.expect_management("a").await.attr("h"), Some("2000"));
}
