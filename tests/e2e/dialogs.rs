//! Dialogs of every kind: made, changed, left, deleted, while others look on.

use cubist_client::model::{
    DialogEdit, DialogId, DialogKind, Field, NewDialog, Role, SystemLine, UserId,
};
use cubist_client::{ClientEvent, Error};
use cubist_tests::{Person, World, within};

fn group(name: &str, users: &[&Person]) -> NewDialog {
    NewDialog {
        kind: DialogKind::Group,
        name: name.to_owned(),
        description: Some("Every Saturday".to_owned()),
        photo: None,
        users: users.iter().map(|person| person.id).collect(),
        fields: vec![Field {
            name: "location".to_owned(),
            value: "Elbe".to_owned(),
        }],
        allow_preview: false,
    }
}

fn renamed(name: &str) -> DialogEdit {
    DialogEdit {
        name: Some(name.to_owned()),
        ..DialogEdit::default()
    }
}

async fn three(world: &World) -> (Person, Person, Person) {
    (
        world.person("alice").await,
        world.person("bob").await,
        world.person("carol").await,
    )
}

fn added(users: &[UserId]) -> SystemLine {
    SystemLine::Added {
        users: users.to_vec(),
    }
}

#[tokio::test]
async fn a_group_appears_at_everyone_with_all_it_was_given_and_one_line() {
    let world = World::new().await;
    let (alice, bob, carol) = three(&world).await;
    let hiking = alice.makes(group("Hiking", &[&bob, &carol])).await;
    for person in [&alice, &bob, &carol] {
        let card = person.knows(hiking).await;
        assert_eq!(card.name, "Hiking");
        assert_eq!(card.description.as_deref(), Some("Every Saturday"));
        assert_eq!(card.fields[0].value, "Elbe");
        assert_eq!((card.owner, card.occupant_count), (alice.id, 3));
        let role = if person.id == alice.id {
            Role::Owner
        } else {
            Role::Occupant
        };
        assert_eq!(card.role, role);
        let line = person.sees_line(hiking, &SystemLine::Created).await;
        assert_eq!(line.sender, alice.id);
        assert_eq!(person.lines(hiking).await.len(), 1);
    }
    // Whoever answers within the same second stands below it.
    bob.send_in(hiking, "I come").await;
    carol.sees_in(hiking, "I come").await;
    for person in [&alice, &bob, &carol] {
        let first = person.transcript(hiking).await.remove(0);
        assert_eq!(first.system, Some(SystemLine::Created), "{}", person.name);
    }
    let ids = [
        alice.sees_line(hiking, &SystemLine::Created).await.id,
        bob.sees_line(hiking, &SystemLine::Created).await.id,
    ];
    assert_eq!(ids[0], ids[1], "the same line on every device");
}

#[tokio::test]
async fn a_rename_is_seen_at_once_and_by_the_own_second_device() {
    let world = World::new().await;
    let (alice, bob, carol) = three(&world).await;
    let hiking = alice.makes(group("Hiking", &[&bob, &carol])).await;
    let tablet = world.another_device(&bob).await;
    for person in [&bob, &carol, &tablet] {
        person.knows(hiking).await;
    }
    // Any member may.
    bob.account()
        .update_dialog(hiking, renamed("Hiking and cake"))
        .await
        .unwrap();
    let line = SystemLine::Renamed {
        name: "Hiking and cake".to_owned(),
    };
    for person in [&alice, &bob, &carol, &tablet] {
        person
            .finds("the new name", hiking, |card| {
                card.name == "Hiking and cake"
            })
            .await;
        let told = person.sees_line(hiking, &line).await;
        assert_eq!(told.sender, bob.id);
    }
    // The same name again is no change anyone is told of.
    bob.account()
        .update_dialog(hiking, renamed("Hiking and cake"))
        .await
        .unwrap();
    carol
        .account()
        .update_dialog(
            hiking,
            DialogEdit {
                description: Some("Sundays".to_owned()),
                ..DialogEdit::default()
            },
        )
        .await
        .unwrap();
    bob.sees_line(hiking, &SystemLine::DescriptionChanged).await;
    let renames = bob.lines(hiking).await;
    assert_eq!(renames.iter().filter(|known| **known == line).count(), 1);
}

#[tokio::test]
async fn people_come_and_go_before_everyones_eyes() {
    let world = World::new().await;
    let (alice, bob, carol) = three(&world).await;
    let hiking = alice.makes(group("Hiking", &[&bob])).await;
    bob.knows(hiking).await;
    bob.account()
        .add_occupants(hiking, vec![carol.id])
        .await
        .unwrap();
    carol.knows(hiking).await;
    for person in [&alice, &bob, &carol] {
        let card = person
            .finds("carol in it", hiking, |card| {
                card.occupants.contains(&carol.id)
            })
            .await;
        assert_eq!(card.occupant_count, 3);
        person.sees_line(hiking, &added(&[carol.id])).await;
    }
    // Removing others is the owner's.
    let refused = bob.account().remove_occupants(hiking, vec![carol.id]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");

    let mut events = carol.events();
    alice
        .account()
        .remove_occupants(hiking, vec![carol.id])
        .await
        .unwrap();
    carol.has_lost(hiking).await;
    within("the window to hear of it", async {
        loop {
            if let ClientEvent::DialogsChanged { removed, .. } = events.recv().await.unwrap()
                && removed == [hiking]
            {
                return;
            }
        }
    })
    .await;
    let line = SystemLine::Removed {
        users: vec![carol.id],
    };
    bob.sees_line(hiking, &line).await;
    bob.finds("carol gone", hiking, |card| {
        !card.occupants.contains(&carol.id)
    })
    .await;
    assert!(matches!(
        carol.account().send_text(hiking, "Hello?".to_owned()).await,
        Err(Error::NotFound)
    ));

    alice.account().leave(hiking).await.unwrap();
    alice.has_lost(hiking).await;
    bob.sees_line(hiking, &SystemLine::Left).await;
    let card = bob
        .finds("to inherit it", hiking, |card| card.role == Role::Owner)
        .await;
    assert_eq!(card.occupants, [bob.id]);
    bob.account().leave(hiking).await.unwrap();
    assert!(bob.dialogs().await.is_empty());
}

#[tokio::test]
async fn an_admin_is_one_until_the_owner_takes_it_back() {
    let world = World::new().await;
    let (alice, bob, carol) = three(&world).await;
    let channel = alice
        .makes(NewDialog {
            kind: DialogKind::Public,
            ..group("Trails", &[&bob, &carol])
        })
        .await;
    bob.knows(channel).await;
    carol.knows(channel).await;
    // In a public dialog the owner and admins edit.
    let refused = bob.account().update_dialog(channel, renamed("Mine")).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    alice
        .account()
        .add_admins(channel, vec![bob.id])
        .await
        .unwrap();
    bob.finds("to be admin", channel, |card| card.role == Role::Admin)
        .await;
    bob.sees_line(
        channel,
        &SystemLine::AdminsAdded {
            users: vec![bob.id],
        },
    )
    .await;
    bob.account()
        .update_dialog(channel, renamed("Our trails"))
        .await
        .unwrap();
    carol
        .finds("the admin's name for it", channel, |card| {
            card.name == "Our trails"
        })
        .await;
    alice
        .account()
        .remove_admins(channel, vec![bob.id])
        .await
        .unwrap();
    bob.finds("to be no admin", channel, |card| {
        card.role == Role::Occupant
    })
    .await;
    let refused = bob.account().update_dialog(channel, renamed("Mine")).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let refused = bob.account().add_admins(channel, vec![bob.id]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn a_sixth_admin_and_a_name_too_long_are_refused_with_a_reason() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    let mut others = Vec::new();
    for n in 0..6 {
        others.push(world.person(&format!("friend{n}")).await);
    }
    let friends: Vec<&Person> = others.iter().collect();
    let hiking = alice.makes(group("Hiking", &friends)).await;
    let five: Vec<UserId> = others[..5].iter().map(|friend| friend.id).collect();
    alice.account().add_admins(hiking, five).await.unwrap();
    let sixth = alice.account().add_admins(hiking, vec![others[5].id]).await;
    assert!(
        matches!(sixth, Err(Error::TooMany { limit: 5 })),
        "{sixth:?}"
    );
    assert_eq!(alice.knows(hiking).await.admins.len(), 5);

    let long = alice
        .account()
        .update_dialog(hiking, renamed(&"x".repeat(201)))
        .await;
    assert!(matches!(long, Err(Error::InvalidInput { field: "name" })));
    let unknown = UserId::new(999_999).unwrap();
    let stranger = alice.account().add_occupants(hiking, vec![unknown]).await;
    assert!(
        matches!(&stranger, Err(Error::Validation { fields }) if fields[0].field == "occupants_ids"),
        "{stranger:?}"
    );
    let nobodys: DialogId = "5356c64ab35c12bd3b108a41".parse().unwrap();
    let foreign = alice.account().clear_history(nobodys).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    let card = alice.knows(hiking).await;
    assert_eq!((card.name.as_str(), card.occupant_count), ("Hiking", 7));
}

#[tokio::test]
async fn two_who_edit_at_once_both_keep_what_the_other_did_not_touch() {
    let world = World::new().await;
    let (alice, bob, carol) = three(&world).await;
    let hiking = alice.makes(group("Hiking", &[&bob, &carol])).await;
    bob.knows(hiking).await;
    carol.knows(hiking).await;
    let (alice_account, bob_account) = (alice.account(), bob.account());
    let name = alice_account.update_dialog(hiking, renamed("Walking"));
    let about = bob_account.update_dialog(
        hiking,
        DialogEdit {
            description: Some("Sundays".to_owned()),
            ..DialogEdit::default()
        },
    );
    let (name, about) = tokio::join!(name, about);
    name.unwrap();
    about.unwrap();
    for person in [&alice, &bob, &carol] {
        person
            .finds("both changes", hiking, |card| {
                card.name == "Walking" && card.description.as_deref() == Some("Sundays")
            })
            .await;
    }
    // The same field: one of the two, and everywhere the same one.
    let first = alice_account.update_dialog(hiking, renamed("Alice's"));
    let second = bob_account.update_dialog(hiking, renamed("Bob's"));
    let (first, second) = tokio::join!(first, second);
    first.unwrap();
    second.unwrap();
    for name in ["Alice's", "Bob's"] {
        let line = SystemLine::Renamed {
            name: name.to_owned(),
        };
        for person in [&alice, &bob, &carol] {
            person.sees_line(hiking, &line).await;
        }
    }
    let agreed = carol
        .until("all to agree on the name", async || {
            let mut names = Vec::new();
            for person in [&alice, &bob, &carol] {
                names.push(person.account().dialog(hiking).await.unwrap()?.name);
            }
            let one = names[0].clone();
            names.iter().all(|name| *name == one).then_some(one)
        })
        .await;
    assert!(["Alice's", "Bob's"].contains(&agreed.as_str()), "{agreed}");
}

#[tokio::test]
async fn a_group_deleted_for_everyone_goes_while_it_is_open() {
    let world = World::new().await;
    let (alice, bob, carol) = three(&world).await;
    let hiking = alice.makes(group("Hiking", &[&bob, &carol])).await;
    let chat = bob.chat_with(&alice).await;
    bob.send_in(chat, "stays").await;
    bob.knows(hiking).await;
    bob.send_in(hiking, "Who comes?").await;
    carol.sees_in(hiking, "Who comes?").await;

    let refused = within(
        "the refusal",
        bob.account().delete_dialogs(vec![hiking], true),
    )
    .await
    .unwrap();
    assert_eq!((refused.deleted, refused.refused), (vec![], vec![hiking]));
    bob.knows(hiking).await;

    let outcome = alice
        .account()
        .delete_dialogs(vec![hiking], true)
        .await
        .unwrap();
    assert_eq!(outcome.deleted, [hiking]);
    for person in [&alice, &bob, &carol] {
        person.has_lost(hiking).await;
    }
    bob.has_exactly(chat, &["stays"]).await;
}

#[tokio::test]
async fn a_private_chat_deleted_for_oneself_comes_back_with_the_next_message() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let tablet = world.another_device(&alice).await;
    let chat = alice.chat_with(&bob).await;
    bob.send(&alice, "before").await;
    alice.sees(&bob, "before").await;
    tablet.sees_in(chat, "before").await;
    let forever = cubist_client::model::Dialog::MUTED_FOR_GOOD;
    alice.account().mute(chat, Some(forever)).await.unwrap();
    let outcome = alice
        .account()
        .delete_dialogs(vec![chat], false)
        .await
        .unwrap();
    assert_eq!(outcome.deleted, [chat]);
    alice.has_lost(chat).await;
    tablet.has_lost(chat).await;
    assert!(bob.account().dialog(chat).await.unwrap().is_some());

    bob.send_in(chat, "after").await;
    for device in [&alice, &tablet] {
        device.sees_in(chat, "after").await;
    }
    let card = alice
        .finds("to know whose chat it is", chat, |card| card.name == "bob")
        .await;
    assert_eq!(card.muted_until, Some(forever), "as it was arranged");
    bob.has_exactly(chat, &["before", "after"]).await;
}

#[tokio::test]
async fn a_cleared_history_is_gone_for_oneself_only() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let tablet = world.another_device(&alice).await;
    let chat = alice.chat_with(&bob).await;
    alice.send(&bob, "one").await;
    bob.sees(&alice, "one").await;
    bob.send(&alice, "two").await;
    alice.sees(&bob, "two").await;
    tablet.sees_in(chat, "two").await;
    alice.account().clear_history(chat).await.unwrap();
    alice.has_exactly(chat, &[]).await;
    let card = alice.knows(chat).await;
    assert_eq!((card.unread, card.last), (0, None));
    tablet
        .until("the history to be gone there, too", async || {
            tablet.texts(chat).await.is_empty().then_some(())
        })
        .await;
    bob.send_in(chat, "three").await;
    for device in [&alice, &tablet] {
        device.sees_in(chat, "three").await;
        device.has_exactly(chat, &["three"]).await;
    }
    bob.has_exactly(chat, &["one", "two", "three"]).await;
}

#[tokio::test]
async fn what_changed_while_someone_was_away_is_there_when_they_come_back() {
    let world = World::new().await;
    let (alice, mut bob, carol) = three(&world).await;
    let kept = alice.makes(group("Kept", &[&bob, &carol])).await;
    let gone = alice.makes(group("Gone", &[&bob])).await;
    let lost = alice.makes(group("Lost", &[&bob, &carol])).await;
    for dialog in [kept, gone, lost] {
        bob.knows(dialog).await;
    }
    bob.quit().await;
    alice
        .account()
        .update_dialog(kept, renamed("Kept and renamed"))
        .await
        .unwrap();
    alice
        .account()
        .delete_dialogs(vec![gone], true)
        .await
        .unwrap();
    alice
        .account()
        .remove_occupants(lost, vec![bob.id])
        .await
        .unwrap();
    bob.reopen().await;
    bob.finds("the new name", kept, |card| card.name == "Kept and renamed")
        .await;
    bob.has_lost(gone).await;
    bob.has_lost(lost).await;
}
