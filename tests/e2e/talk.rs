//! Two people, both online.

use cubist_client::model::{Status, UserId};
use cubist_tests::{Person, World};

#[tokio::test]
async fn text_goes_both_ways_and_keeps_its_id() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let hello = alice.send(&bob, "Hello <Bob> & all").await;
    assert_eq!(bob.sees(&alice, "Hello <Bob> & all").await.id, hello);
    let answer = bob.send(&alice, "Добрий день 👋").await;
    assert_eq!(alice.sees(&bob, "Добрий день 👋").await.id, answer);
    let dialog = alice.chat_with(&bob).await;
    assert_eq!(alice.texts(dialog).await, bob.texts(dialog).await);
}

#[tokio::test]
async fn ticks_go_from_sent_over_delivered_to_read() {
    let world = World::new().await;
    let (alice, mut bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.quit().await;
    let message = alice.send(&bob, "Are you there?").await;
    let sent = alice.has_status(dialog, message, Status::Sent).await;
    assert_eq!(sent.status, Status::Sent, "nobody has it but the server");
    bob.reopen().await;
    bob.sees(&alice, "Are you there?").await;
    let delivered = alice.has_status(dialog, message, Status::Delivered).await;
    assert_eq!(delivered.status, Status::Delivered, "nobody has read it");
    bob.reads(dialog, message).await;
    let read = alice.has_status(dialog, message, Status::Read).await;
    assert_eq!(read.read_by, [bob.id]);
}

#[tokio::test]
async fn a_message_is_counted_as_unread_until_it_is_read() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let first = alice.send(&bob, "one").await;
    let last = alice.send(&bob, "two").await;
    let card = bob.has_unread(dialog, 2).await;
    assert_eq!(card.first_unread, Some(first));
    assert_eq!(card.last.unwrap().text, "two");
    bob.reads(dialog, last).await;
    let card = bob.knows(dialog).await;
    assert_eq!(
        (card.unread, card.first_unread),
        (0, None),
        "at once, without the network"
    );
    alice.has_status(dialog, first, Status::Read).await;
    alice.has_status(dialog, last, Status::Read).await;
    assert_eq!(
        alice.knows(dialog).await.unread,
        0,
        "own messages are never unread"
    );
}

#[tokio::test]
async fn typing_is_seen_and_ends_with_the_message() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.knows(dialog).await;
    let mut events = bob.events();
    alice.account().set_typing(dialog, true).await.unwrap();
    assert_eq!(next_typing(&bob, &mut events).await, [alice.id]);
    alice.send(&bob, "done").await;
    assert_eq!(next_typing(&bob, &mut events).await, []);
}

/// Who types, as the next event about it says.
async fn next_typing(
    of: &Person,
    events: &mut tokio::sync::broadcast::Receiver<cubist_client::ClientEvent>,
) -> Vec<UserId> {
    cubist_tests::within(&format!("{} to see someone typing", of.name), async {
        loop {
            if let cubist_client::ClientEvent::TypingChanged { users, .. } =
                events.recv().await.unwrap()
            {
                return users;
            }
        }
    })
    .await
}

#[tokio::test]
async fn people_are_found_by_their_name_and_know_one_another_by_it() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    let barbara = world.person("barbara").await;
    let found = alice
        .account()
        .search_people("barb".to_owned())
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|user| user.id).collect::<Vec<_>>(),
        [barbara.id]
    );
    let dialog = alice.chat_with(&barbara).await;
    assert_eq!(alice.knows(dialog).await.name, "barbara");
    alice.send(&barbara, "hi").await;
    assert_eq!(barbara.knows_chat_with(&alice).await, dialog);
    barbara
        .until("to know the name of who wrote", async || {
            (barbara.knows(dialog).await.name == "alice").then_some(())
        })
        .await;
}

#[tokio::test]
async fn many_messages_keep_their_order() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let texts: Vec<_> = (0..150).map(|number| format!("message {number}")).collect();
    for text in &texts {
        alice.send_in(dialog, text).await;
    }
    bob.sees(&alice, "message 149").await;
    assert_eq!(bob.texts(dialog).await, texts);
    assert_eq!(alice.texts(dialog).await, texts);
}
