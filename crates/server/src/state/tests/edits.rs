//! Changing messages.

use serde_json::json;

use super::{World, complaints, message, new_message};
use crate::state::{Edit, Edited, MessageRecord, NewMessage, StateError};

fn changed(edited: Edited) -> (MessageRecord, bool) {
    match edited {
        Edited::Changed {
            message, is_last, ..
        } => (*message, is_last),
        Edited::Repeat => panic!("taken for a repeat"),
    }
}

#[tokio::test]
async fn only_the_author_changes_a_text_and_it_shows() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.private(ann, bob).await;
    let first = world.say(ann, dialog, "helo").await;
    let edit = |user, text: &str| {
        let (state, text) = (world.state.clone(), text.to_owned());
        async move { state.edit_message(Edit::text(user, first.id, text)).await }
    };
    assert!(matches!(
        edit(bob, "hacked").await,
        Err(StateError::Forbidden(_))
    ));
    assert!(matches!(
        edit(cat, "hacked").await,
        Err(StateError::NotFound)
    ));
    let (record, is_last) = changed(edit(ann, "hello").await.unwrap());
    assert!(is_last);
    assert_eq!(record.message.body, "hello");
    assert!(record.edited_at.is_some());
    assert_eq!(world.dialog(bob, dialog).await.last.unwrap().body, "hello");
    world.say(bob, dialog, "hi").await;
    assert!(!changed(edit(ann, "Hello").await.unwrap()).1);
    assert_eq!(complaints(&edit(ann, "").await.unwrap_err()), ["message"]);
    let long = "x".repeat(world.state.config().limits.body_bytes + 1);
    assert_eq!(
        complaints(&edit(ann, &long).await.unwrap_err()),
        ["message"]
    );
}

#[tokio::test]
async fn a_change_keeps_the_fields_and_files_that_it_does_not_name() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let map = |value: serde_json::Value| value.as_object().unwrap().clone();
    let image = map(json!({ "type": "image", "uid": "u" }));
    let new = NewMessage {
        attachments: vec![image.clone()],
        extra: map(json!({ "colour": "red", "nested": { "a": "1" } })),
        ..message(ann, dialog, "helo")
    };
    let id = new_message(world.accept(new).await.unwrap()).id;
    let edit = Edit {
        extra: map(json!({ "colour": "blue", "size": "2" })),
        ..Edit::text(ann, id, "hello".to_owned())
    };
    let (record, _) = changed(world.state.edit_message(edit).await.unwrap());
    assert_eq!(record.message.attachments, [image]);
    assert_eq!(
        record.message.extra,
        map(json!({ "colour": "blue", "nested": { "a": "1" }, "size": "2" }))
    );
    let video = map(json!({ "type": "video", "uid": "v" }));
    let edit = Edit {
        body: None,
        attachments: Some(vec![video.clone()]),
        ..Edit::text(ann, id, String::new())
    };
    let (record, _) = changed(world.state.edit_message(edit).await.unwrap());
    assert_eq!(record.message.body, "hello");
    assert_eq!(record.message.attachments, [video]);
    let edit = Edit {
        extra: map(json!({ "large": "x".repeat(world.state.config().limits.extra_bytes) })),
        ..Edit::text(ann, id, "x".to_owned())
    };
    let refused = world.state.edit_message(edit).await.unwrap_err();
    assert_eq!(complaints(&refused), ["message"]);
}

#[tokio::test]
async fn a_change_that_comes_again_does_not_undo_a_later_one() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "one").await.id;
    let edit = |stanza: &str, text: &str| {
        let edit = Edit {
            stanza_id: Some(stanza.to_owned()),
            ..Edit::text(ann, id, text.to_owned())
        };
        world.state.edit_message(edit)
    };
    changed(edit("e1", "two").await.unwrap());
    changed(edit("e2", "three").await.unwrap());
    assert_eq!(edit("e1", "two").await.unwrap(), Edited::Repeat);
    assert_eq!(world.history(bob, dialog).await[0].message.body, "three");
}

#[tokio::test]
async fn a_change_is_found_by_its_time() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "one").await.id;
    let before = world.history(bob, dialog).await[0].updated_at;
    let dialog_before = world.dialog(bob, dialog).await.updated_at;
    world.clock.advance(std::time::Duration::from_secs(10));
    let edit = Edit::text(ann, id, "two".to_owned());
    world.state.edit_message(edit).await.unwrap();
    let after = &world.history(bob, dialog).await[0];
    assert!(after.updated_at >= before + 10);
    assert_eq!(after.edited_at, Some(after.updated_at));
    assert!(world.dialog(bob, dialog).await.updated_at >= dialog_before + 10);
}
