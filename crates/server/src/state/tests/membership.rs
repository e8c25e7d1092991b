//! Leaving, owning, deleting and clearing: what happens to those who stay.

use std::time::Duration;

use cubist_protocol::ids::{DialogId, UserId};

use super::{World, bodies, complaints};
use crate::state::{DialogChanges, Mark, StateError};

async fn change(
    world: &World,
    user: UserId,
    dialog: DialogId,
    changes: DialogChanges,
) -> Result<crate::state::Dialog, StateError> {
    world.state.update_dialog(user, dialog, changes).await
}

fn remove(users: &[UserId]) -> DialogChanges {
    DialogChanges {
        remove: users.to_vec(),
        ..DialogChanges::default()
    }
}

fn add(users: &[UserId]) -> DialogChanges {
    DialogChanges {
        add: users.to_vec(),
        ..DialogChanges::default()
    }
}

#[tokio::test]
async fn the_owner_who_leaves_hands_the_group_to_the_longest_admin_else_to_the_longest_occupant() {
    let world = World::new().await;
    let (ann, bob, cat, dan) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
        world.person("dan").await,
    );
    let dialog = world.group(ann, &[cat]).await;
    for later in [dan, bob] {
        world.clock.advance(Duration::from_secs(1));
        change(&world, ann, dialog, add(&[later])).await.unwrap();
    }
    world
        .state
        .change_admins(ann, dialog, vec![bob, dan], Vec::new())
        .await
        .unwrap();
    let left = change(&world, ann, dialog, remove(&[ann])).await.unwrap();
    assert_eq!((left.owner, left.occupants), (dan, vec![bob, cat, dan]));
    world
        .state
        .delete_dialogs(dan, vec![dialog], false)
        .await
        .unwrap();
    assert_eq!(world.dialog(cat, dialog).await.owner, bob);
    world.state.unsubscribe(bob, dialog).await.unwrap();
    let last = world.dialog(cat, dialog).await;
    assert_eq!((last.owner, last.admins), (cat, vec![cat]));
    change(&world, cat, dialog, remove(&[cat])).await.unwrap();
    assert!(world.state.dialog_card(&dialog).await.unwrap().is_none());
}

#[tokio::test]
async fn an_admin_removes_nobody_and_loses_the_rights_on_leaving() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.group(ann, &[bob, cat]).await;
    world
        .state
        .change_admins(ann, dialog, vec![bob], Vec::new())
        .await
        .unwrap();
    assert!(matches!(
        change(&world, bob, dialog, remove(&[cat])).await,
        Err(StateError::Forbidden(_))
    ));
    change(&world, bob, dialog, remove(&[bob])).await.unwrap();
    change(&world, ann, dialog, add(&[bob])).await.unwrap();
    assert_eq!(world.dialog(ann, dialog).await.admins, [ann]);
}

#[tokio::test]
async fn admins_are_named_by_the_owner_from_the_group_and_are_at_most_five() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut others = Vec::new();
    for number in 0..7 {
        others.push(world.person(&format!("person{number}")).await);
    }
    let stranger = others.pop().unwrap();
    let dialog = world.group(ann, &others).await;
    let admins = |user, add: &[UserId], remove: &[UserId]| {
        let (state, add, remove) = (world.state.clone(), add.to_vec(), remove.to_vec());
        async move { state.change_admins(user, dialog, add, remove).await }
    };
    let refused = admins(others[0], &others[..1], &[]).await;
    assert!(matches!(refused, Err(StateError::Forbidden(_))));
    let refused = admins(ann, &[stranger], &[]).await.unwrap_err();
    assert_eq!(complaints(&refused), ["admins_ids"]);
    admins(ann, &others[..5], &[]).await.unwrap();
    let refused = admins(ann, &others[5..], &[]).await.unwrap_err();
    assert_eq!(complaints(&refused), ["admins_ids"]);
    let changed = admins(ann, &others[5..], &others[..1]).await.unwrap();
    assert_eq!(changed.admins.len(), 6);
    // The owner's own rights cannot be taken.
    let changed = admins(ann, &[], &[ann]).await.unwrap();
    assert!(changed.admins.contains(&ann));
}

#[tokio::test]
async fn a_renamed_dialog_is_found_by_its_new_name_in_any_letter_case() {
    use crate::state::{Condition, DialogField, Op};

    let world = World::new().await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    let renamed = DialogChanges {
        name: Some("Über Berge".to_owned()),
        ..DialogChanges::default()
    };
    change(&world, ann, dialog, renamed).await.unwrap();
    for (text, found) in [("über", 1), ("BERGE", 1), ("friday", 0)] {
        let conditions = vec![Condition {
            field: DialogField::Name,
            op: Op::Contains,
            values: vec![text.to_owned()],
        }];
        let count = world.state.count_dialogs(ann, conditions).await.unwrap();
        assert_eq!(count, found, "{text}");
    }
}

#[tokio::test]
async fn a_refused_change_changes_nothing_at_all() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.group(ann, &[bob]).await;
    let before = world.dialog(ann, dialog).await;
    let changes = DialogChanges {
        name: Some("Taken over".to_owned()),
        add: vec![cat, UserId::new(99).unwrap()],
        ..DialogChanges::default()
    };
    let refused = change(&world, bob, dialog, changes).await.unwrap_err();
    assert_eq!(complaints(&refused), ["occupants_ids"]);
    assert_eq!(world.dialog(ann, dialog).await, before);
}

#[tokio::test]
async fn two_who_change_different_fields_at_once_both_get_their_way() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[bob]).await;
    let name = DialogChanges {
        name: Some("New".to_owned()),
        ..DialogChanges::default()
    };
    let description = DialogChanges {
        description: cubist_protocol::rest::Change::Set("Words".to_owned()),
        ..DialogChanges::default()
    };
    let (one, other) = tokio::join!(
        change(&world, ann, dialog, name),
        change(&world, bob, dialog, description)
    );
    one.unwrap();
    other.unwrap();
    let dialog = world.dialog(ann, dialog).await;
    assert_eq!(
        (dialog.name.as_deref(), dialog.description.as_deref()),
        (Some("New"), Some("Words"))
    );
}

#[tokio::test]
async fn a_deleted_private_dialog_comes_back_with_the_next_message() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let own = || async {
        let query = crate::state::DialogQuery::default();
        world.state.dialogs(ann, query).await.unwrap().total
    };
    let deleted = world
        .state
        .delete_dialogs(ann, vec![dialog], false)
        .await
        .unwrap();
    assert_eq!((deleted.hidden, own().await), (vec![dialog], 0));
    let again = world.state.delete_dialogs(ann, vec![dialog], false).await;
    assert_eq!(again.unwrap().not_found, [dialog]);
    world.say(bob, dialog, "are you there").await;
    assert_eq!(own().await, 1);
}

#[tokio::test]
async fn deleting_for_all_is_for_the_owner_and_for_either_of_a_pair() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let (group, pair) = (
        world.group(ann, &[bob]).await,
        world.private(ann, bob).await,
    );
    let unknown: DialogId = "5356c64ab35c12bd3b108a41".parse().unwrap();
    for dialog in [group, pair] {
        let said = world.say(ann, dialog, "hello").await.id;
        world.state.mark(bob, Mark::Read, vec![said]).await.unwrap();
    }
    let done = world
        .state
        .delete_dialogs(bob, vec![group, pair, unknown], true)
        .await
        .unwrap();
    assert_eq!(
        (done.refused, done.closed, done.not_found),
        (vec![group], vec![pair], vec![unknown])
    );
    // The pair can begin anew, with nothing of what was.
    let fresh = world.private(bob, ann).await;
    assert_ne!(fresh, pair);
    assert!(world.history(ann, fresh).await.is_empty());
    let done = world.state.delete_dialogs(ann, vec![group], true).await;
    assert_eq!(done.unwrap().closed, [group]);
    assert!(matches!(
        world.state.dialog(bob, group).await,
        Err(StateError::NotFound)
    ));
}

#[tokio::test]
async fn a_cleared_history_is_empty_for_oneself_and_counts_on_from_there() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let old = world.say(ann, dialog, "old").await.id;
    world.say(ann, dialog, "older").await;
    world.state.clear_history(bob, dialog, false).await.unwrap();
    let seen = world.dialog(bob, dialog).await;
    assert_eq!((seen.unread, seen.last), (0, None));
    assert!(world.history(bob, dialog).await.is_empty());
    assert_eq!(world.history(ann, dialog).await.len(), 2);
    // A marker that was on its way when the history was cleared counts for nothing.
    let marked = world.state.mark(bob, Mark::Read, vec![old]).await.unwrap();
    assert_eq!(marked, []);
    world.say(ann, dialog, "new").await;
    assert_eq!(world.dialog(bob, dialog).await.unread, 1);
    assert_eq!(bodies(&world.history(bob, dialog).await), ["new"]);
    world.state.mark_all(bob, Mark::Read, dialog).await.unwrap();
    assert_eq!(world.dialog(bob, dialog).await.unread, 0);
}

#[tokio::test]
async fn who_cleared_a_group_and_comes_back_to_it_finds_it_as_it_was_left() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[bob]).await;
    let old = world.say(ann, dialog, "old").await.id;
    world.state.clear_history(bob, dialog, false).await.unwrap();
    world.state.unsubscribe(bob, dialog).await.unwrap();
    world.state.subscribe(bob, dialog).await.unwrap();
    assert!(world.history(bob, dialog).await.is_empty());
    world.state.mark(bob, Mark::Read, vec![old]).await.unwrap();
    world.say(ann, dialog, "new").await;
    assert_eq!(world.dialog(bob, dialog).await.unread, 1);
}

#[tokio::test]
async fn clearing_for_all_is_the_owners_and_leaves_nothing() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[bob]).await;
    let said = world.say(bob, dialog, "old").await.id;
    world.state.mark(ann, Mark::Read, vec![said]).await.unwrap();
    assert!(matches!(
        world.state.clear_history(bob, dialog, true).await,
        Err(StateError::Forbidden(_))
    ));
    world.state.clear_history(ann, dialog, true).await.unwrap();
    for user in [ann, bob] {
        let seen = world.dialog(user, dialog).await;
        assert_eq!((seen.unread, seen.last), (0, None));
        assert!(world.history(user, dialog).await.is_empty());
    }
    world.say(ann, dialog, "new").await;
    assert_eq!(world.dialog(bob, dialog).await.unread, 1);
}

#[tokio::test]
async fn the_dialogs_of_a_deleted_person_go_on_without_them() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let group = world.group(ann, &[bob, cat]).await;
    let own = world.group(ann, &[]).await;
    let pair = world.private(ann, bob).await;
    world.say(ann, pair, "hello").await;
    world.state.delete_user(ann).await.unwrap();
    let left = world.dialog(bob, group).await;
    assert_eq!((left.owner, left.occupants), (bob, vec![bob, cat]));
    assert!(world.state.dialog_card(&own).await.unwrap().is_none());
    assert_eq!(bodies(&world.history(bob, pair).await), ["hello"]);
    let refused = world
        .accept(super::message(bob, pair, "still there?"))
        .await;
    assert!(matches!(refused, Err(StateError::NotFound)));
    world.state.delete_user(bob).await.unwrap();
    assert!(world.state.dialog_card(&pair).await.unwrap().is_none());
}

#[tokio::test]
async fn a_field_that_is_taken_off_the_list_disappears_from_all_dialogs() {
    let world = World::with(|config| {
        config.dialog_fields = Some(vec!["location".to_owned(), "topic".to_owned()]);
    })
    .await;
    let ann = world.person("ann").await;
    let dialog = world.group(ann, &[]).await;
    let fields = serde_json::json!({ "location": "bar", "topic": "t", "colour": "red" });
    let changes = DialogChanges {
        extensions: fields.as_object().cloned(),
        ..DialogChanges::default()
    };
    let dialog_now = change(&world, ann, dialog, changes).await.unwrap();
    let names = |dialog: &crate::state::Dialog| {
        let fields = dialog.extensions.clone().unwrap();
        fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names(&dialog_now), ["location", "topic"]);
    world.state.close().await;
    let config = crate::config::Config {
        dialog_fields: Some(vec!["topic".to_owned()]),
        ..crate::config::Config::clone(world.state.config())
    };
    let state = crate::state::State::open(std::sync::Arc::new(config), world.clock.clone())
        .await
        .unwrap();
    assert_eq!(names(&state.dialog(ann, dialog).await.unwrap()), ["topic"]);
}

#[tokio::test]
async fn notifications_are_on_until_switched_off_and_only_for_oneself() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[bob]).await;
    world
        .state
        .set_notifications(bob, dialog, false)
        .await
        .unwrap();
    assert!(world.state.notifications(ann, dialog).await.unwrap());
    assert!(!world.state.notifications(bob, dialog).await.unwrap());
    world.state.unsubscribe(bob, dialog).await.unwrap();
    assert!(matches!(
        world.state.notifications(bob, dialog).await,
        Err(StateError::Forbidden(_))
    ));
}
