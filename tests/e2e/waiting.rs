//! Messages that wait on purpose, and everything that is read at once.

use cubist_client::clock::{Clock as _, SystemClock};
use cubist_client::model::{Draft, Hold, SendTime, Status, UnixMillis, Waiting};
use cubist_tests::World;

/// A draft with a time.
fn draft(text: &str, time: SendTime) -> Draft {
    Draft {
        text: text.to_owned(),
        time,
        ..Draft::default()
    }
}

fn now() -> UnixMillis {
    SystemClock.now()
}

/// Far enough for nothing here to reach it.
fn tomorrow() -> UnixMillis {
    UnixMillis(now().0 + 86_400_000)
}

#[tokio::test]
async fn a_message_for_later_is_kept_over_a_restart_and_sent_when_its_time_comes() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let at = tomorrow();
    let id = alice
        .account()
        .send(dialog, draft("later", SendTime::At(at)))
        .await
        .unwrap();
    // What is written after it does not wait for it.
    alice.send_in(dialog, "now").await;
    bob.sees(&alice, "now").await;
    alice.quit().await;
    alice.reopen().await;
    alice.is_online().await;
    let outbox = alice.account().outbox().await.unwrap();
    assert_eq!(outbox.items.len(), 1);
    assert_eq!(outbox.items[0].waiting, Waiting::Scheduled { at });
    assert_eq!(alice.knows(dialog).await.scheduled, 1);
    assert_eq!(alice.texts(dialog).await, ["now"]);
    assert_eq!(bob.texts(dialog).await, ["now"]);

    alice.account().reschedule(id, now()).await.unwrap();
    assert_eq!(bob.sees(&alice, "later").await.id, id);
    let sent = alice.has_status(dialog, id, Status::Delivered).await;
    assert!(now().0 - sent.sent_at.0 < 60_000, "dated when it went");
    assert_eq!(alice.texts(dialog).await, ["now", "later"]);
    assert_eq!(bob.texts(dialog).await, ["now", "later"]);
}

#[tokio::test]
async fn a_message_that_is_taken_back_in_time_comes_back_whole_and_nobody_gets_it() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let question = bob.send(&alice, "When?").await;
    alice.sees(&bob, "When?").await;
    let answer = Draft {
        reply_to: Some(question),
        silent: true,
        fields: vec![("colour".to_owned(), "blue".to_owned())],
        ..draft("Now", SendTime::After { millis: 60_000 })
    };
    let id = alice.account().send(dialog, answer).await.unwrap();
    let shown = alice.message(dialog, id).await.unwrap();
    assert!(matches!(shown.hold, Some(Hold::Undo { .. })));
    let back = alice.account().discard_unsent(id).await.unwrap().unwrap();
    assert_eq!(back.text, "Now");
    assert_eq!(back.reply.unwrap().message, question);
    assert!(back.silent);
    assert_eq!(back.fields, [("colour".to_owned(), "blue".to_owned())]);
    alice.send_in(dialog, "Later").await;
    bob.sees(&alice, "Later").await;
    assert_eq!(bob.texts(dialog).await, ["When?", "Later"]);
}

#[tokio::test]
async fn what_is_not_taken_back_goes_by_itself_in_the_order_of_writing() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let soon = SendTime::After { millis: 300 };
    for text in ["one", "two"] {
        let account = alice.account();
        account.send(dialog, draft(text, soon)).await.unwrap();
    }
    alice.send_in(dialog, "three").await;
    bob.sees(&alice, "three").await;
    assert_eq!(bob.texts(dialog).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn closing_the_app_sends_what_could_still_be_taken_back() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let undo = SendTime::After { millis: 60_000 };
    let account = alice.account();
    account.send(dialog, draft("bye", undo)).await.unwrap();
    alice.quit().await;
    bob.sees(&alice, "bye").await;
}

#[tokio::test]
async fn the_outbox_says_what_each_message_waits_for() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    // Started without a network: what is written the moment one is lost may still be on the line.
    alice.loses_the_network().await;
    alice.quit().await;
    alice.reopen().await;
    let first = alice.send_in(dialog, "one").await;
    let second = alice.send_in(dialog, "two").await;
    let third = alice.send_in(dialog, "three").await;
    let outbox = alice.account().outbox().await.unwrap();
    let waiting: Vec<Waiting> = outbox.items.iter().map(|item| item.waiting).collect();
    assert_eq!(waiting, [Waiting::Line, Waiting::Turn, Waiting::Turn]);
    assert_eq!(outbox.dialogs[0].id, dialog);
    // Changed and dropped without a line.
    let account = alice.account();
    account
        .edit_message(second, "two and a half".to_owned())
        .await
        .unwrap();
    let dropped = account.discard_unsent(first).await.unwrap();
    assert_eq!(dropped.unwrap().text, "one");
    alice.has_the_network_again().await;
    bob.sees(&alice, "three").await;
    assert_eq!(bob.texts(dialog).await, ["two and a half", "three"]);
    alice.has_status(dialog, third, Status::Delivered).await;
    let outbox = alice.account().outbox().await.unwrap();
    assert_eq!(outbox.items, []);
}

#[tokio::test]
async fn everything_is_read_at_once_here_and_on_the_server() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let group = bob.makes_group("Hiking", &[&alice]).await;
    let dialog = bob.chat_with(&alice).await;
    for n in 0..25 {
        bob.send_in(group, &format!("step {n}")).await;
    }
    let said = bob.send_in(dialog, "hello").await;
    alice.has_unread(group, 25).await;
    alice.has_unread(dialog, 1).await;
    alice.account().mark_everything_read().await.unwrap();
    assert_eq!(alice.knows(group).await.unread, 0, "at once");
    assert_eq!(alice.knows(dialog).await.unread, 0);
    bob.has_status(dialog, said, Status::Read).await;
    // The server agrees: a device that was not there counts nothing.
    let phone = world.another_device(&alice).await;
    phone.knows(group).await;
    phone.has_unread(group, 0).await;
    phone.has_unread(dialog, 0).await;
}

#[tokio::test]
async fn what_is_read_on_the_other_device_is_read_here_also_after_being_away() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let phone = world.another_device(&alice).await;
    phone.knows(dialog).await;
    let first = bob.send(&alice, "one").await;
    alice.has_unread(dialog, 1).await;
    phone.has_unread(dialog, 1).await;
    phone.reads(dialog, first).await;
    alice.has_unread(dialog, 0).await;

    alice.quit().await;
    bob.send(&alice, "two").await;
    let last = bob.send(&alice, "three").await;
    phone.has_unread(dialog, 2).await;
    phone.reads(dialog, last).await;
    bob.has_status(dialog, last, Status::Read).await;
    alice.reopen().await;
    alice.sees(&bob, "three").await;
    alice.has_unread(dialog, 0).await;
}
