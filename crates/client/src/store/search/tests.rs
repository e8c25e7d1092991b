//! The rules of the search: what is found by what, in which order, and what is not.

use cubist_protocol::ext::extra_params::{Attachment, ExtraParams};
use proptest::prelude::*;

use super::{COUNTED, Terms, expression, index, messages, page};
use crate::model::{
    Failure, FailureKind, Has, MessageId, SearchPage, SearchQuery, Status, UnixMillis,
};
use crate::store::messages::{Correction, MessageRecord, correct, forget, insert_batch};
use crate::store::testing::{ME, TestDb, dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::{dialogs, outbox, wishes};

fn stored(records: &[MessageRecord]) -> TestDb {
    let db = TestDb::with_dialog();
    db.write(|tx| insert_batch(tx, records));
    db
}

fn search(db: &TestDb, query: &SearchQuery) -> SearchPage {
    db.read(|db| page(db, query, None, 50))
}

fn ids(db: &TestDb, query: &SearchQuery) -> Vec<MessageId> {
    let hits = search(db, query).hits;
    hits.iter().map(|hit| hit.message.id).collect()
}

fn found(db: &TestDb, words: &str) -> Vec<MessageId> {
    ids(db, &SearchQuery::words(words))
}

/// Message `n` in dialog 2, the group.
fn in_group(n: u32, seconds: i64, text: &str) -> MessageRecord {
    MessageRecord {
        dialog: dialog_id(2),
        ..incoming(n, seconds, text)
    }
}

fn from_history(record: MessageRecord) -> MessageRecord {
    MessageRecord {
        status: Status::Sent,
        from_history: true,
        ..record
    }
}

fn with_file(record: MessageRecord, kind: &str, name: &str) -> MessageRecord {
    let mut attachment = Attachment::default();
    attachment.set("type", kind);
    attachment.set("name", name);
    let mut extra = ExtraParams::new();
    extra.push_attachment(attachment);
    MessageRecord { extra, ..record }
}

#[test]
fn nothing_in_a_query_is_an_operator() {
    let wanted = |text: &str| {
        let query = SearchQuery::words(text);
        expression(&query, &Terms::new(text, 16))
    };
    assert_eq!(
        wanted(r#"a" OR NEAR(b*) -cd"#).unwrap(),
        r#""a" AND "or"* AND "near"* AND "b" AND "cd"*"#
    );
    assert_eq!(wanted("北京大学").unwrap(), r#""北京 京大 大学""#);
    assert_eq!(wanted("山").unwrap(), r#""山""#);
    assert_eq!(wanted(" \"*-()^ "), None);
}

#[test]
fn words_are_found_by_their_beginnings_without_accents_newest_first() {
    let db = stored(&[
        incoming(1, 100, "The Café opens"),
        incoming(2, 300, "cafeteria closed"),
        incoming(3, 200, "tea only, on the Straße"),
    ]);
    assert_eq!(found(&db, "CAFE"), [message_id(2), message_id(1)]);
    assert_eq!(found(&db, "cafe open"), [message_id(1)]);
    assert_eq!(found(&db, "open cafe"), [message_id(1)], "in any order");
    assert_eq!(found(&db, "strasse"), [message_id(3)]);
    assert_eq!(found(&db, "afe"), [], "not within a word");
    assert_eq!(found(&db, "cofe"), []);
    assert_eq!(found(&db, "''"), []);
    assert_eq!(found(&db, ""), []);
}

#[test]
fn writing_without_spaces_is_found_by_any_part() {
    let db = stored(&[
        incoming(1, 100, "明天在北京大学见"),
        incoming(2, 200, "京都へ行きました"),
        incoming(3, 300, "พรุ่งนี้เจอกันที่สถานีรถไฟ"),
        incoming(4, 400, "내일 서울역에서 만나요"),
        incoming(5, 500, "大きな山"),
    ]);
    assert_eq!(found(&db, "北京"), [message_id(1)]);
    assert_eq!(found(&db, "京大学"), [message_id(1)]);
    assert_eq!(found(&db, "京"), [message_id(2), message_id(1)]);
    assert_eq!(found(&db, "学见"), [message_id(1)]);
    assert_eq!(found(&db, "大京"), [], "the order counts");
    assert_eq!(found(&db, "行き"), [message_id(2)]);
    assert_eq!(found(&db, "สถานี"), [message_id(3)]);
    assert_eq!(found(&db, "รถไฟ เจอ"), [message_id(3)]);
    assert_eq!(found(&db, "서울"), [message_id(4)]);
    assert_eq!(found(&db, "만나"), [message_id(4)]);
    assert_eq!(found(&db, "山"), [message_id(5)], "at the very end");
}

#[test]
fn names_of_files_are_found_and_say_so() {
    let file = with_file(
        incoming(1, 100, "attachment"),
        "file",
        "Hut_booking_Nov.pdf",
    );
    let db = stored(&[file, incoming(2, 200, "the hut")]);
    let page = search(&db, &SearchQuery::words("hut"));
    let shown: Vec<_> = page
        .hits
        .iter()
        .map(|hit| (hit.attachment, hit.snippet[0].hit || hit.snippet[1].hit))
        .collect();
    assert_eq!(shown, [(None, true), (Some(0), true)]);
    assert_eq!(found(&db, "booking"), [message_id(1)]);
    assert_eq!(found(&db, "attachment"), [], "nobody wrote that");
}

/// One message of each kind that a filter knows.
fn of_every_kind() -> TestDb {
    stored(&[
        incoming(1, 100, "hut https://a.example"),
        with_file(in_group(2, 200, "hut"), "photo", "view.jpg"),
        with_file(in_group(3, 300, ""), "place", ""),
        MessageRecord {
            sender: user_id(3),
            ..with_file(in_group(4, 400, "hut plan"), "file", "plan.pdf")
        },
        from_history(outgoing(5, 500, "hut of mine")),
    ])
}

#[test]
fn filters_narrow_a_search_and_stand_alone() {
    let db = of_every_kind();
    let words = SearchQuery::words("hut");
    let all = [5, 4, 2, 1].map(message_id);
    assert_eq!(ids(&db, &words), all);
    for (query, expected) in [
        (
            SearchQuery {
                from: vec![user_id(3)],
                ..words.clone()
            },
            &[4][..],
        ),
        (
            SearchQuery {
                from: vec![user_id(ME)],
                ..words.clone()
            },
            &[5],
        ),
        (
            SearchQuery {
                from: vec![user_id(3), user_id(ME)],
                ..words.clone()
            },
            &[5, 4],
        ),
        (
            SearchQuery {
                dialogs: vec![dialog_id(1)],
                ..words.clone()
            },
            &[5, 1],
        ),
        (
            SearchQuery {
                dialogs: vec![dialog_id(1), dialog_id(2)],
                ..words.clone()
            },
            &[5, 4, 2, 1],
        ),
        (
            SearchQuery {
                has: vec![Has::Link],
                ..words.clone()
            },
            &[1],
        ),
        (
            SearchQuery {
                has: vec![Has::File],
                ..words.clone()
            },
            &[4, 2],
        ),
        (
            SearchQuery {
                has: vec![Has::Image],
                ..words.clone()
            },
            &[2],
        ),
        (
            SearchQuery {
                has: vec![Has::Location],
                ..SearchQuery::default()
            },
            &[3],
        ),
        (
            SearchQuery {
                has: vec![Has::File, Has::Link],
                ..words.clone()
            },
            &[],
        ),
        (
            SearchQuery {
                dialogs: vec![dialog_id(2)],
                ..SearchQuery::default()
            },
            &[4, 3, 2],
        ),
        (
            SearchQuery {
                from: vec![user_id(2)],
                dialogs: vec![dialog_id(2)],
                ..words.clone()
            },
            &[2],
        ),
    ] {
        let expected: Vec<_> = expected.iter().map(|&n| message_id(n)).collect();
        assert_eq!(ids(&db, &query), expected, "{query:?}");
    }
}

#[test]
fn nobody_asks_for_everything() {
    let db = stored(&[in_group(1, 100, "hut 🎂")]);
    assert_eq!(ids(&db, &SearchQuery::default()), []);
    let unreadable = SearchQuery {
        dialogs: vec![dialog_id(2)],
        ..SearchQuery::words("🎂")
    };
    assert_eq!(ids(&db, &unreadable), [], "no word of it can be found");
}

#[test]
fn dates_bound_a_search_to_the_second() {
    let db = stored(&[
        incoming(1, 100, "hut"),
        incoming(2, 200, "hut"),
        incoming(3, 300, "hut"),
    ]);
    let dated = |text: &str, since: Option<i64>, before: Option<i64>| SearchQuery {
        since: since.map(UnixMillis),
        before: before.map(UnixMillis),
        ..SearchQuery::words(text)
    };
    for text in ["hut", ""] {
        let found = |since, before| ids(&db, &dated(text, since, before));
        assert_eq!(found(Some(200_000), None), [message_id(3), message_id(2)]);
        assert_eq!(found(Some(200_001), None), [message_id(3)]);
        assert_eq!(found(None, Some(200_000)), [message_id(1)]);
        assert_eq!(found(None, Some(200_001)), [message_id(2), message_id(1)]);
        assert_eq!(found(Some(150_000), Some(250_000)), [message_id(2)]);
        assert_eq!(found(Some(250_000), Some(150_000)), []);
        assert_eq!(found(Some(i64::MIN), Some(i64::MAX)).len(), 3);
    }
}

#[test]
fn pages_follow_one_another_without_gap_or_double() {
    let records: Vec<_> = (1..=120)
        .map(|n| incoming(n, i64::from(n / 7), "word after word"))
        .collect();
    let db = stored(&records);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let query = SearchQuery::words("word");
        let part = db.read(|db| page(db, &query, after, 50));
        if after.is_none() {
            assert_eq!((part.total, part.has_more_than_counted), (120, false));
        }
        seen.extend(part.hits.iter().map(|hit| hit.message.id));
        match part.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let mut expected: Vec<_> = (1..=120).map(message_id).collect();
    expected.reverse();
    let mut sorted = seen.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(sorted, expected, "each once");
    assert_eq!(seen.len(), 120);
}

#[test]
fn no_more_is_counted_than_anybody_goes_through() {
    let many = COUNTED + 5;
    let records: Vec<_> = (1..=many)
        .map(|n| incoming(n, i64::from(n), "word"))
        .collect();
    let db = stored(&records);
    let page = search(&db, &SearchQuery::words("word"));
    assert_eq!((page.total, page.has_more_than_counted), (COUNTED, true));
    let dated = SearchQuery {
        before: Some(UnixMillis::from_seconds(i64::from(many) - 100)),
        ..SearchQuery::default()
    };
    assert_eq!(search(&db, &dated).total, many - 101);
}

#[test]
fn an_older_message_found_later_still_comes_after_newer_ones() {
    let db = TestDb::with_dialog();
    for (n, seconds) in [(1, 500), (2, 100), (3, 300)] {
        db.write(|tx| insert_batch(tx, &[incoming(n, seconds, "word")]));
    }
    assert_eq!(found(&db, "word"), [1, 3, 2].map(message_id));
}

#[test]
fn what_changes_is_found_by_what_it_says_now() {
    let db = stored(&[incoming(1, 100, "apples"), incoming(2, 200, "plums")]);
    let mut picture = Attachment::default();
    picture.set("type", "photo");
    picture.set("name", "orchard.jpg");
    let mut extra = ExtraParams::new();
    extra.push_attachment(picture);
    let correction = Correction {
        message: message_id(1),
        dialog: dialog_id(1),
        by: user_id(2),
        text: "pears".to_owned(),
        extra,
        at: UnixMillis(150_000),
    };
    db.write(|tx| correct(tx, &correction));
    assert_eq!(found(&db, "apples"), []);
    assert_eq!(found(&db, "pears"), [message_id(1)]);
    assert_eq!(found(&db, "orchard"), [message_id(1)]);
    let images = SearchQuery {
        has: vec![Has::Image],
        ..SearchQuery::default()
    };
    assert_eq!(ids(&db, &images), [message_id(1)]);
    db.write(|tx| forget(tx, message_id(1)));
    assert_eq!(ids(&db, &images), []);
    db.write(|tx| crate::store::messages::remove_for_all(tx, dialog_id(1), message_id(2)));
    assert_eq!(found(&db, "plums"), []);
}

#[test]
fn what_is_being_deleted_is_not_found_until_the_server_refuses() {
    let mine = from_history(outgoing(1, 100, "pears"));
    let db = stored(&[with_file(mine, "photo", "orchard.jpg")]);
    db.write(|tx| wishes::delete(tx, dialog_id(1), message_id(1), true));
    assert_eq!(found(&db, "pears"), []);
    let wish = db.read(|db| wishes::due(db, 0, 5));
    let refusal = Failure {
        kind: FailureKind::Refused,
        text: None,
    };
    db.write(|tx| wishes::refused(tx, wish[0].seq, &refusal));
    assert_eq!(found(&db, "pears"), [message_id(1)]);
    assert_eq!(found(&db, "orchard"), [message_id(1)]);
}

#[test]
fn a_dialog_takes_its_messages_out_of_the_search() {
    let db = stored(&[incoming(1, 100, "word"), in_group(2, 200, "word")]);
    db.write(|tx| dialogs::remove(tx, dialog_id(2)));
    assert_eq!(found(&db, "word"), [message_id(1)]);
}

#[test]
fn what_waits_to_be_sent_is_found() {
    let db = TestDb::with_dialog();
    db.write(|tx| outbox::enqueue(tx, &outgoing(1, 100, "on my way")));
    assert_eq!(found(&db, "way"), [message_id(1)]);
}

#[test]
fn dialogs_that_share_a_word_of_the_index_are_told_apart() {
    // The last three bytes of their ids are the same: one character for both.
    let twin = crate::model::DialogId::new(crate::model::ObjectId::from_bytes({
        let mut bytes = dialog_id(1).object_id().bytes();
        bytes[0] ^= 0xff;
        bytes
    }));
    assert_eq!(index::of_dialog(twin), index::of_dialog(dialog_id(1)));
    let db = TestDb::with_dialog();
    db.write(|tx| {
        let mut other = crate::store::testing::dialog(9, crate::model::DialogKind::Group, &[ME, 2]);
        other.id = twin;
        dialogs::save(tx, &other)?;
        for n in 1..=60 {
            let record = incoming(n, i64::from(n), "word");
            let dialog = if n % 3 == 0 { dialog_id(1) } else { twin };
            insert_batch(tx, &[MessageRecord { dialog, ..record }])?;
        }
        Ok(())
    });
    let query = SearchQuery {
        dialogs: vec![dialog_id(1)],
        ..SearchQuery::words("word")
    };
    let page = db.read(|db| page(db, &query, None, 15));
    let expected: Vec<_> = (1..=20).rev().take(15).map(|n| message_id(n * 3)).collect();
    let found: Vec<_> = page.hits.iter().map(|hit| hit.message.id).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_an_older_version_indexed_is_indexed_anew_bit_by_bit() {
    let records: Vec<_> = (1..=10)
        .map(|n| incoming(n, i64::from(n), "京都 word"))
        .collect();
    let db = stored(&records);
    db.write(|tx| {
        tx.run("DELETE FROM messages_fts", [])?;
        tx.run(
            "INSERT INTO search_backlog (one, below) SELECT 1, max(row) + 1 FROM messages",
            [],
        )?;
        Ok(())
    });
    assert_eq!(found(&db, "京"), []);
    assert!(search(&db, &SearchQuery::words("word")).is_indexing);
    assert!(db.write(|tx| index::catch_up(tx, 4)));
    assert_eq!(
        found(&db, "京"),
        [10, 9, 8, 7].map(message_id),
        "the newest first"
    );
    // Messages that come, change and go meanwhile.
    db.write(|tx| insert_batch(tx, &[incoming(11, 5, "京")]));
    db.write(|tx| forget(tx, message_id(2)));
    let mut rounds = 0;
    while db.write(|tx| index::catch_up(tx, 4)) {
        rounds += 1;
        assert!(rounds < 10);
    }
    let mut all = found(&db, "京");
    all.sort_unstable();
    assert_eq!(all, [1, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(message_id));
    assert!(!search(&db, &SearchQuery::words("word")).is_indexing);
    assert!(!db.write(|tx| index::catch_up(tx, 4)), "and that was all");
}

proptest! {
    /// The index and the look at a text itself find the same.
    #[test]
    fn the_index_agrees_with_the_text(
        text in "[aAbéÉ京都大 _.-]{0,12}",
        query in "[aBe京都大]{1,3}( [ab都]{1,2})?",
    ) {
        let db = stored(&[incoming(1, 100, &text)]);
        let by_index = !db.read(|db| messages(db, &query, 5)).is_empty();
        let message = db.read(|db| crate::store::messages::load(db, message_id(1))).unwrap();
        prop_assert_eq!(by_index, super::matches(&SearchQuery::words(&query), &message));
    }
}
