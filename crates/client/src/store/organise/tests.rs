use super::*;
use crate::model::{Dialog, DialogKind, DialogQuery};
use crate::store::dialogs::{DialogRecord, LastRecord, save};
use crate::store::messages;
use crate::store::testing::{
    ME, TestDb, dialog, dialog_id, incoming, message_id, outgoing, user_id,
};

fn loaded(db: &TestDb, n: u32) -> Dialog {
    db.read(|db| dialogs::load(db, dialog_id(n))).unwrap()
}

fn with_dialogs(count: u32) -> TestDb {
    let db = TestDb::new();
    db.write(|tx| {
        for n in 1..=count {
            save(tx, &dialog(n, DialogKind::Private, &[ME, u64::from(n) + 1]))?;
        }
        Ok(())
    });
    db
}

#[test]
fn pinned_dialogs_come_with_the_first_page_and_keep_their_order() {
    let db = with_dialogs(9);
    db.write(|tx| pin(tx, &[dialog_id(2), dialog_id(1)], true));
    db.write(|tx| pin(tx, &[dialog_id(9), dialog_id(2), dialog_id(77)], true));
    let page = db.read(|db| {
        dialogs::page(
            db,
            DialogQuery {
                after: None,
                limit: 3,
            },
        )
    });
    let ids: Vec<DialogId> = page.items.iter().map(|dialog| dialog.id).collect();
    assert_eq!(ids, [9, 8, 7, 2, 1].map(dialog_id));
    assert_eq!(
        page.next.unwrap().dialog,
        dialog_id(7),
        "the list goes on where it was"
    );
    let places = |db: &TestDb| [2, 1, 9].map(|n| loaded(db, n).pinned);
    assert_eq!(places(&db), [Some(0), Some(1), Some(2)]);
    db.write(|tx| pin(tx, &[dialog_id(1)], false));
    assert_eq!(places(&db), [Some(0), None, Some(2)]);
    assert_eq!(db.read(pinned), [2, 9].map(dialog_id));
}

#[test]
fn a_message_of_someone_else_brings_an_archived_dialog_back_unless_it_is_muted() {
    let db = with_dialogs(1);
    let one = dialog_id(1);
    let archived = |db: &TestDb| loaded(db, 1).archived;
    db.write(|tx| archive(tx, &[one], true));
    db.write(|tx| messages::insert(tx, &outgoing(1, 100, "mine")));
    assert!(archived(&db), "one's own words are no reason");

    db.write(|tx| messages::insert(tx, &incoming(2, 50, "older than the newest")));
    assert!(archived(&db));

    assert!(db.write(|tx| mute(tx, one, Some(UnixMillis::from_seconds(300)))));
    db.write(|tx| messages::insert(tx, &incoming(3, 200, "while it is quiet")));
    assert!(archived(&db));

    let (_, events) =
        db.write_events(|tx| messages::insert(tx, &incoming(4, 300, "after the silence")));
    assert!(!archived(&db));
    assert!(format!("{events:?}").contains("archived: false"));

    db.write(|tx| archive(tx, &[one], true));
    db.write(|tx| mute(tx, one, Some(Dialog::MUTED_FOR_GOOD)));
    db.write(|tx| messages::insert(tx, &incoming(5, 400, "into the silence")));
    assert!(archived(&db));
    assert_eq!(loaded(&db, 1).muted_until, Some(Dialog::MUTED_FOR_GOOD));
    db.write(|tx| mute(tx, one, None));
    assert_eq!(loaded(&db, 1).muted_until, None);
}

#[test]
fn what_is_told_of_a_dialog_is_chosen_for_each() {
    let db = TestDb::with_dialog();
    let one = dialog_id(1);
    assert_eq!(loaded(&db, 1).alerts, Alerts::Usual);
    let (known, events) = db.write_events(|tx| choose_alerts(tx, one, Alerts::Mentions));
    assert!(known);
    assert!(format!("{events:?}").contains("alerts: Mentions"));
    db.write(|tx| mute(tx, one, Some(Dialog::MUTED_FOR_GOOD)));
    assert_eq!(
        loaded(&db, 1).alerts,
        Alerts::Mentions,
        "a mute is another thing"
    );
    db.write(|tx| choose_alerts(tx, one, Alerts::Usual));
    assert_eq!(loaded(&db, 1).alerts, Alerts::Usual);
    assert!(!db.write(|tx| choose_alerts(tx, dialog_id(9), Alerts::Nothing)));
}

#[test]
fn a_description_with_something_new_and_unread_brings_a_dialog_back() {
    let db = with_dialogs(1);
    let told = |seconds: i64, sender: u64, unread: u32| DialogRecord {
        last: Some(LastRecord {
            id: message_id(9),
            sender: user_id(sender),
            text: "there".to_owned(),
            sent_at: UnixMillis::from_seconds(seconds),
            status: None,
        }),
        unread: Some(unread),
        ..dialog(1, DialogKind::Private, &[ME, 2])
    };
    db.write(|tx| archive(tx, &[dialog_id(1)], true));
    db.write(|tx| save(tx, &told(10, 2, 0)));
    assert!(loaded(&db, 1).archived, "read on another device");
    db.write(|tx| save(tx, &told(10, 2, 1)));
    assert!(loaded(&db, 1).archived, "nothing new");
    db.write(|tx| save(tx, &told(20, 2, 1)));
    assert!(!loaded(&db, 1).archived);
}

#[test]
fn a_mark_by_hand_goes_with_the_next_look() {
    let db = with_dialogs(1);
    let one = dialog_id(1);
    db.write(|tx| mark_unread(tx, &[one], true));
    assert!(loaded(&db, 1).marked_unread);
    db.write(|tx| mark_unread(tx, &[one], false));
    assert!(!loaded(&db, 1).marked_unread, "an empty dialog, too");

    db.write(|tx| messages::insert(tx, &incoming(1, 100, "one")));
    db.write(|tx| messages::insert(tx, &incoming(2, 101, "two")));
    db.write(|tx| mark_unread(tx, &[one], true));
    db.write(|tx| mark_unread(tx, &[one], false));
    let dialog = loaded(&db, 1);
    assert_eq!((dialog.unread, dialog.marked_unread), (0, false));

    db.write(|tx| mark_unread(tx, &[one], true));
    let place = db.read(|db| messages::place(db, message_id(2))).unwrap().1;
    db.write(|tx| dialogs::mark_read(tx, one, place));
    assert!(!loaded(&db, 1).marked_unread, "nothing was unread");
}

#[test]
fn the_arrangement_of_a_dialog_outlives_it() {
    let db = with_dialogs(1);
    let one = dialog_id(1);
    db.write(|tx| {
        pin(tx, &[one], true)?;
        mute(tx, one, Some(Dialog::MUTED_FOR_GOOD))
    });
    db.write(|tx| dialogs::remove(tx, one));
    assert!(!db.write(|tx| mute(tx, one, None)), "nothing to say of it");
    db.write(|tx| dialogs::home_of_private(tx, one, user_id(2)));
    let back = loaded(&db, 1);
    assert_eq!(back.pinned, Some(0));
    assert_eq!(back.muted_until, Some(Dialog::MUTED_FOR_GOOD));
}

#[test]
fn everything_can_be_read_at_once_and_mentions_go_with_it() {
    let db = with_dialogs(3);
    let mut naming = incoming(1, 100, "you");
    naming.extra.set("mentions", ME.to_string());
    db.write(|tx| messages::insert(tx, &naming));
    assert!(loaded(&db, 1).mention);
    db.write(|tx| mark_unread(tx, &[dialog_id(2)], true));
    assert_eq!(db.write(dialogs::mark_everything_read), 2);
    for n in 1..=3 {
        let dialog = loaded(&db, n);
        assert_eq!(
            (dialog.unread, dialog.mention, dialog.marked_unread),
            (0, false, false)
        );
    }
    assert_eq!(db.write(dialogs::mark_everything_read), 0);
}

#[test]
fn a_mention_that_comes_with_a_change_of_the_text_counts() {
    let db = with_dialogs(1);
    db.write(|tx| messages::insert(tx, &incoming(1, 100, "hello")));
    assert!(!loaded(&db, 1).mention);
    let mut extra = cubist_protocol::ext::extra_params::ExtraParams::new();
    extra.set("mentions", ME.to_string());
    let correction = messages::Correction {
        message: message_id(1),
        dialog: dialog_id(1),
        by: user_id(2),
        text: "hello, you".to_owned(),
        extra,
        at: UnixMillis(200_000),
    };
    db.write(|tx| messages::correct(tx, &correction));
    assert!(loaded(&db, 1).mention);
}
