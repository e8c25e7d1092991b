use serde_json::json;

use super::{World, bodies, complaints, message, message_id, new_message};
use crate::state::{Accepted, NewMessage, StateError};

const ID: &str = "6b03030b76f1960a4c000000";

fn sent(id: &str, message: NewMessage) -> NewMessage {
    NewMessage {
        stanza_id: Some(id.to_owned()),
        ..message
    }
}

#[tokio::test]
async fn a_stanza_id_that_is_an_object_id_becomes_the_message_id() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let kept = new_message(
        world
            .accept(sent(ID, message(ann, dialog, "a")))
            .await
            .unwrap(),
    );
    assert_eq!(kept.id, message_id(ID));
    let made = new_message(
        world
            .accept(sent("abc-1", message(ann, dialog, "b")))
            .await
            .unwrap(),
    );
    assert_ne!(made.id.to_string(), "abc-1");
    // Somebody else's message has that id already, by accident or not: both messages live.
    let other = new_message(
        world
            .accept(sent(ID, message(bob, dialog, "c")))
            .await
            .unwrap(),
    );
    assert_ne!(other.id, kept.id);
    assert_eq!(world.history(ann, dialog).await.len(), 3);
}

#[tokio::test]
async fn a_repeat_is_stored_once_also_after_a_restart() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    for id in [ID, "not-an-object-id"] {
        assert!(matches!(
            world
                .accept(sent(id, message(ann, dialog, id)))
                .await
                .unwrap(),
            Accepted::New { .. }
        ));
    }
    let world = world.reopened().await;
    for id in [ID, "not-an-object-id"] {
        assert!(matches!(
            world
                .accept(sent(id, message(ann, dialog, id)))
                .await
                .unwrap(),
            Accepted::Repeat
        ));
    }
    assert_eq!(
        bodies(&world.history(bob, dialog).await),
        [ID, "not-an-object-id"]
    );
    assert_eq!(world.dialog(bob, dialog).await.unread, 2);
}

#[tokio::test]
async fn a_message_not_to_be_saved_leaves_nothing_but_is_still_recognised_when_repeated() {
    let world = World::with(|config| config.timing.repeat_memory_seconds = 60).await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let passing = || {
        sent(
            ID,
            NewMessage {
                save: false,
                ..message(ann, dialog, "psst")
            },
        )
    };
    assert!(matches!(
        world.accept(passing()).await.unwrap(),
        Accepted::New { .. }
    ));
    assert!(matches!(
        world.accept(passing()).await.unwrap(),
        Accepted::Repeat
    ));
    assert!(world.history(bob, dialog).await.is_empty());
    assert_eq!(world.dialog(bob, dialog).await.last, None);
    world.clock.advance(std::time::Duration::from_secs(61));
    world.state.flush().await.unwrap();
    assert!(matches!(
        world.accept(passing()).await.unwrap(),
        Accepted::New { .. }
    ));
}

#[tokio::test]
async fn only_occupants_write() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[]).await;
    assert!(matches!(
        world.accept(message(bob, dialog, "x")).await,
        Err(StateError::Forbidden(_))
    ));
    let unknown = "5356c64ab35c12bd3b108a41".parse().unwrap();
    assert!(matches!(
        world.accept(message(bob, unknown, "x")).await,
        Err(StateError::NotFound)
    ));
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_the_largest_allowed_is_not() {
    let world = World::with(|config| {
        config.limits.body_bytes = 8;
        config.limits.extra_bytes = 40;
    })
    .await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    world
        .accept(message(ann, dialog, "12345678"))
        .await
        .unwrap();
    let long = world
        .accept(message(ann, dialog, "12345678é"))
        .await
        .unwrap_err();
    assert_eq!(complaints(&long), ["message"]);
    let extra = json!({ "note": "a text of more than forty bytes, all in all" })
        .as_object()
        .cloned()
        .unwrap();
    let heavy = NewMessage {
        extra,
        ..message(ann, dialog, "x")
    };
    assert_eq!(
        complaints(&world.accept(heavy).await.unwrap_err()),
        ["message"]
    );
    let id = "i".repeat(300);
    assert_eq!(
        complaints(
            &world
                .accept(sent(&id, message(ann, dialog, "x")))
                .await
                .unwrap_err()
        ),
        ["id"]
    );
}

#[tokio::test]
async fn the_senders_time_is_kept_unless_it_lies_in_the_future() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    let now = world.clock.seconds();
    let at = |date_sent| NewMessage {
        date_sent,
        ..message(ann, dialog, "x")
    };
    assert_eq!(
        new_message(world.accept(at(Some(1_500_000_000))).await.unwrap()).date_sent,
        1_500_000_000
    );
    assert_eq!(
        new_message(world.accept(at(Some(now + 60))).await.unwrap()).date_sent,
        now + 60
    );
    for odd in [Some(now + 100_000), Some(-5), None] {
        let date = new_message(world.accept(at(odd)).await.unwrap()).date_sent;
        assert!((now..now + 60).contains(&date), "{odd:?} became {date}");
    }
}

#[tokio::test]
async fn a_message_sent_late_does_not_become_the_last_one_of_its_dialog() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    world.say(ann, dialog, "new").await;
    let updated = world.dialog(bob, dialog).await.updated_at;
    world.clock.advance(std::time::Duration::from_secs(10));
    let late = NewMessage {
        date_sent: Some(1_500_000_000),
        ..message(ann, dialog, "late")
    };
    world.accept(late).await.unwrap();
    let seen = world.dialog(bob, dialog).await;
    assert_eq!(seen.last.unwrap().body, "new");
    assert_eq!(seen.unread, 2);
    assert!(
        seen.updated_at >= updated + 10,
        "any stored message moves the dialog"
    );
    assert_eq!(bodies(&world.history(bob, dialog).await), ["late", "new"]);
}

#[tokio::test]
async fn attachments_and_own_fields_come_back_as_they_were() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    let map = |value: serde_json::Value| value.as_object().cloned().unwrap();
    let attachments = vec![map(json!({ "type": "photo", "uid": "u" }))];
    let extra = map(json!({ "country": "USA", "nested": { "a": "1" } }));
    let new = NewMessage {
        attachments: attachments.clone(),
        extra: extra.clone(),
        ..message(ann, dialog, "")
    };
    world.accept(new).await.unwrap();
    let record = world.history(ann, dialog).await.remove(0);
    assert_eq!(
        (record.message.attachments, record.message.extra),
        (attachments, extra)
    );
}
