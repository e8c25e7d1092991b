//! Complete files that nobody refers to are swept after a time; whoever names one keeps it.

use std::time::Duration;

use cubist_protocol::ids::UserId;
use serde_json::{Map, Value, json};

use super::{World, message};
use crate::state::{Blob, BlobName, NewBlob, NewMessage, StateError};

const MONTH: Duration = Duration::from_secs(31 * 24 * 60 * 60);

async fn stored(world: &World, owner: UserId) -> Blob {
    let new = NewBlob {
        name: "a.txt".to_owned(),
        ..NewBlob::default()
    };
    let (blob, key) = world.state.create_blob(owner, new).await.unwrap();
    let mut upload = world
        .state
        .begin_upload(&blob.uid, key.expose())
        .await
        .unwrap();
    upload.write(b"hello").await.unwrap();
    world.state.finish_upload(upload).await.unwrap();
    world
        .state
        .complete_blob(owner, BlobName::Id(blob.id), Some(5))
        .await
        .unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        panic!("not an object: {value}");
    };
    map
}

/// Which of these files are there.
async fn there(world: &World, owner: UserId, files: &[&Blob]) -> Vec<bool> {
    let mut found = Vec::new();
    for file in files {
        let name = BlobName::Uid(file.uid.clone());
        found.push(match world.state.blob(Some(owner), name).await {
            Ok(_) => true,
            Err(StateError::NotFound) => false,
            Err(other) => panic!("{other}"),
        });
    }
    found
}

#[tokio::test]
async fn a_file_that_nothing_names_is_swept_after_a_time_with_its_bytes() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let (unused, attached, linked, in_field, in_preview) = (
        stored(&world, ann).await,
        stored(&world, ann).await,
        stored(&world, ann).await,
        stored(&world, ann).await,
        stored(&world, ann).await,
    );
    world
        .accept(NewMessage {
            attachments: vec![
                object(json!({ "uid": attached.uid, "type": "photo" })),
                object(json!({ "url": format!("https://h.example/blobs/{}?token=x", linked.uid) })),
            ],
            extra: object(json!({
                "cover": in_field.uid,
                // Fields are texts: what is an object is JSON within one.
                "link_preview": json!({
                    "url": "https://h.example/",
                    "picture": { "uid": in_preview.uid, "width": 512, "height": 180 },
                })
                .to_string(),
                "half": "{\"uid\":",
            })),
            ..message(ann, dialog, "look")
        })
        .await
        .unwrap();
    let all = [&unused, &attached, &linked, &in_field, &in_preview];
    world.state.flush().await.unwrap();
    assert_eq!(there(&world, ann, &all).await, [true; 5], "too young");
    world.clock.advance(MONTH);
    world.state.flush().await.unwrap();
    let kept = [false, true, true, true, true];
    assert_eq!(there(&world, ann, &all).await, kept);
    let bytes = world.dir.path().join("blobs");
    let named = |blob: &Blob| {
        files_below(&bytes)
            .iter()
            .any(|name| name.contains(&blob.uid))
    };
    assert!(!named(&unused) && named(&attached));
    let world = world.reopened().await;
    world.clock.advance(MONTH);
    world.state.flush().await.unwrap();
    assert_eq!(there(&world, ann, &all).await, kept);
}

#[tokio::test]
async fn a_file_goes_with_the_last_message_that_names_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let file = stored(&world, ann).await;
    let mut ids = Vec::new();
    for text in ["first", "forwarded"] {
        let with_file = NewMessage {
            attachments: vec![object(json!({ "uid": file.uid }))],
            ..message(ann, dialog, text)
        };
        ids.push(super::new_message(world.accept(with_file).await.unwrap()).id);
    }
    world.clock.advance(MONTH);
    for (id, wanted) in ids.into_iter().zip([true, false]) {
        world
            .state
            .delete_messages(ann, vec![id], true)
            .await
            .unwrap();
        world.clock.advance(Duration::from_secs(2 * 24 * 60 * 60));
        world.state.flush().await.unwrap();
        assert_eq!(there(&world, ann, &[&file]).await, [wanted]);
    }
}

#[tokio::test]
async fn a_backend_can_keep_everything() {
    let world = World::with(|config| config.timing.unused_blob_seconds = 0).await;
    let ann = world.person("ann").await;
    let file = stored(&world, ann).await;
    world.clock.advance(MONTH * 12);
    world.state.flush().await.unwrap();
    assert_eq!(there(&world, ann, &[&file]).await, [true]);
}

fn files_below(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}
