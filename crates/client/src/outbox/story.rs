//! The task against a line that only listens.

use std::sync::Arc;

use crate::model::Status;
use crate::outbox::{self, message_tag};
use crate::store::testing::{dialog_id, message_id, outgoing};
use crate::store::{messages, outbox as rows};
use crate::sync::testing::{NOW, World};

async fn queue(world: &World, n: u32) {
    world
        .context
        .store
        .write(move |tx| rows::enqueue(tx, &outgoing(n, NOW + i64::from(n), "text")))
        .await
        .unwrap();
    world.context.outbox_wake.notify_one();
}

fn start(world: &World) -> tokio::task::JoinHandle<()> {
    tokio::spawn(outbox::run(Arc::clone(&world.context)))
}

#[tokio::test]
async fn nothing_leaves_before_a_session_and_everything_after_in_order() {
    let mut world = World::new().await;
    let _task = start(&world);
    for n in 0..100 {
        queue(&world, n).await;
    }
    assert_eq!(world.sent_so_far().len(), 0);
    world.start_session();
    for n in 0..100 {
        let (stanza, _) = world.next_sent().await;
        assert_eq!(stanza.id, Some(message_id(n).to_string()));
    }
}

#[tokio::test]
async fn a_stanza_says_everything_the_server_needs() {
    let mut world = World::new().await;
    let _task = start(&world);
    world.start_session();
    queue(&world, 1).await;
    let (stanza, tag) = world.next_sent().await;
    assert_eq!(tag, Some(message_tag(1, 1)));
    assert_eq!(stanza.to.unwrap().to_string(), "2-21@localhost");
    assert_eq!(stanza.body.as_deref(), Some("text"));
    assert!(stanza.markable);
    let extra = stanza.extra.unwrap();
    assert_eq!(extra.dialog_id(), Some(dialog_id(1)));
    assert_eq!(extra.date_sent().unwrap().seconds(), NOW + 1);
    assert!(extra.save_to_history());
}

#[tokio::test]
async fn a_session_that_was_not_resumed_sends_the_unconfirmed_again_with_the_same_id() {
    let mut world = World::new().await;
    let _task = start(&world);
    world.start_session();
    for n in 1..=3 {
        queue(&world, n).await;
        world.next_sent().await;
    }
    world.ack(&[message_tag(1, 1)]).await;
    world.start_session();
    let (second, _) = world.next_sent().await;
    let (third, _) = world.next_sent().await;
    assert_eq!(second.id, Some(message_id(2).to_string()));
    assert_eq!(third.id, Some(message_id(3).to_string()));
    // The old session's report comes late and asks for nothing.
    outbox::unsent(&world.context, &[message_tag(2, 1), message_tag(3, 1)]);
    queue(&world, 4).await;
    let (next, _) = world.next_sent().await;
    assert_eq!(next.id, Some(message_id(4).to_string()));
}

#[tokio::test]
async fn what_is_on_its_way_is_not_sent_twice_in_a_session() {
    let mut world = World::new().await;
    let _task = start(&world);
    world.start_session();
    queue(&world, 1).await;
    world.next_sent().await;
    for n in 2..5 {
        queue(&world, n).await;
        let (stanza, _) = world.next_sent().await;
        assert_eq!(stanza.id, Some(message_id(n).to_string()));
    }
}

#[tokio::test]
async fn a_line_that_breaks_keeps_the_rest_for_the_next_session() {
    let mut world = World::new().await;
    let _task = start(&world);
    world.start_session();
    world.line.set_online(false);
    queue(&world, 1).await;
    let message = world
        .context
        .store
        .read(|db| messages::load(db, message_id(1)))
        .await;
    assert_eq!(message.unwrap().unwrap().status, Status::Pending);
    world.line.set_online(true);
    world.start_session();
    let (stanza, _) = world.next_sent().await;
    assert_eq!(stanza.id, Some(message_id(1).to_string()));
}
