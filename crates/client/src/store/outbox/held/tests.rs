use super::*;
use crate::model::{Dialog, Message, Status};
use crate::store::outbox::{discard, due, fail, unsent, waiting};
use crate::store::testing::{TestDb, dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::{search, window};

const LATER: UnixMillis = UnixMillis(5_000_000);

fn loaded(db: &TestDb, n: u32) -> Message {
    db.read(|db| messages::load(db, message_id(n))).unwrap()
}

fn dialog(db: &TestDb) -> Dialog {
    db.read(|db| dialogs::load(db, dialog_id(1))).unwrap()
}

/// The texts of the dialog as a screen shows them.
fn shown(db: &TestDb) -> Vec<String> {
    let page = db.read(|db| window::newest(db, dialog_id(1), 50));
    page.items.into_iter().map(|message| message.text).collect()
}

fn with_scheduled() -> TestDb {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert(tx, &incoming(1, 100, "now")));
    // Dated with the moment it is planned for.
    db.write(|tx| schedule(tx, &outgoing(2, 5_000, "apples"), LATER));
    db
}

#[test]
fn a_scheduled_message_is_not_part_of_its_dialog_until_it_goes() {
    let db = with_scheduled();
    let before = dialog(&db);
    assert_eq!(before.last.unwrap().id, message_id(1));
    assert_eq!(before.last_activity, UnixMillis::from_seconds(100));
    assert_eq!((before.scheduled, db.read(waiting)), (1, 0));
    assert_eq!(shown(&db), ["now"]);
    assert!(db.read(|db| search::messages(db, "apples", 5)).is_empty());
    assert_eq!(loaded(&db, 2).hold, Some(Hold::Scheduled { at: LATER }));
    assert_eq!(db.read(unsent).len(), 1);

    let seq = db.read(|db| due(db, 0, 10))[0].seq;
    let now = UnixMillis::from_seconds(300);
    assert!(db.write(|tx| release(tx, seq, now)));
    let message = loaded(&db, 2);
    assert_eq!((message.sent_at, message.hold), (now, None));
    assert_eq!(message.status, Status::Pending);
    let after = dialog(&db);
    assert_eq!(after.last.unwrap().id, message_id(2));
    assert_eq!((after.last_activity, after.scheduled), (now, 0));
    assert_eq!(shown(&db), ["now", "apples"]);
    let hits = db.read(|db| search::messages(db, "apples", 5));
    assert_eq!(hits.len(), 1, "found once, by its new place");
    assert_eq!(db.read(waiting), 1);
}

#[test]
fn a_message_that_goes_stands_behind_what_came_while_it_waited() {
    let db = with_scheduled();
    // The other side's clock is ahead by a little.
    db.write(|tx| messages::insert(tx, &incoming(3, 320, "ahead")));
    let seq = db.read(|db| due(db, 0, 10))[0].seq;
    db.write(|tx| release(tx, seq, UnixMillis::from_seconds(300)));
    assert_eq!(shown(&db), ["now", "ahead", "apples"]);
}

#[test]
fn the_text_and_the_time_of_a_scheduled_message_change_in_place() {
    let db = with_scheduled();
    db.write(|tx| messages::edit_now(tx, message_id(2), "pears", None));
    assert!(db.write(|tx| reschedule(tx, message_id(2), UnixMillis(1))));
    let message = loaded(&db, 2);
    assert_eq!(message.text, "pears");
    assert_eq!(message.hold, Some(Hold::Scheduled { at: UnixMillis(1) }));
    assert_eq!(db.read(|db| due(db, 0, 10))[0].not_before, UnixMillis(1));
    assert_eq!(shown(&db), ["now"]);
    assert!(db.read(|db| search::messages(db, "pears", 5)).is_empty());
    assert!(
        !db.write(|tx| reschedule(tx, message_id(1), LATER)),
        "it is theirs"
    );
}

#[test]
fn a_scheduled_message_can_be_cancelled() {
    let db = with_scheduled();
    let given_back = db.write(|tx| discard(tx, message_id(2))).unwrap();
    assert_eq!(given_back.text, "apples");
    assert!(db.read(unsent).is_empty());
    assert_eq!(dialog(&db).scheduled, 0);
    assert_eq!(dialog(&db).last.unwrap().id, message_id(1));
}

#[test]
fn clearing_the_history_leaves_what_is_to_be_sent_later() {
    let db = with_scheduled();
    db.write(|tx| dialogs::clear_history(tx, dialog_id(1), Position::END));
    assert_eq!(db.read(unsent).len(), 1);
    assert_eq!(dialog(&db).last, None);
}

#[test]
fn a_message_that_can_be_taken_back_is_one_of_its_dialog() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue_until(tx, &outgoing(1, 100, "oops"), LATER));
    assert_eq!(shown(&db), ["oops"]);
    assert_eq!(loaded(&db, 1).hold, Some(Hold::Undo { until: LATER }));
    assert_eq!((dialog(&db).scheduled, db.read(waiting)), (0, 1));
    let row = db.read(|db| due(db, 0, 10))[0];
    assert_eq!(
        (row.not_before, row.hold),
        (LATER, Some(Hold::Undo { until: LATER }))
    );
}

#[test]
fn what_was_not_taken_back_keeps_its_date_unless_something_came_behind_it() {
    for came in [false, true] {
        let db = TestDb::with_dialog();
        db.write(|tx| enqueue_until(tx, &outgoing(1, 100, "mine"), LATER));
        db.write(|tx| enqueue_until(tx, &outgoing(2, 101, "mine, too"), LATER));
        if came {
            db.write(|tx| messages::insert(tx, &incoming(3, 102, "theirs")));
        }
        for row in db.read(|db| due(db, 0, 10)) {
            db.write(|tx| release(tx, row.seq, UnixMillis::from_seconds(105)));
        }
        let expected: &[&str] = if came {
            &["theirs", "mine", "mine, too"]
        } else {
            &["mine", "mine, too"]
        };
        assert_eq!(shown(&db), expected);
        let date = loaded(&db, 1).sent_at.seconds();
        assert_eq!(date, if came { 105 } else { 100 });
        assert!(
            db.read(|db| due(db, 0, 10))
                .iter()
                .all(|row| row.hold.is_none())
        );
    }
}

#[test]
fn closing_lets_go_of_what_could_be_taken_back_and_of_nothing_else() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue_until(tx, &outgoing(1, 100, "undo"), LATER));
    db.write(|tx| schedule(tx, &outgoing(2, 5_000, "later"), LATER));
    assert_eq!(db.write(let_go), [message_id(1)]);
    let waits: Vec<UnixMillis> = db
        .read(|db| due(db, 0, 10))
        .iter()
        .map(|row| row.not_before)
        .collect();
    assert_eq!(waits, [UnixMillis(0), LATER]);
}

#[test]
fn a_refused_message_waits_for_nothing_but_a_decision() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue_until(tx, &outgoing(1, 100, "undo"), LATER));
    let failure = crate::model::Failure {
        kind: crate::model::FailureKind::Refused,
        text: None,
    };
    db.write(|tx| fail(tx, message_id(1), &failure));
    assert_eq!(loaded(&db, 1).hold, None);
    assert!(!db.write(|tx| release(tx, 1, LATER)), "its row is gone");
    assert_eq!(loaded(&db, 1).sender, user_id(crate::store::testing::ME));
}
