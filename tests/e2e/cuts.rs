//! Lines that break at the worst moment.

use std::collections::BTreeSet;
use std::time::Duration;

use cubist_client::model::{DialogId, Status};
use cubist_tests::{Direction, Person, World};

/// Everything `from` wrote, at `to`, in order and once.
async fn all_there_once(to: &Person, from: &Person, dialog: DialogId, texts: &[String]) {
    to.sees(from, texts.last().unwrap()).await;
    to.until("to have all of it in order", async || {
        (to.texts(dialog).await == texts).then_some(())
    })
    .await;
    let ids: BTreeSet<_> = to
        .transcript(dialog)
        .await
        .iter()
        .map(|message| message.id)
        .collect();
    assert_eq!(ids.len(), texts.len(), "every message has an id of its own");
    from.has_sent_everything().await;
    assert_eq!(from.texts(dialog).await, texts);
}

fn numbered(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("message {number}"))
        .collect()
}

#[tokio::test]
async fn a_cut_in_the_middle_of_sending_loses_nothing_and_doubles_nothing() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let texts = numbered(60);
    // Within the first few stanzas, at a place where no record of TLS ends.
    alice.chat.cut_after(Direction::Up, 1_501);
    for text in &texts {
        alice.send_in(dialog, text).await;
    }
    all_there_once(&bob, &alice, dialog, &texts).await;
    assert!(alice.chat.made() > 1, "the line was cut and made anew");
}

#[tokio::test]
async fn a_message_whose_acknowledgement_was_lost_is_not_doubled() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.chat.freeze(Direction::Down);
    let id = alice.send(&bob, "did you get this?").await;
    bob.sees(&alice, "did you get this?").await;
    assert_eq!(
        alice.message(dialog, id).await.unwrap().status,
        Status::Pending,
        "alice cannot know"
    );
    alice.chat.cut();
    alice.chat.thaw(Direction::Down);
    alice.has_status(dialog, id, Status::Delivered).await;
    alice.send(&bob, "good").await;
    all_there_once(
        &bob,
        &alice,
        dialog,
        &["did you get this?".to_owned(), "good".to_owned()],
    )
    .await;
}

#[tokio::test]
async fn a_message_on_its_way_to_someone_whose_line_breaks_arrives_once() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.chat.freeze(Direction::Down);
    let texts = numbered(20);
    for text in &texts {
        alice.send_in(dialog, text).await;
    }
    alice.has_sent_everything().await;
    bob.chat.cut();
    bob.chat.thaw(Direction::Down);
    all_there_once(&bob, &alice, dialog, &texts).await;
}

#[tokio::test]
async fn lines_that_break_again_and_again_only_delay() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let texts = numbered(40);
    for (number, text) in texts.iter().enumerate() {
        alice.send_in(dialog, text).await;
        if number % 10 == 5 {
            let made = alice.chat.made();
            alice.chat.cut();
            bob.chat.cut();
            alice.account().network_changed();
            alice.chat.until_made(made + 1).await;
        }
    }
    all_there_once(&bob, &alice, dialog, &texts).await;
}

#[tokio::test]
async fn a_slow_line_is_not_taken_for_a_dead_one() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.chat.delay(Duration::from_millis(120));
    bob.chat.delay(Duration::from_millis(80));
    let texts = numbered(10);
    for text in &texts {
        alice.send_in(dialog, text).await;
    }
    all_there_once(&bob, &alice, dialog, &texts).await;
    assert_eq!(
        (alice.chat.made(), bob.chat.made()),
        (1, 1),
        "nobody connected anew"
    );
}
