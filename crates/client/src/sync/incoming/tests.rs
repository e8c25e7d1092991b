use crate::events::ClientEvent;
use crate::model::{Position, Status};
use crate::outbox;
use crate::store::testing::{ME, dialog_id, message_id, outgoing, user_id};
use crate::store::{dialogs, messages, outbox as rows, ranges, receipts};
use crate::sync::testing::{NOW, World, wire_dialog};

fn private(n: u32, text: &str) -> String {
    let id = message_id(n);
    let dialog = dialog_id(1);
    let date = NOW + i64::from(n);
    format!(
        r#"<message xmlns="jabber:client" to="1-21@localhost" id="{id}" type="chat" from="2-21@localhost/x"><body>{text}</body><extraParams xmlns="jabber:client"><date_sent>{date}</date_sent><save_to_history>1</save_to_history><dialog_id>{dialog}</dialog_id><message_id>{id}</message_id></extraParams></message>"#
    )
}

fn in_group(n: u32, sender: u64) -> String {
    let id = message_id(n);
    let dialog = dialog_id(2);
    let date = NOW + i64::from(n);
    format!(
        r#"<message xmlns="jabber:client" to="1-21@localhost/r" id="{id}" type="groupchat" from="21_{dialog}@muc.localhost/{sender}"><body>hi</body><extraParams xmlns="jabber:client"><date_sent>{date}</date_sent><save_to_history>1</save_to_history><dialog_id>{dialog}</dialog_id></extraParams></message>"#
    )
}

fn marker(kind: &str, from: u64, n: u32) -> String {
    let id = message_id(n);
    format!(
        r#"<message xmlns="jabber:client" to="1-21@localhost" id="aaaaaaaaaaaaaaaaaaaaaaaa" type="chat" from="{from}-21@localhost/x"><{kind} xmlns="urn:xmpp:chat-markers:0" id="{id}"/></message>"#
    )
}

fn typing(state: &str) -> String {
    format!(
        r#"<message xmlns="jabber:client" to="1-21@localhost" type="chat" from="2-21@localhost/x"><{state} xmlns="http://jabber.org/protocol/chatstates"/></message>"#
    )
}

#[tokio::test]
async fn the_reflection_of_an_own_group_message_is_its_ack_and_no_second_message() {
    let world = World::new().await;
    let own = messages::MessageRecord {
        dialog: dialog_id(2),
        ..outgoing(7, NOW + 7, "hi")
    };
    let store = &world.context.store;
    store
        .write(move |tx| rows::enqueue(tx, &own))
        .await
        .unwrap();
    world.arrive(&[&in_group(7, ME)]).await;
    let (message, waiting, unread) = store
        .read(|db| {
            Ok((
                messages::load(db, message_id(7))?.unwrap(),
                rows::waiting(db)?,
                dialogs::load(db, dialog_id(2))?.unwrap().unread,
            ))
        })
        .await
        .unwrap();
    assert_eq!((message.status, waiting, unread), (Status::Sent, 0, 0));
    // The acknowledgement of the stream comes later and finds nothing to do.
    world.ack(&[outbox::message_tag(1, 1)]).await;
    let message = store
        .read(|db| messages::load(db, message_id(7)))
        .await
        .unwrap();
    assert_eq!(message.unwrap().status, Status::Sent);
}

#[tokio::test]
async fn messages_and_markers_of_one_batch_are_taken_in_their_order() {
    let world = World::new().await;
    world
        .arrive(&[
            &private(1, "one"),
            &private(1, "one"),
            &marker("displayed", ME, 1),
            &private(2, "two"),
        ])
        .await;
    let dialog = world
        .context
        .store
        .read(|db| dialogs::load(db, dialog_id(1)))
        .await
        .unwrap();
    let dialog = dialog.unwrap();
    assert_eq!(
        (dialog.unread, dialog.first_unread),
        (1, Some(message_id(2)))
    );
    let queued = world
        .context
        .store
        .read(|db| receipts::due(db, 0, 10))
        .await
        .unwrap();
    assert_eq!(queued.len(), 2, "one received marker per message");
}

#[tokio::test]
async fn a_live_message_continues_the_range_only_when_nothing_was_missed() {
    let world = World::new().await;
    let start = Position::BEGIN;
    world
        .context
        .store
        .write(move |tx| ranges::add(tx, dialog_id(1), start, start))
        .await
        .unwrap();
    let epoch = world.start_session();
    let top = || async {
        let found = world
            .context
            .store
            .read(|db| ranges::top(db, dialog_id(1)))
            .await;
        found.unwrap().unwrap().to
    };
    world
        .arrive(&[&private(1, "before the hole is closed")])
        .await;
    assert_eq!(top().await, start);
    world.context.progress.listed(epoch, []);
    world.arrive(&[&private(2, "after")]).await;
    assert_eq!(
        top().await,
        Position {
            seconds: NOW + 2,
            id: message_id(2)
        }
    );
}

#[tokio::test]
async fn a_message_of_an_unknown_room_is_shown_at_once_and_its_dialog_asked_for() {
    let world = World::new().await;
    let unknown = in_group(9, 3).replace(&dialog_id(2).to_string(), &dialog_id(77).to_string());
    world.arrive(&[&unknown]).await;
    let (dialog, incomplete) = world
        .context
        .store
        .read(|db| {
            Ok((
                dialogs::load(db, dialog_id(77))?,
                dialogs::incomplete(db, 10)?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(dialog.unwrap().unread, 1);
    assert_eq!(incomplete, [dialog_id(77)]);
}

#[tokio::test]
async fn private_words_do_not_land_in_a_group_they_name() {
    let world = World::new().await;
    let forged = private(3, "as if in the group")
        .replace(&dialog_id(1).to_string(), &dialog_id(2).to_string());
    world.arrive(&[&forged]).await;
    let home = world
        .context
        .store
        .read(|db| messages::place(db, message_id(3)))
        .await
        .unwrap();
    assert_eq!(home.unwrap().0, dialog_id(1));
}

#[tokio::test]
async fn a_private_message_without_dialog_is_found_a_home() {
    let world = World::new().await;
    world.api.dialogs.lock().unwrap().push(wire_dialog(
        5,
        cubist_protocol::rest::DialogKind::Private,
        &[ME, 9],
    ));
    let homeless = private(4, "who am I")
        .replace("2-21@localhost/x", "9-21@localhost/x")
        .replace(&format!("<dialog_id>{}</dialog_id>", dialog_id(1)), "");
    world.arrive(&[&homeless]).await;
    let home = world
        .context
        .store
        .read(|db| messages::place(db, message_id(4)))
        .await
        .unwrap();
    assert_eq!(home.unwrap().0, dialog_id(5));
    assert_eq!(world.api.asked(), ["private 9"]);
}

#[tokio::test]
async fn only_where_a_message_is_can_it_be_removed_from() {
    let world = World::new().await;
    world.arrive(&[&private(1, "stays")]).await;
    let removal = |from: u64| {
        format!(
            r#"<message xmlns="jabber:client" to="1-21@localhost" type="chat" from="{from}-21@localhost/x"><remove xmlns="urn:xmpp:message-delete:0" id="{}"/></message>"#,
            message_id(1)
        )
    };
    let present = || async {
        let found = world
            .context
            .store
            .read(|db| messages::load(db, message_id(1)))
            .await;
        found.unwrap().is_some()
    };
    world.arrive(&[&removal(3)]).await;
    assert!(present().await, "person 3 is not in this dialog");
    world.arrive(&[&removal(2)]).await;
    assert!(!present().await);
}

#[tokio::test]
async fn typing_without_dialog_is_mapped_by_person_and_ends_with_the_message() {
    let mut world = World::new().await;
    while world.events.try_recv().is_ok() {}
    let mut told = Vec::new();
    for stanza in [typing("composing"), typing("composing"), private(1, "done")] {
        world.arrive(&[&stanza]).await;
        while let Ok(event) = world.events.try_recv() {
            if let ClientEvent::TypingChanged { dialog, users, .. } = event {
                assert_eq!(dialog, dialog_id(1));
                told.push(users);
            }
        }
    }
    assert_eq!(told, [vec![user_id(2)], vec![]]);
}

#[tokio::test]
async fn a_passing_refusal_waits_and_a_final_one_parks() {
    let world = World::new().await;
    let store = &world.context.store;
    store
        .write(|tx| rows::enqueue(tx, &outgoing(1, NOW, "hi")))
        .await
        .unwrap();
    let refused = |kind: &str, condition: &str| {
        format!(
            r#"<message xmlns="jabber:client" from="2-21@localhost" to="1-21@localhost/r" type="error" id="{}"><error type="{kind}"><{condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>"#,
            message_id(1)
        )
    };
    let message = || async {
        let found = store.read(|db| messages::load(db, message_id(1))).await;
        found.unwrap().unwrap()
    };
    for _ in 0..5 {
        world
            .arrive(&[&refused("wait", "resource-constraint")])
            .await;
        assert_eq!(message().await.status, Status::Pending);
    }
    world
        .arrive(&[&refused("wait", "resource-constraint")])
        .await;
    assert_eq!(
        message().await.status,
        Status::Failed,
        "the sixth time is the last"
    );
    store
        .write(|tx| rows::retry(tx, message_id(1)))
        .await
        .unwrap();
    world
        .arrive(&[&refused("cancel", "service-unavailable")])
        .await;
    let failed = message().await;
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(
        failed.failure.unwrap().kind,
        crate::model::FailureKind::Blocked
    );
}

/// The ids of the messages that alerts were asked for, so far.
fn alerts(world: &mut World) -> Vec<crate::model::MessageId> {
    let mut ids = Vec::new();
    while let Ok(event) = world.events.try_recv() {
        if let ClientEvent::MessageAlert { message, .. } = event {
            ids.push(message.id);
        }
    }
    ids
}

#[tokio::test]
async fn what_comes_alerts_once_and_what_was_kept_or_is_known_does_not() {
    let mut world = World::new().await;
    let late = private(1, "kept").replace(
        "</message>",
        r#"<delay xmlns="urn:xmpp:delay" stamp="1970-01-12T13:46:40Z"/></message>"#,
    );
    world.arrive(&[&late]).await;
    assert_eq!(alerts(&mut world), [], "it waited on the server");
    world
        .arrive(&[&private(2, "two"), &private(2, "two"), &in_group(3, ME)])
        .await;
    assert_eq!(alerts(&mut world), [message_id(2)]);
    world.arrive(&[&private(2, "two")]).await;
    assert_eq!(alerts(&mut world), []);
    // Read on the other device within the same moment.
    world
        .arrive(&[&private(4, "four"), &marker("displayed", ME, 4)])
        .await;
    assert_eq!(alerts(&mut world), []);
}

#[tokio::test]
async fn a_muted_dialog_alerts_only_for_those_who_name_me() {
    let mut world = World::new().await;
    world
        .context
        .store
        .write(|tx| {
            let until = crate::model::Dialog::MUTED_FOR_GOOD;
            crate::store::organise::mute(tx, dialog_id(2), Some(until))
        })
        .await
        .unwrap();
    let naming = in_group(2, 3).replace(
        "</dialog_id>",
        &format!("</dialog_id><mentions>7,{ME}</mentions>"),
    );
    world.arrive(&[&in_group(1, 3), &naming]).await;
    assert_eq!(alerts(&mut world), [message_id(2)]);
    let dialog = world
        .context
        .store
        .read(|db| dialogs::load(db, dialog_id(2)))
        .await;
    assert!(dialog.unwrap().unwrap().mention);
}

#[tokio::test]
async fn when_somebody_had_a_message_is_kept_as_this_device_heard_it() {
    let world = World::new().await;
    let store = &world.context.store;
    store
        .write(|tx| rows::enqueue(tx, &outgoing(1, NOW, "hi")))
        .await
        .unwrap();
    world.arrive(&[&marker("received", 2, 1)]).await;
    world
        .clock
        .set(crate::model::UnixMillis::from_seconds(NOW + 60));
    world.arrive(&[&marker("displayed", 2, 1)]).await;
    // A late copy of the first one changes nothing.
    world.arrive(&[&marker("received", 2, 1)]).await;
    let told = store
        .read(|db| crate::store::states::recipients(db, message_id(1)))
        .await
        .unwrap();
    let moment = |seconds| Some(crate::model::UnixMillis::from_seconds(seconds));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].user, user_id(2));
    assert_eq!(told[0].received_at, moment(NOW));
    assert_eq!(
        (told[0].has_seen, told[0].seen_at),
        (true, moment(NOW + 60))
    );
}

#[tokio::test]
async fn a_call_leaves_one_line_and_an_unknown_message_a_note() {
    let world = World::new().await;
    let call = r#"<message xmlns="jabber:client" type="headline" from="2-21@localhost/x" to="1-21@localhost"><extraParams xmlns="jabber:client"><moduleIdentifier>WebRTCVideoChat</moduleIdentifier><signalType>call</signalType><sessionID>s1</sessionID><callType>1</callType></extraParams></message>"#;
    let odd = r#"<message xmlns="jabber:client" type="headline" from="2-21@localhost/x" to="1-21@localhost"><body>poll/OPENED</body><extraParams xmlns="jabber:client"><moduleIdentifier>Polls</moduleIdentifier></extraParams></message>"#;
    world.arrive(&[call, odd, call]).await;
    let page = world
        .context
        .store
        .read(|db| crate::store::window::newest(db, dialog_id(1), 10))
        .await
        .unwrap();
    let lines: Vec<_> = page.items.into_iter().map(|line| line.system).collect();
    assert_eq!(
        lines,
        [Some(crate::model::SystemLine::Called { video: true })]
    );
    let noted = world.context.diagnostics.all();
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (noted[0].sender, noted[0].name.as_str()),
        (user_id(2), "poll/OPENED")
    );
}
