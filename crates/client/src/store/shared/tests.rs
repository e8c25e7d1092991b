use cubist_protocol::ext::extra_params::{Attachment, ExtraParams};

use super::{counts, index_older, links, page, places};
use crate::model::{SharedCounts, SharedKind};
use crate::store::messages::{self, Correction, MessageRecord};
use crate::store::testing::{TestDb, dialog_id, incoming, message_id, user_id};

fn attachment(attributes: &[(&str, &str)]) -> Attachment {
    let mut attachment = Attachment::default();
    for (name, value) in attributes {
        attachment.set(name, *value);
    }
    attachment
}

fn sharing(number: u32, text: &str, attachments: &[Attachment]) -> MessageRecord {
    let mut extra = ExtraParams::new();
    for attachment in attachments {
        extra.push_attachment(attachment.clone());
    }
    MessageRecord {
        extra,
        ..incoming(number, i64::from(number), text)
    }
}

fn insert(db: &TestDb, record: &MessageRecord) {
    db.write(|tx| messages::insert(tx, record));
}

fn photo(uid: &str) -> Attachment {
    attachment(&[("type", "photo"), ("uid", uid)])
}

fn counted(db: &TestDb) -> [u32; 4] {
    let SharedCounts {
        media,
        files,
        links,
        locations,
    } = db.read(|db| counts(db, dialog_id(1)));
    [media, files, links, locations]
}

#[test]
fn what_is_shared_is_found_by_kind_newest_first_page_by_page() {
    let db = TestDb::with_dialog();
    insert(
        &db,
        &sharing(1, "see https://a.example and www.b.example", &[]),
    );
    insert(&db, &sharing(2, "", &[photo("a"), photo("b"), photo("c")]));
    let voice = attachment(&[("type", "voice"), ("uid", "v")]);
    let place = attachment(&[("type", "place"), ("latitude", "1"), ("longitude", "2")]);
    insert(&db, &sharing(3, "", &[voice, photo("d"), place]));
    insert(&db, &sharing(4, "nothing", &[]));
    assert_eq!(counted(&db), [4, 1, 2, 1]);
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = db.read(|db| page(db, dialog_id(1), SharedKind::Media, before, 3));
        found.extend(page.items.iter().map(|item| (item.message.id, item.index)));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let id = message_id;
    assert_eq!(found, [(id(3), 1), (id(2), 2), (id(2), 1), (id(2), 0)]);
    let links = db.read(|db| page(db, dialog_id(1), SharedKind::Links, None, 10));
    assert_eq!(links.items.len(), 2);
    assert_eq!(db.read(|db| places(db, "d")), [(dialog_id(1), id(3), 1)]);
    assert_eq!(db.read(|db| places(db, "")), [], "a place has no file");
}

#[test]
fn what_is_changed_or_deleted_is_found_as_it_is() {
    let db = TestDb::with_dialog();
    insert(&db, &sharing(1, "https://a.example", &[photo("a")]));
    let correction = Correction {
        message: message_id(1),
        dialog: dialog_id(1),
        by: user_id(2),
        text: "no link any more".to_owned(),
        extra: sharing(1, "", &[photo("b"), photo("c")]).extra,
        at: crate::model::UnixMillis(5),
    };
    db.write(|tx| messages::correct(tx, &correction));
    assert_eq!(counted(&db), [2, 0, 0, 0]);
    assert_eq!(db.read(|db| places(db, "a")), []);
    db.write(|tx| messages::hide(tx, message_id(1), false));
    assert_eq!(counted(&db), [0; 4]);
    db.write(|tx| messages::show_again(tx, message_id(1)));
    assert_eq!(counted(&db), [2, 0, 0, 0]);
    // The sender removed the first of them from the server.
    let mut extra = db
        .read(|db| messages::load(db, message_id(1)))
        .unwrap()
        .extra;
    crate::attachments::wire::set_removed(&mut extra, 0);
    db.write(|tx| messages::set_extra_of(tx, message_id(1), &extra));
    assert_eq!(counted(&db), [1, 0, 0, 0]);
    assert_eq!(db.read(|db| places(db, "b")), []);
    assert_eq!(db.read(|db| places(db, "c")).len(), 1);
    db.write(|tx| messages::forget(tx, message_id(1)));
    assert_eq!(counted(&db), [0; 4]);
}

#[test]
fn messages_of_an_older_version_come_into_the_index_by_and_by() {
    let db = TestDb::with_dialog();
    for number in 1..=5 {
        insert(&db, &sharing(number, "", &[photo("a")]));
    }
    assert!(!db.write(|tx| index_older(tx, 2)), "nothing is left to do");
    db.write(|tx| {
        for number in 1..=5 {
            super::remove(tx, message_id(number))?;
        }
        tx.run(
            "INSERT INTO sync_state (key, value) SELECT 'shared_below', max(row) FROM messages",
            [],
        )
    });
    assert_eq!(counted(&db), [0; 4]);
    assert!(db.write(|tx| index_older(tx, 2)));
    assert_eq!(counted(&db), [2, 0, 0, 0]);
    while db.write(|tx| index_older(tx, 2)) {}
    assert_eq!(counted(&db), [5, 0, 0, 0]);
}

#[test]
fn links_are_counted_where_they_say_that_they_are_some() {
    for (text, count) in [
        ("", 0),
        ("no.link", 0),
        ("https://a.example", 1),
        (
            "(https://a.example) <http://b.example> HTTPS://C.example",
            3,
        ),
        ("www.a.example, http://", 1),
        ("ftp://a.example", 0),
    ] {
        assert_eq!(links(text), count, "{text}");
    }
    assert_eq!(links(&"https://a.example ".repeat(50)), 20);
}
