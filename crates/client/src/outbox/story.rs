//! The task against a line that only listens.

use std::sync::Arc;

use std::time::Duration;

use crate::model::{Hold, Status, UnixMillis};
use crate::outbox::{self, LONGEST_SLEEP, Sender, message_tag};
use crate::store::testing::{dialog_id, message_id, outgoing};
use crate::store::{messages, outbox as rows};
use crate::sync::testing::{NOW, World};

/// Milliseconds after the second at which the clock stands.
const fn after(millis: i64) -> UnixMillis {
    UnixMillis(NOW * 1_000 + millis)
}

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

/// Stores a message that waits on purpose.
async fn hold(world: &World, n: u32, hold: Hold) {
    let record = outgoing(n, NOW, "text");
    world
        .context
        .store
        .write(move |tx| match hold {
            Hold::Undo { until } => rows::enqueue_until(tx, &record, until),
            Hold::Scheduled { at } => rows::schedule(tx, &record, at),
        })
        .await
        .unwrap();
    world.context.outbox_wake.notify_one();
}

async fn next_id(world: &mut World) -> Option<String> {
    world.next_sent().await.0.id
}

#[tokio::test]
async fn a_scheduled_message_holds_up_nobody_and_is_dated_when_it_goes() {
    let mut world = World::new().await;
    let _task = start(&world);
    world.start_session();
    hold(&world, 1, Hold::Scheduled { at: after(60_000) }).await;
    queue(&world, 2).await;
    assert_eq!(next_id(&mut world).await, Some(message_id(2).to_string()));
    world.clock.set(after(60_000));
    world.context.outbox_wake.notify_one();
    let (stanza, _) = world.next_sent().await;
    assert_eq!(stanza.id, Some(message_id(1).to_string()));
    let dated = stanza.extra.unwrap().date_sent().unwrap();
    assert_eq!(dated, UnixMillis::from_seconds(NOW + 60));
    queue(&world, 3).await;
    assert_eq!(next_id(&mut world).await, Some(message_id(3).to_string()));
}

#[tokio::test]
async fn what_can_be_taken_back_holds_up_what_was_written_after_it() {
    let mut world = World::new().await;
    let _task = start(&world);
    world.start_session();
    hold(
        &world,
        1,
        Hold::Undo {
            until: after(5_000),
        },
    )
    .await;
    queue(&world, 2).await;
    world.clock.set(after(4_999));
    world.context.outbox_wake.notify_one();
    world.clock.set(after(5_000));
    world.context.outbox_wake.notify_one();
    assert_eq!(next_id(&mut world).await, Some(message_id(1).to_string()));
    assert_eq!(next_id(&mut world).await, Some(message_id(2).to_string()));
}

#[tokio::test]
async fn a_due_message_does_not_go_without_a_line_and_gets_the_date_of_the_line() {
    let mut world = World::new().await;
    world.start_session();
    world.line.set_online(false);
    hold(&world, 1, Hold::Scheduled { at: after(1_000) }).await;
    world.clock.set(after(2_000));
    let mut sender = Sender::default();
    sender.round(&world.context).await.unwrap();
    let waits = world
        .context
        .store
        .read(|db| messages::load(db, message_id(1)))
        .await;
    assert_eq!(
        waits.unwrap().unwrap().hold,
        Some(Hold::Scheduled { at: after(1_000) })
    );
    world.line.set_online(true);
    world.clock.set(after(90_000));
    sender.round(&world.context).await.unwrap();
    let (stanza, _) = world.next_sent().await;
    let dated = stanza.extra.unwrap().date_sent().unwrap();
    assert_eq!(dated, UnixMillis::from_seconds(NOW + 90));
}

#[tokio::test]
async fn the_clock_is_looked_at_while_something_waits_for_its_time() {
    let world = World::new().await;
    world.start_session();
    hold(
        &world,
        1,
        Hold::Scheduled {
            at: after(3_600_000),
        },
    )
    .await;
    let mut sender = Sender::default();
    let wait = sender.round(&world.context).await.unwrap();
    assert_eq!(wait, Some(LONGEST_SLEEP), "a computer may sleep meanwhile");
    world.clock.set(after(3_599_000));
    let wait = sender.round(&world.context).await.unwrap();
    assert_eq!(wait, Some(Duration::from_secs(1)));
}

#[tokio::test]
async fn a_message_that_waits_for_a_retry_is_not_forgotten_over_news_of_other_dialogs() {
    let mut world = World::new().await;
    world.start_session();
    queue(&world, 1).await;
    world
        .context
        .store
        .write(|tx| rows::postpone(tx, message_id(1), after(8_000)))
        .await
        .unwrap();
    queue(&world, 2).await;
    let mut sender = Sender::default();
    let eight = Some(Duration::from_secs(8));
    // The one behind it has no time of its own: nothing is looked at every millisecond.
    assert_eq!(sender.round(&world.context).await.unwrap(), eight);
    assert_eq!(sender.round(&world.context).await.unwrap(), eight);
    world.clock.set(after(8_000));
    sender.round(&world.context).await.unwrap();
    assert_eq!(next_id(&mut world).await, Some(message_id(1).to_string()));
    assert_eq!(next_id(&mut world).await, Some(message_id(2).to_string()));
}

#[tokio::test]
async fn what_was_taken_back_is_not_sent() {
    let mut world = World::new().await;
    world.start_session();
    hold(
        &world,
        1,
        Hold::Undo {
            until: after(5_000),
        },
    )
    .await;
    queue(&world, 2).await;
    let mut sender = Sender::default();
    sender.round(&world.context).await.unwrap();
    world
        .context
        .store
        .write(|tx| rows::discard(tx, message_id(1)))
        .await
        .unwrap();
    world.clock.set(after(5_000));
    sender.round(&world.context).await.unwrap();
    assert_eq!(next_id(&mut world).await, Some(message_id(2).to_string()));
    assert_eq!(world.sent_so_far(), []);
}

#[tokio::test]
async fn without_a_line_nothing_is_on_its_way_and_what_waits_on_purpose_goes_on_waiting() {
    let world = World::new().await;
    world.start_session();
    world.line.set_online(false);
    queue(&world, 1).await;
    hold(&world, 2, Hold::Undo { until: after(0) }).await;
    let mut sender = Sender::default();
    let wait = sender.round(&world.context).await.unwrap();
    assert_eq!(wait, None, "the line says when it is back");
    assert!(!world.context.taken.contains(1));
    let left = world.context.store.read(|db| rows::due(db, 0, 10)).await;
    let holds: Vec<_> = left.unwrap().into_iter().map(|row| row.hold).collect();
    assert_eq!(holds, [None, Some(Hold::Undo { until: after(0) })]);
}
