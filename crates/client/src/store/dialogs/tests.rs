use super::*;
use crate::events::ClientEvent;
use crate::model::{Dialog, DialogQuery, KeptEdit, Quote, Role, User};
use crate::store::receipts::{self, Kind};
use crate::store::testing::{
    ME, TestDb, dialog, dialog_id, incoming, message_id, outgoing, user_id,
};
use crate::store::{messages, outbox, ranges, users};

fn loaded(db: &TestDb, n: u32) -> Dialog {
    db.read(|db| load(db, dialog_id(n))).unwrap()
}

fn described(n: u32, last: Option<(u32, i64, u64)>, unread: u32) -> DialogRecord {
    DialogRecord {
        last: last.map(|(id, seconds, sender)| LastRecord {
            id: message_id(id),
            sender: user_id(sender),
            text: format!("text {id}"),
            sent_at: UnixMillis::from_seconds(seconds),
            status: None,
        }),
        unread: Some(unread),
        ..dialog(n, DialogKind::Private, &[ME, 2])
    }
}

#[test]
fn the_list_is_paged_by_activity_without_gap_or_repetition() {
    let db = TestDb::new();
    db.write(|tx| {
        for n in 0..10 {
            // Pairs with the same moment: the id decides.
            let mut record = dialog(n, DialogKind::Group, &[ME]);
            record.created_at = Some(UnixMillis(i64::from(n / 2)));
            save(tx, &record)?;
        }
        Ok(())
    });
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = db.read(|db| page(db, DialogQuery { after, limit: 3 }));
        seen.extend(page.items.iter().map(|dialog| dialog.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<DialogId> = (0..10).rev().map(dialog_id).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_private_dialog_is_called_like_the_other_person() {
    let db = TestDb::with_dialog();
    assert_eq!(loaded(&db, 1).name, "dialog 1");
    let bob = User {
        avatar: Some("uid".to_owned()),
        ..User::named(user_id(2), "Bob")
    };
    let ((), events) = db.write_events(|tx| users::save(tx, &[bob], UnixMillis(0)));
    let dialog = loaded(&db, 1);
    assert_eq!(
        (dialog.name.as_str(), dialog.photo.as_deref()),
        ("Bob", Some("uid"))
    );
    assert!(events.iter().any(|event| matches!(
        event,
        ClientEvent::DialogsChanged { dialogs, .. } if dialogs.len() == 1 && dialogs[0].name == "Bob"
    )));
}

#[test]
fn reading_counts_at_once_and_queues_one_marker_each() {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        messages::insert_batch(
            tx,
            &[
                incoming(1, 10, "a"),
                incoming(2, 11, "b"),
                incoming(3, 12, "c"),
            ],
        )
    });
    let up_to = Position {
        seconds: 11,
        id: message_id(2),
    };
    assert!(db.write(|tx| mark_read(tx, dialog_id(1), up_to)));
    let dialog = loaded(&db, 1);
    assert_eq!(
        (dialog.unread, dialog.first_unread),
        (1, Some(message_id(3)))
    );
    let queued: Vec<_> = db
        .read(|db| receipts::due(db, 0, 10))
        .into_iter()
        .map(|receipt| (receipt.kind, receipt.message))
        .collect();
    // What is displayed need not be told to be received.
    assert_eq!(
        queued,
        [
            (Kind::Received, message_id(3)),
            (Kind::Displayed, message_id(1)),
            (Kind::Displayed, message_id(2)),
        ]
    );
    assert!(
        !db.write(|tx| mark_read(tx, dialog_id(1), up_to)),
        "nothing left"
    );
}

#[test]
fn many_messages_are_marked_by_one_request() {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        let batch: Vec<_> = (0..30).map(|n| incoming(n, i64::from(n), "x")).collect();
        messages::insert_batch(tx, &batch)?;
        let rows: Vec<i64> = (1..=30).collect();
        receipts::done(tx, &rows)
    });
    let newest = Position {
        seconds: 29,
        id: message_id(29),
    };
    db.write(|tx| mark_read(tx, dialog_id(1), newest));
    let queued = db.read(|db| receipts::due(db, 0, 100));
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0].kind, Kind::DialogRead);
    assert_eq!(loaded(&db, 1).unread, 0);
}

#[test]
fn messages_the_server_counts_and_nobody_fetched_are_unread_until_the_newest_is_read() {
    let db = TestDb::with_dialog();
    db.write(|tx| save(tx, &described(1, Some((9, 90, 2)), 5)));
    assert_eq!(loaded(&db, 1).unread, 5);
    // Two of the five arrive by the history.
    db.write(|tx| messages::insert_batch(tx, &[incoming(8, 80, "h"), incoming(9, 90, "i")]));
    assert_eq!(loaded(&db, 1).unread, 5);
    // A sixth arrives on the line.
    db.write(|tx| messages::insert(tx, &incoming(10, 100, "live")));
    assert_eq!(loaded(&db, 1).unread, 6);
    let newest = Position {
        seconds: 100,
        id: message_id(10),
    };
    db.write(|tx| mark_read(tx, dialog_id(1), newest));
    assert_eq!(loaded(&db, 1).unread, 0);
}

#[test]
fn reading_elsewhere_is_taken_from_the_server_oldest_first() {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        messages::insert_batch(
            tx,
            &[
                incoming(1, 10, "a"),
                incoming(2, 11, "b"),
                incoming(3, 12, "c"),
            ],
        )
    });
    db.write(|tx| save(tx, &described(1, Some((3, 12, 2)), 1)));
    let dialog = loaded(&db, 1);
    assert_eq!(
        (dialog.unread, dialog.first_unread),
        (1, Some(message_id(3)))
    );
}

#[test]
fn the_server_does_not_make_unread_what_waits_to_be_marked() {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert_batch(tx, &[incoming(1, 10, "a"), incoming(2, 11, "b")]));
    let newest = Position {
        seconds: 11,
        id: message_id(2),
    };
    db.write(|tx| mark_read(tx, dialog_id(1), newest));
    // The server has not heard of it and still counts two.
    db.write(|tx| save(tx, &described(1, Some((2, 11, 2)), 2)));
    assert_eq!(loaded(&db, 1).unread, 0);
}

#[test]
fn a_live_message_newer_than_the_servers_answer_stays_unread() {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert_batch(tx, &[incoming(1, 10, "a"), incoming(2, 11, "live")]));
    // The answer was made before the second message.
    db.write(|tx| save(tx, &described(1, Some((1, 10, 2)), 0)));
    let dialog = loaded(&db, 1);
    assert_eq!(
        (dialog.unread, dialog.first_unread),
        (1, Some(message_id(2)))
    );
}

#[test]
fn an_older_answer_does_not_take_the_newest_message_from_the_row() {
    let db = TestDb::with_dialog();
    db.write(|tx| outbox::enqueue(tx, &outgoing(5, 50, "mine")));
    db.write(|tx| save(tx, &described(1, Some((4, 40, 2)), 0)));
    let last = loaded(&db, 1).last.unwrap();
    assert_eq!(
        (last.id, last.status),
        (message_id(5), Some(Status::Pending))
    );
}

#[test]
fn a_removed_last_message_gives_way_to_the_one_before() {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert_batch(tx, &[incoming(1, 10, "a"), incoming(2, 11, "b")]));
    db.write(|tx| messages::forget(tx, message_id(2)));
    let dialog = loaded(&db, 1);
    assert_eq!(dialog.last.unwrap().id, message_id(1));
    assert_eq!(dialog.unread, 1);
    assert_eq!(
        dialog.last_activity,
        UnixMillis::from_seconds(11),
        "keeps its place"
    );
}

#[test]
fn drafts_are_kept_and_forgotten() {
    let db = TestDb::with_dialog();
    let draft = KeptDraft {
        text: "half a th".to_owned(),
        reply: Some(Quote {
            message: message_id(7),
            sender: Some(user_id(2)),
            text: "a question".to_owned(),
            attachment: None,
        }),
        edit: Some(KeptEdit {
            message: message_id(8),
            before: "old words".to_owned(),
            text: "new wor".to_owned(),
        }),
    };
    db.write(|tx| save_draft(tx, dialog_id(1), &draft));
    assert_eq!(loaded(&db, 1).draft.as_ref(), Some(&draft));
    let ((), events) = db.write_events(|tx| save_draft(tx, dialog_id(1), &draft));
    assert_eq!(events, [], "nothing changed");
    let without = KeptDraft {
        reply: None,
        ..draft.clone()
    };
    db.write(|tx| save_draft(tx, dialog_id(1), &without));
    assert_eq!(
        loaded(&db, 1).draft,
        Some(without),
        "what it answered is not kept"
    );
    db.write(|tx| save_draft(tx, dialog_id(1), &KeptDraft::default()));
    assert_eq!(loaded(&db, 1).draft, None);
    db.write(|tx| save_draft(tx, dialog_id(77), &draft));
}

#[test]
fn occupants_follow_the_server() {
    let db = TestDb::with_dialog();
    assert_eq!(
        loaded(&db, 2).occupants,
        [user_id(1), user_id(2), user_id(3)]
    );
    db.write(|tx| save(tx, &dialog(2, DialogKind::Group, &[ME, 3, 4])));
    assert_eq!(
        loaded(&db, 2).occupants,
        [user_id(1), user_id(3), user_id(4)]
    );
}

#[test]
fn a_removed_dialog_takes_everything_with_it() {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert(tx, &incoming(1, 10, "gone")));
    db.write(|tx| outbox::enqueue(tx, &outgoing(2, 11, "gone too")));
    let ((), events) = db.write_events(|tx| remove(tx, dialog_id(1)));
    assert!(events.iter().any(|event| matches!(
        event,
        ClientEvent::DialogsChanged { removed, .. } if removed == &[dialog_id(1)]
    )));
    assert_eq!(db.read(outbox::waiting), 0);
    assert_eq!(db.read(|db| receipts::due(db, 0, 10)), []);
    assert_eq!(
        db.read(|db| crate::store::search::messages(db, "gone", 10)),
        []
    );
}

#[test]
fn what_others_may_have_changed_is_found_without_a_scan() {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert(tx, &incoming(1, 10, "unread")));
    assert_eq!(db.read(|db| unsettled(db, 10)), [dialog_id(1)]);
    assert_eq!(db.read(|db| incomplete(db, 10)), []);
    assert!(db.write(|tx| home_of_room(tx, dialog_id(9))));
    assert_eq!(db.read(|db| incomplete(db, 10)), [dialog_id(9)]);
    assert_eq!(
        db.read(|db| with_opponent(db, user_id(2))),
        Some(dialog_id(1))
    );
    let home = |n| db.write(|tx| home_of_private(tx, dialog_id(n), user_id(2)));
    assert_eq!(home(1), Some(false));
    assert_eq!(home(2), None, "a group");
    assert_eq!(home(12), Some(true), "made, and to be asked for");
}

#[test]
fn roles_follow_from_owner_and_admins_and_say_who_may_write() {
    let db = TestDb::new();
    let record = |n: u32, owner: u64, admins: &[u64]| DialogRecord {
        owner: Some(user_id(owner)),
        details: Details {
            occupant_count: 4_711,
            admins: admins.iter().map(|&id| user_id(id)).collect(),
            fields: vec![Field {
                name: "location".to_owned(),
                value: "Sun \"bar\"".to_owned(),
            }],
            allow_preview: true,
        },
        ..dialog(n, DialogKind::Broadcast, &[])
    };
    db.write(|tx| {
        save(tx, &record(1, ME, &[2]))?;
        save(tx, &record(2, 2, &[ME, 3]))?;
        save(tx, &record(3, 2, &[3]))
    });
    let roles = [1, 2, 3]
        .map(|n| loaded(&db, n))
        .map(|d| (d.role, d.can_write));
    assert_eq!(
        roles,
        [
            (Role::Owner, true),
            (Role::Admin, true),
            (Role::Occupant, false)
        ]
    );
    let two = loaded(&db, 2);
    assert_eq!(two.admins, [ME, 3].map(user_id));
    assert_eq!((two.occupant_count, two.allow_preview), (4_711, true));
    assert_eq!(two.fields[0].value, "Sun \"bar\"");
    assert!(two.notifications);
    db.write(|tx| set_notifications(tx, dialog_id(2), false));
    // A later description says nothing about that.
    db.write(|tx| save(tx, &record(2, 2, &[])));
    let two = loaded(&db, 2);
    assert_eq!((two.role, two.notifications), (Role::Occupant, false));
}

#[test]
fn a_cleared_history_keeps_what_was_not_sent_and_what_came_meanwhile() {
    let db = TestDb::with_dialog();
    let place = |n: u32, seconds: i64| Position {
        seconds,
        id: message_id(n),
    };
    db.write(|tx| {
        messages::insert_batch(tx, &[incoming(1, 10, "old"), incoming(2, 20, "cleared")])?;
        outbox::enqueue(tx, &outgoing(3, 20, "still here"))?;
        ranges::add(tx, dialog_id(1), place(1, 10), place(2, 20))?;
        messages::insert_live(tx, &[incoming(4, 30, "came meanwhile")], |_| true)?;
        save(tx, &described(1, Some((2, 20, 2)), 2))
    });
    let ((), events) = db.write_events(|tx| clear_history(tx, dialog_id(1), place(9, 20)));
    let removed: usize = events
        .iter()
        .map(|event| {
            if let ClientEvent::MessagesChanged { removed, .. } = event {
                removed.len()
            } else {
                0
            }
        })
        .sum();
    assert_eq!(removed, 2);
    let window = db.read(|db| crate::store::window::newest(db, dialog_id(1), 10));
    let texts: Vec<_> = window.items.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["still here", "came meanwhile"]);
    assert_eq!(
        (window.before, window.after),
        (
            crate::store::window::Side::End,
            crate::store::window::Side::End
        ),
        "nothing older exists, nothing newer is missing"
    );
    let card = loaded(&db, 1);
    assert_eq!((card.unread, card.last.unwrap().id), (1, message_id(4)));
    assert_eq!(
        db.read(|db| crate::store::search::messages(db, "cleared", 5)),
        []
    );
    assert_eq!(db.read(outbox::waiting), 1);
}

#[test]
fn of_what_is_fetched_no_more_is_unread_than_the_server_counted() {
    let db = TestDb::with_dialog();
    let fetched = |n: u32| messages::MessageRecord {
        from_history: true,
        ..incoming(n, i64::from(n), "x")
    };
    let unread = |db: &TestDb| {
        let card = loaded(db, 1);
        (card.unread, card.first_unread)
    };
    // Someone who came late: the server counts none of what was there before.
    db.write(|tx| save(tx, &described(1, Some((5, 5, 2)), 0)));
    db.write(|tx| messages::insert_batch(tx, &[fetched(4), fetched(5)]));
    assert_eq!(unread(&db), (0, None));
    // Two more, of which the next page brings the newer one first.
    db.write(|tx| save(tx, &described(1, Some((9, 9, 2)), 2)));
    assert_eq!(unread(&db).0, 2);
    db.write(|tx| messages::insert_batch(tx, &[fetched(9)]));
    assert_eq!(unread(&db), (2, Some(message_id(9))));
    db.write(|tx| messages::insert_batch(tx, &[fetched(6), fetched(7), fetched(8)]));
    assert_eq!(unread(&db), (2, Some(message_id(8))));
    // What comes on the line adds to it, whatever its date.
    db.write(|tx| messages::insert_batch(tx, &[incoming(10, 10, "new"), incoming(3, 3, "late")]));
    assert_eq!(unread(&db), (4, Some(message_id(3))));
}

#[test]
fn a_group_that_is_lost_stays_for_what_was_not_sent_there_and_goes_with_the_last_of_it() {
    let db = TestDb::new();
    db.write(|tx| {
        for n in [1, 2] {
            save(tx, &dialog(n, DialogKind::Group, &[ME, 2]))?;
        }
        let mut waiting = outgoing(1, 10, "I bring the rope");
        waiting.dialog = dialog_id(1);
        outbox::enqueue(tx, &waiting)?;
        let mut later = outgoing(2, 11, "And a map");
        later.dialog = dialog_id(1);
        outbox::schedule(tx, &later, UnixMillis(99_000))?;
        lose(tx, dialog_id(1))?;
        lose(tx, dialog_id(2))
    });
    assert!(db.read(|db| load(db, dialog_id(2))).is_none());
    let kept = loaded(&db, 1);
    assert_eq!(kept.occupants, [user_id(2)]);
    assert!(db.read(|db| outbox::due(db, 0, 10)).is_empty());
    for n in [1, 2] {
        let message = db.read(|db| messages::load(db, message_id(n))).unwrap();
        let failure = message.failure.map(|failure| failure.kind);
        assert_eq!(failure, Some(FailureKind::NotMember), "{}", message.text);
    }
    // Looked at again by the next comparison, it is still there.
    db.write(|tx| lose(tx, dialog_id(1)));
    db.write(|tx| outbox::discard(tx, message_id(1)));
    assert_eq!(loaded(&db, 1).id, dialog_id(1));
    db.write(|tx| outbox::discard(tx, message_id(2)));
    assert!(db.read(|db| load(db, dialog_id(1))).is_none());
}
