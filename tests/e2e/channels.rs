//! Public dialogs and broadcasts: found, looked into, joined, heard, left.

use cubist_client::Error;
use cubist_client::model::{
    DialogEdit, DialogId, DialogKind, FolderRule, NewDialog, PictureChange, Role, SystemLine,
};
use cubist_tests::{Person, World, within};

fn public(name: &str, allow_preview: bool) -> NewDialog {
    NewDialog {
        kind: DialogKind::Public,
        name: name.to_owned(),
        description: Some("For everyone".to_owned()),
        photo: None,
        users: Vec::new(),
        fields: Vec::new(),
        allow_preview,
    }
}

async fn found(person: &Person, query: &str) -> Vec<(String, bool, bool)> {
    let page = within(
        "the public dialogs",
        person.account().explore(query.to_owned(), 0),
    )
    .await
    .unwrap();
    assert!(!page.more);
    let items = page.items.into_iter();
    items
        .map(|dialog| (dialog.name, dialog.allow_preview, dialog.subscribed))
        .collect()
}

#[tokio::test]
async fn a_public_dialog_is_found_looked_into_joined_and_left() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let trails = alice.makes(public("Trails of Saxony", true)).await;
    let closed = alice.makes(public("Saxony by night", false)).await;
    for n in 0..25 {
        alice.send_in(trails, &format!("word {n}")).await;
    }
    alice.send_in(closed, "secret").await;
    alice.has_sent_everything().await;

    let mut all = found(&bob, " saxony ").await;
    all.sort();
    assert_eq!(
        all,
        [
            ("Saxony by night".to_owned(), false, false),
            ("Trails of Saxony".to_owned(), true, false)
        ]
    );
    assert_eq!(found(&bob, "nowhere").await, []);
    assert!(found(&alice, "Trails").await[0].2, "its owner is in it");
    assert!(bob.dialogs().await.is_empty(), "looking is not joining");

    let seen = within("the preview", bob.account().preview(trails))
        .await
        .unwrap();
    let texts: Vec<_> = seen.iter().map(|message| message.text.clone()).collect();
    let expected: Vec<_> = (5..25).map(|n| format!("word {n}")).collect();
    assert_eq!(texts, expected, "the last twenty, newest last");
    assert_eq!(
        bob.texts(trails).await,
        [""; 0],
        "and nothing of it is kept"
    );
    let shut = bob.account().preview(closed).await;
    assert!(matches!(shut, Err(Error::Forbidden)), "{shut:?}");

    let tablet = world.another_device(&bob).await;
    assert_eq!(bob.account().subscribe(trails).await.unwrap(), trails);
    bob.account().subscribe(trails).await.unwrap();
    let card = bob.knows(trails).await;
    assert_eq!((card.kind, card.role), (DialogKind::Public, Role::Occupant));
    assert_eq!((card.occupants.len(), card.can_write), (0, true));
    tablet.knows(trails).await;
    assert!(found(&bob, "Trails").await[0].2);
    bob.send_in(trails, "Hello from me").await;
    alice.sees_in(trails, "Hello from me").await;
    alice.send_in(trails, "Welcome").await;
    bob.sees_in(trails, "Welcome").await;

    bob.account().unsubscribe(trails).await.unwrap();
    bob.has_lost(trails).await;
    tablet.has_lost(trails).await;
    assert!(!found(&bob, "Trails").await[0].2);
}

#[tokio::test]
async fn those_in_a_public_dialog_come_in_pages() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    let trails = alice.makes(public("Trails", false)).await;
    let mut others = Vec::new();
    for n in 0..4 {
        let person = world.person(&format!("walker{n}")).await;
        person.account().subscribe(trails).await.unwrap();
        others.push(person);
    }
    let account = alice.account();
    let mut seen = Vec::new();
    loop {
        let skip = u32::try_from(seen.len()).unwrap();
        let page = account.occupants(trails, skip, 2).await.unwrap();
        seen.extend(page.items);
        if !page.more {
            break;
        }
    }
    let mut names: Vec<_> = seen.iter().map(|user| user.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["alice", "walker0", "walker1", "walker2", "walker3"]);
    // Of a group the cache knows.
    let group = alice
        .makes_group("Walkers", &[&others[0], &others[1]])
        .await;
    alice.rest.go_down();
    let page = account.occupants(group, 1, 1).await.unwrap();
    assert_eq!((page.items[0].id, page.more), (others[0].id, true));
    let page = account.occupants(group, 2, 5).await.unwrap();
    assert_eq!((page.items.len(), page.more), (1, false));
}

#[tokio::test]
async fn a_broadcast_is_heard_by_everyone_and_written_by_those_who_may() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let news = world.broadcast("News", alice.id).await;
    // Nobody is told that it is there: the next list, or its first message.
    let page = alice.account().occupants(news, 0, 10).await.unwrap();
    assert_eq!(page.items.len(), 2);
    let writer = world.another_device(&alice).await;
    writer.knows(news).await;
    for text in ["Old news", "Older than carol"] {
        writer.send_in(news, text).await;
    }
    writer.has_sent_everything().await;
    bob.has_unread(news, 2).await;
    // Who signs up later has missed nothing.
    let mut late = world.person("carol").await;
    late.sees_in(news, "Older than carol").await;
    late.has_unread(news, 0).await;
    late.quit().await;
    late.reopen().await;
    let card = late.knows(news).await;
    assert_eq!(
        (card.kind, card.role),
        (DialogKind::Broadcast, Role::Occupant)
    );
    assert!(!card.can_write);
    let refused = late.account().send_text(news, "Me, too".to_owned()).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");

    let card = writer.knows(news).await;
    assert_eq!((card.role, card.can_write), (Role::Owner, true));
    writer.send_in(news, "Hear, hear").await;
    for person in [&bob, &late, &alice] {
        person.sees_in(news, "Hear, hear").await;
        person
            .finds("the name of it", news, |card| card.name == "News")
            .await;
    }
    bob.has_unread(news, 3).await;
    late.has_unread(news, 1).await;
}

#[tokio::test]
async fn a_photo_is_uploaded_with_the_dialog_and_seen_by_the_others() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let pixels = image::RgbImage::from_pixel(64, 64, image::Rgb([200, 30, 30]));
    let mut bytes = Vec::new();
    pixels
        .write_to(
            &mut std::io::Cursor::new(&mut bytes),
            image::ImageFormat::Png,
        )
        .unwrap();
    let hiking = alice
        .makes(NewDialog {
            kind: DialogKind::Group,
            users: vec![bob.id],
            photo: Some(bytes.clone()),
            ..public("Hiking", false)
        })
        .await;
    let uid = bob
        .finds("the photo", hiking, |card| card.photo.is_some())
        .await
        .photo
        .unwrap();
    assert!(!bob.account().picture(&uid).await.unwrap().bytes.is_empty());
    let refused = alice
        .account()
        .update_dialog(
            hiking,
            DialogEdit {
                name: Some("Not this".to_owned()),
                photo: Some(PictureChange::Set(b"no picture".to_vec())),
                ..DialogEdit::default()
            },
        )
        .await;
    assert!(
        matches!(refused, Err(Error::UnsupportedPicture)),
        "{refused:?}"
    );
    assert_eq!(
        alice.knows(hiking).await.name,
        "Hiking",
        "nothing half done"
    );
    bob.account()
        .update_dialog(
            hiking,
            DialogEdit {
                photo: Some(PictureChange::Remove),
                ..DialogEdit::default()
            },
        )
        .await
        .unwrap();
    alice
        .finds("no photo", hiking, |card| card.photo.is_none())
        .await;
    alice.sees_line(hiking, &SystemLine::PhotoChanged).await;
}

#[tokio::test]
async fn the_own_arrangement_and_the_servers_setting_survive_a_restart() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let chat = alice.chat_with(&bob).await;
    let group = alice.makes_group("Hiking", &[&bob]).await;
    let account = alice.account();
    let by_hand = account
        .save_folder(None, " Friends ".to_owned(), FolderRule::ByHand)
        .await
        .unwrap();
    account
        .file_dialogs(by_hand, vec![chat], true)
        .await
        .unwrap();
    account.pin(vec![group], true).await.unwrap();
    account.archive(vec![chat], true).await.unwrap();
    account.mark_unread(vec![group], true).await.unwrap();
    account.set_notifications(group, false).await.unwrap();
    drop(account);
    alice.quit().await;
    alice.reopen().await;
    let folders = alice.account().folders().await.unwrap();
    assert_eq!(
        (folders[0].id, folders[0].name.as_str()),
        (by_hand, "Friends")
    );
    let card = alice.knows(chat).await;
    assert_eq!((card.folders, card.archived), (vec![by_hand], true));
    let card = alice.knows(group).await;
    assert_eq!((card.pinned, card.marked_unread), (Some(0), true));
    assert!(!card.notifications);

    // Another device knows nothing of the arrangement, and asks for the setting when it looks.
    let tablet = world.another_device(&alice).await;
    let card = tablet.knows(group).await;
    assert_eq!((card.pinned, card.notifications), (None, true));
    tablet.transcript(group).await;
    tablet
        .finds("the setting", group, |card| !card.notifications)
        .await;
    bob.send_in(chat, "Are you there?").await;
    alice
        .finds("the chat to come back", chat, |card| !card.archived)
        .await;
}

#[tokio::test]
async fn a_room_can_be_joined_and_tells_who_is_in_it() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let carol = world.person("carol").await;
    let group = alice.makes_group("Hiking", &[&bob]).await;
    bob.knows(group).await;
    let join = |person: &Person| {
        let account = person.account();
        async move { within("the room", account.join_room(group)).await }
    };
    join(&alice).await.unwrap();
    join(&bob).await.unwrap();
    let present = alice.account().room_occupants(group).await.unwrap();
    assert_eq!(present, [alice.id, bob.id]);
    within("to leave", bob.account().leave_room(group))
        .await
        .unwrap();
    let present = alice.account().room_occupants(group).await.unwrap();
    assert_eq!(present, [alice.id]);
    // Leaving the room is not leaving the group.
    alice.send_in(group, "still here?").await;
    bob.sees_in(group, "still here?").await;
    let refused = join(&carol).await;
    assert!(
        matches!(refused, Err(Error::Forbidden | Error::NotFound)),
        "{refused:?}"
    );
    let nobodys: DialogId = "5356c64ab35c12bd3b108a41".parse().unwrap();
    assert!(alice.account().room_occupants(nobodys).await.is_err());
}
