//! What the server refuses says so at the message, and nothing that was written is lost.

use cubist_client::Account;
use cubist_client::model::{DialogId, Failure, FailureKind, MessageId, Status, Waiting};
use cubist_tests::{Person, World};

/// Waits until a message has failed, and gives the reason.
async fn failure(of: &Person, dialog: DialogId, id: MessageId) -> Failure {
    of.until("the message to fail", async || {
        let message = of.message(dialog, id).await?;
        (message.status == Status::Failed).then_some(message.failure)?
    })
    .await
}

/// The text is still there: in the outbox, where it can be tried again, changed and dropped.
async fn is_kept(account: &Account, id: MessageId, text: &str) {
    let outbox = account.outbox().await.unwrap();
    let item = outbox.items.iter().find(|item| item.message.id == id);
    let item = item.unwrap();
    assert_eq!(
        (item.message.text.as_str(), item.waiting),
        (text, Waiting::Decision)
    );
}

#[tokio::test]
async fn one_who_is_blocked_is_told_and_can_send_the_same_later() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.account().block(alice.id, true).await.unwrap();
    let id = alice.send(&bob, "Are we good?").await;
    let failure = failure(&alice, dialog, id).await;
    assert_eq!(failure.kind, FailureKind::Blocked);
    is_kept(&alice.account(), id, "Are we good?").await;
    bob.account().unblock(alice.id).await.unwrap();
    alice.account().retry(id).await.unwrap();
    assert_eq!(bob.sees(&alice, "Are we good?").await.id, id);
    alice.has_status(dialog, id, Status::Delivered).await;
}

#[tokio::test]
async fn one_who_was_removed_while_away_keeps_what_they_wrote() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let group = alice.makes_group("Hiking", &[&bob]).await;
    bob.knows(group).await;
    bob.loses_the_network().await;
    let id = bob.send_in(group, "I bring the rope").await;
    alice
        .account()
        .remove_occupants(group, vec![bob.id])
        .await
        .unwrap();
    bob.has_the_network_again().await;
    // The group is kept for what was written, and goes with it.
    assert_eq!(failure(&bob, group, id).await.kind, FailureKind::NotMember);
    is_kept(&bob.account(), id, "I bring the rope").await;
    bob.until("not to be among its people any more", async || {
        let card = bob.account().dialog(group).await.unwrap()?;
        (!card.occupants.contains(&bob.id)).then_some(())
    })
    .await;
    let back = bob.account().discard_unsent(id).await.unwrap().unwrap();
    assert_eq!(back.text, "I bring the rope");
    bob.has_lost(group).await;
    assert_eq!(alice.texts(group).await, [""; 0]);
}

#[tokio::test]
async fn a_text_that_is_too_long_can_be_shortened_and_sent() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let long = "long ".repeat(60_000);
    let id = alice.send(&bob, &long).await;
    let failure = failure(&alice, dialog, id).await;
    assert_eq!(failure.kind, FailureKind::TooLarge);
    is_kept(&alice.account(), id, &long).await;
    let account = alice.account();
    account.edit_message(id, "short".to_owned()).await.unwrap();
    account.retry(id).await.unwrap();
    assert_eq!(bob.sees(&alice, "short").await.id, id);
}

#[tokio::test]
async fn a_refused_message_can_be_taken_back_whole() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let said = bob.send(&alice, "Hm").await;
    alice.sees(&bob, "Hm").await;
    bob.account().block(alice.id, true).await.unwrap();
    let draft = cubist_client::model::Draft {
        text: "What?".to_owned(),
        reply_to: Some(said),
        ..cubist_client::model::Draft::default()
    };
    let id = alice.account().send(dialog, draft).await.unwrap();
    failure(&alice, dialog, id).await;
    let back = alice.account().discard_unsent(id).await.unwrap().unwrap();
    assert_eq!(back.text, "What?");
    assert_eq!(back.reply.unwrap().message, said);
    assert!(alice.message(dialog, id).await.is_none());
    assert!(alice.account().outbox().await.unwrap().items.is_empty());
}
