use std::sync::Arc;

use super::*;
use crate::store::messages::{self, MessageRecord};
use crate::store::testing::{dialog_id, incoming, message_id, user_id};
use crate::store::{dialogs, window};
use crate::sync::testing::{DEADLINE, NOW, World};

async fn receive(world: &World, count: u32) {
    world
        .context
        .store
        .write(move |tx| {
            let batch: Vec<MessageRecord> = (0..count)
                .map(|n| incoming(n, NOW + i64::from(n), "x"))
                .collect();
            messages::insert_batch(tx, &batch)
        })
        .await
        .unwrap();
}

fn start(world: &World) {
    tokio::spawn(run(Arc::clone(&world.context)));
    world.start_session();
}

async fn queue_is_empty(world: &World) -> bool {
    let waiting = world.context.store.read(|db| receipts::due(db, 0, 1)).await;
    waiting.unwrap().is_empty()
}

/// Waits until the server was asked something.
async fn asked(world: &World) -> Vec<String> {
    tokio::time::timeout(DEADLINE, async {
        loop {
            let asked = world.api.asked();
            if !asked.is_empty() {
                return asked;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_few_markers_go_over_the_line_and_leave_the_queue_when_acknowledged() {
    let mut world = World::new().await;
    receive(&world, 2).await;
    start(&world);
    let mut tags = Vec::new();
    for n in 0..2 {
        let (stanza, tag) = world.next_sent().await;
        let marker = stanza.marker.unwrap();
        assert_eq!(
            (marker.kind, marker.id),
            (MarkerKind::Received, message_id(n).to_string())
        );
        assert_eq!(stanza.to.unwrap().user_id(), Some(user_id(2)));
        assert_eq!(stanza.extra.unwrap().dialog_id(), Some(dialog_id(1)));
        assert_eq!(stanza.kind, MessageKind::Chat);
        tags.extend(tag);
    }
    assert!(
        !queue_is_empty(&world).await,
        "the server has not said that it has them"
    );
    world.ack(&tags).await;
    assert!(queue_is_empty(&world).await);
}

#[tokio::test]
async fn unconfirmed_markers_go_again_in_the_next_session_only() {
    let mut world = World::new().await;
    receive(&world, 1).await;
    start(&world);
    world.next_sent().await;
    world.context.markers_wake.notify_one();
    receive(&world, 2).await;
    world.context.markers_wake.notify_one();
    let (second, _) = world.next_sent().await;
    assert_eq!(second.marker.unwrap().id, message_id(1).to_string());
    world.start_session();
    let (first, _) = world.next_sent().await;
    assert_eq!(first.marker.unwrap().id, message_id(0).to_string());
}

#[tokio::test]
async fn many_markers_of_one_dialog_are_one_request() {
    let mut world = World::new().await;
    receive(&world, 50).await;
    start(&world);
    assert_eq!(asked(&world).await, ["delivered 50"]);
    assert_eq!(world.sent_so_far().len(), 0);
}

#[tokio::test]
async fn reading_a_full_dialog_is_one_request_which_is_repeated_until_it_succeeds() {
    let world = World::new().await;
    receive(&world, 50).await;
    let newest = world
        .context
        .store
        .read(|db| window::newest_heard(db, dialog_id(1)))
        .await;
    let newest = newest.unwrap().unwrap();
    world
        .context
        .store
        .write(move |tx| {
            let rows: Vec<i64> = (1..=50).collect();
            receipts::done(tx, &rows)?;
            dialogs::mark_read(tx, dialog_id(1), newest)
        })
        .await
        .unwrap();
    let unreachable = crate::rest::Error::Unreachable {
        host: "test".to_owned(),
    };
    world.api.failures.lock().unwrap().push_back(unreachable);
    start(&world);
    let wanted = format!("read all {}", dialog_id(1));
    let mut requests = asked(&world).await;
    // Waking it stands in for the pause before the next try.
    world.context.markers_wake.notify_one();
    while requests.len() < 2 {
        requests.extend(asked(&world).await);
    }
    assert_eq!(requests, [wanted.clone(), wanted]);
    tokio::time::timeout(DEADLINE, async { while !queue_is_empty(&world).await {} })
        .await
        .unwrap();
}
