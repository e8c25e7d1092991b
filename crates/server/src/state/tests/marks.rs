use super::{World, message};
use crate::state::{DialogChanges, Mark, Unread};

#[tokio::test]
async fn read_implies_delivered_and_marks_never_go_back() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let sent = world.say(ann, dialog, "x").await;
    let reached = || async { world.dialog(ann, dialog).await.last.unwrap().reached };
    assert_eq!(reached().await, None);
    let steps = [
        (Mark::Delivered, true, Mark::Delivered),
        (Mark::Delivered, false, Mark::Delivered),
        (Mark::Read, true, Mark::Read),
        (Mark::Delivered, false, Mark::Read),
        (Mark::Read, false, Mark::Read),
    ];
    for (mark, changes, then) in steps {
        let marked = world.state.mark(bob, mark, vec![sent.id]).await.unwrap();
        assert_eq!(marked.len(), 1);
        assert_eq!(
            (marked[0].author, marked[0].dialog, marked[0].changed),
            (ann, dialog, changes)
        );
        assert_eq!(reached().await, Some(then));
    }
    let record = world.history(bob, dialog).await.remove(0);
    assert_eq!(
        (record.delivered, record.read),
        (vec![ann, bob], vec![ann, bob])
    );
    assert_eq!(
        world.dialog(bob, dialog).await.last.unwrap().reached,
        None,
        "it is not their message"
    );
}

#[tokio::test]
async fn own_messages_foreign_dialogs_and_unknown_ids_are_passed_over() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = world.private(ann, bob).await;
    let sent = world.say(ann, dialog, "x").await;
    let unknown = super::message_id("5356c64ab35c12bd3b108a41");
    assert!(
        world
            .state
            .mark(ann, Mark::Read, vec![sent.id])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        world
            .state
            .mark(cat, Mark::Read, vec![sent.id])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        world
            .state
            .mark(bob, Mark::Read, vec![unknown])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        world
            .state
            .mark(bob, Mark::Read, vec![sent.id, sent.id])
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(world.dialog(bob, dialog).await.unread, 0);
}

#[tokio::test]
async fn unread_counts_are_of_others_messages_and_per_person() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let group = world.group(ann, &[bob, cat]).await;
    let private = world.private(ann, bob).await;
    let first = world.say(ann, group, "1").await;
    world.say(bob, group, "2").await;
    world.say(bob, private, "3").await;
    world
        .state
        .mark(cat, Mark::Read, vec![first.id])
        .await
        .unwrap();
    let unread = |user| {
        let state = world.state.clone();
        async move {
            let unread = state
                .unread(user, Some(vec![group, private]))
                .await
                .unwrap();
            let count = |id| {
                unread
                    .dialogs
                    .iter()
                    .find(|(dialog, _)| *dialog == id)
                    .map(|(_, count)| *count)
            };
            (unread.total, count(group), count(private))
        }
    };
    assert_eq!(unread(ann).await, (2, Some(1), Some(1)));
    assert_eq!(unread(bob).await, (1, Some(1), Some(0)));
    assert_eq!(
        unread(cat).await,
        (1, Some(1), None),
        "others' dialogs are not counted"
    );
    assert_eq!(
        world.state.unread(ann, None).await.unwrap(),
        Unread {
            total: 2,
            dialogs: Vec::new()
        }
    );
}

#[tokio::test]
async fn everything_in_a_dialog_is_marked_oldest_first_and_once() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let mut sent = Vec::new();
    for number in 0..5 {
        let new = super::NewMessage {
            date_sent: Some(1_500_000_000 + number),
            ..message(ann, dialog, "x")
        };
        sent.push(super::new_message(world.accept(new).await.unwrap()).id);
    }
    world
        .state
        .mark(bob, Mark::Read, vec![sent[2]])
        .await
        .unwrap();
    world
        .state
        .mark(bob, Mark::Delivered, vec![sent[0]])
        .await
        .unwrap();
    let marked = |mark| {
        let state = world.state.clone();
        async move {
            let marked = state.mark_all(bob, mark, dialog).await.unwrap();
            marked
                .into_iter()
                .map(|marked| marked.message)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(marked(Mark::Delivered).await, [sent[1], sent[3], sent[4]]);
    assert_eq!(
        marked(Mark::Read).await,
        [sent[0], sent[1], sent[3], sent[4]]
    );
    assert!(marked(Mark::Read).await.is_empty());
    assert_eq!(world.dialog(bob, dialog).await.unread, 0);
}

#[tokio::test]
async fn who_comes_back_to_a_group_keeps_what_they_read() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = world.group(ann, &[bob]).await;
    let first = world.say(ann, group, "1").await;
    world.say(bob, group, "2").await;
    world
        .state
        .mark(bob, Mark::Read, vec![first.id])
        .await
        .unwrap();
    let change = |changes| {
        let state = world.state.clone();
        async move { state.update_dialog(ann, group, changes).await.unwrap() }
    };
    change(DialogChanges {
        remove: vec![bob],
        ..DialogChanges::default()
    })
    .await;
    world.say(ann, group, "3").await;
    change(DialogChanges {
        add: vec![bob],
        ..DialogChanges::default()
    })
    .await;
    assert_eq!(world.dialog(bob, group).await.unread, 1);
}

#[tokio::test]
async fn a_mark_moves_the_messages_time_of_change() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let sent = world.say(ann, dialog, "x").await;
    let before = world.history(ann, dialog).await[0].updated_at;
    world.clock.advance(std::time::Duration::from_secs(10));
    world
        .state
        .mark(bob, Mark::Read, vec![sent.id])
        .await
        .unwrap();
    assert!(world.history(ann, dialog).await[0].updated_at >= before + 10);
}

#[tokio::test]
async fn too_many_ids_at_once_are_refused() {
    let world = World::with(|config| config.limits.ids_per_request = 2).await;
    let ann = world.person("ann").await;
    let id = super::message_id("5356c64ab35c12bd3b108a41");
    let error = world
        .state
        .mark(ann, Mark::Read, vec![id; 3])
        .await
        .unwrap_err();
    assert_eq!(super::complaints(&error), ["base"]);
}
