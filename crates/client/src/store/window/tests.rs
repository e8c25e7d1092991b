use super::*;
use crate::store::messages::{MessageRecord, insert_batch};
use crate::store::testing::{TestDb, dialog_id, incoming, message_id, outgoing};

fn place(n: u32) -> Position {
    Position {
        seconds: i64::from(n),
        id: message_id(n),
    }
}

/// Messages 1 to 5 and 8 to 9 are known, 6 and 7 are missing.
fn with_hole() -> TestDb {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        let batch: Vec<_> = [1, 2, 3, 4, 5, 8, 9]
            .map(|n| incoming(n, i64::from(n), "x"))
            .into();
        insert_batch(tx, &batch)?;
        ranges::add(tx, dialog_id(1), Position::BEGIN, place(5))?;
        ranges::add(tx, dialog_id(1), place(8), place(9))?;
        Ok(())
    });
    db
}

fn ids(window: &Window) -> Vec<MessageId> {
    window.items.iter().map(|message| message.id).collect()
}

fn check(window: &Window, items: &[u32], before: Side, after: Side) {
    let expected: Vec<MessageId> = items.iter().map(|&n| message_id(n)).collect();
    assert_eq!(
        (ids(window), window.before, window.after),
        (expected, before, after)
    );
}

#[test]
fn a_window_stops_at_a_hole() {
    let db = with_hole();
    let window = db.read(|db| newest(db, dialog_id(1), 10));
    check(&window, &[8, 9], Side::Unknown, Side::End);
    let window = db.read(|db| below(db, dialog_id(1), place(8), 10));
    check(&window, &[], Side::Unknown, Side::More);
    let window = db.read(|db| above(db, dialog_id(1), place(3), 10));
    check(&window, &[4, 5], Side::More, Side::Unknown);
}

#[test]
fn beyond_the_hole_the_cache_goes_on_when_nobody_can_be_asked() {
    let db = with_hole();
    let window = db.read(|db| below_hole(db, dialog_id(1), place(8), 3));
    check(&window, &[3, 4, 5], Side::More, Side::Unknown);
}

#[test]
fn the_beginning_of_a_dialog_is_an_end() {
    let db = with_hole();
    let window = db.read(|db| below(db, dialog_id(1), place(4), 10));
    check(&window, &[1, 2, 3], Side::End, Side::More);
    let window = db.read(|db| below(db, dialog_id(1), place(4), 3));
    check(&window, &[1, 2, 3], Side::End, Side::More);
    let window = db.read(|db| below(db, dialog_id(1), place(4), 2));
    check(&window, &[2, 3], Side::More, Side::More);
}

#[test]
fn waiting_messages_stand_at_the_end_and_are_no_hole() {
    let db = with_hole();
    db.write(|tx| crate::store::outbox::enqueue(tx, &outgoing(20, 20, "mine")));
    let window = db.read(|db| newest(db, dialog_id(1), 10));
    check(&window, &[8, 9, 20], Side::Unknown, Side::End);
    let window = db.read(|db| below(db, dialog_id(1), place(20), 10));
    check(&window, &[8, 9], Side::Unknown, Side::More);
    let window = db.read(|db| above(db, dialog_id(1), place(9), 10));
    check(&window, &[20], Side::More, Side::End);
}

#[test]
fn live_only_messages_are_shown_and_are_no_hole() {
    let db = with_hole();
    let live = MessageRecord {
        in_history: false,
        ..incoming(10, 10, "live only")
    };
    db.write(|tx| insert_batch(tx, &[live]));
    let window = db.read(|db| newest(db, dialog_id(1), 10));
    check(&window, &[8, 9, 10], Side::Unknown, Side::End);
}

#[test]
fn a_live_message_behind_a_hole_does_not_hide_it() {
    let db = with_hole();
    db.write(|tx| insert_batch(tx, &[incoming(12, 12, "live")]));
    let window = db.read(|db| newest(db, dialog_id(1), 10));
    check(&window, &[12], Side::Unknown, Side::End);
    let window = db.read(|db| above(db, dialog_id(1), place(9), 10));
    check(&window, &[], Side::More, Side::Unknown);
}

#[test]
fn what_only_the_server_has_leaves_the_end_open() {
    let db = with_hole();
    db.write(|tx| {
        let mut record = crate::store::testing::dialog(
            1,
            crate::model::DialogKind::Private,
            &[crate::store::testing::ME, 2],
        );
        record.last = Some(crate::store::dialogs::LastRecord {
            id: message_id(15),
            sender: crate::store::testing::user_id(2),
            text: "newer".to_owned(),
            sent_at: crate::model::UnixMillis::from_seconds(15),
            status: None,
        });
        dialogs::save(tx, &record)
    });
    let window = db.read(|db| newest(db, dialog_id(1), 10));
    check(&window, &[8, 9], Side::Unknown, Side::Unknown);
}

#[test]
fn around_puts_the_message_in_the_middle() {
    let db = with_hole();
    let window = db
        .read(|db| around(db, dialog_id(1), message_id(3), 3))
        .unwrap();
    check(&window, &[2, 3, 4], Side::More, Side::More);
    assert_eq!(
        db.read(|db| around(db, dialog_id(2), message_id(3), 3)),
        None,
        "another dialog"
    );
}

#[test]
fn the_place_right_behind_carries_over() {
    let id = |last: u8| {
        let mut bytes = [0xff; 12];
        bytes[11] = last;
        MessageId::new(crate::model::ObjectId::from_bytes(bytes))
    };
    let at = |id| Position { seconds: 7, id };
    assert_eq!(successor(at(id(3))), at(id(4)));
    assert_eq!(successor(at(id(0xff))), Position::start_of(8));
}
