//! Public dialogs and broadcasts: who may write, who gets it.

use cubist_protocol::ids::{DialogId, UserId};
use cubist_server::state::{NewBroadcast, NewGroup};

use crate::support::{World, body};

impl World {
    async fn public(&self, owner: UserId) -> DialogId {
        let new = NewGroup {
            name: "Public".to_owned(),
            ..NewGroup::default()
        };
        self.state.create_public(owner, new).await.unwrap().id
    }

    async fn broadcast(&self, owner: UserId) -> DialogId {
        let new = NewBroadcast {
            name: "News".to_owned(),
            owner,
            description: None,
        };
        self.state.create_broadcast(new).await.unwrap()
    }
}

fn is_forbidden(answer: &str, id: &str) {
    assert!(
        answer.contains(&format!("type=\"error\" id=\"{id}\""))
            && answer.contains("<error code=\"403\" type=\"auth\"><forbidden"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_public_dialog_is_read_and_written_by_its_subscribers() {
    let world = World::start().await;
    let (alice, bob, eve) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("eve").await,
    );
    let dialog = world.public(alice).await;
    world.state.subscribe(bob, dialog).await.unwrap();
    let (mut a, mut b, mut e) = (
        world.online(alice).await,
        world.online(bob).await,
        world.online(eve).await,
    );
    b.say_in(dialog, "m1", "hello").await;
    for client in [&mut a, &mut b] {
        let got = client.next().await;
        assert_eq!(body(&got), Some("hello"));
        assert!(got.contains(&format!("to=\"{}\"", client.jid)), "{got}");
    }
    e.say_in(dialog, "m2", "let me in").await;
    is_forbidden(&e.next().await, "m2");
    e.send(&format!(
        "<message to=\"21_{dialog}@muc.localhost\" type=\"groupchat\" xmlns=\"jabber:client\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
    ))
    .await;
    assert!(e.next().await.contains("<forbidden"));
    assert!(e.join(dialog, eve).await[0].contains("<forbidden"));
    assert_eq!(a.settle().await, Vec::<String>::new());
    // From subscribing on they read along, and until they unsubscribe.
    world.state.subscribe(eve, dialog).await.unwrap();
    assert!(e.join(dialog, eve).await[0].contains("<status code=\"110\"/>"));
    b.say_in(dialog, "m3", "welcome").await;
    assert_eq!(body(&e.next().await), Some("welcome"));
    world.state.unsubscribe(eve, dialog).await.unwrap();
    b.say_in(dialog, "m4", "gone").await;
    b.settle().await;
    assert_eq!(e.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_broadcast_reaches_everybody_and_only_owner_and_admins_write() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let dialog = world.broadcast(alice).await;
    let (mut a, mut b, mut c) = (
        world.online(alice).await,
        world.online(bob).await,
        world.online(carol).await,
    );
    a.say_in(dialog, "m1", "news").await;
    for client in [&mut a, &mut b, &mut c] {
        assert_eq!(body(&client.next().await), Some("news"));
    }
    b.say_in(dialog, "m2", "me, too").await;
    is_forbidden(&b.next().await, "m2");
    b.send(&format!(
        "<message to=\"21_{dialog}@muc.localhost\" type=\"groupchat\" xmlns=\"jabber:client\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
    ))
    .await;
    assert!(b.next().await.contains("<forbidden"));
    assert_eq!(a.settle().await, Vec::<String>::new());
    let role = |got: &str| got.contains("affiliation=\"member\" role=\"visitor\"");
    assert!(role(&c.join(dialog, carol).await[0]));
    assert_eq!(world.history(carol, dialog).await.len(), 1);
}

#[tokio::test]
async fn who_is_away_finds_it_in_the_history_and_not_in_the_queue() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.public(alice).await;
    world.state.subscribe(bob, dialog).await.unwrap();
    let mut a = world.online(alice).await;
    a.say_in(dialog, "m1", "hello").await;
    a.settle().await;
    world.nothing_waits_for(bob).await;
    let mut b = world.online(bob).await;
    assert_eq!(b.settle().await, Vec::<String>::new());
    assert_eq!(world.history(bob, dialog).await.len(), 1);
}

#[tokio::test]
async fn a_lost_client_that_resumes_has_missed_nothing() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.broadcast(alice).await;
    let mut a = world.online(alice).await;
    let (b, id) = world.online_resumable(bob).await;
    let received = b.received;
    drop(b);
    crate::support::eventually(|| world.router.sessions_of(bob) == 0).await;
    a.say_in(dialog, "m1", "news").await;
    a.settle().await;
    let mut b = world.websocket().await;
    b.log_in(bob).await;
    assert!(b.resume(&id, received).await.starts_with("<resumed"));
    assert_eq!(body(&b.stanza().await), Some("news"));
}

#[tokio::test]
async fn markers_in_open_dialogs_bother_nobody() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.broadcast(alice).await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let id = "6b03030b76f1960a4c000000";
    a.say_in(dialog, id, "news").await;
    a.next().await;
    b.next().await;
    for marker in ["received", "displayed"] {
        b.send(&format!(
            "<message type=\"chat\" to=\"{alice}-21@localhost\" xmlns=\"jabber:client\">\
             <{marker} xmlns=\"urn:xmpp:chat-markers:0\" id=\"{id}\"/>\
             <extraParams xmlns=\"jabber:client\"><dialog_id>{dialog}</dialog_id></extraParams></message>"
        ))
        .await;
    }
    assert_eq!(b.settle().await, Vec::<String>::new());
    assert_eq!(a.settle().await, Vec::<String>::new());
    let unread = world.state.unread(bob, None).await.unwrap();
    assert_eq!(unread.total, 0);
}
