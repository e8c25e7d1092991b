//! Deletions seen by what a page does not have, and parts fetched from a date on.

use std::sync::Arc;

use cubist_protocol::rest;

use super::{newest, older, starting_at};
use crate::model::{MessageId, Position, UnixMillis};
use crate::store::messages::{self, MessageRecord};
use crate::store::testing::{dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::{outbox, ranges};
use crate::sync::testing::{NOW, World};

/// Old enough for a page to be believed.
const OLD: i64 = NOW - 1_000;

/// Message `n` of person 2 in dialog 1 as the server keeps it.
fn kept(n: u32) -> rest::Message {
    let at = UnixMillis::from_seconds(OLD + i64::from(n));
    let mut message = rest::Message::new(message_id(n), dialog_id(1), user_id(2), at);
    message.message = Some(format!("text {n}"));
    message
}

fn serve(world: &World, numbers: impl IntoIterator<Item = u32>) {
    *world.api.messages.lock().unwrap() = numbers.into_iter().map(kept).collect();
}

async fn cached(world: &World) -> Vec<MessageId> {
    let store = &world.context.store;
    let all = store
        .read(|db| messages::page_below(db, dialog_id(1), Position::END, Position::BEGIN, 1_000));
    all.await
        .unwrap()
        .iter()
        .map(|message| message.id)
        .collect()
}

fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<MessageId> {
    numbers.into_iter().map(message_id).collect()
}

#[tokio::test]
async fn what_a_page_fetched_again_does_not_have_is_gone() {
    let world = World::new().await;
    serve(&world, 1..=5);
    newest(&world.context, dialog_id(1)).await.unwrap();
    serve(&world, [1, 3, 4]);
    newest(&world.context, dialog_id(1)).await.unwrap();
    assert_eq!(cached(&world).await, ids([1, 3, 4]));
    // It was taken for gone, not forbidden.
    serve(&world, 1..=5);
    newest(&world.context, dialog_id(1)).await.unwrap();
    assert_eq!(cached(&world).await, ids(1..=5));
}

#[tokio::test]
async fn what_lies_beyond_a_page_is_not_judged_by_it() {
    let world = World::new().await;
    serve(&world, 1..=250);
    newest(&world.context, dialog_id(1)).await.unwrap();
    let place = Position {
        seconds: OLD + 160,
        id: message_id(160),
    };
    older(&world.context, dialog_id(1), place).await.unwrap();
    let before = cached(&world).await;
    assert!(before.contains(&message_id(100)));
    // Everything but the newest hundred is deleted; one page cannot know.
    serve(&world, 151..=250);
    newest(&world.context, dialog_id(1)).await.unwrap();
    assert_eq!(cached(&world).await, before);
}

#[tokio::test]
async fn what_the_server_never_had_or_just_got_stays() {
    let world = World::new().await;
    serve(&world, [1]);
    world
        .context
        .store
        .write(|tx| {
            // On its way; live only; so young that its page may not have it yet.
            outbox::enqueue(tx, &outgoing(2, OLD + 2, "waiting"))?;
            let live_only = MessageRecord {
                in_history: false,
                ..incoming(3, OLD + 3, "live")
            };
            messages::insert(tx, &live_only)?;
            messages::insert(tx, &incoming(4, NOW - 5, "young"))
        })
        .await
        .unwrap();
    newest(&world.context, dialog_id(1)).await.unwrap();
    assert_eq!(cached(&world).await, ids(1..=4));
}

#[tokio::test]
async fn a_line_of_what_was_deleted_for_everyone_stays() {
    let world = World::new().await;
    serve(&world, [1, 2]);
    newest(&world.context, dialog_id(1)).await.unwrap();
    world
        .context
        .store
        .write(|tx| {
            crate::store::dialogs::mark_all_read(tx, dialog_id(1))?;
            messages::remove_for_all(tx, dialog_id(1), message_id(1))
        })
        .await
        .unwrap();
    serve(&world, [2]);
    newest(&world.context, dialog_id(1)).await.unwrap();
    assert_eq!(cached(&world).await, ids([1, 2]));
}

#[tokio::test]
async fn a_date_is_fetched_without_what_lies_between() {
    let world = World::new().await;
    serve(&world, 1..=500);
    newest(&world.context, dialog_id(1)).await.unwrap();
    world.api.asked();
    starting_at(&world.context, dialog_id(1), OLD + 50)
        .await
        .unwrap();
    assert_eq!(world.api.asked().len(), 1);
    let known = cached(&world).await;
    assert!(known.contains(&message_id(50)) && known.contains(&message_id(140)));
    assert!(!known.contains(&message_id(49)) && !known.contains(&message_id(200)));
    let range = world
        .context
        .store
        .read(|db| {
            ranges::covers(
                db,
                dialog_id(1),
                Position::start_of(OLD + 50),
                Position::end_of(OLD + 148),
            )
        })
        .await;
    assert!(range.unwrap());
}

#[tokio::test]
async fn names_and_counts_that_disagree_are_settled_by_asking() {
    let world = World::new().await;
    let mut reacted = kept(1);
    reacted.reactions = Some(rest::Reactions {
        own: Vec::new(),
        total: [("👍".to_owned(), 2)].into(),
    });
    *world.api.messages.lock().unwrap() = vec![reacted];
    newest(&world.context, dialog_id(1)).await.unwrap();
    let who = vec![user_id(2), user_id(3), user_id(4)];
    *world.api.reactors.lock().unwrap() = [("👍".to_owned(), who)].into();
    let mut events = world.context.events.subscribe();
    let _task = tokio::spawn(crate::sync::requests::run(Arc::clone(&world.context)));
    world
        .arrive(&[&format!(
            r#"<message xmlns="jabber:client" from="2-21@localhost" to="1-21@localhost" type="chat"><extraParams><dialog_id>{}</dialog_id></extraParams><reactions user_id="2" message_id="{}"><reaction add="true" type="👍"/></reactions></message>"#,
            dialog_id(1),
            message_id(1)
        )])
        .await;
    let counted = async {
        loop {
            let found = world
                .context
                .store
                .read(|db| messages::load(db, message_id(1)))
                .await;
            if found.unwrap().unwrap().reactions[0].count == 3 {
                break;
            }
            events.recv().await.unwrap();
        }
    };
    tokio::time::timeout(crate::sync::testing::DEADLINE, counted)
        .await
        .expect("the server's word counts in time");
}
