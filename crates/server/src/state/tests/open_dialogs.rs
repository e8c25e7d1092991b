//! Public dialogs and broadcasts: who is in them, who writes, what is unread.

use cubist_protocol::ids::{DialogId, UserId};

use super::{World, all_of, bodies, message};
use crate::state::{
    Condition, DialogField, DialogQuery, Mark, MessageQuery, NewBroadcast, NewGroup, Op, StateError,
};

async fn public(world: &World, owner: UserId, name: &str) -> DialogId {
    let new = NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    };
    world.state.create_public(owner, new).await.unwrap().id
}

async fn broadcast(world: &World, owner: UserId) -> DialogId {
    let new = NewBroadcast {
        name: "News".to_owned(),
        owner,
        description: None,
    };
    world.state.create_broadcast(new).await.unwrap()
}

async fn unread(world: &World, user: UserId, dialog: DialogId) -> u64 {
    let counted = world.state.unread(user, Some(vec![dialog])).await.unwrap();
    let shown = world.dialog(user, dialog).await.unread;
    assert_eq!(counted.total, shown);
    shown
}

fn of_kind(kind: i64) -> DialogQuery {
    DialogQuery {
        conditions: vec![Condition {
            field: DialogField::Kind,
            op: Op::Equal,
            values: vec![kind.to_string()],
        }],
        ..DialogQuery::default()
    }
}

#[tokio::test]
async fn a_public_dialog_is_written_in_by_subscribers_only() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = public(&world, ann, "x").await;
    let refused = world.accept(message(bob, dialog, "hi")).await;
    assert!(matches!(refused, Err(StateError::Forbidden(_))));
    let seen = world.state.subscribe(bob, dialog).await.unwrap();
    assert_eq!((seen.occupants.len(), seen.occupant_count), (0, 2));
    world.say(bob, dialog, "hi").await;
    world.state.unsubscribe(bob, dialog).await.unwrap();
    assert!(world.accept(message(bob, dialog, "hi")).await.is_err());
    assert!(matches!(
        world.state.unsubscribe(bob, dialog).await,
        Err(StateError::Forbidden(_))
    ));
}

#[tokio::test]
async fn what_was_said_before_somebody_subscribed_is_there_but_not_unread() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = public(&world, ann, "x").await;
    for text in ["one", "two"] {
        world.say(ann, dialog, text).await;
    }
    world.state.subscribe(bob, dialog).await.unwrap();
    assert_eq!(unread(&world, bob, dialog).await, 0);
    world.say(ann, dialog, "three").await;
    assert_eq!(unread(&world, bob, dialog).await, 1);
    assert_eq!(
        bodies(&world.history(bob, dialog).await),
        ["one", "two", "three"]
    );
}

#[tokio::test]
async fn reading_in_an_open_dialog_moves_a_pointer_and_tells_nobody() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = public(&world, ann, "x").await;
    world.state.subscribe(bob, dialog).await.unwrap();
    let mut said = Vec::new();
    for text in ["one", "two", "three", "four"] {
        said.push(world.say(ann, dialog, text).await.id);
    }
    world.say(bob, dialog, "mine").await;
    assert_eq!(unread(&world, bob, dialog).await, 4);
    // The second says that the first was seen, too; the first again changes nothing.
    for message in [said[1], said[0], said[1]] {
        let marked = world.state.mark(bob, Mark::Read, vec![message]).await;
        assert_eq!(marked.unwrap(), []);
        assert_eq!(unread(&world, bob, dialog).await, 2);
    }
    let delivered = world.state.mark(bob, Mark::Delivered, said.clone()).await;
    assert_eq!(delivered.unwrap(), []);
    assert_eq!(unread(&world, bob, dialog).await, 2);
    world.state.mark_all(bob, Mark::Read, dialog).await.unwrap();
    assert_eq!(unread(&world, bob, dialog).await, 0);
    let history = world.history(ann, dialog).await;
    let views: Vec<u64> = history.iter().map(|record| record.views).collect();
    assert_eq!(views, [1, 1, 1, 1, 0]);
    assert!(history.iter().all(|record| record.read.len() == 1));
    world.say(ann, dialog, "five").await;
    assert_eq!(unread(&world, bob, dialog).await, 1);
}

#[tokio::test]
async fn listing_reads_up_to_the_newest_message_listed() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = public(&world, ann, "x").await;
    world.state.subscribe(bob, dialog).await.unwrap();
    for text in ["one", "two", "three"] {
        world.say(ann, dialog, text).await;
    }
    let page = |limit, mark_as_read| MessageQuery {
        limit,
        mark_as_read,
        ..all_of(dialog)
    };
    world.state.messages(bob, page(0, false)).await.unwrap();
    assert_eq!(unread(&world, bob, dialog).await, 3);
    let listed = world.state.messages(bob, page(2, true)).await.unwrap();
    assert_eq!((listed.items.len(), listed.marked.len()), (2, 0));
    assert_eq!(unread(&world, bob, dialog).await, 1);
    let commits = world.state.commits();
    world.state.messages(bob, page(2, true)).await.unwrap();
    assert_eq!(world.state.commits(), commits, "nothing new was read");
}

#[tokio::test]
async fn everyone_is_in_a_broadcast_and_only_owner_and_admins_write() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let news = broadcast(&world, ann).await;
    world.say(ann, news, "one").await;
    assert_eq!(unread(&world, bob, news).await, 1);
    assert!(matches!(
        world.accept(message(bob, news, "hi")).await,
        Err(StateError::Forbidden(_))
    ));
    let cat = world.person("cat").await;
    assert_eq!(unread(&world, cat, news).await, 0);
    world.say(ann, news, "two").await;
    assert_eq!(unread(&world, cat, news).await, 1);
    assert_eq!(unread(&world, bob, news).await, 2);
    world
        .state
        .change_admins(ann, news, vec![bob], Vec::new())
        .await
        .unwrap();
    world.say(bob, news, "three").await;
    let card = world.state.dialog_card(&news).await.unwrap().unwrap();
    assert_eq!(card.admins, [ann, bob]);
    assert!(card.occupants.is_empty() && card.has(cat));
    assert!(card.may_write(bob) && !card.may_write(cat));
}

#[tokio::test]
async fn a_broadcast_needs_an_owner_who_exists() {
    let world = World::new().await;
    let new = NewBroadcast {
        name: "News".to_owned(),
        owner: UserId::new(99).unwrap(),
        description: None,
    };
    assert!(matches!(
        world.state.create_broadcast(new).await,
        Err(StateError::Invalid { .. })
    ));
}

#[tokio::test]
async fn members_are_asked_for_among_those_who_are_connected() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = public(&world, ann, "x").await;
    world.state.subscribe(cat, dialog).await.unwrap();
    let card = world.state.dialog_card(&dialog).await.unwrap().unwrap();
    assert!(card.occupants.is_empty());
    let among = |people: Vec<UserId>| {
        let (state, card) = (world.state.clone(), card.clone());
        async move { state.members_among(&card, people).await.unwrap() }
    };
    assert_eq!(among(vec![cat, bob, ann, cat]).await, [ann, cat]);
    assert_eq!(among(vec![bob]).await, []);
    assert_eq!(among(Vec::new()).await, []);
    assert!(world.state.is_in_dialog(cat, &card).await.unwrap());
    assert!(!world.state.is_in_dialog(bob, &card).await.unwrap());
    let news = broadcast(&world, ann).await;
    world
        .state
        .delete_dialogs(bob, vec![news], false)
        .await
        .unwrap();
    let card = world.state.dialog_card(&news).await.unwrap().unwrap();
    let hearing = world.state.members_among(&card, vec![ann, bob, cat]).await;
    assert_eq!(hearing.unwrap(), [ann, cat]);
}

#[tokio::test]
async fn exploring_lists_every_public_dialog_and_other_lists_only_ones_own() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let chain = public(&world, ann, "chain").await;
    let garden = public(&world, ann, "garden").await;
    world.group(ann, &[]).await;
    world.say(ann, garden, "secret").await;
    let explored = world.state.dialogs(bob, of_kind(4)).await.unwrap();
    assert_eq!(explored.total, 2);
    assert!(explored.items.iter().all(|dialog| dialog.last.is_none()));
    assert_eq!(
        world
            .state
            .count_dialogs(bob, of_kind(4).conditions)
            .await
            .unwrap(),
        2
    );
    let own = world
        .state
        .dialogs(bob, DialogQuery::default())
        .await
        .unwrap();
    assert_eq!(own.total, 0);
    world.state.subscribe(bob, chain).await.unwrap();
    let both = DialogQuery {
        conditions: vec![Condition {
            field: DialogField::Kind,
            op: Op::In,
            values: vec!["4".to_owned(), "2".to_owned()],
        }],
        ..DialogQuery::default()
    };
    let own = world.state.dialogs(bob, both).await.unwrap();
    assert_eq!(
        own.items.iter().map(|dialog| dialog.id).collect::<Vec<_>>(),
        [chain]
    );
}

#[tokio::test]
async fn a_preview_is_for_dialogs_that_allow_it_and_has_the_newest_twenty() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = public(&world, ann, "x").await;
    for number in 0..25 {
        world.say(ann, dialog, &format!("m{number:02}")).await;
    }
    assert!(matches!(
        world.state.preview(bob, dialog).await,
        Err(StateError::Forbidden(_))
    ));
    let changes = crate::state::DialogChanges {
        permissions: serde_json::json!({ "allow_preview": true })
            .as_object()
            .cloned(),
        ..crate::state::DialogChanges::default()
    };
    world
        .state
        .update_dialog(ann, dialog, changes)
        .await
        .unwrap();
    let shown = world.state.preview(bob, dialog).await.unwrap();
    let texts = bodies(&shown);
    assert_eq!((texts.len(), texts[0], texts[19]), (20, "m05", "m24"));
    assert_eq!(world.history(ann, dialog).await[24].views, 0);
}
