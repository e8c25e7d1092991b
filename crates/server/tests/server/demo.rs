//! The sample people: what a person alone sees.

use cubist_protocol::ext::extra_params::ExtraParams;
use cubist_protocol::ext::xep0085_chat_states::ChatState;
use cubist_protocol::ext::xep0333_markers::MarkerKind;
use cubist_protocol::ids::{AppId, UserId};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use cubist_server::delivery::LocalSession;
use cubist_server::server::Server;
use serde_json::{Value, json};

use crate::support::{Caller, World, config, texts, within};

async fn demo() -> World {
    World::with(|config| {
        config.demo.enabled = true;
        config.demo.read_after_ms = 10;
        config.demo.type_for_ms = 10;
    })
    .await
}

async fn dialogs(who: &Caller) -> Vec<Value> {
    who.get("/chat/Dialog.json?").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn host(who: &Caller) -> u64 {
    let found = who
        .get("/users/by_login.json?login=robin")
        .await
        .expect(200);
    found["user"]["id"].as_u64().unwrap()
}

async fn next(session: &mut LocalSession) -> Message {
    loop {
        let stanza = within("a stanza", session.incoming.recv())
            .await
            .expect("the session ended");
        if let Stanza::Message(message) = stanza {
            return *message;
        }
    }
}

#[tokio::test]
async fn a_newcomer_finds_chats_of_every_kind_with_a_past() {
    let world = demo().await;
    let ann = world.person("ann").await;
    let dialogs = dialogs(&ann).await;
    let kinds: Vec<i64> = dialogs
        .iter()
        .map(|dialog| dialog["type"].as_i64().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == 3).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == 2).count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == 1).count(), 1);
    for dialog in &dialogs {
        assert!(dialog["last_message"].is_string(), "{dialog}");
        if dialog["type"] == 1 {
            // Written before this person came: there to read, but not missed.
            assert_eq!(dialog["unread_messages_count"], 0);
            continue;
        }
        let unread = dialog["unread_messages_count"].as_u64().unwrap();
        assert!((1..=2).contains(&unread), "{dialog}");
    }
    let group = dialogs.iter().find(|dialog| dialog["type"] == 2).unwrap();
    let query = format!(
        "/chat/Message.json?chat_dialog_id={}",
        group["_id"].as_str().unwrap()
    );
    let history = ann.get(query).await.expect(200);
    assert!(texts(&history, "message").len() >= 5);
    let open = ann.get("/chat/Dialog.json?type=4").await.expect(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 3);
    let names = ann
        .get("/users/v2.json?login[in]=robin,mira,jonas")
        .await
        .expect(200);
    assert_eq!(names["total_entries"], 3);
}

#[tokio::test]
async fn the_host_gets_reads_types_and_replies_in_that_order() {
    let world = demo().await;
    let ann = world.person("ann").await;
    let host = host(&ann).await;
    let mut session = world
        .server
        .router()
        .connect_local(UserId::new(ann.id).unwrap())
        .await;
    let to = Jid::user(
        UserId::new(host).unwrap(),
        AppId::new(21).unwrap(),
        "localhost",
    )
    .unwrap();
    let mut extra = ExtraParams::new();
    extra.set_save_to_history();
    let id = "6b03030b76f1960a4c000000";
    let message = Message {
        id: Some(id.to_owned()),
        body: Some("Hello Robin".to_owned()),
        extra: Some(extra),
        ..Message::new(MessageKind::Chat, to)
    };
    within(
        "room",
        session.outgoing.send(Stanza::Message(Box::new(message))),
    )
    .await
    .unwrap();
    let mut events = Vec::new();
    let reply = loop {
        let message = next(&mut session).await;
        if message.delay.is_some() {
            continue; // the welcome
        }
        if let Some(marker) = message.marker {
            assert_eq!(marker.id, id);
            events.push(if marker.kind == MarkerKind::Received {
                "delivered"
            } else {
                "read"
            });
        } else if let Some(state) = message.chat_state {
            events.push(if state == ChatState::Composing {
                "typing"
            } else {
                "paused"
            });
        } else if message.body.is_some() {
            break message;
        }
    };
    assert_eq!(events, ["delivered", "read", "typing", "paused"]);
    assert!(reply.markable);
    let dialog = reply.extra.unwrap().dialog_id().unwrap();
    let history = ann
        .get(format!("/chat/Message.json?chat_dialog_id={dialog}"))
        .await
        .expect(200);
    let stored = history["items"].as_array().unwrap();
    assert_eq!(
        stored.last().unwrap()["message"].as_str(),
        reply.body.as_deref()
    );
    let own = stored.iter().find(|message| message["_id"] == id).unwrap();
    assert_eq!(own["read_ids"], json!([host, ann.id]));
}

#[tokio::test]
async fn two_people_are_answered_each_in_their_own_chat() {
    let world = demo().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let host = host(&ann).await;
    for who in [&ann, &bob] {
        let mut session = world
            .server
            .router()
            .connect_local(UserId::new(who.id).unwrap())
            .await;
        let body = json!({ "recipient_id": host, "message": "hello", "send_to_chat": 1 });
        who.post("/chat/Message.json", body).await.expect(201);
        loop {
            let message = next(&mut session).await;
            if message.body.is_some() && message.delay.is_none() && message.carbon.is_none() {
                assert_eq!(message.from.unwrap().user_id().unwrap().get(), host);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_restart_keeps_the_people_and_a_used_backend_gets_none() {
    let world = demo().await;
    let ann = world.person("ann").await;
    let before = dialogs(&ann).await.len();
    world.server.stop().await;
    let mut again = config(world.dir.path());
    again.demo.enabled = true;
    let server = within("the start", Server::start(again)).await.unwrap();
    let ann = Caller {
        base: server.ready().api_url.clone(),
        ..ann
    };
    assert_eq!(dialogs(&ann).await.len(), before);
    let open = ann.get("/chat/Dialog.json?type=4").await.expect(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 3);
    let names = ann
        .get("/users/v2.json?login[in]=robin,mira,jonas")
        .await
        .expect(200);
    assert_eq!(names["total_entries"], 3);
    server.stop().await;

    let own = World::new().await;
    let bob = own.person("bob").await;
    own.server.stop().await;
    let mut later = config(own.dir.path());
    later.demo.enabled = true;
    let server = within("the start", Server::start(later)).await.unwrap();
    let bob = Caller {
        base: server.ready().api_url.clone(),
        ..bob
    };
    bob.get("/users/by_login.json?login=robin")
        .await
        .refusal(404);
    let guest_made = json!({ "user": { "login": "cat", "password": "long enough" } });
    bob.post("/users.json", guest_made).await.expect(201);
    server.stop().await;
}
