//! Processes that end without a word.

use cubist_client::model::Status;
use cubist_tests::{Direction, Puppet, World};
use serde_json::json;
use tempfile::TempDir;

#[tokio::test]
async fn a_backend_that_was_killed_has_everything_it_acknowledged() {
    let mut world = World::apart().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let texts: Vec<_> = (0..50).map(|number| format!("message {number}")).collect();
    for text in &texts[..40] {
        alice.send_in(dialog, text).await;
    }
    // Somewhere among them, and not after all of them.
    alice
        .until("the first to be acknowledged", async || {
            let all = alice.transcript(dialog).await;
            all.iter()
                .any(|message| message.status >= Status::Sent)
                .then_some(())
        })
        .await;
    world.stop_backend().await;
    alice.is_not_online().await;
    bob.is_not_online().await;
    let acknowledged: Vec<_> = alice
        .transcript(dialog)
        .await
        .into_iter()
        .filter(|message| message.status >= Status::Sent)
        .map(|message| message.text)
        .collect();
    for text in &texts[40..] {
        alice.send_in(dialog, text).await;
    }
    world.start_backend().await;
    alice.account().network_changed();
    bob.account().network_changed();
    alice.is_online().await;
    bob.is_online().await;
    bob.sees(&alice, "message 49").await;
    bob.until("to have all of it in order", async || {
        (bob.texts(dialog).await == texts).then_some(())
    })
    .await;
    alice.has_sent_everything().await;
    assert!(!acknowledged.is_empty());
    // A third device that knows nothing shows what the backend has on its disk.
    let fresh = world.another_device(&alice).await;
    fresh.knows(dialog).await;
    fresh
        .until("the backend's history", async || {
            (fresh.texts(dialog).await == texts).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_client_that_was_killed_between_queued_and_sent_sends_after_its_restart() {
    let world = World::new().await;
    let bob = world.person("bob").await;
    let (endpoints, rest, chat) = world.lines().await;
    let home = TempDir::new().unwrap();
    let mut alice = Puppet::sign_up(home.path(), "alice", &endpoints).await;
    let dialog = alice.chat_with(&bob).await;
    // Nothing reaches the server from here on, and nobody is told so.
    chat.freeze(Direction::Up);
    rest.freeze(Direction::Up);
    let queued = alice
        .ask(
            "send_text",
            json!({ "dialog": dialog.to_string(), "text": "last words" }),
        )
        .await;
    alice.kill().await;
    chat.cut();
    chat.thaw(Direction::Up);
    rest.cut();
    rest.thaw(Direction::Up);

    let mut alice = Puppet::start(home.path());
    let seen = bob.sees_in(dialog, "last words").await;
    assert_eq!(
        json!(seen.id.to_string()),
        queued,
        "the id chosen at first is kept for life"
    );
    alice
        .until("alice to know that bob has it", |event| {
            event["event"] == "messages"
                && event["messages"][0]["id"] == queued
                && event["messages"][0]["status"] == "delivered"
        })
        .await;
    alice
        .ask(
            "send_text",
            json!({ "dialog": dialog.to_string(), "text": "still here" }),
        )
        .await;
    bob.sees_in(dialog, "still here").await;
    bob.has_exactly(dialog, &["last words", "still here"]).await;
    alice.kill().await;
}

#[tokio::test]
async fn a_client_that_was_killed_before_the_acknowledgement_does_not_double_its_message() {
    let world = World::new().await;
    let bob = world.person("bob").await;
    let (endpoints, _rest, chat) = world.lines().await;
    let home = TempDir::new().unwrap();
    let mut alice = Puppet::sign_up(home.path(), "alice", &endpoints).await;
    let dialog = alice.chat_with(&bob).await;
    // The server gets it and says so to nobody.
    chat.freeze(Direction::Down);
    alice
        .ask(
            "send_text",
            json!({ "dialog": dialog.to_string(), "text": "last words" }),
        )
        .await;
    bob.sees_in(dialog, "last words").await;
    alice.kill().await;
    chat.cut();
    chat.thaw(Direction::Down);

    let mut alice = Puppet::start(home.path());
    alice
        .until("alice to know that it was sent", |event| {
            event["event"] == "outbox" && event["waiting"] == 0
        })
        .await;
    alice
        .ask(
            "send_text",
            json!({ "dialog": dialog.to_string(), "text": "again here" }),
        )
        .await;
    bob.sees_in(dialog, "again here").await;
    bob.has_exactly(dialog, &["last words", "again here"]).await;
    alice.kill().await;
}
