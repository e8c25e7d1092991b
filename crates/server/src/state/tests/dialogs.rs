use serde_json::{Map, json};

use super::{World, complaints};
use crate::state::{
    Condition, DialogChanges, DialogField, DialogKind, DialogPage, DialogQuery, NewGroup, Op,
    StateError,
};

fn condition(field: DialogField, op: Op, values: &[String]) -> Condition<DialogField> {
    Condition {
        field,
        op,
        values: values.to_vec(),
    }
}

fn names(page: &DialogPage) -> Vec<&str> {
    page.items
        .iter()
        .map(|dialog| dialog.name.as_deref().unwrap())
        .collect()
}

fn group(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    }
}

#[tokio::test]
async fn a_pair_has_one_private_dialog_whoever_asks() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let first = world.private(ann, bob).await;
    assert_eq!(world.private(bob, ann).await, first);
    assert_eq!(
        world.state.show_private_dialog(bob, ann).await.unwrap().id,
        first
    );
    let world = world.reopened().await;
    assert_eq!(world.private(bob, ann).await, first);
    assert!(!first.object_id().is_all_digits());
}

#[tokio::test]
async fn a_private_dialog_needs_two_people_who_exist() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let nobody = cubist_protocol::ids::UserId::new(99).unwrap();
    for other in [ann, nobody] {
        assert!(matches!(
            world.state.private_dialog(ann, other).await,
            Err(StateError::NotFound)
        ));
    }
}

#[tokio::test]
async fn a_private_dialog_is_named_after_the_other_person() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    assert_eq!(world.dialog(ann, dialog).await.name.as_deref(), Some("bob"));
    assert_eq!(world.dialog(bob, dialog).await.name.as_deref(), Some("ann"));
    assert_eq!(world.dialog(bob, dialog).await.kind, DialogKind::Private);
}

#[tokio::test]
async fn the_same_people_may_have_many_groups() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let (one, other) = (
        world.group(ann, &[bob]).await,
        world.group(ann, &[bob, bob, ann]).await,
    );
    assert_ne!(one, other);
    assert_eq!(world.dialog(bob, other).await.occupants, [ann, bob]);
}

#[tokio::test]
async fn a_group_needs_a_name_and_people_who_exist_and_fit() {
    let world = World::with(|config| config.limits.occupants = 2).await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let refused = |new| {
        let state = world.state.clone();
        async move { complaints(&state.create_group(ann, new).await.unwrap_err()) }
    };
    assert_eq!(refused(group("  ")).await, ["name"]);
    let nobody = cubist_protocol::ids::UserId::new(99).unwrap();
    assert_eq!(
        refused(NewGroup {
            occupants: vec![nobody],
            ..group("x")
        })
        .await,
        ["occupants_ids"]
    );
    assert_eq!(
        refused(NewGroup {
            occupants: vec![bob, cat],
            ..group("x")
        })
        .await,
        ["occupants_ids"]
    );
    assert_eq!(
        refused(NewGroup {
            admins: vec![bob],
            ..group("x")
        })
        .await,
        ["admins_ids"]
    );
}

#[tokio::test]
async fn own_fields_become_texts_and_are_at_most_three() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let fields = |value: serde_json::Value| value.as_object().cloned();
    let new = NewGroup {
        extensions: fields(json!({ "seats": 4, "place": "bar" })),
        ..group("x")
    };
    let dialog = world.state.create_group(ann, new).await.unwrap();
    assert_eq!(
        dialog.extensions,
        fields(json!({ "place": "bar", "seats": "4" }))
    );
    let four = NewGroup {
        extensions: fields(json!({ "a": 1, "b": 1, "c": 1, "d": 1 })),
        ..group("x")
    };
    assert_eq!(
        complaints(&world.state.create_group(ann, four).await.unwrap_err()),
        ["extensions"]
    );
    assert_eq!(
        world
            .state
            .create_group(ann, group("y"))
            .await
            .unwrap()
            .extensions,
        None::<Map<_, _>>
    );
}

#[tokio::test]
async fn strangers_are_forbidden_and_the_unknown_is_not_found() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.group(ann, &[]).await;
    assert!(matches!(
        world.state.dialog(bob, dialog).await,
        Err(StateError::Forbidden(_))
    ));
    let unknown = "5356c64ab35c12bd3b108a41".parse().unwrap();
    assert!(matches!(
        world.state.dialog(bob, unknown).await,
        Err(StateError::NotFound)
    ));
}

#[tokio::test]
async fn the_list_goes_by_the_last_message_and_pages_without_gaps() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut dialogs = Vec::new();
    for number in 0..5 {
        let dialog = world
            .state
            .create_group(ann, group(&format!("g{number}")))
            .await
            .unwrap()
            .id;
        dialogs.push(dialog);
    }
    world.clock.advance(std::time::Duration::from_secs(5));
    world.say(ann, dialogs[1], "newest").await;
    let page = |limit, skip| {
        let query = DialogQuery {
            limit,
            skip,
            ..DialogQuery::default()
        };
        let state = world.state.clone();
        async move { state.dialogs(ann, query).await.unwrap() }
    };
    let whole = page(0, 0).await;
    assert_eq!((whole.total, whole.limit), (5, 100));
    // The others share a second: they go by id, newest first.
    assert_eq!(names(&whole), ["g1", "g4", "g3", "g2", "g0"]);
    let mut joined = page(2, 0).await.items;
    joined.extend(page(2, 2).await.items);
    joined.extend(page(2, 4).await.items);
    assert_eq!(joined, whole.items);
}

#[tokio::test]
async fn lists_are_filtered_by_every_documented_field() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let private = world.private(ann, bob).await;
    let fields = json!({ "place": "bar" }).as_object().cloned();
    let new = NewGroup {
        occupants: vec![bob, cat],
        extensions: fields,
        ..group("Friday")
    };
    let friday = world.state.create_group(ann, new).await.unwrap().id;
    world.say(ann, friday, "hello").await;
    let check = |field: DialogField, op, values: Vec<String>, expected: Vec<&'static str>| {
        let conditions = vec![condition(field.clone(), op, &values)];
        let state = world.state.clone();
        async move {
            let query = DialogQuery {
                conditions: conditions.clone(),
                ..DialogQuery::default()
            };
            let page = state.dialogs(ann, query).await.unwrap();
            assert_eq!(names(&page), expected, "{field:?} {op:?} {values:?}");
            assert_eq!(
                state.count_dialogs(ann, conditions).await.unwrap(),
                expected.len()
            );
        }
    };
    let text = |value: &dyn ToString| vec![value.to_string()];
    check(DialogField::Id, Op::Equal, text(&private), vec!["bob"]).await;
    check(
        DialogField::Id,
        Op::In,
        vec![private.to_string(), friday.to_string()],
        vec!["Friday", "bob"],
    )
    .await;
    check(DialogField::Kind, Op::In, text(&2), vec!["Friday"]).await;
    check(DialogField::Kind, Op::NotEqual, text(&2), vec!["bob"]).await;
    check(
        DialogField::Name,
        Op::Contains,
        text(&"rid"),
        vec!["Friday"],
    )
    .await;
    check(
        DialogField::Name,
        Op::Contains,
        text(&"FRI"),
        vec!["Friday"],
    )
    .await;
    check(DialogField::Name, Op::Contains, text(&"BO"), vec!["bob"]).await;
    check(DialogField::Name, Op::Equal, text(&"bob"), vec!["bob"]).await;
    check(DialogField::Name, Op::Equal, text(&"BOB"), vec![]).await;
    check(DialogField::LastSent, Op::Greater, text(&1), vec!["Friday"]).await;
    check(
        DialogField::UpdatedAt,
        Op::Greater,
        text(&"2999-01-01T00:00:00Z"),
        vec![],
    )
    .await;
    check(
        DialogField::CreatedAt,
        Op::Less,
        text(&4_000_000_000_i64),
        vec!["Friday", "bob"],
    )
    .await;
    check(DialogField::Occupants, Op::In, text(&cat), vec!["Friday"]).await;
    check(DialogField::Occupants, Op::NotIn, text(&cat), vec!["bob"]).await;
    check(
        DialogField::Occupants,
        Op::All,
        vec![bob.to_string(), cat.to_string()],
        vec!["Friday"],
    )
    .await;
    check(
        DialogField::Extension("place".to_owned()),
        Op::Equal,
        text(&"bar"),
        vec!["Friday"],
    )
    .await;
    check(
        DialogField::Extension("\"] or 1".to_owned()),
        Op::Equal,
        text(&"bar"),
        vec![],
    )
    .await;
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for (field, op, value) in [
        (DialogField::Kind, Op::Equal, "group"),
        (DialogField::Kind, Op::Contains, "2"),
        (DialogField::Name, Op::All, "x"),
        (DialogField::CreatedAt, Op::Less, "yesterday"),
        (DialogField::Occupants, Op::Greater, "1"),
    ] {
        let conditions = vec![condition(field, op, &[value.to_owned()])];
        let error = world
            .state
            .count_dialogs(ann, conditions)
            .await
            .unwrap_err();
        assert!(matches!(error, StateError::Invalid { .. }), "{error}");
    }
}

#[tokio::test]
async fn members_rename_and_invite_the_owner_removes_and_everyone_may_leave() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.group(ann, &[bob]).await;
    // Known in memory from here on: changes must be seen all the same.
    assert!(world.state.own_dialog_card(cat, dialog).await.is_err());
    let change = |user, changes| {
        let state = world.state.clone();
        async move { state.update_dialog(user, dialog, changes).await }
    };
    let invite = DialogChanges {
        name: Some("Saturday".to_owned()),
        add: vec![cat],
        ..DialogChanges::default()
    };
    let changed = change(bob, invite).await.unwrap();
    assert_eq!(
        (changed.name.as_deref(), changed.occupants),
        (Some("Saturday"), vec![ann, bob, cat])
    );
    assert!(world.state.own_dialog_card(cat, dialog).await.is_ok());

    let remove = |user| DialogChanges {
        remove: vec![user],
        ..DialogChanges::default()
    };
    assert!(matches!(
        change(bob, remove(cat)).await,
        Err(StateError::Forbidden(_))
    ));
    change(ann, remove(cat)).await.unwrap();
    assert!(world.state.own_dialog_card(cat, dialog).await.is_err());
    change(bob, remove(bob)).await.unwrap();
    assert_eq!(world.dialog(ann, dialog).await.occupants, [ann]);
    assert!(matches!(
        change(bob, DialogChanges::default()).await,
        Err(StateError::Forbidden(_))
    ));
}

#[tokio::test]
async fn a_private_dialog_takes_no_third_person() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.private(ann, bob).await;
    let changes = DialogChanges {
        add: vec![cat],
        ..DialogChanges::default()
    };
    let error = world
        .state
        .update_dialog(ann, dialog, changes)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Updating occupants_ids is possible only for 'group' and 'public' chat dialogs"
    );
}
