//! The task against a line that only listens and an API whose answers are written down.

use std::sync::Arc;

use crate::events::ClientEvent;
use crate::model::{FailureKind, Message, UnixMillis};
use crate::outbox::edit_tag;
use crate::store::testing::{dialog_id, incoming, message_id, outgoing};
use crate::store::{messages, outbox as rows, wishes as queue};
use crate::sync::testing::{DEADLINE, NOW, World};
use crate::sync::wishes;

/// Message 1 of this person, which the server has, message 2 of the other one; a session.
async fn world() -> World {
    let world = World::new().await;
    world
        .context
        .store
        .write(|tx| {
            rows::enqueue(tx, &outgoing(1, NOW, "apples"))?;
            rows::acked(tx, 1)?;
            messages::insert(tx, &incoming(2, NOW + 1, "plums"))
        })
        .await
        .unwrap();
    world.start_session();
    world
}

fn start(world: &World) -> tokio::task::JoinHandle<()> {
    tokio::spawn(wishes::run(Arc::clone(&world.context)))
}

async fn wants_text(world: &World, text: &'static str, stanza: u32) {
    let at = UnixMillis::from_seconds(NOW);
    world
        .context
        .store
        .write(move |tx| queue::edit(tx, message_id(1), text, Some(message_id(stanza)), at))
        .await
        .unwrap();
    world.context.wishes_wake.notify_one();
}

async fn load(world: &World, n: u32) -> Option<Message> {
    let store = &world.context.store;
    let found = store
        .read(move |db| messages::load(db, message_id(n)))
        .await;
    found.unwrap()
}

/// Waits until a message of dialog 1 is as it should be.
async fn until(world: &mut World, n: u32, is: impl Fn(Option<&Message>) -> bool) {
    tokio::time::timeout(DEADLINE, async {
        while !is(load(world, n).await.as_ref()) {
            let mut changed = false;
            while !changed {
                let event = world.events.recv().await.unwrap();
                changed = matches!(event, ClientEvent::MessagesChanged { .. });
            }
        }
    })
    .await
    .expect("the message changes in time");
}

/// Waits until nothing is wanted any more.
async fn until_told(world: &World) {
    tokio::time::timeout(DEADLINE, async {
        loop {
            let left = world.context.store.read(|db| queue::due(db, 0, 10)).await;
            if left.unwrap().is_empty() {
                break;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("everything is told in time");
}

fn refusal(stanza: u32, kind: &str, condition: &str) -> String {
    format!(
        r#"<message xmlns="jabber:client" from="2-21@localhost" to="1-21@localhost/r" type="error" id="{}"><error type="{kind}"><{condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>"#,
        message_id(stanza)
    )
}

#[tokio::test]
async fn a_new_text_goes_over_the_line_once_and_is_told_when_acknowledged() {
    let mut world = world().await;
    let _task = start(&world);
    wants_text(&world, "pears", 50).await;
    let (stanza, tag) = world.next_sent().await;
    assert_eq!(stanza.id, Some(message_id(50).to_string()));
    assert_eq!(stanza.body.as_deref(), Some("pears"));
    let replace = stanza.replace.unwrap();
    assert_eq!(replace.id, message_id(1).to_string());
    assert_eq!(replace.last, Some(false), "message 2 is newer");
    assert_eq!(stanza.extra.unwrap().dialog_id(), Some(dialog_id(1)));
    assert_eq!(tag, Some(edit_tag(1, 1)));
    world.ack(&[edit_tag(1, 1)]).await;
    world.start_session();
    wants_text(&world, "grapes", 51).await;
    let (stanza, _) = world.next_sent().await;
    assert_eq!(stanza.id, Some(message_id(51).to_string()));
}

#[tokio::test]
async fn a_session_that_was_not_resumed_says_it_again_under_the_same_id() {
    let mut world = world().await;
    let _task = start(&world);
    wants_text(&world, "pears", 50).await;
    world.next_sent().await;
    world.start_session();
    let (stanza, tag) = world.next_sent().await;
    assert_eq!(stanza.id, Some(message_id(50).to_string()));
    assert_eq!(tag, Some(edit_tag(1, 2)));
}

#[tokio::test]
async fn a_text_that_is_refused_after_its_ack_goes_back_and_says_why() {
    let mut world = world().await;
    let _task = start(&world);
    wants_text(&world, "pears", 50).await;
    let (_, tag) = world.next_sent().await;
    world.ack(&[tag.unwrap()]).await;
    world.arrive(&[&refusal(50, "auth", "forbidden")]).await;
    let message = load(&world, 1).await.unwrap();
    assert_eq!(message.text, "apples");
    assert_eq!(message.failure.unwrap().kind, FailureKind::Refused);
}

#[tokio::test]
async fn a_text_the_server_cannot_take_now_waits() {
    let mut world = world().await;
    let _task = start(&world);
    wants_text(&world, "pears", 50).await;
    world.next_sent().await;
    world
        .arrive(&[&refusal(50, "wait", "resource-constraint")])
        .await;
    let message = load(&world, 1).await.unwrap();
    assert_eq!((message.text.as_str(), message.failure), ("pears", None));
    let left = world.context.store.read(|db| queue::due(db, 0, 10)).await;
    assert!(left.unwrap()[0].not_before > UnixMillis::from_seconds(NOW));
}

#[tokio::test]
async fn deletions_go_together_and_what_may_not_go_comes_back() {
    let mut world = world().await;
    world.api.kept.lock().unwrap().push(message_id(2));
    world
        .context
        .store
        .write(|tx| {
            queue::delete(tx, dialog_id(1), message_id(1), true)?;
            queue::delete(tx, dialog_id(1), message_id(2), true)
        })
        .await
        .unwrap();
    let _task = start(&world);
    until(&mut world, 2, |message| {
        message.is_some_and(|message| !message.deleted && message.text == "plums")
    })
    .await;
    assert!(load(&world, 1).await.unwrap().deleted);
    until_told(&world).await;
    assert_eq!(world.api.asked(), ["delete 2 for all: true"]);
}

#[tokio::test]
async fn a_message_on_its_way_is_deleted_behind_itself_and_not_sent_again() {
    let mut world = world().await;
    world
        .context
        .store
        .write(|tx| rows::enqueue(tx, &outgoing(3, NOW + 2, "oops")))
        .await
        .unwrap();
    let _outbox = tokio::spawn(crate::outbox::run(Arc::clone(&world.context)));
    let (stanza, tag) = world.next_sent().await;
    assert_eq!(stanza.body.as_deref(), Some("oops"));
    world
        .context
        .store
        .write(|tx| queue::delete(tx, dialog_id(1), message_id(3), true))
        .await
        .unwrap();
    let due = world.context.store.read(|db| rows::due(db, 0, 10)).await;
    assert_eq!(due.unwrap(), []);
    // Nothing is asked while the line has it; the wish of another message is.
    world
        .context
        .store
        .write(|tx| queue::react(tx, dialog_id(1), message_id(2), "👍", true))
        .await
        .unwrap();
    let _task = start(&world);
    tokio::time::timeout(DEADLINE, async {
        while world.api.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(world.api.asked(), [r#"react +Some("👍") -None"#]);
    world.ack(&[tag.unwrap()]).await;
    until_told(&world).await;
    assert_eq!(world.api.asked(), ["delete 1 for all: true"]);
    assert!(load(&world, 3).await.unwrap().deleted);
}

#[tokio::test]
async fn one_reaction_in_place_of_another_is_one_request() {
    let world = world().await;
    world
        .context
        .store
        .write(|tx| {
            queue::react(tx, dialog_id(1), message_id(2), "👍", false)?;
            queue::react(tx, dialog_id(1), message_id(2), "🔥", true)
        })
        .await
        .unwrap();
    let _task = start(&world);
    until_told(&world).await;
    assert_eq!(world.api.asked(), [r#"react +Some("🔥") -Some("👍")"#]);
}

#[tokio::test]
async fn what_cannot_be_told_now_is_kept() {
    let world = world().await;
    world
        .api
        .failures
        .lock()
        .unwrap()
        .push_back(crate::rest::Error::Offline);
    world
        .context
        .store
        .write(|tx| queue::react(tx, dialog_id(1), message_id(2), "👍", true))
        .await
        .unwrap();
    let _task = start(&world);
    tokio::time::timeout(DEADLINE, async {
        while world.api.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(load(&world, 2).await.unwrap().reactions.len(), 1);
    // The next session, long before the pause is over.
    world.start_session();
    until_told(&world).await;
    assert_eq!(load(&world, 2).await.unwrap().reactions.len(), 1);
}
