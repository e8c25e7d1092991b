use cubist_protocol::ids::{DialogId, UserId};

use super::{World, complaints};
use crate::state::{Dialog, DialogChanges, NewGroup, StateError, StoredMessage};

async fn change(
    world: &World,
    user: UserId,
    dialog: DialogId,
    changes: DialogChanges,
) -> Result<Dialog, StateError> {
    world.state.update_dialog(user, dialog, changes).await
}

fn pins(pin: &[&StoredMessage], unpin: &[&StoredMessage]) -> DialogChanges {
    let ids = |messages: &[&StoredMessage]| messages.iter().map(|message| message.id).collect();
    DialogChanges {
        pin: ids(pin),
        unpin: ids(unpin),
        ..DialogChanges::default()
    }
}

#[tokio::test]
async fn messages_are_pinned_in_the_order_of_their_pinning_until_they_are_gone() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[bob]).await;
    let one = world.say(ann, dialog, "one").await;
    let two = world.say(bob, dialog, "two").await;
    let three = world.say(ann, dialog, "three").await;
    let pinned = async |viewer| world.dialog(viewer, dialog).await.pinned;
    change(&world, bob, dialog, pins(&[&two, &one], &[]))
        .await
        .unwrap();
    // What is pinned already keeps its place.
    change(&world, ann, dialog, pins(&[&two, &three], &[]))
        .await
        .unwrap();
    assert_eq!(pinned(bob).await, [two.id, one.id, three.id]);
    change(&world, bob, dialog, pins(&[], &[&one, &one]))
        .await
        .unwrap();
    assert_eq!(pinned(ann).await, [two.id, three.id]);
    world
        .state
        .delete_messages(bob, vec![two.id], true)
        .await
        .unwrap();
    assert_eq!(pinned(ann).await, [three.id]);
}

#[tokio::test]
async fn only_messages_of_the_dialog_are_pinned_and_by_those_who_may_change_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = world.group(ann, &[bob]).await;
    let private = world.private(ann, bob).await;
    let elsewhere = world.say(ann, group, "elsewhere").await;
    let here = world.say(ann, private, "here").await;
    let refused = change(&world, bob, private, pins(&[&here, &elsewhere], &[])).await;
    assert_eq!(
        complaints(&refused.unwrap_err()),
        ["pinned_messages_ids"],
        "nothing is half-done"
    );
    assert_eq!(world.dialog(bob, private).await.pinned, []);
    change(&world, bob, private, pins(&[&here], &[]))
        .await
        .unwrap();
    assert_eq!(world.dialog(ann, private).await.pinned, [here.id]);

    let open = NewGroup {
        name: "News".to_owned(),
        ..NewGroup::default()
    };
    let open = world.state.create_public(ann, open).await.unwrap().id;
    world.state.subscribe(bob, open).await.unwrap();
    let news = world.say(ann, open, "news").await;
    let refused = change(&world, bob, open, pins(&[&news], &[])).await;
    assert!(
        matches!(refused, Err(StateError::Forbidden(_))),
        "{refused:?}"
    );
    change(&world, ann, open, pins(&[&news], &[]))
        .await
        .unwrap();
    assert_eq!(world.dialog(bob, open).await.pinned, [news.id]);
}

#[tokio::test]
async fn a_dialog_keeps_so_many_messages_in_sight_and_no_more() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    let mut said = Vec::new();
    for number in 0..101 {
        said.push(world.say(ann, dialog, &number.to_string()).await);
    }
    let all: Vec<_> = said.iter().collect();
    change(&world, ann, dialog, pins(&all[..100], &[]))
        .await
        .unwrap();
    let refused = change(&world, ann, dialog, pins(&all[100..], &[])).await;
    assert_eq!(complaints(&refused.unwrap_err()), ["pinned_messages_ids"]);
    // One is exchanged for another at the limit.
    change(&world, ann, dialog, pins(&all[100..], &all[..1]))
        .await
        .unwrap();
    assert_eq!(world.dialog(ann, dialog).await.pinned.len(), 100);
}
