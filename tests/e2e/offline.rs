//! Away, and back.

use cubist_client::model::{KeptDraft, SearchQuery, Status};
use cubist_tests::World;

#[tokio::test]
async fn what_is_written_without_network_is_queued_and_sent_in_order_later() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.loses_the_network().await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(alice.send_in(dialog, text).await);
    }
    for id in &ids {
        let message = alice.message(dialog, *id).await.unwrap();
        assert_eq!(
            message.status,
            Status::Pending,
            "shown at once, with a clock"
        );
    }
    assert_eq!(alice.engine().accounts()[0].waiting, 3);
    alice.has_the_network_again().await;
    bob.sees(&alice, "three").await;
    assert_eq!(bob.texts(dialog).await, ["one", "two", "three"]);
    alice.has_sent_everything().await;
    assert_eq!(
        bob.transcript(dialog)
            .await
            .iter()
            .map(|message| message.id)
            .collect::<Vec<_>>(),
        ids
    );
}

#[tokio::test]
async fn an_outbox_outlives_the_app() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.loses_the_network().await;
    let id = alice.send_in(dialog, "before the restart").await;
    alice.quit().await;
    alice.reopen().await;
    let kept = alice.message(dialog, id).await.unwrap();
    assert_eq!(
        (kept.text.as_str(), kept.status),
        ("before the restart", Status::Pending)
    );
    alice.has_the_network_again().await;
    assert_eq!(bob.sees(&alice, "before the restart").await.id, id);
    alice.has_status(dialog, id, Status::Delivered).await;
}

#[tokio::test]
async fn the_cache_is_there_without_any_network() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.send(&alice, "remember this").await;
    alice.sees(&bob, "remember this").await;
    let draft = KeptDraft {
        text: "half a thou".to_owned(),
        ..KeptDraft::default()
    };
    alice
        .account()
        .save_draft(dialog, draft.clone())
        .await
        .unwrap();
    alice.quit().await;
    alice.rest.go_down();
    alice.chat.go_down();
    alice.reopen().await;
    let dialogs = alice.dialogs().await;
    assert_eq!(dialogs.len(), 1);
    assert_eq!((dialogs[0].id, dialogs[0].name.as_str()), (dialog, "bob"));
    assert_eq!(dialogs[0].draft, Some(draft));
    assert_eq!(alice.texts(dialog).await, ["remember this"]);
    let found = alice
        .account()
        .search(SearchQuery::words("remember"), None, 10)
        .await
        .unwrap();
    assert_eq!(found.hits.len(), 1);
}

#[tokio::test]
async fn somebody_away_gets_everything_once_when_they_come_back() {
    let world = World::new().await;
    let (alice, mut bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.send(&bob, "before").await;
    bob.sees(&alice, "before").await;
    bob.quit().await;
    let texts: Vec<_> = (0..130)
        .map(|number| format!("while away {number}"))
        .collect();
    for text in &texts {
        alice.send_in(dialog, text).await;
    }
    alice.has_sent_everything().await;
    bob.reopen().await;
    bob.sees(&alice, "while away 129").await;
    let mut expected = vec!["before".to_owned()];
    expected.extend(texts);
    // The offline queue and the history both tell of them; the older part comes when asked for.
    bob.until("to have the whole history", async || {
        (bob.texts(dialog).await == expected).then_some(())
    })
    .await;
    // "before" was shown and not read.
    bob.has_unread(dialog, 131).await;
}

#[tokio::test]
async fn ticks_that_came_while_away_are_caught_up() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let message = alice.send(&bob, "read me").await;
    bob.sees(&alice, "read me").await;
    alice.quit().await;
    bob.reads(dialog, message).await;
    alice.reopen().await;
    alice.has_status(dialog, message, Status::Read).await;
}
