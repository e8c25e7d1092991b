//! Whatever order the news of one message come in, everyone ends with the same message.

use cubist_protocol::ext::extra_params::{Attachment, ExtraParams};
use proptest::prelude::*;

use crate::model::{Message, Position, Status, UnixMillis};
use crate::store::messages::{self, Correction, MessageRecord, correct, insert, load, marked};
use crate::store::reactions::{self, Change, Snapshot};
use crate::store::receipts::{self, Kind};
use crate::store::testing::{ME, TestDb, dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::{dialogs, outbox, search};

const EDITED: UnixMillis = UnixMillis(2_000_000);

/// The author, as far as this device knows them by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Author {
    Me,
    Other,
}

/// Everything that can bring a message, or news of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// Live, a reflection, a carbon, an offline replay: the first text.
    Copy,
    /// The stream's acknowledgement of an own message, and the next try after a lost line.
    AckAndResend,
    /// A page that was made before anything happened to the message.
    StalePage,
    /// A page that knows everything.
    Page,
    Edit,
    TheirReaction,
    MyReaction,
    Delivered,
    Read,
    Removal,
}

const ALL: [News; 9] = [
    News::Copy,
    News::AckAndResend,
    News::StalePage,
    News::Page,
    News::Edit,
    News::TheirReaction,
    News::MyReaction,
    News::Delivered,
    News::Read,
];

fn shuffled(all: Vec<News>) -> impl Strategy<Value = Vec<News>> {
    // Each at least once, some twice, in any order.
    let length = all.len();
    prop::sample::subsequence(all.clone(), 0..=length).prop_flat_map(move |again| {
        let mut events = all.clone();
        events.extend(again);
        Just(events).prop_shuffle()
    })
}

fn first(author: Author) -> MessageRecord {
    match author {
        Author::Me => outgoing(1, 1_000, "apples"),
        Author::Other => incoming(1, 1_000, "apples"),
    }
}

fn page(author: Author, knows_all: bool) -> MessageRecord {
    let stale = MessageRecord {
        status: Status::Sent,
        from_history: true,
        ..first(author)
    };
    if !knows_all {
        return stale;
    }
    MessageRecord {
        text: "pears".to_owned(),
        edited_at: Some(EDITED),
        reactions: Snapshot {
            own: vec!["🔥".to_owned()],
            total: vec![("👍".to_owned(), 1), ("🔥".to_owned(), 1)],
        },
        ..stale
    }
}

fn reaction(user: u64, emoji: &str) -> Change {
    Change {
        message: message_id(1),
        dialog: dialog_id(1),
        user: user_id(user),
        emoji: emoji.to_owned(),
        is_on: true,
    }
}

fn correction(author: Author, extra: ExtraParams) -> Correction {
    Correction {
        message: message_id(1),
        dialog: dialog_id(1),
        by: user_id(match author {
            Author::Me => ME,
            Author::Other => 2,
        }),
        text: "pears".to_owned(),
        extra,
        at: EDITED,
    }
}

fn happen(db: &TestDb, author: Author, news: News) {
    db.write(|tx| match news {
        News::Copy => {
            let copy = MessageRecord {
                status: Status::Sent,
                ..first(author)
            };
            insert(tx, &copy).map(drop)
        }
        News::AckAndResend => {
            outbox::acked(tx, 1)?;
            outbox::due(tx, 0, 10).map(drop)
        }
        News::StalePage => insert(tx, &page(author, false)).map(drop),
        News::Page => insert(tx, &page(author, true)).map(drop),
        News::Edit => correct(tx, &correction(author, ExtraParams::new())),
        News::TheirReaction => reactions::change(tx, &reaction(2, "👍")),
        News::MyReaction => reactions::change(tx, &reaction(ME, "🔥")),
        News::Delivered => marked(tx, message_id(1), user_id(2), Status::Delivered),
        News::Read => {
            let reader = match author {
                Author::Me => 2,
                Author::Other => ME,
            };
            marked(tx, message_id(1), user_id(reader), Status::Read)
        }
        News::Removal => messages::remove_for_all(tx, dialog_id(1), message_id(1)),
    });
}

/// The server answers what was asked of it.
fn settle(db: &TestDb) {
    let who = [
        ("👍".to_owned(), vec![user_id(2)]),
        ("🔥".to_owned(), vec![user_id(ME)]),
    ];
    db.write(|tx| {
        for (seq, message) in reactions::doubtful(tx, 10)? {
            reactions::settle(tx, seq, message, Some(&who))?;
        }
        Ok(())
    });
}

fn shown(db: &TestDb) -> Vec<Message> {
    db.read(|db| messages::page_below(db, dialog_id(1), Position::END, Position::BEGIN, 10))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Edited, reacted to, delivered and read: once, the same, and nothing waits or is unread.
    #[test]
    fn every_order_of_news_ends_in_the_same_message(
        author in prop::sample::select(vec![Author::Me, Author::Other]),
        queued_here in any::<bool>(),
        events in shuffled(ALL.to_vec()),
    ) {
        let db = TestDb::with_dialog();
        if queued_here && author == Author::Me {
            db.write(|tx| outbox::enqueue(tx, &first(author)));
        }
        for news in events {
            happen(&db, author, news);
        }
        settle(&db);
        let all = shown(&db);
        prop_assert_eq!(all.len(), 1);
        let message = &all[0];
        prop_assert_eq!(message.text.as_str(), "pears");
        prop_assert_eq!(message.previous_text.as_deref(), Some("apples"));
        prop_assert_eq!(message.edited_at, Some(EDITED));
        prop_assert_eq!(message.status, Status::Read);
        let mut reacted: Vec<_> = message
            .reactions
            .iter()
            .map(|reaction| (reaction.emoji.as_str(), reaction.count, reaction.mine))
            .collect();
        reacted.sort_unstable();
        prop_assert_eq!(reacted, [("👍", 1, false), ("🔥", 1, true)]);
        prop_assert_eq!(db.read(outbox::waiting), 0);
        let hits = |word: &str| db.read(|db| search::messages(db, word, 5)).len();
        prop_assert_eq!((hits("apples"), hits("pears")), (0, 1));
        let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
        prop_assert_eq!(dialog.unread, 0);
        prop_assert_eq!(dialog.last.unwrap().text, "pears");
        let receipts: Vec<Kind> = db
            .read(|db| receipts::due(db, 0, 10))
            .into_iter()
            .map(|receipt| receipt.kind)
            .collect();
        let expected = match author {
            Author::Me => vec![],
            Author::Other => vec![Kind::Received],
        };
        prop_assert_eq!(receipts, expected);
    }

    /// Deleted for everyone: whenever that is heard of, nothing of its words is left anywhere.
    #[test]
    fn every_order_of_news_of_a_deleted_message_leaves_nothing_of_it(
        author in prop::sample::select(vec![Author::Me, Author::Other]),
        queued_here in any::<bool>(),
        events in shuffled(ALL.iter().copied().chain([News::Removal]).collect()),
    ) {
        let db = TestDb::with_dialog();
        if queued_here && author == Author::Me {
            db.write(|tx| outbox::enqueue(tx, &first(author)));
        }
        for news in events {
            happen(&db, author, news);
        }
        settle(&db);
        for message in shown(&db) {
            prop_assert!(message.deleted);
            prop_assert_eq!(message.text.as_str(), "");
            prop_assert_eq!(message.previous_text, None);
            prop_assert_eq!(message.reactions.len(), 0);
        }
        prop_assert_eq!(db.read(outbox::waiting), 0);
        for word in ["apples", "pears"] {
            prop_assert_eq!(db.read(|db| search::messages(db, word, 5)).len(), 0);
        }
        let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
        prop_assert_eq!((dialog.unread, dialog.last), (0, None));
    }
}

#[test]
fn a_correction_changes_what_it_names_and_keeps_the_rest() {
    let mut extra = ExtraParams::new()
        .with("colour", "blue")
        .with("city", "Riga");
    extra.push_attachment(Attachment {
        attributes: vec![("uid".to_owned(), "one".to_owned())],
    });
    let db = TestDb::with_dialog();
    let sent = MessageRecord {
        extra,
        ..incoming(1, 1_000, "apples")
    };
    db.write(|tx| insert(tx, &sent));
    let new = ExtraParams::new().with("colour", "red");
    db.write(|tx| correct(tx, &correction(Author::Other, new)));
    let message = db.read(|db| load(db, message_id(1))).unwrap();
    assert_eq!(message.extra.text("colour").as_deref(), Some("red"));
    assert_eq!(message.extra.text("city").as_deref(), Some("Riga"));
    assert_eq!(message.extra.attachments().count(), 1);
    assert_eq!(message.fields.len(), 2);
}

#[test]
fn only_its_author_corrects_a_message_early_or_late() {
    let db = TestDb::with_dialog();
    let forged = Correction {
        by: user_id(3),
        ..correction(Author::Other, ExtraParams::new())
    };
    db.write(|tx| correct(tx, &forged));
    db.write(|tx| insert(tx, &incoming(1, 1_000, "apples")));
    db.write(|tx| correct(tx, &forged));
    let message = db.read(|db| load(db, message_id(1))).unwrap();
    assert_eq!((message.text.as_str(), message.edited_at), ("apples", None));
}

#[test]
fn changes_of_strangers_do_not_fill_the_disk() {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        for n in 0..1_200 {
            let early = Correction {
                message: message_id(10_000 + n),
                ..correction(Author::Other, ExtraParams::new())
            };
            correct(tx, &early)?;
        }
        Ok(())
    });
    let kept = db.read(|db| {
        db.one("SELECT count(*) FROM early_changes", [], |row| {
            Ok(row.get::<_, i64>(0)?)
        })
    });
    assert_eq!(kept, Some(1_000));
}

#[test]
fn a_message_elsewhere_is_not_deleted_by_a_word_said_here() {
    let db = TestDb::with_dialog();
    db.write(|tx| insert(tx, &incoming(1, 1_000, "apples")));
    db.write(|tx| messages::remove_for_all(tx, dialog_id(2), message_id(1)));
    assert_eq!(shown(&db)[0].text, "apples");
    // Nor one that is not here yet.
    db.write(|tx| messages::remove_for_all(tx, dialog_id(2), message_id(5)));
    db.write(|tx| insert(tx, &incoming(5, 1_001, "plums")));
    assert_eq!(shown(&db).len(), 2);
}

#[test]
fn a_deleted_message_that_was_seen_leaves_its_place() {
    let db = TestDb::with_dialog();
    db.write(|tx| {
        insert(tx, &incoming(1, 1_000, "apples"))?;
        dialogs::mark_all_read(tx, dialog_id(1))?;
        insert(tx, &incoming(2, 1_001, "plums"))
    });
    for n in [1, 2] {
        db.write(|tx| messages::remove_for_all(tx, dialog_id(1), message_id(n)));
    }
    let all = shown(&db);
    assert_eq!(all.len(), 1, "nobody saw the second");
    assert_eq!((all[0].id, all[0].deleted), (message_id(1), true));
    let dialog = db.read(|db| dialogs::load(db, dialog_id(1))).unwrap();
    assert_eq!((dialog.unread, dialog.first_unread), (0, None));
}
