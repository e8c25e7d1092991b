use proptest::prelude::*;

use super::*;
use crate::events::ClientEvent;
use crate::store::outbox;
use crate::store::testing::{ME, TestDb, dialog_id, incoming, message_id, outgoing, user_id};

fn history(record: MessageRecord, delivered: &[u64], read: &[u64]) -> MessageRecord {
    MessageRecord {
        status: Status::Sent,
        from_history: true,
        delivered_to: delivered.iter().map(|&id| user_id(id)).collect(),
        read_by: read.iter().map(|&id| user_id(id)).collect(),
        ..record
    }
}

/// Person 2 makes this of message 1.
fn correction(text: &str) -> Correction {
    Correction {
        message: message_id(1),
        dialog: dialog_id(1),
        by: user_id(2),
        text: text.to_owned(),
        extra: ExtraParams::new(),
        at: UnixMillis::from_seconds(2_000),
    }
}

fn receipts_queued(db: &TestDb) -> Vec<(Kind, MessageId)> {
    db.read(|db| receipts::due(db, 0, 100))
        .into_iter()
        .map(|receipt| (receipt.kind, receipt.message))
        .collect()
}

#[test]
fn a_new_message_moves_its_dialog_and_is_owed_a_marker() {
    let db = TestDb::with_dialog();
    let (stored, events) = db.write_events(|tx| insert(tx, &incoming(1, 1_000, "hello")));
    assert_eq!(stored, Stored::New);
    let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
    assert_eq!(dialog.unread, 1);
    assert_eq!(dialog.first_unread, Some(message_id(1)));
    assert_eq!(dialog.last.as_ref().unwrap().text, "hello");
    assert_eq!(dialog.last_activity, UnixMillis::from_seconds(1_000));
    assert_eq!(receipts_queued(&db), [(Kind::Received, message_id(1))]);
    assert!(events.iter().any(|event| matches!(
        event,
        ClientEvent::MessagesChanged { messages, .. } if messages.len() == 1
    )));
}

#[test]
fn a_copy_changes_nothing_and_queues_nothing() {
    let db = TestDb::with_dialog();
    db.write(|tx| insert(tx, &incoming(1, 1_000, "hello")));
    db.write(|tx| receipts::done(tx, &[1]));
    let (stored, events) = db.write_events(|tx| insert(tx, &incoming(1, 1_000, "hello")));
    assert_eq!(stored, Stored::Known);
    assert_eq!(events, []);
    assert_eq!(receipts_queued(&db), []);
}

#[test]
fn late_delivery_receipt_does_not_undo_read() {
    let db = TestDb::with_dialog();
    db.write(|tx| outbox::enqueue(tx, &outgoing(1, 1_000, "hi")));
    db.write(|tx| marked(tx, message_id(1), user_id(2), Status::Read));
    db.write(|tx| marked(tx, message_id(1), user_id(2), Status::Delivered));
    let message = db.read(|db| load(db, message_id(1))).unwrap();
    assert_eq!(message.status, Status::Read);
    assert_eq!(message.read_by, [user_id(2)]);
    let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
    assert_eq!(dialog.last.unwrap().status, Some(Status::Read));
}

#[test]
fn a_stranger_cannot_take_over_an_id() {
    let db = TestDb::with_dialog();
    db.write(|tx| insert(tx, &history(outgoing(1, 1_000, "mine"), &[ME], &[ME])));
    let forged = MessageRecord {
        from_history: true,
        ..incoming(1, 1_000, "forged")
    };
    db.write(|tx| insert(tx, &forged));
    db.write(|tx| correct(tx, &correction("forged")));
    assert_eq!(db.read(|db| load(db, message_id(1))).unwrap().text, "mine");
}

#[test]
fn an_edit_reaches_the_text_the_list_and_the_search() {
    let db = TestDb::with_dialog();
    db.write(|tx| insert(tx, &incoming(1, 1_000, "apples")));
    db.write(|tx| correct(tx, &correction("pears")));
    let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
    assert_eq!(dialog.last.unwrap().text, "pears");
    let hits = |word: &str| {
        db.read(|db| crate::store::search::messages(db, word, 5))
            .len()
    };
    assert_eq!((hits("apples"), hits("pears")), (0, 1));
}

#[test]
fn what_another_device_has_shown_is_not_unread_here() {
    let db = TestDb::with_dialog();
    db.write(|tx| insert(tx, &incoming(1, 1_000, "a")));
    db.write(|tx| insert(tx, &incoming(2, 1_001, "b")));
    db.write(|tx| marked(tx, message_id(1), user_id(ME), Status::Read));
    let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
    assert_eq!(
        (dialog.unread, dialog.first_unread),
        (1, Some(message_id(2)))
    );
}

#[test]
fn dates_no_clock_should_tell_keep_the_cache_whole() {
    let db = TestDb::with_dialog();
    db.write(|tx| insert(tx, &incoming(1, i64::MIN, "past")));
    db.write(|tx| insert(tx, &incoming(2, i64::MAX, "future")));
    let page = db.read(|db| page_below(db, dialog_id(1), Position::END, Position::BEGIN, 10));
    let texts: Vec<&str> = page.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["past", "future"]);
}

#[test]
fn messages_of_one_second_stand_by_id() {
    let db = TestDb::with_dialog();
    for n in [3, 1, 2] {
        db.write(|tx| insert(tx, &incoming(n, 1_000, "x")));
    }
    let page = db.read(|db| page_below(db, dialog_id(1), Position::END, Position::BEGIN, 10));
    let ids: Vec<_> = page.iter().map(|message| message.id).collect();
    assert_eq!(ids, [message_id(1), message_id(2), message_id(3)]);
}

#[test]
fn markers_of_strangers_do_not_fill_the_disk() {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        for n in 0..1_200 {
            marked(tx, message_id(10_000 + n), user_id(2), Status::Read)?;
        }
        Ok(())
    });
    let kept = db.read(|db| {
        db.one("SELECT count(*) FROM early_markers", [], |row| {
            Ok(row.get::<_, i64>(0)?)
        })
    });
    assert_eq!(kept, Some(1_000));
}

/// Everything that can bring a message of this person, or news of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    Ack,
    Reflection,
    Resend,
    History,
    Delivered,
    Read,
}

/// Everything that can bring a message of someone else, or news of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    Live,
    OfflineReplay,
    History,
    ReadElsewhere,
}

fn shuffled<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Vec<T>> {
    // Each at least once, some twice, in any order.
    let twice: Vec<T> = all.to_vec();
    let all = all.to_vec();
    prop::sample::subsequence(twice, 0..=all.len()).prop_flat_map(move |again| {
        let mut events = all.clone();
        events.extend(again);
        Just(events).prop_shuffle()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// However the news of one own message come in, it is there once, read, and nothing waits.
    #[test]
    fn every_order_of_news_of_an_own_message_ends_the_same(
        queued_here in any::<bool>(),
        events in shuffled(&[
            Own::Ack, Own::Reflection, Own::Resend, Own::History, Own::Delivered, Own::Read,
        ]),
    ) {
        let db = TestDb::with_dialog();
        let own = outgoing(1, 1_000, "hi");
        if queued_here {
            db.write(|tx| outbox::enqueue(tx, &own));
        }
        for event in events {
            db.write(|tx| match event {
                Own::Ack => outbox::acked(tx, 1).map(drop),
                Own::Reflection => {
                    insert(tx, &MessageRecord { status: Status::Sent, ..own.clone() }).map(drop)
                }
                // The task hands the same row over again; the cache is asked for it only.
                Own::Resend => outbox::due(tx, 0, 10).map(drop),
                Own::History => {
                    insert(tx, &history(own.clone(), &[ME, 2], &[ME])).map(drop)
                }
                Own::Delivered => marked(tx, message_id(1), user_id(2), Status::Delivered),
                Own::Read => marked(tx, message_id(1), user_id(2), Status::Read),
            });
        }
        let message = db.read(|db| load(db, message_id(1))).unwrap();
        prop_assert_eq!(message.status, Status::Read);
        prop_assert_eq!(message.delivered_to, [user_id(2)]);
        prop_assert_eq!(message.read_by, [user_id(2)]);
        prop_assert_eq!(db.read(outbox::waiting), 0);
        let page = db.read(|db| page_below(db, dialog_id(1), Position::END, Position::BEGIN, 10));
        prop_assert_eq!(page.len(), 1);
        let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
        prop_assert_eq!(dialog.unread, 0);
        prop_assert_eq!(dialog.last.unwrap().status, Some(Status::Read));
        prop_assert_eq!(receipts_queued(&db), []);
        let hits = db.read(|db| crate::store::search::messages(db, "hi", 5));
        prop_assert_eq!(hits.len(), 1);
    }

    /// However the news of a message of someone else come in, it is there once, read, and its
    /// author is told at most once.
    #[test]
    fn every_order_of_news_of_their_message_ends_the_same(
        events in shuffled(&[
            Theirs::Live, Theirs::OfflineReplay, Theirs::History, Theirs::ReadElsewhere,
        ]),
    ) {
        let db = TestDb::with_dialog();
        let theirs = incoming(1, 1_000, "hi");
        for event in events {
            db.write(|tx| match event {
                Theirs::Live | Theirs::OfflineReplay => insert(tx, &theirs).map(drop),
                Theirs::History => insert(tx, &history(theirs.clone(), &[2], &[2])).map(drop),
                Theirs::ReadElsewhere => marked(tx, message_id(1), user_id(ME), Status::Read),
            });
        }
        let message = db.read(|db| load(db, message_id(1))).unwrap();
        prop_assert_eq!(message.status, Status::Read);
        let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
        prop_assert_eq!((dialog.unread, dialog.first_unread), (0, None));
        prop_assert_eq!(receipts_queued(&db), [(Kind::Received, message_id(1))]);
    }
}
