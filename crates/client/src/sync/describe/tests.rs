use cubist_protocol::rest::{self, DialogKind as WireKind};

use super::*;
use crate::events::ClientEvent;
use crate::model::SystemLine;
use crate::store::testing::{ME, dialog_id, incoming, message_id, user_id};
use crate::store::window;
use crate::sync::requests;
use crate::sync::testing::{DEADLINE, NOW, World, wire_dialog};

fn headline(word: &str, from: u64, n: u32, dialog: u32) -> String {
    format!(
        r#"<message xmlns="jabber:client" type="headline" id="{}" from="{from}-21@localhost/x" to="1-21@localhost"><body>dialog/{word}</body><extraParams xmlns="jabber:client"><moduleIdentifier>SystemNotifications</moduleIdentifier><dialogId>{}</dialogId><date_sent>{NOW}</date_sent></extraParams></message>"#,
        message_id(n),
        dialog_id(dialog)
    )
}

/// Waits for an event that says what is looked for.
async fn until<T>(world: &mut World, mut check: impl FnMut(&ClientEvent) -> Option<T>) -> T {
    let waiting = async {
        loop {
            let event = world.events.recv().await.unwrap();
            if let Some(found) = check(&event) {
                return found;
            }
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.unwrap()
}

fn known(n: u32, kind: WireKind, others: &[u64]) -> rest::Dialog {
    let mut occupants = vec![ME];
    occupants.extend(others);
    wire_dialog(n, kind, &occupants)
}

#[tokio::test]
async fn news_of_an_unknown_dialog_bring_it_and_their_line() {
    let mut world = World::new().await;
    let mut group = known(7, WireKind::Group, &[3]);
    group.user_id = Some(user_id(3));
    *world.api.dialogs.lock().unwrap() = vec![group];
    tokio::spawn(requests::run(Arc::clone(&world.context)));
    world.arrive(&[&headline("NEW_DIALOG", 3, 1, 7)]).await;
    let line = until(&mut world, |event| {
        if let ClientEvent::MessagesChanged { messages, .. } = event {
            messages[0].system.clone()
        } else {
            None
        }
    })
    .await;
    assert_eq!(line, SystemLine::Created);
}

#[tokio::test]
async fn a_dialog_the_server_does_not_give_any_more_goes() {
    let mut world = World::new().await;
    *world.api.dialogs.lock().unwrap() = vec![known(1, WireKind::Private, &[2])];
    tokio::spawn(requests::run(Arc::clone(&world.context)));
    let news = [
        headline("DELETE_DIALOG", 3, 1, 2),
        // Whoever says so: what the server has stays.
        headline("DELETE_DIALOG", 2, 2, 1),
        // A stranger's talk of something nobody has.
        headline("REMOVED_FROM_DIALOG", 9, 3, 99),
    ];
    world.arrive(&news.each_ref().map(String::as_str)).await;
    let removed = until(&mut world, |event| {
        if let ClientEvent::DialogsChanged { removed, .. } = event {
            Some(removed.clone()).filter(|removed| !removed.is_empty())
        } else {
            None
        }
    })
    .await;
    assert_eq!(removed, [dialog_id(2)]);
    assert_eq!(
        world.api.asked(),
        ["dialogs 3 since None skip 0"],
        "asked together"
    );
}

#[tokio::test]
async fn a_page_that_was_not_whole_removes_nothing() {
    let world = World::new().await;
    // The server counts one dialog more than could be read.
    let ids = [dialog_id(1), dialog_id(2)];
    *world.api.dialogs.lock().unwrap() = vec![known(1, WireKind::Private, &[2])];
    *world.api.unreadable.lock().unwrap() = 1;
    describe(&world.context, &ids).await.unwrap();
    let there = world
        .context
        .store
        .read(|db| dialogs::is_known(db, dialog_id(2)))
        .await;
    assert!(there.unwrap());
}

#[tokio::test]
async fn a_history_cleared_on_another_device_is_cleared_here() {
    let world = World::new().await;
    let store = &world.context.store;
    store
        .write(|tx| {
            messages::insert_batch(tx, &[incoming(1, NOW, "old")])?;
            let place = incoming(1, NOW, "").position();
            ranges::add(tx, dialog_id(1), Position::BEGIN, place)
        })
        .await
        .unwrap();
    let mut told = known(1, WireKind::Private, &[2]);
    told.last_message_id = Some(message_id(1));
    told.last_message_user_id = Some(user_id(2));
    told.last_message_date_sent = Some(cubist_protocol::timestamp::UnixTime(
        UnixMillis::from_seconds(NOW),
    ));
    *world.api.dialogs.lock().unwrap() = vec![told];
    fetch(&world.context, &[dialog_id(1)]).await.unwrap();
    *world.api.dialogs.lock().unwrap() = vec![known(1, WireKind::Private, &[2])];
    let behind = fetch(&world.context, &[dialog_id(1)]).await.unwrap();
    assert_eq!(behind.len(), 1, "what there is now is asked for");
    let (window, card) = store
        .read(|db| {
            Ok((
                window::newest(db, dialog_id(1), 10)?,
                dialogs::load(db, dialog_id(1))?.unwrap(),
            ))
        })
        .await
        .unwrap();
    assert_eq!(window.items, []);
    assert_eq!((card.last, card.unread), (None, 0));
}

#[tokio::test]
async fn an_answer_that_is_older_than_what_was_fetched_meanwhile_does_not_stay() {
    let mut world = World::new().await;
    let mut mine = known(7, WireKind::Group, &[3]);
    mine.name = Some("Mine".to_owned());
    let mut theirs = mine.clone();
    theirs.name = Some("Theirs".to_owned());
    // Their change is the later one: the server has it, and the cache, before my answer is stored.
    *world.api.dialogs.lock().unwrap() = vec![theirs];
    describe(&world.context, &[dialog_id(7)]).await.unwrap();
    adopt(&world.context, &mine, Vec::new()).await.unwrap();
    while world.events.try_recv().is_ok() {}
    tokio::spawn(requests::run(Arc::clone(&world.context)));
    let name = until(&mut world, |event| {
        if let ClientEvent::DialogsChanged { dialogs, .. } = event {
            dialogs.first().map(|dialog| dialog.name.clone())
        } else {
            None
        }
    })
    .await;
    assert_eq!(name, "Theirs");
}
