//! Devices that want alerts.

use serde_json::json;

use super::{World, complaints};
use crate::state::{NewSubscription, StateError};

fn device(udid: &str, token: &str) -> NewSubscription {
    NewSubscription {
        channel: "gcm".to_owned(),
        platform: "android".to_owned(),
        udid: udid.to_owned(),
        token: json!({ "client_identification_sequence": token })
            .as_object()
            .unwrap()
            .clone(),
    }
}

#[tokio::test]
async fn a_device_is_kept_once_with_its_newest_token() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let state = &world.state;
    let first = state
        .subscribe_device(ann, device("U", "old"))
        .await
        .unwrap();
    let again = state
        .subscribe_device(ann, device("U", "new"))
        .await
        .unwrap();
    state
        .subscribe_device(bob, device("U", "of bob"))
        .await
        .unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(state.subscriptions(vec![ann]).await.unwrap(), [again]);
    assert!(matches!(
        state.unsubscribe_device(bob, first.id).await,
        Err(StateError::NotFound)
    ));
    state.unsubscribe_device(ann, first.id).await.unwrap();
    assert!(state.subscriptions(vec![ann]).await.unwrap().is_empty());
    assert_eq!(state.subscriptions(vec![ann, bob]).await.unwrap().len(), 1);
    let nameless = state.subscribe_device(ann, device("", "x")).await;
    assert_eq!(complaints(&nameless.unwrap_err()), ["udid"]);
}

#[tokio::test]
async fn a_person_has_a_bounded_number_of_devices() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for number in 0..52 {
        let new = device(&number.to_string(), "x");
        world.state.subscribe_device(ann, new).await.unwrap();
    }
    let kept = world.state.subscriptions(vec![ann]).await.unwrap();
    assert_eq!(kept.len(), 50);
    assert_eq!(kept[0].udid, "2", "the oldest give way");
}
