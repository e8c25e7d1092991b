use cubist_protocol::rest::{self, DialogKind};

use super::*;
use crate::events::ClientEvent;
use crate::model::{Position, Status};
use crate::store::testing::{ME, dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::window::{self, Side};
use crate::store::{messages, outbox};
use crate::sync::testing::{NOW, World, wire_dialog};

/// A message of person 2 in dialog 1 as the server keeps it, changed when it was sent.
fn kept(n: u32, seconds: i64) -> rest::Message {
    let at = UnixMillis::from_seconds(seconds);
    let mut message = rest::Message::new(message_id(n), dialog_id(1), user_id(2), at);
    message.message = Some(format!("text {n}"));
    message.delivered_ids = vec![user_id(2)];
    message.read_ids = vec![user_id(2)];
    message.updated_at = Some(cubist_protocol::timestamp::IsoTime(at));
    message
}

fn changed(n: u32, last: Option<&rest::Message>) -> rest::Dialog {
    let mut dialog = wire_dialog(n, DialogKind::Private, &[ME, 2]);
    if let Some(last) = last {
        dialog.last_message_id = Some(last.id);
        dialog.last_message_user_id = Some(last.sender_id);
        dialog.last_message = last.message.clone();
        dialog.last_message_date_sent = Some(last.date_sent);
    }
    dialog
}

fn serve(world: &World, messages: Vec<rest::Message>) {
    let newest = messages
        .iter()
        .max_by_key(|message| (message.date_sent.0, message.id));
    *world.api.dialogs.lock().unwrap() = vec![changed(1, newest)];
    *world.api.messages.lock().unwrap() = messages;
}

async fn catch_up(world: &World) {
    let epoch = world.start_session();
    session(&world.context, epoch).await.unwrap();
}

async fn all(world: &World) -> (Vec<crate::model::MessageId>, Side) {
    let window = world
        .context
        .store
        .read(|db| window::newest(db, dialog_id(1), 500))
        .await;
    let window = window.unwrap();
    let ids = window.items.iter().map(|message| message.id).collect();
    (ids, window.before)
}

fn numbers(range: impl Iterator<Item = u32>) -> Vec<crate::model::MessageId> {
    range.map(message_id).collect()
}

#[tokio::test]
async fn the_first_session_brings_dialogs_and_recent_history() {
    let world = World::new().await;
    serve(
        &world,
        (0..3).map(|n| kept(n, NOW - 100 + i64::from(n))).collect(),
    );
    catch_up(&world).await;
    assert_eq!(all(&world).await, (numbers(0..3), Side::End));
    assert!(world.context.progress.is_settled());
    let followed = world
        .context
        .store
        .read(sync_state::followed_until)
        .await
        .unwrap();
    assert_eq!(followed, Some(UnixMillis::from_seconds(NOW)));
}

#[tokio::test]
async fn what_was_missed_is_fetched_by_its_change_and_leaves_no_hole() {
    let world = World::new().await;
    serve(&world, vec![kept(1, NOW - 1_000)]);
    catch_up(&world).await;
    world.api.asked();
    // Two came while nobody listened, one of them late, with an old date.
    let mut late = kept(2, NOW - 5_000);
    late.updated_at = Some(cubist_protocol::timestamp::IsoTime(
        UnixMillis::from_seconds(NOW + 5),
    ));
    serve(&world, vec![kept(1, NOW - 1_000), late, kept(3, NOW + 10)]);
    catch_up(&world).await;
    assert_eq!(
        all(&world).await,
        ([2, 1, 3].map(message_id).to_vec(), Side::End)
    );
    let asked = world.api.asked();
    assert!(
        asked.contains(&format!(
            "messages None..None since Some({}) skip 0",
            NOW - 300
        )),
        "{asked:?}"
    );
}

#[tokio::test]
async fn what_was_missed_while_the_line_was_away_alerts_nobody() {
    let mut world = World::new().await;
    serve(&world, vec![kept(1, NOW - 1_000)]);
    catch_up(&world).await;
    while world.events.try_recv().is_ok() {}
    let missed = [kept(2, NOW + 5), kept(3, NOW + 10)];
    serve(
        &world,
        [vec![kept(1, NOW - 1_000)], missed.to_vec()].concat(),
    );
    catch_up(&world).await;
    let mut came = Vec::new();
    while let Ok(event) = world.events.try_recv() {
        assert!(
            !matches!(event, ClientEvent::MessageAlert { .. }),
            "{event:?}"
        );
        if let ClientEvent::MessagesChanged { messages, .. } = event {
            came.extend(messages.iter().map(|message| message.id));
        }
    }
    assert!(came.contains(&message_id(2)) && came.contains(&message_id(3)));
}

#[tokio::test]
async fn a_hole_larger_than_a_page_stays_visible_and_can_be_filled() {
    let world = World::new().await;
    serve(&world, vec![kept(0, NOW - 10_000)]);
    catch_up(&world).await;
    // More than every page of changes together.
    let many: Vec<_> = (0..700)
        .map(|n| kept(n, NOW - 10_000 + 20 * i64::from(n)))
        .collect();
    let mut changed = many.clone();
    for message in &mut changed {
        message.updated_at = Some(cubist_protocol::timestamp::IsoTime(
            UnixMillis::from_seconds(NOW + 9),
        ));
    }
    serve(&world, changed);
    catch_up(&world).await;
    let (ids, before) = all(&world).await;
    assert_eq!(before, Side::Unknown);
    assert!(ids.len() < 700);
    for _ in 0..10 {
        let id = *ids.first().unwrap();
        let place = world
            .context
            .store
            .read(move |db| messages::place(db, id))
            .await;
        let (_, place) = place.unwrap().unwrap();
        history::older(&world.context, dialog_id(1), place)
            .await
            .unwrap();
        let (ids, before) = world
            .context
            .store
            .read(|db| {
                let window = window::newest(db, dialog_id(1), 1_000)?;
                let ids: Vec<_> = window.items.iter().map(|message| message.id).collect();
                Ok((ids, window.before))
            })
            .await
            .unwrap();
        if before == Side::End {
            assert_eq!(ids, numbers(0..700));
            return;
        }
    }
    panic!("the hole was not filled");
}

#[tokio::test]
async fn hundreds_of_messages_in_one_second_are_all_found() {
    let world = World::new().await;
    let mut messages: Vec<_> = (0..250).map(|n| kept(n, NOW - 50)).collect();
    messages.push(kept(1_000, NOW - 60));
    messages.push(kept(2_000, NOW - 40));
    serve(&world, messages);
    let newest = Position {
        seconds: NOW - 40,
        id: message_id(2_000),
    };
    world
        .context
        .store
        .write(move |tx| {
            messages::insert(tx, &incoming(2_000, NOW - 40, "known"))?;
            crate::store::ranges::add(tx, dialog_id(1), newest, newest)
        })
        .await
        .unwrap();
    for _ in 0..4 {
        history::older(&world.context, dialog_id(1), newest)
            .await
            .unwrap();
        let window = world
            .context
            .store
            .read(move |db| window::below(db, dialog_id(1), newest, 400))
            .await
            .unwrap();
        if window.before == Side::End {
            assert_eq!(window.items.len(), 251);
            return;
        }
    }
    panic!("the second was not passed");
}

#[tokio::test]
async fn a_message_that_came_on_the_line_meanwhile_joins_the_page() {
    let world = World::new().await;
    serve(&world, vec![kept(1, NOW - 10)]);
    let epoch = world.start_session();
    // It arrives after the server answered, so the page lacks it, and before the page is stored.
    world
        .context
        .store
        .write(|tx| messages::insert(tx, &incoming(5, NOW + 1, "live")))
        .await
        .unwrap();
    session(&world.context, epoch).await.unwrap();
    assert_eq!(
        all(&world).await,
        ([1, 5].map(message_id).to_vec(), Side::End)
    );
}

#[tokio::test]
async fn own_messages_that_the_server_has_are_confirmed_by_the_history() {
    let world = World::new().await;
    world
        .context
        .store
        .write(|tx| outbox::enqueue(tx, &outgoing(4, NOW - 4, "did it arrive?")))
        .await
        .unwrap();
    let mut stored = kept(4, NOW - 4);
    stored.sender_id = user_id(ME);
    stored.message = Some("did it arrive?".to_owned());
    stored.delivered_ids = vec![user_id(ME), user_id(2)];
    stored.read_ids = vec![user_id(ME)];
    serve(&world, vec![stored]);
    catch_up(&world).await;
    let message = world
        .context
        .store
        .read(|db| messages::load(db, message_id(4)))
        .await;
    let message = message.unwrap().unwrap();
    assert_eq!(
        (message.status, message.delivered_to),
        (Status::Delivered, vec![user_id(2)])
    );
    assert_eq!(world.context.store.read(outbox::waiting).await.unwrap(), 0);
}

#[tokio::test]
async fn a_failure_leaves_the_moment_where_it_was_so_that_nothing_is_skipped() {
    let world = World::new().await;
    serve(&world, vec![kept(1, NOW - 10)]);
    let epoch = world.start_session();
    world
        .api
        .failures
        .lock()
        .unwrap()
        .extend([crate::rest::Error::Unreachable {
            host: "test".to_owned(),
        }]);
    assert!(session(&world.context, epoch).await.is_err());
    assert!(!world.context.progress.is_settled());
    assert_eq!(
        world
            .context
            .store
            .read(sync_state::followed_until)
            .await
            .unwrap(),
        None
    );
    session(&world.context, epoch).await.unwrap();
    assert!(world.context.progress.is_settled());
}

#[tokio::test]
async fn counts_other_devices_changed_are_asked_for_again() {
    let world = World::new().await;
    serve(&world, vec![kept(1, NOW - 1_000)]);
    world.api.dialogs.lock().unwrap()[0].unread_messages_count = 1;
    catch_up(&world).await;
    let unread = || async {
        let dialog = world
            .context
            .store
            .read(|db| dialogs::load(db, dialog_id(1)))
            .await;
        dialog.unwrap().unwrap().unread
    };
    assert_eq!(unread().await, 1);
    // Read on the phone; the dialog does not count as changed for that.
    let mut dialog = changed(1, Some(&kept(1, NOW - 1_000)));
    dialog.updated_at = Some(cubist_protocol::timestamp::IsoTime(UnixMillis(0)));
    *world.api.dialogs.lock().unwrap() = vec![dialog];
    catch_up(&world).await;
    assert_eq!(unread().await, 0);
}

#[tokio::test]
async fn an_empty_dialog_is_known_to_be_empty() {
    let world = World::new().await;
    *world.api.dialogs.lock().unwrap() = vec![changed(1, None)];
    catch_up(&world).await;
    assert_eq!(all(&world).await, (vec![], Side::End));
}

/// Group 2 as the server has it, changed at a moment.
fn group(name: &str, changed_at: i64) -> rest::Dialog {
    let mut group = wire_dialog(2, DialogKind::Group, &[ME, 2, 3]);
    group.name = Some(name.to_owned());
    group.updated_at = Some(cubist_protocol::timestamp::IsoTime(
        UnixMillis::from_seconds(changed_at),
    ));
    group
}

async fn name_of_group(world: &World) -> String {
    let group = world
        .context
        .store
        .read(|db| dialogs::load(db, dialog_id(2)))
        .await;
    group.unwrap().unwrap().name
}

#[tokio::test]
async fn every_page_of_the_first_list_is_read_and_later_only_what_changed() {
    let world = World::new().await;
    let many = (1..=250).map(|n| wire_dialog(n, DialogKind::Group, &[ME, 2]));
    *world.api.dialogs.lock().unwrap() = many.collect();
    catch_up(&world).await;
    let listed: Vec<String> = world.api.asked().into_iter().take(3).collect();
    assert_eq!(
        listed,
        [0, 100, 200].map(|skip| format!("dialogs 0 since None skip {skip}"))
    );
    let known = world.context.store.read(dialogs::complete_ids).await;
    assert_eq!(known.unwrap().len(), 250);
    for dialog in world.api.dialogs.lock().unwrap().iter_mut() {
        dialog.updated_at = None;
    }
    catch_up(&world).await;
    assert_eq!(
        world.api.asked(),
        [format!("dialogs 0 since Some({}) skip 0", NOW - 300)]
    );
}

#[tokio::test]
async fn a_change_nobody_spoke_of_in_a_long_session_is_found_by_the_next() {
    let world = World::new().await;
    // Messages on the line said until now that the session was alive; the list is older.
    world
        .context
        .store
        .write(|tx| {
            let begin = Position::BEGIN;
            crate::store::ranges::add(tx, dialog_id(2), begin, begin)?;
            sync_state::set_followed_until(tx, UnixMillis::from_seconds(NOW))?;
            sync_state::set_listed_until(tx, UnixMillis::from_seconds(NOW - 9_000))
        })
        .await
        .unwrap();
    *world.api.dialogs.lock().unwrap() = vec![group("Renamed in silence", NOW - 5_000)];
    catch_up(&world).await;
    assert_eq!(name_of_group(&world).await, "Renamed in silence");
    assert_eq!(
        world.api.asked(),
        [format!("dialogs 0 since Some({}) skip 0", NOW - 9_300)],
        "its messages were followed all the time"
    );
}

#[tokio::test]
async fn a_session_looks_now_and_then_for_what_nobody_spoke_of() {
    let world = World::new().await;
    look_again(&world.context).await.unwrap();
    assert!(world.api.asked().is_empty(), "not before it has caught up");
    *world.api.dialogs.lock().unwrap() = vec![group("Before", NOW)];
    catch_up(&world).await;
    world.api.asked();
    *world.api.dialogs.lock().unwrap() = vec![group("Renamed in silence", NOW)];
    look_again(&world.context).await.unwrap();
    assert_eq!(name_of_group(&world).await, "Renamed in silence");
    assert_eq!(world.api.asked().len(), 1);
    world.line.set_online(false);
    look_again(&world.context).await.unwrap();
    assert!(world.api.asked().is_empty());
}

#[tokio::test]
async fn texts_and_reactions_that_changed_while_away_are_caught_up_with() {
    let world = World::new().await;
    serve(&world, vec![kept(1, NOW - 900), kept(2, NOW - 800)]);
    catch_up(&world).await;
    let mut changed = kept(1, NOW - 900);
    changed.message = Some("changed".to_owned());
    let moment = cubist_protocol::timestamp::IsoTime(UnixMillis::from_seconds(NOW - 10));
    changed.edited_at = Some(moment);
    changed.updated_at = Some(moment);
    changed.reactions = Some(rest::Reactions {
        own: vec!["👍".to_owned()],
        total: [("👍".to_owned(), 2)].into(),
    });
    serve(&world, vec![changed, kept(2, NOW - 800)]);
    world.api.dialogs.lock().unwrap()[0].updated_at = Some(moment);
    catch_up(&world).await;
    let store = &world.context.store;
    let found = store.read(|db| messages::load(db, message_id(1))).await;
    let message = found.unwrap().unwrap();
    assert_eq!(message.text, "changed");
    assert_eq!(message.previous_text.as_deref(), Some("text 1"));
    assert_eq!(message.edited_at, Some(moment.0));
    let reaction = &message.reactions[0];
    assert_eq!((reaction.count, reaction.mine), (2, true));
}
