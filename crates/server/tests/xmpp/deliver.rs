//! What REST hands over, and sessions inside the process.

use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use cubist_server::delivery::Delivery;
use cubist_server::state::{Accepted, Mark, NewGroup, NewMessage, StoredMessage};

use crate::privacy::{blocking, default};
use crate::support::{World, body, eventually};

async fn stored(world: &World, sender: UserId, dialog: DialogId, text: &str) -> StoredMessage {
    let new = NewMessage {
        sender,
        dialog,
        stanza_id: None,
        body: text.to_owned(),
        date_sent: Some(1_643_634_366),
        attachments: Vec::new(),
        extra: serde_json::json!({ "answer": "42" })
            .as_object()
            .unwrap()
            .clone(),
        save: true,
        queue: None,
    };
    match world.state.accept_message(new).await.unwrap() {
        Accepted::New { message, .. } => message,
        Accepted::Repeat => panic!("a new message"),
    }
}

#[tokio::test]
async fn a_private_message_made_over_rest_reaches_both_sides() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let message = stored(&world, alice, dialog, "over REST").await;
    let id = message.id;
    world
        .router
        .deliver(Delivery::Message {
            message,
            markable: true,
            silent: false,
        })
        .await;
    let got = b.next().await;
    assert_eq!(
        got,
        format!(
            "<message xmlns=\"jabber:client\" type=\"chat\" id=\"{id}\" from=\"{alice}-21@localhost\" \
             to=\"{bob}-21@localhost\"><body>over REST</body><extraParams><answer>42</answer>\
             <save_to_history>1</save_to_history><dialog_id>{dialog}</dialog_id><message_id>{id}</message_id>\
             <date_sent>1643634366</date_sent></extraParams><markable xmlns=\"urn:xmpp:chat-markers:0\"/></message>"
        )
    );
    let carbon = a.next().await;
    assert!(
        carbon.contains("<sent xmlns=\"urn:xmpp:carbons:2\">") && carbon.contains("over REST"),
        "{carbon}"
    );
}

#[tokio::test]
async fn a_group_message_made_over_rest_waits_for_those_who_are_away() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.group(alice, &[bob]).await;
    let mut a = world.online(alice).await;
    let message = stored(&world, alice, dialog, "over REST").await;
    world
        .router
        .deliver(Delivery::Message {
            message,
            markable: false,
            silent: false,
        })
        .await;
    let reflection = a.next().await;
    assert!(
        reflection.contains(&format!("from=\"21_{dialog}@muc.localhost/{alice}\"")),
        "{reflection}"
    );
    let mut b = world.online(bob).await;
    let got = b.next().await;
    assert_eq!(body(&got), Some("over REST"));
    assert!(got.contains("<delay"), "{got}");
}

#[tokio::test]
async fn marks_and_changes_made_over_rest_are_told() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let message = stored(&world, alice, dialog, "changed").await;
    let id = message.id;
    world
        .router
        .deliver(Delivery::Marks {
            mark: Mark::Read,
            by: bob,
            dialog,
            messages: vec![(id, alice)],
        })
        .await;
    let told = a.next().await;
    assert!(
        told.contains(&format!(
            "<displayed xmlns=\"urn:xmpp:chat-markers:0\" id=\"{id}\"/>"
        )),
        "{told}"
    );
    assert!(
        told.contains(&format!("from=\"{bob}-21@localhost\"")),
        "{told}"
    );
    assert!(
        b.next().await.contains("<sent xmlns"),
        "the marking person's devices hear of it"
    );

    world
        .router
        .deliver(Delivery::Edited {
            by: alice,
            message,
            last: true,
        })
        .await;
    let edit = b.next().await;
    assert!(
        edit.contains(&format!(
            "<replace xmlns=\"urn:xmpp:message-correct:0\" id=\"{id}\" last=\"true\"/>"
        )),
        "{edit}"
    );
    assert_eq!(body(&edit), Some("changed"));
}

#[tokio::test]
async fn a_local_session_talks_like_any_other() {
    let world = World::start().await;
    let (alice, robot) = (world.user("alice").await, world.user("robot").await);
    let mut a = world.online(alice).await;
    a.say(robot, "m0", "before it came").await;
    a.settle().await;
    let mut local = world.router.connect_local(robot).await;
    assert_eq!(world.router.sessions_of(robot), 1);
    let Some(Stanza::Message(late)) = local.incoming.recv().await else {
        panic!("a message")
    };
    assert_eq!(late.body.as_deref(), Some("before it came"));
    assert!(late.delay.is_some());

    a.say(robot, "m1", "hi").await;
    let Some(Stanza::Message(message)) = local.incoming.recv().await else {
        panic!("a message")
    };
    assert_eq!(message.body.as_deref(), Some("hi"));
    assert_eq!(message.from.as_ref().unwrap().to_string(), a.jid);

    let to: Jid = a.bare().parse().unwrap();
    let answer = Message {
        id: Some("r1".into()),
        body: Some("hello".into()),
        ..Message::new(MessageKind::Chat, to)
    };
    local.outgoing.send(answer.into()).await.unwrap();
    let got = a.next().await;
    assert_eq!(body(&got), Some("hello"));
    assert!(got.contains(&format!("from=\"{}\"", local.jid)), "{got}");

    drop(local);
    eventually(|| world.router.sessions_of(robot) == 0).await;
    a.say(robot, "m2", "after it went").await;
    a.settle().await;
    assert_eq!(world.state.queued(robot, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_made_over_rest_keeps_away_from_those_who_block_its_author() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let group = world.group(alice, &[bob, carol]).await;
    let public = NewGroup {
        name: "Public".to_owned(),
        occupants: vec![bob, carol],
        ..NewGroup::default()
    };
    let public = world.state.create_public(alice, public).await.unwrap().id;
    let (mut b, mut c) = (world.online(bob).await, world.online(carol).await);
    b.order(&blocking("l", &[(alice, false)])).await;
    b.order(&default("l")).await;
    for dialog in [group, public] {
        let message = stored(&world, alice, dialog, "over REST").await;
        let delivery = Delivery::Message {
            message,
            markable: false,
            silent: false,
        };
        world.router.deliver(delivery).await;
        assert_eq!(body(&c.next().await), Some("over REST"));
    }
    assert_eq!(b.settle().await, Vec::<String>::new());
    world.nothing_waits_for(bob).await;
}

#[tokio::test]
async fn a_mark_over_rest_clears_the_counts_of_own_devices_though_the_author_hears_nothing() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let id = stored(&world, alice, dialog, "read this").await.id;
    a.order(&blocking("l", &[(bob, false)])).await;
    a.order(&default("l")).await;
    let marks = Delivery::Marks {
        mark: Mark::Read,
        by: bob,
        dialog,
        messages: vec![(id, alice)],
    };
    world.router.deliver(marks).await;
    let carbon = b.next().await;
    assert!(
        carbon.contains("<sent ") && carbon.contains("<displayed "),
        "{carbon}"
    );
    assert_eq!(a.settle().await, Vec::<String>::new());
}
