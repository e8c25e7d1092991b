//! Reacting to messages.

use std::collections::BTreeMap;

use super::{World, complaints};
use crate::state::{Reacted, StateError};

fn text(kind: &str) -> String {
    kind.to_owned()
}

#[tokio::test]
async fn each_reaction_of_a_person_counts_once() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "hi").await.id;
    assert_eq!(world.history(ann, dialog).await[0].reactions, None);
    let react = |user, add, remove| world.state.react(user, id, add, remove);
    let change = |added, removed| Reacted {
        dialog,
        added,
        removed,
    };
    for (user, add, remove, told) in [
        (ann, Some(text("👍")), None, change(Some(text("👍")), None)),
        (ann, Some(text("👍")), None, change(None, None)),
        (bob, Some(text("👍")), None, change(Some(text("👍")), None)),
        (bob, Some(text("🔥")), None, change(Some(text("🔥")), None)),
        (bob, None, Some(text("🚀")), change(None, None)),
        (
            ann,
            Some(text("🚀")),
            Some(text("👍")),
            change(Some(text("🚀")), Some(text("👍"))),
        ),
        (bob, Some(text("🔥")), Some(text("🔥")), change(None, None)),
    ] {
        assert_eq!(react(user, add, remove).await.unwrap(), told);
    }
    let seen = world.history(bob, dialog).await[0]
        .reactions
        .clone()
        .unwrap();
    assert_eq!(seen.own, ["👍", "🔥"]);
    let total = [("👍", 1), ("🔥", 1), ("🚀", 1)].map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(seen.total, BTreeMap::from(total));
    let seen = world.history(ann, dialog).await[0]
        .reactions
        .clone()
        .unwrap();
    assert_eq!(seen.own, ["🚀"]);
    let people = world.state.reactions(ann, id).await.unwrap();
    assert_eq!(people["👍"], [bob]);
    assert_eq!(people["🚀"], [ann]);
    for kind in ["👍", "🔥"] {
        react(bob, None, Some(text(kind))).await.unwrap();
    }
    react(ann, None, Some(text("🚀"))).await.unwrap();
    assert_eq!(world.history(ann, dialog).await[0].reactions, None);
}

#[tokio::test]
async fn reactions_are_short_and_of_those_who_see_the_message() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "hi").await.id;
    let state = &world.state;
    for kind in ["", " ", "a\nb", &"x".repeat(33)] {
        let refused = state
            .react(ann, id, Some(text(kind)), None)
            .await
            .unwrap_err();
        assert_eq!(complaints(&refused), ["add"], "{kind:?}");
    }
    let nothing = state.react(ann, id, None, None).await.unwrap_err();
    assert_eq!(complaints(&nothing), ["add"]);
    // A family of three with skin tones.
    let family = "👨🏽\u{200d}👩🏽\u{200d}👧🏽";
    state
        .react(ann, id, Some(text(family)), None)
        .await
        .unwrap();
    assert!(matches!(
        state.react(cat, id, Some(text("👍")), None).await,
        Err(StateError::NotFound)
    ));
    assert!(matches!(
        state.reactions(cat, id).await,
        Err(StateError::NotFound)
    ));
}

#[tokio::test]
async fn one_message_has_a_bounded_number_of_different_reactions() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "hi").await.id;
    for number in 0..100 {
        let kind = Some(text(&format!("k{number}")));
        world.state.react(ann, id, kind, None).await.unwrap();
    }
    let refused = world
        .state
        .react(ann, id, Some(text("one more")), None)
        .await;
    assert_eq!(complaints(&refused.unwrap_err()), ["add"]);
    // Joining one that is there is no new one.
    world
        .state
        .react(bob, id, Some(text("k7")), None)
        .await
        .unwrap();
    let seen = world.history(bob, dialog).await[0]
        .reactions
        .clone()
        .unwrap();
    assert_eq!((seen.total.len(), seen.total["k7"]), (100, 2));
}

#[tokio::test]
async fn a_reaction_is_found_by_the_time_of_message_and_dialog() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let id = world.say(ann, dialog, "hi").await.id;
    let before = world.history(bob, dialog).await[0].updated_at;
    world.clock.advance(std::time::Duration::from_secs(10));
    world
        .state
        .react(bob, id, Some(text("👍")), None)
        .await
        .unwrap();
    assert!(world.history(ann, dialog).await[0].updated_at >= before + 10);
    assert!(world.dialog(ann, dialog).await.updated_at >= before + 10);
    let unchanged = world.history(ann, dialog).await[0].updated_at;
    world.clock.advance(std::time::Duration::from_secs(10));
    world
        .state
        .react(bob, id, Some(text("👍")), None)
        .await
        .unwrap();
    assert_eq!(world.history(ann, dialog).await[0].updated_at, unchanged);
}
