use super::*;
use crate::model::{Failure, FailureKind};
use crate::store::messages::{forget, insert, load};
use crate::store::outbox;
use crate::store::testing::{ME, TestDb, dialog, dialog_id, incoming, message_id, user_id};

/// A line of person `sender` about group 2, of 1, 2 and 3.
fn line(n: u32, sender: u64, seconds: i64, line: SystemLine) -> LineRecord {
    LineRecord {
        id: message_id(n),
        dialog: dialog_id(2),
        sender: user_id(sender),
        sent_at: UnixMillis::from_seconds(seconds),
        line,
    }
}

fn renamed(name: &str) -> SystemLine {
    SystemLine::Renamed {
        name: name.to_owned(),
    }
}

fn stored(db: &TestDb, n: u32) -> Option<Message> {
    db.read(|db| load(db, message_id(n)))
}

#[test]
fn a_line_stands_among_the_messages_once_and_is_no_news() {
    let db = TestDb::with_dialog();
    let in_group = |n, seconds, text: &str| crate::store::messages::MessageRecord {
        dialog: dialog_id(2),
        ..incoming(n, seconds, text)
    };
    db.write(|tx| insert(tx, &in_group(1, 100, "before")));
    let told = line(2, 3, 150, renamed("Hiking"));
    let ((), events) = db.write_events(|tx| receive_line(tx, &told));
    assert_eq!(events.len(), 1, "the row of the list is as it was");
    db.write(|tx| receive_line(tx, &told));
    db.write(|tx| insert(tx, &in_group(3, 200, "after")));

    let page = db.read(|db| {
        crate::store::messages::page_below(
            db,
            dialog_id(2),
            crate::model::Position::END,
            crate::model::Position::BEGIN,
            10,
        )
    });
    let ids: Vec<MessageId> = page.iter().map(|message| message.id).collect();
    assert_eq!(ids, [1, 2, 3].map(message_id));
    assert_eq!(page[1].system, Some(renamed("Hiking")));
    assert_eq!((page[1].in_history, page[1].sender), (false, user_id(3)));
    assert_eq!(page[0].system, None);

    let card = db.read(|db| dialogs::load(db, dialog_id(2))).unwrap();
    assert_eq!(card.unread, 2);
    db.write(|tx| forget(tx, message_id(3)));
    let card = db.read(|db| dialogs::load(db, dialog_id(2))).unwrap();
    assert_eq!(
        card.last.unwrap().id,
        message_id(1),
        "a line is never the newest message"
    );
}

#[test]
fn only_people_of_the_dialog_leave_lines_in_it() {
    let db = TestDb::with_dialog();
    db.write(|tx| receive_line(tx, &line(1, 9, 100, renamed("Buy here"))));
    assert_eq!(stored(&db, 1), None, "person 9 is not in it");
    db.write(|tx| receive_line(tx, &line(2, 3, 100, SystemLine::Created)));
    assert_eq!(stored(&db, 2), None, "person 3 did not make it");
    db.write(|tx| receive_line(tx, &line(3, 3, 100, SystemLine::Left)));
    assert!(stored(&db, 3).is_some());
    let private = LineRecord {
        dialog: dialog_id(1),
        ..line(4, 2, 100, renamed("x"))
    };
    db.write(|tx| receive_line(tx, &private));
    assert_eq!(
        stored(&db, 4),
        None,
        "nothing but messages in a private one"
    );
}

#[test]
fn a_line_waits_for_the_description_of_its_dialog() {
    let db = TestDb::new();
    let added = || SystemLine::Added {
        users: vec![user_id(ME)],
    };
    db.write(|tx| receive_line(tx, &line(1, 3, 500, added())));
    db.write(|tx| receive_line(tx, &line(2, 9, 501, added())));
    // A message came first: what is known of the dialog does not say yet who is in it.
    db.write(|tx| dialogs::home_of_room(tx, dialog_id(2)));
    db.write(|tx| receive_line(tx, &line(3, 3, 502, renamed("Hiking"))));
    assert_eq!(stored(&db, 1), None);
    db.write(|tx| dialogs::save(tx, &dialog(2, DialogKind::Group, &[ME, 3])));
    assert_eq!(stored(&db, 1).unwrap().system, Some(added()));
    assert_eq!(stored(&db, 2), None, "person 9 is not in it");
    assert!(stored(&db, 3).is_some());
    let card = db.read(|db| dialogs::load(db, dialog_id(2))).unwrap();
    assert_eq!(
        card.last_activity,
        UnixMillis::from_seconds(500),
        "new to this person, and where new things are"
    );
}

#[test]
fn the_beginning_of_a_dialog_stands_before_what_was_said_in_the_same_second() {
    let db = TestDb::new();
    let made = dialogs::DialogRecord {
        created_at: Some(UnixMillis::from_seconds(500)),
        ..dialog(2, DialogKind::Group, &[ME, 3])
    };
    db.write(|tx| dialogs::save(tx, &made));
    // Ids are no help within a second: this one is greater than that of the answer.
    db.write(|tx| add_line(tx, &line(9, ME, 503, SystemLine::Created)));
    assert_eq!(
        stored(&db, 9).unwrap().sent_at,
        UnixMillis::from_seconds(498)
    );
}

#[test]
fn lines_about_unknown_dialogs_are_bounded() {
    let db = TestDb::new();
    for n in 0..300 {
        db.write(|tx| receive_line(tx, &line(n, 3, 500, SystemLine::PhotoChanged)));
    }
    let count = db.read(|db| {
        db.one(
            "SELECT count(*) FROM early_lines WHERE dialog = ?1",
            [Oid::from(dialog_id(2))],
            |row| Ok(row.get::<_, i64>(0)?),
        )
    });
    assert_eq!(count, Some(EARLY_LINES));
}

#[test]
fn a_message_that_came_back_does_not_fail_its_line() {
    let db = TestDb::with_dialog();
    db.write(|tx| add_line(tx, &line(1, ME, 100, SystemLine::PhotoChanged)));
    let refused = Failure {
        kind: FailureKind::Blocked,
        text: None,
    };
    assert!(!db.write(|tx| outbox::fail(tx, message_id(1), &refused)));
    assert_eq!(stored(&db, 1).unwrap().status, Status::Read);
    assert_eq!(db.read(|db| outbox::attempts(db, message_id(1))), None);
}
