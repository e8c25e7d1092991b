//! A reader that does not keep up.

use cubist_client::ClientEvent;
use cubist_tests::{World, within};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

#[tokio::test]
async fn a_reader_that_lags_does_not_stop_the_line_and_finds_everything_on_reloading() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    bob.knows(dialog).await;
    let mut sleeping = bob.events();
    let mut texts = Vec::new();
    // Until the sleeper has lost something: how much is kept for it is the engine's own business.
    let missed = within("a reader to lag", async {
        loop {
            for _ in 0..100 {
                let text = format!("message {}", texts.len());
                alice.send_in(dialog, &text).await;
                texts.push(text);
            }
            bob.sees(&alice, texts.last().unwrap()).await;
            if let Some(missed) = lagged(&mut sleeping) {
                return missed;
            }
        }
    })
    .await;
    assert!(missed > 0);
    assert_eq!(bob.texts(dialog).await, texts, "the cache has it all");
    alice.send(&bob, "and on it goes").await;
    bob.sees(&alice, "and on it goes").await;
    within("the reader to go on with the newest", async {
        // It may have lost more meanwhile; what follows is whole again.
        while sleeping.recv().await.is_err() {}
    })
    .await;
}

/// How many events the reader has lost, if any. Only a read tells, and takes one event when none was lost.
fn lagged(reader: &mut broadcast::Receiver<ClientEvent>) -> Option<u64> {
    match reader.try_recv() {
        Err(TryRecvError::Lagged(missed)) => Some(missed),
        _ => None,
    }
}

#[tokio::test]
async fn a_reader_hears_the_end() {
    let world = World::new().await;
    let mut alice = world.person("alice").await;
    let mut events = alice.events();
    alice.quit().await;
    within("the events to end", async {
        while !matches!(events.recv().await, Err(RecvError::Closed)) {}
    })
    .await;
}
