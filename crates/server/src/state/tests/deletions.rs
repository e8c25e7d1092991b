//! Deleting messages, and what it does to lists and counts.

use std::collections::BTreeSet;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use proptest::prelude::*;

use super::{World, all_of, bodies, message, new_message};
use crate::state::{
    Accepted, DialogKind, Mark, MessageQuery, NewBroadcast, NewGroup, NewMessage, Removal, Removed,
    StateError,
};

async fn unread(world: &World, user: UserId, dialog: DialogId) -> u64 {
    let of_one = world.state.unread(user, Some(vec![dialog])).await.unwrap();
    let shown = world.dialog(user, dialog).await.unread;
    assert_eq!(of_one.total, shown);
    shown
}

fn removal(by: UserId, dialog: DialogId, message: MessageId, stanza: &str) -> Removal {
    Removal {
        by,
        message,
        dialog,
        stanza_id: Some(stanza.to_owned()),
        queue: None,
    }
}

#[tokio::test]
async fn deleted_for_oneself_a_message_is_gone_from_ones_own_lists_and_counts_only() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    world.say(ann, dialog, "one").await;
    let two = world.say(ann, dialog, "two").await.id;
    let three = world.say(ann, dialog, "three").await.id;
    assert_eq!(unread(&world, bob, dialog).await, 3);
    let unknown: MessageId = "5356c64ab35c12bd3b108a41".parse().unwrap();
    let deleted = world
        .state
        .delete_messages(bob, vec![three, unknown, three], false)
        .await
        .unwrap();
    assert_eq!(deleted.hidden, [three]);
    assert_eq!(deleted.not_found, [unknown]);
    assert_eq!(bodies(&world.history(bob, dialog).await), ["one", "two"]);
    assert_eq!(world.history(ann, dialog).await.len(), 3);
    assert_eq!(unread(&world, bob, dialog).await, 2);
    let count = |user| world.state.count_messages(user, dialog, Vec::new());
    assert_eq!(
        (count(bob).await.unwrap(), count(ann).await.unwrap()),
        (2, 3)
    );
    assert_eq!(world.dialog(bob, dialog).await.last.unwrap().id, two);
    assert_eq!(world.dialog(ann, dialog).await.last.unwrap().id, three);
    // A late marker of the hidden message is recorded, and counts nothing twice.
    world
        .state
        .mark(bob, Mark::Read, vec![three])
        .await
        .unwrap();
    assert_eq!(unread(&world, bob, dialog).await, 2);
    let again = world.state.delete_messages(bob, vec![three], false).await;
    assert_eq!(again.unwrap().not_found, [three]);
    let marked = world.state.mark_all(bob, Mark::Read, dialog).await.unwrap();
    assert_eq!(marked.len(), 2);
    assert_eq!(unread(&world, bob, dialog).await, 0);
}

#[tokio::test]
async fn who_may_delete_for_everyone_depends_on_the_dialog() {
    let world = World::new().await;
    let (owner, admin, author, other) = (
        world.person("owner").await,
        world.person("admin").await,
        world.person("author").await,
        world.person("other").await,
    );
    let group = world.group(owner, &[admin, author, other]).await;
    world
        .state
        .change_admins(owner, group, vec![admin], Vec::new())
        .await
        .unwrap();
    let private = world.private(author, other).await;
    for (dialog, by, may) in [
        (group, author, true),
        (group, owner, true),
        (group, admin, true),
        (group, other, false),
        (private, author, true),
        (private, other, false),
    ] {
        let id = world.say(author, dialog, "x").await.id;
        let deleted = world
            .state
            .delete_messages(by, vec![id], true)
            .await
            .unwrap();
        assert_eq!(deleted.gone.len(), usize::from(may), "{by} in {dialog}");
        assert_eq!(deleted.refused.len(), usize::from(!may));
        let over_xmpp = world
            .state
            .remove_message(removal(by, dialog, id, &id.to_string()));
        match over_xmpp.await {
            Err(StateError::NotFound) => assert!(may),
            Err(StateError::Forbidden(_)) => assert!(!may),
            other => panic!("{other:?}"),
        }
    }
    let news = NewBroadcast {
        name: "News".to_owned(),
        owner,
        description: None,
    };
    let news = world.state.create_broadcast(news).await.unwrap();
    let id = world.say(owner, news, "x").await.id;
    let refused = world.state.delete_messages(other, vec![id], true).await;
    assert_eq!(refused.unwrap().refused, [id]);
    let stranger = world.person("stranger").await;
    let id = world.say(author, group, "x").await.id;
    let foreign = world.state.delete_messages(stranger, vec![id], true).await;
    assert_eq!(foreign.unwrap().not_found, [id]);
}

#[tokio::test]
async fn a_deletion_that_comes_again_is_no_error_and_the_message_does_not_come_back() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let send = || NewMessage {
        stanza_id: Some("6b03030b76f1960a4c000000".to_owned()),
        ..message(ann, dialog, "oops")
    };
    let id = new_message(world.accept(send()).await.unwrap()).id;
    let remove = |stanza: &str| world.state.remove_message(removal(ann, dialog, id, stanza));
    assert!(matches!(remove("r1").await, Ok(Removed::Gone { .. })));
    assert_eq!(remove("r1").await.unwrap(), Removed::Repeat);
    assert!(matches!(remove("r2").await, Err(StateError::NotFound)));
    assert!(matches!(world.accept(send()).await, Ok(Accepted::Repeat)));
    assert!(world.history(bob, dialog).await.is_empty());
    assert_eq!(world.dialog(bob, dialog).await.last, None);
}

#[tokio::test]
async fn a_message_is_deleted_where_it_is_only() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let (here, there) = (
        world.private(ann, bob).await,
        world.group(ann, &[bob]).await,
    );
    let id = world.say(ann, here, "x").await.id;
    let elsewhere = world
        .state
        .remove_message(removal(ann, there, id, "r"))
        .await;
    assert!(matches!(elsewhere, Err(StateError::NotFound)));
}

#[tokio::test]
async fn the_message_before_becomes_the_last_one_when_the_last_is_deleted() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = world.private(ann, bob).await;
    let at = |text: &str, at| NewMessage {
        date_sent: Some(at),
        ..message(ann, dialog, text)
    };
    for (text, time) in [("second", 20), ("third", 30), ("first", 10)] {
        world.accept(at(text, time)).await.unwrap();
    }
    for expected in [Some("third"), Some("second"), Some("first"), None] {
        let last = world.dialog(bob, dialog).await.last;
        assert_eq!(last.as_ref().map(|last| last.body.as_str()), expected);
        if let Some(last) = last {
            let deleted = world.state.delete_messages(ann, vec![last.id], true).await;
            assert_eq!(deleted.unwrap().gone.len(), 1);
        }
    }
}

/// Something that happens to a dialog; numbers lead to one of the people or messages there are.
#[derive(Clone, Debug)]
enum Step {
    Say(usize),
    Read(usize, usize),
    ReadAll(usize),
    List(usize),
    Hide(usize, usize),
    Remove(usize),
    Clear(usize),
    Leave,
    Return,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..3_usize;
    let which = 0..6_usize;
    let step = prop_oneof![
        4 => who.clone().prop_map(Step::Say),
        2 => (who.clone(), which.clone()).prop_map(|(who, which)| Step::Read(who, which)),
        1 => who.clone().prop_map(Step::ReadAll),
        1 => who.clone().prop_map(Step::List),
        2 => (who.clone(), which.clone()).prop_map(|(who, which)| Step::Hide(who, which)),
        3 => which.prop_map(Step::Remove),
        1 => who.prop_map(Step::Clear),
        1 => Just(Step::Leave),
        1 => Just(Step::Return),
    ];
    prop::collection::vec(step, 1..40)
}

/// What there is to know, kept the simple way.
#[derive(Default)]
struct Model {
    /// By arrival: id and author.
    messages: Vec<(MessageId, UserId)>,
    read: BTreeSet<(UserId, MessageId)>,
    invisible: BTreeSet<(UserId, MessageId)>,
}

impl Model {
    fn visible(&self, user: UserId) -> Vec<(MessageId, UserId)> {
        let seen = |(id, _): &&(MessageId, UserId)| !self.invisible.contains(&(user, *id));
        self.messages.iter().filter(seen).copied().collect()
    }

    fn unread(&self, user: UserId) -> u64 {
        let of_others = self.visible(user).into_iter();
        let unread = of_others
            .filter(|(id, author)| *author != user && !self.read.contains(&(user, *id)))
            .count();
        unread as u64
    }

    fn read(&mut self, user: UserId, id: MessageId) {
        self.read.insert((user, id));
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of step")]
async fn check(kind: DialogKind, steps: Vec<Step>) {
    let world = World::new().await;
    let people = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    ];
    let [ann, bob, cat] = people;
    let dialog = if kind == DialogKind::Public {
        let new = NewGroup {
            name: "x".to_owned(),
            ..NewGroup::default()
        };
        let id = world.state.create_public(ann, new).await.unwrap().id;
        for user in [bob, cat] {
            world.state.subscribe(user, id).await.unwrap();
        }
        id
    } else {
        world.group(ann, &[bob, cat]).await
    };
    let is_open = kind.is_open();
    let mut model = Model::default();
    let mut cat_is_in = true;
    for step in steps.clone() {
        let in_it = |user: UserId| user != cat || cat_is_in;
        match step {
            Step::Say(who) if in_it(people[who]) => {
                let id = world.say(people[who], dialog, "x").await.id;
                model.messages.push((id, people[who]));
            }
            Step::Read(who, which) if in_it(people[who]) => {
                let user = people[who];
                let seen = model.visible(user);
                if let Some((id, author)) = seen.get(which).copied() {
                    world.state.mark(user, Mark::Read, vec![id]).await.unwrap();
                    if is_open && author != user {
                        // A pointer moves: what came before is read with it.
                        for (earlier, _) in model.messages.clone() {
                            model.read(user, earlier);
                            if earlier == id {
                                break;
                            }
                        }
                    } else {
                        model.read(user, id);
                    }
                }
            }
            Step::ReadAll(who) if in_it(people[who]) => {
                let user = people[who];
                world
                    .state
                    .mark_all(user, Mark::Read, dialog)
                    .await
                    .unwrap();
                for (id, _) in model.messages.clone() {
                    model.read(user, id);
                }
            }
            Step::List(who) if in_it(people[who]) => {
                let user = people[who];
                let query = MessageQuery {
                    mark_as_read: true,
                    ..all_of(dialog)
                };
                world.state.messages(user, query).await.unwrap();
                let newest = model.visible(user).last().copied();
                for (id, _) in model.messages.clone() {
                    // Beyond the newest that the person sees there are only hidden ones.
                    if newest.is_some() {
                        model.read(user, id);
                    }
                }
            }
            Step::Hide(who, which) if in_it(people[who]) => {
                let user = people[who];
                if let Some((id, _)) = model.visible(user).get(which).copied() {
                    let deleted = world.state.delete_messages(user, vec![id], false).await;
                    assert_eq!(deleted.unwrap().hidden, [id]);
                    model.invisible.insert((user, id));
                }
            }
            Step::Remove(which) => {
                if let Some((id, _)) = model.visible(ann).get(which).copied() {
                    let deleted = world.state.delete_messages(ann, vec![id], true).await;
                    assert_eq!(deleted.unwrap().gone.len(), 1);
                    model.messages.retain(|(known, _)| *known != id);
                }
            }
            Step::Clear(who) if in_it(people[who]) => {
                let user = people[who];
                world
                    .state
                    .clear_history(user, dialog, false)
                    .await
                    .unwrap();
                for (id, _) in &model.messages {
                    model.invisible.insert((user, *id));
                }
            }
            // Coming back to an open dialog is coming anew; what was hidden and read there is another story.
            Step::Leave if cat_is_in && !is_open => {
                world.state.unsubscribe(cat, dialog).await.unwrap();
                cat_is_in = false;
            }
            Step::Return if !cat_is_in => {
                world.state.subscribe(cat, dialog).await.unwrap();
                cat_is_in = true;
            }
            Step::Say(_)
            | Step::Read(..)
            | Step::ReadAll(_)
            | Step::List(_)
            | Step::Hide(..)
            | Step::Clear(_)
            | Step::Leave
            | Step::Return => {}
        }
        for user in people {
            if user == cat && !cat_is_in {
                continue;
            }
            let expected = model.visible(user);
            let history = world.history(user, dialog).await;
            let ids: BTreeSet<MessageId> = history.iter().map(|one| one.message.id).collect();
            assert_eq!(ids, expected.iter().map(|(id, _)| *id).collect());
            assert_eq!(
                unread(&world, user, dialog).await,
                model.unread(user),
                "unread of {user} after {step:?} in {steps:?}"
            );
        }
    }
}

fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn counts_in_groups_are_right_whatever_is_read_hidden_and_deleted(steps in steps()) {
        run(check(DialogKind::Group, steps));
    }

    #[test]
    fn counts_in_public_dialogs_are_right_whatever_is_read_hidden_and_deleted(steps in steps()) {
        run(check(DialogKind::Public, steps));
    }
}
