use super::*;
use crate::model::FailureKind;
use crate::store::testing::{TestDb, dialog_id, incoming, message_id, outgoing, user_id};

fn status(db: &TestDb, n: u32) -> Status {
    db.read(|db| messages::load(db, message_id(n)))
        .unwrap()
        .status
}

/// What would be sent now, in the order of sending.
fn next(db: &TestDb) -> Vec<Queued> {
    db.read(|db| {
        let rows = due(db, 0, 10)?;
        let seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
        queued(db, &seqs)
    })
}

fn refusal() -> Failure {
    Failure {
        kind: FailureKind::Refused,
        text: Some("blocked".to_owned()),
    }
}

#[test]
fn a_queued_message_is_pending_until_the_server_has_it() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue(tx, &outgoing(1, 10, "hi")));
    assert_eq!((status(&db, 1), db.read(waiting)), (Status::Pending, 1));
    let queue = next(&db);
    assert_eq!(queue[0].opponent, Some(user_id(2)));
    db.write(|tx| acked(tx, queue[0].seq));
    assert_eq!((status(&db, 1), db.read(waiting)), (Status::Sent, 0));
}

#[test]
fn the_order_of_writing_is_the_order_of_sending() {
    let db = TestDb::with_dialog();
    // The later one has the earlier date, as after a correction of the clock.
    db.write(|tx| enqueue(tx, &outgoing(2, 20, "first")));
    db.write(|tx| enqueue(tx, &outgoing(1, 10, "second")));
    let texts: Vec<String> = next(&db).into_iter().map(|row| row.message.text).collect();
    assert_eq!(texts, ["first", "second"]);
}

#[test]
fn a_refusal_parks_the_message_whether_the_ack_came_before_or_after() {
    for ack_first in [true, false] {
        let db = TestDb::with_dialog();
        db.write(|tx| enqueue(tx, &outgoing(1, 10, "hi")));
        if ack_first {
            db.write(|tx| acked(tx, 1));
        }
        assert!(db.write(|tx| fail(tx, message_id(1), &refusal())));
        if !ack_first {
            db.write(|tx| acked(tx, 1));
        }
        let message = db.read(|db| messages::load(db, message_id(1))).unwrap();
        assert_eq!(
            (message.status, message.failure),
            (Status::Failed, Some(refusal()))
        );
        assert_eq!(db.read(waiting), 0);
        assert!(
            db.read(|db| dialogs::load(db, dialog_id(1)))
                .unwrap()
                .unsent
        );
    }
}

#[test]
fn a_message_that_reached_someone_does_not_fail_any_more() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue(tx, &outgoing(1, 10, "hi")));
    db.write(|tx| messages::marked(tx, message_id(1), user_id(2), Status::Delivered));
    assert!(!db.write(|tx| fail(tx, message_id(1), &refusal())));
    assert_eq!(status(&db, 1), Status::Delivered);
}

#[test]
fn trying_later_survives_the_acknowledgement_of_the_refused_stanza() {
    for ack_first in [true, false] {
        let db = TestDb::with_dialog();
        db.write(|tx| enqueue(tx, &outgoing(1, 10, "hi")));
        if ack_first {
            db.write(|tx| acked(tx, 1));
        }
        assert!(db.write(|tx| postpone(tx, message_id(1), UnixMillis(99))));
        if !ack_first {
            db.write(|tx| acked(tx, 1));
        }
        assert_eq!((status(&db, 1), db.read(waiting)), (Status::Pending, 1));
        let queue = db.read(|db| due(db, 0, 10));
        assert_eq!(queue[0].not_before, UnixMillis(99));
        assert_eq!(db.read(|db| attempts(db, message_id(1))), Some(1));
    }
}

#[test]
fn retry_keeps_the_id_and_clears_the_failure() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue(tx, &outgoing(1, 10, "hi")));
    db.write(|tx| fail(tx, message_id(1), &refusal()));
    assert!(db.write(|tx| retry(tx, message_id(1))));
    let message = db.read(|db| messages::load(db, message_id(1))).unwrap();
    assert_eq!((message.status, message.failure), (Status::Pending, None));
    assert_eq!(db.read(waiting), 1);
    assert!(
        !db.write(|tx| retry(tx, message_id(1))),
        "it has not failed"
    );
}

#[test]
fn discarding_gives_the_message_back_once_and_only_of_unsent_messages() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue(tx, &outgoing(1, 10, "typo")));
    db.write(|tx| fail(tx, message_id(1), &refusal()));
    assert_eq!(
        db.write(|tx| discard(tx, message_id(1)))
            .map(|message| message.text),
        Some("typo".to_owned())
    );
    assert_eq!(db.write(|tx| discard(tx, message_id(1))), None);
    db.write(|tx| messages::insert(tx, &incoming(2, 11, "theirs")));
    assert_eq!(db.write(|tx| discard(tx, message_id(2))), None);
}

#[test]
fn every_failed_message_that_can_succeed_is_tried_again_at_once() {
    let db = TestDb::with_dialog();
    let kinds = [
        FailureKind::Server,
        FailureKind::Blocked,
        FailureKind::TooLarge,
        FailureKind::NotMember,
    ];
    for (n, kind) in (1..).zip(kinds) {
        db.write(|tx| enqueue(tx, &outgoing(n, 10, "hi")));
        let failure = Failure { kind, text: None };
        db.write(|tx| fail(tx, message_id(n), &failure));
    }
    assert_eq!(db.write(retry_all), 2);
    let statuses = [1, 2, 3, 4].map(|n| status(&db, n));
    let (pending, failed) = (Status::Pending, Status::Failed);
    assert_eq!(statuses, [pending, pending, failed, failed]);
}

#[test]
fn trying_now_ends_the_waits_the_server_asked_for_and_no_others() {
    let db = TestDb::with_dialog();
    db.write(|tx| enqueue(tx, &outgoing(1, 10, "retried")));
    db.write(|tx| postpone(tx, message_id(1), UnixMillis(99)));
    db.write(|tx| enqueue_until(tx, &outgoing(2, 11, "undo"), UnixMillis(98)));
    db.write(|tx| schedule(tx, &outgoing(3, 12, "later"), UnixMillis(97)));
    db.write(try_now);
    let waits: Vec<i64> = db
        .read(|db| due(db, 0, 10))
        .iter()
        .map(|row| row.not_before.0)
        .collect();
    assert_eq!(waits, [0, 98, 97]);
}
