//! The ways to one chat server: direct TLS, STARTTLS and WebSocket.

use cubist_client::model::{ChatAddress, Endpoints, Status};
use cubist_tests::backend::Ready;
use cubist_tests::{Person, World};

/// Signs up with the chat server at `chat` alone, past the lines that can fail.
async fn person_by(world: &World, name: &str, chat: Vec<ChatAddress>) -> Person {
    let (endpoints, rest, line) = world.lines().await;
    let endpoints = Endpoints { chat, ..endpoints };
    let person = Person::sign_up(name, endpoints, rest, line).await;
    person.is_online().await;
    person
}

fn direct_tls(ready: &Ready) -> ChatAddress {
    ChatAddress::Tls {
        host: ready.domain.clone(),
        port: ready.xmpps_address().port(),
    }
}

fn starttls(ready: &Ready) -> ChatAddress {
    ChatAddress::StartTls {
        host: ready.domain.clone(),
        port: ready.xmpp_address().port(),
    }
}

fn websocket(ready: &Ready) -> ChatAddress {
    ChatAddress::WebSocket {
        url: ready.chat_url.clone(),
    }
}

#[tokio::test]
async fn people_who_came_by_different_ways_talk_to_one_another() {
    let world = World::new().await;
    let ready = world.ready().clone();
    let alice = person_by(&world, "alice", vec![direct_tls(&ready)]).await;
    let bob = person_by(&world, "bob", vec![starttls(&ready)]).await;
    let carol = person_by(&world, "carol", vec![websocket(&ready)]).await;
    let group = alice.makes_group("All ways", &[&bob, &carol]).await;
    for (from, text) in [
        (&alice, "by TLS"),
        (&bob, "by STARTTLS"),
        (&carol, "by WebSocket"),
    ] {
        from.knows(group).await;
        let id = from.send_in(group, text).await;
        for to in [&alice, &bob, &carol] {
            assert_eq!(to.sees_in(group, text).await.id, id);
        }
        from.has_status(group, id, Status::Delivered).await;
    }
}

#[tokio::test]
async fn an_address_where_nobody_answers_is_passed_over() {
    let world = World::new().await;
    let nobody = {
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        ChatAddress::Tls {
            host: world.ready().domain.clone(),
            port: held.local_addr().unwrap().port(),
        }
    };
    let starttls = starttls(world.ready());
    let alice = person_by(&world, "alice", vec![nobody, starttls]).await;
    let bob = world.person("bob").await;
    alice.send(&bob, "by the second address").await;
    bob.sees(&alice, "by the second address").await;
}
