//! Privacy lists as stored, and what the default one does to messages.

use cubist_protocol::ids::UserId;

use super::{World, complaints, message};
use crate::state::{Blocker, Edit, PrivacyItem, PrivacyScope, StateError};

fn deny(order: u32, user: UserId, stanzas: u8) -> PrivacyItem {
    PrivacyItem {
        order,
        scope: PrivacyScope::Person,
        user,
        deny: true,
        stanzas,
    }
}

async fn blocked_by(world: &World, from: UserId, to: UserId) -> Option<Blocker> {
    let dialog = world.private(from, to).await;
    match world.accept(message(from, dialog, "hi")).await {
        Ok(_) => None,
        Err(StateError::Blocked { by }) => Some(by),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn lists_are_kept_by_order_and_replaced_as_a_whole() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let state = &world.state;
    state
        .set_privacy_list(ann, "b", vec![deny(2, bob, 0), deny(1, cat, 0)])
        .await
        .unwrap();
    state
        .set_privacy_list(ann, "a", vec![deny(1, bob, 0)])
        .await
        .unwrap();
    state
        .set_default_privacy_list(ann, Some("b"))
        .await
        .unwrap();
    let names = state.privacy_names(ann).await.unwrap();
    assert_eq!(
        (names.default.as_deref(), names.lists),
        (Some("b"), vec!["a".to_owned(), "b".to_owned()])
    );
    let items = state.privacy_list(ann, "b").await.unwrap().unwrap();
    assert_eq!(items, [deny(1, cat, 0), deny(2, bob, 0)]);
    assert_eq!(state.privacy_list(bob, "b").await.unwrap(), None);
    let world = world.reopened().await;
    assert_eq!(blocked_by(&world, bob, ann).await, Some(Blocker::Recipient));
}

#[tokio::test]
async fn only_the_default_list_stops_messages_and_it_does_at_once() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let state = &world.state;
    let one_way = vec![deny(1, bob, PrivacyItem::MESSAGE)];
    state.set_privacy_list(ann, "x", one_way).await.unwrap();
    assert_eq!(blocked_by(&world, bob, ann).await, None);
    state
        .set_default_privacy_list(ann, Some("x"))
        .await
        .unwrap();
    assert_eq!(blocked_by(&world, bob, ann).await, Some(Blocker::Recipient));
    assert_eq!(blocked_by(&world, ann, bob).await, None);
    state
        .set_privacy_list(ann, "x", vec![deny(1, bob, 0)])
        .await
        .unwrap();
    assert_eq!(blocked_by(&world, ann, bob).await, Some(Blocker::Sender));
    state.delete_privacy_list(ann, "x").await.unwrap();
    assert_eq!(blocked_by(&world, bob, ann).await, None);
    let dialog = world.private(ann, bob).await;
    assert_eq!(world.history(ann, dialog).await.len(), 3);
}

#[tokio::test]
async fn a_blocked_person_cannot_reach_the_other_by_changing_an_old_message() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let old = world.say(bob, dialog, "hello").await.id;
    world
        .state
        .set_privacy_list(ann, "x", vec![deny(1, bob, PrivacyItem::MESSAGE)])
        .await
        .unwrap();
    world
        .state
        .set_default_privacy_list(ann, Some("x"))
        .await
        .unwrap();
    let refused = world
        .state
        .edit_message(Edit::text(bob, old, "again".to_owned()))
        .await;
    assert!(matches!(refused, Err(StateError::Blocked { .. })));
}

#[tokio::test]
async fn unknown_lists_and_too_many_of_anything_are_refused() {
    let world = World::with(|config| {
        config.limits.privacy_lists = 2;
        config.limits.privacy_items = 2;
    })
    .await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let state = &world.state;
    assert!(matches!(
        state.set_default_privacy_list(ann, Some("x")).await,
        Err(StateError::NotFound)
    ));
    assert!(matches!(
        state.delete_privacy_list(ann, "x").await,
        Err(StateError::NotFound)
    ));
    let many: Vec<_> = (0..3).map(|order| deny(order, bob, 0)).collect();
    let refused = state.set_privacy_list(ann, "x", many).await.unwrap_err();
    assert_eq!(complaints(&refused), ["items"]);
    let same = vec![deny(1, bob, 0), deny(1, ann, 0)];
    let refused = state.set_privacy_list(ann, "x", same).await.unwrap_err();
    assert_eq!(complaints(&refused), ["items"]);
    for name in ["a", "b"] {
        state.set_privacy_list(ann, name, Vec::new()).await.unwrap();
    }
    for name in ["c", "", &"x".repeat(256)] {
        let refused = state.set_privacy_list(ann, name, Vec::new()).await;
        assert_eq!(complaints(&refused.unwrap_err()), ["name"]);
    }
}

#[tokio::test]
async fn a_deleted_persons_list_blocks_nobody() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let state = &world.state;
    state
        .set_privacy_list(ann, "x", vec![deny(1, bob, 0)])
        .await
        .unwrap();
    state
        .set_default_privacy_list(ann, Some("x"))
        .await
        .unwrap();
    state.delete_user(ann).await.unwrap();
    assert_eq!(
        state.may_pass(
            PrivacyScope::Person,
            crate::state::StanzaKind::Message,
            bob,
            ann
        ),
        crate::state::Passage::Free
    );
    assert_eq!(state.privacy_names(ann).await.unwrap().lists.len(), 0);
}
