use super::*;
use crate::model::Message;
use crate::store::messages::MessageRecord;
use crate::store::testing::{ME, TestDb, dialog_id, incoming, message_id, user_id};

fn by(user: u64, emoji: &str, is_on: bool) -> Change {
    Change {
        message: message_id(1),
        dialog: dialog_id(1),
        user: user_id(user),
        emoji: emoji.to_owned(),
        is_on,
    }
}

fn with_message() -> TestDb {
    let db = TestDb::with_dialog();
    db.write(|tx| messages::insert(tx, &incoming(1, 1_000, "hi")));
    db
}

fn page(own: &[&str], total: &[(&str, u32)]) -> MessageRecord {
    MessageRecord {
        from_history: true,
        reactions: Snapshot {
            own: own.iter().map(ToString::to_string).collect(),
            total: total
                .iter()
                .map(|(emoji, count)| (emoji.to_string(), *count))
                .collect(),
        },
        ..incoming(1, 1_000, "hi")
    }
}

fn shown_of(db: &TestDb) -> Vec<(String, u32, bool)> {
    let message: Message = db.read(|db| messages::load(db, message_id(1))).unwrap();
    let rows = message.reactions.into_iter();
    rows.map(|reaction| (reaction.emoji, reaction.count, reaction.mine))
        .collect()
}

fn doubts(db: &TestDb) -> usize {
    db.read(|db| doubtful(db, 10)).len()
}

#[test]
fn what_the_line_tells_counts_once_and_needs_no_question() {
    let db = with_message();
    db.write(|tx| {
        change(tx, &by(2, "👍", true))?;
        change(tx, &by(2, "👍", true))?;
        change(tx, &by(3, "👍", true))?;
        change(tx, &by(3, "🔥", true))?;
        change(tx, &by(ME, "🔥", true))?;
        change(tx, &by(2, "👍", false))?;
        change(tx, &by(2, "👍", false))
    });
    let expected = [("🔥".to_owned(), 2, true), ("👍".to_owned(), 1, false)];
    assert_eq!(shown_of(&db), expected);
    // A page that says the same leaves no question either.
    db.write(|tx| messages::insert(tx, &page(&["🔥"], &[("👍", 1), ("🔥", 2)])));
    assert_eq!((shown_of(&db).as_slice(), doubts(&db)), (&expected[..], 0));
}

#[test]
fn of_two_as_frequent_ones_the_older_stands_first() {
    let db = with_message();
    for (user, emoji) in [(2, "🔥"), (2, "👍"), (3, "👍"), (3, "🔥")] {
        db.write(|tx| change(tx, &by(user, emoji, true)));
    }
    let emojis: Vec<String> = shown_of(&db).into_iter().map(|(emoji, ..)| emoji).collect();
    assert_eq!(emojis, ["🔥", "👍"]);
}

#[test]
fn a_name_and_a_count_may_be_the_same_person_and_the_server_decides() {
    let db = with_message();
    db.write(|tx| messages::insert(tx, &page(&[], &[("👍", 2)])));
    assert_eq!(doubts(&db), 0, "pages alone raise no question");
    db.write(|tx| change(tx, &by(2, "👍", true)));
    assert_eq!(shown_of(&db), [("👍".to_owned(), 2, false)]);
    let asked = db.read(|db| doubtful(db, 10));
    assert_eq!(asked.len(), 1);
    let who = [("👍".to_owned(), vec![user_id(2), user_id(3), user_id(ME)])];
    // Someone reacts while the answer is on its way: it does not settle that.
    db.write(|tx| change(tx, &by(4, "👍", true)));
    db.write(|tx| settle(tx, asked[0].0, message_id(1), Some(&who)));
    let again = db.read(|db| doubtful(db, 10));
    assert_eq!(again.len(), 1);
    db.write(|tx| settle(tx, again[0].0, message_id(1), Some(&who)));
    assert_eq!(shown_of(&db), [("👍".to_owned(), 3, true)]);
    assert_eq!(doubts(&db), 0);
    // From here on all names are known.
    db.write(|tx| change(tx, &by(4, "👍", true)));
    assert_eq!(shown_of(&db), [("👍".to_owned(), 4, true)]);
    assert_eq!(doubts(&db), 0);
}

#[test]
fn a_page_that_disagrees_with_the_line_is_asked_about() {
    let db = with_message();
    db.write(|tx| {
        change(tx, &by(2, "👍", true))?;
        change(tx, &by(2, "👍", false))
    });
    // Made before it was taken back, or after it was given again: nobody can tell.
    db.write(|tx| messages::insert(tx, &page(&[], &[("👍", 1)])));
    assert_eq!(doubts(&db), 1);
}

#[test]
fn a_server_that_does_not_say_is_not_asked_for_ever() {
    let db = with_message();
    db.write(|tx| messages::insert(tx, &page(&[], &[("👍", 1)])));
    db.write(|tx| change(tx, &by(2, "👍", true)));
    let asked = db.read(|db| doubtful(db, 10));
    db.write(|tx| settle(tx, asked[0].0, message_id(1), None));
    assert_eq!((shown_of(&db).len(), doubts(&db)), (1, 0));
}

#[test]
fn a_reaction_waits_for_its_message_and_for_no_other_dialog() {
    let db = TestDb::with_dialog();
    let elsewhere = Change {
        dialog: dialog_id(2),
        ..by(3, "🔥", true)
    };
    db.write(|tx| {
        change(tx, &by(2, "👍", true))?;
        change(tx, &by(2, "👍", false))?;
        change(tx, &by(2, "👍", true))?;
        change(tx, &elsewhere)
    });
    db.write(|tx| messages::insert(tx, &incoming(1, 1_000, "hi")));
    assert_eq!(shown_of(&db), [("👍".to_owned(), 1, false)]);
    db.write(|tx| change(tx, &elsewhere));
    assert_eq!(shown_of(&db).len(), 1);
}
