use super::*;
use crate::model::{FailureKind, Message};
use crate::store::reactions::{Change, change};
use crate::store::testing::{ME, TestDb, dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::{dialogs, outbox, search};

const LATER: UnixMillis = UnixMillis(2_000_000);

fn no() -> Failure {
    Failure {
        kind: FailureKind::Refused,
        text: Some("no".to_owned()),
    }
}

/// Message 1 of this person, which the server has, and message 2 of the other one.
fn two_messages() -> TestDb {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        outbox::enqueue(tx, &outgoing(1, 1_000, "apples"))?;
        outbox::acked(tx, 1)?;
        messages::insert(tx, &incoming(2, 1_001, "plums"))?;
        dialogs::mark_all_read(tx, dialog_id(1))
    });
    db
}

fn message(db: &TestDb, n: u32) -> Option<Message> {
    db.read(|db| messages::load(db, message_id(n)))
}

fn waiting(db: &TestDb) -> Vec<Queued> {
    db.read(|db| due(db, 0, 100))
}

fn hits(db: &TestDb, word: &str) -> usize {
    db.read(|db| search::messages(db, word, 5)).len()
}

fn last_text(db: &TestDb) -> String {
    let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
    dialog.last.unwrap().text
}

fn edited(db: &TestDb, text: &str, stanza: u32) {
    db.write(|tx| edit(tx, message_id(1), text, Some(message_id(stanza)), LATER));
}

#[test]
fn a_new_text_is_there_at_once_and_waits_for_the_server() {
    let db = two_messages();
    edited(&db, "pears", 50);
    let shown = message(&db, 1).unwrap();
    assert_eq!(
        (shown.text.as_str(), shown.edited_at),
        ("pears", Some(LATER))
    );
    assert_eq!(shown.previous_text.as_deref(), Some("apples"));
    assert_eq!((hits(&db, "apples"), hits(&db, "pears")), (0, 1));
    let queue = waiting(&db);
    let wish = Wish::Edit {
        stanza: message_id(50),
    };
    assert_eq!((queue.len(), &queue[0].wish), (1, &wish));
    assert_eq!(queue[0].opponent, Some(user_id(2)));
    db.write(|tx| done(tx, &[queue[0].seq]));
    assert_eq!(waiting(&db), []);
}

#[test]
fn a_refused_text_brings_back_the_one_the_server_has_even_after_its_ack() {
    let db = two_messages();
    edited(&db, "pears", 50);
    // Written over before the server heard of the first.
    edited(&db, "grapes", 51);
    let queue = waiting(&db);
    assert_eq!(queue.len(), 1);
    assert_eq!(db.read(|db| by_stanza(db, message_id(50))), None);
    db.write(|tx| done(tx, &[queue[0].seq]));
    let (seq, _) = db.read(|db| by_stanza(db, message_id(51))).unwrap();
    db.write(|tx| refused(tx, seq, &no()));
    let shown = message(&db, 1).unwrap();
    assert_eq!((shown.text.as_str(), shown.edited_at), ("apples", None));
    assert_eq!((shown.previous_text, shown.failure), (None, Some(no())));
    assert_eq!(shown.status, Status::Sent);
    assert_eq!(hits(&db, "apples"), 1);
    // The next try takes the complaint away.
    edited(&db, "pears", 52);
    assert_eq!(message(&db, 1).unwrap().failure, None);
}

#[test]
fn what_the_server_does_not_have_is_not_talked_about() {
    let db = TestDb::with_dialog();
    db.write(|tx| outbox::enqueue(tx, &outgoing(1, 1_000, "apples")));
    edited(&db, "pears", 50);
    assert_eq!(waiting(&db), []);
    db.write(|tx| outbox::acked(tx, 1));
    assert_eq!(waiting(&db).len(), 1);
}

#[test]
fn an_unsent_text_is_just_another_one() {
    let db = TestDb::with_dialog();
    db.write(|tx| outbox::enqueue(tx, &outgoing(1, 1_000, "apples")));
    db.write(|tx| edit(tx, message_id(1), "pears", None, LATER));
    let shown = message(&db, 1).unwrap();
    assert_eq!((shown.text.as_str(), shown.edited_at), ("pears", None));
    assert_eq!(shown.previous_text, None);
    db.write(|tx| outbox::acked(tx, 1));
    assert_eq!(waiting(&db), []);
}

#[test]
fn deleted_for_me_is_out_of_sight_at_once_and_never_comes_back() {
    let db = two_messages();
    assert!(db.write(|tx| delete(tx, dialog_id(1), message_id(2), false)));
    assert_eq!(message(&db, 2), None);
    assert_eq!((hits(&db, "plums"), last_text(&db).as_str()), (0, "apples"));
    let queue = waiting(&db);
    let wish = Wish::Delete {
        for_everyone: false,
    };
    assert_eq!(queue[0].wish, wish);
    db.write(|tx| done(tx, &[queue[0].seq]));
    // An offline replay, or a page that was on its way.
    db.write(|tx| messages::insert(tx, &incoming(2, 1_001, "plums")));
    assert_eq!((message(&db, 2), hits(&db, "plums")), (None, 0));
    assert_eq!(waiting(&db), []);
}

#[test]
fn a_deletion_that_is_refused_brings_the_message_back() {
    for for_everyone in [false, true] {
        let db = two_messages();
        db.write(|tx| delete(tx, dialog_id(1), message_id(2), for_everyone));
        let queue = waiting(&db);
        db.write(|tx| refused(tx, queue[0].seq, &no()));
        let shown = message(&db, 2).unwrap();
        assert_eq!((shown.text.as_str(), shown.deleted), ("plums", false));
        assert_eq!(shown.failure, Some(no()));
        assert_eq!((hits(&db, "plums"), last_text(&db).as_str()), (1, "plums"));
    }
}

#[test]
fn deleted_for_everyone_leaves_a_line_and_survives_the_history() {
    let db = two_messages();
    db.write(|tx| delete(tx, dialog_id(1), message_id(1), true));
    assert!(message(&db, 1).unwrap().deleted);
    let queue = waiting(&db);
    db.write(|tx| done(tx, &[queue[0].seq]));
    let stale = messages::MessageRecord {
        status: Status::Sent,
        from_history: true,
        ..outgoing(1, 1_000, "apples")
    };
    db.write(|tx| messages::insert(tx, &stale));
    let shown = message(&db, 1).unwrap();
    assert_eq!((shown.text.as_str(), shown.deleted), ("", true));
    assert_eq!(hits(&db, "apples"), 0);
    assert!(!db.write(|tx| delete(tx, dialog_id(1), message_id(1), true)));
}

#[test]
fn the_last_wish_about_a_reaction_counts() {
    let db = two_messages();
    let shown = |db: &TestDb| {
        let message = message(db, 2).unwrap();
        let rows = message.reactions.into_iter();
        rows.map(|reaction| (reaction.emoji, reaction.count, reaction.mine))
            .collect::<Vec<_>>()
    };
    for is_on in [true, false, true] {
        db.write(|tx| react(tx, dialog_id(1), message_id(2), "👍", is_on));
    }
    assert_eq!(shown(&db), [("👍".to_owned(), 1, true)]);
    let queue = waiting(&db);
    assert_eq!(queue.len(), 1);
    // The echo of something older does not undo what is wanted now.
    let old = Change {
        message: message_id(2),
        dialog: dialog_id(1),
        user: user_id(ME),
        emoji: "👍".to_owned(),
        is_on: false,
    };
    db.write(|tx| change(tx, &old));
    // Nor does a page that does not know of it.
    let page = messages::MessageRecord {
        from_history: true,
        ..incoming(2, 1_001, "plums")
    };
    db.write(|tx| messages::insert(tx, &page));
    assert_eq!(shown(&db), [("👍".to_owned(), 1, true)]);
    db.write(|tx| refused(tx, queue[0].seq, &no()));
    assert_eq!(shown(&db), []);
}
