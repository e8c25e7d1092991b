use super::{
    Content, FileRow, Queued, announced, arrived, content, contents, derived_is, enqueue, failed,
    forget_failures, free, is_use_news, load, lost, make_room, partly_here, queued, state,
    storage_use, unqueue, used,
};
use crate::attachments::sealed::ContentHash;
use crate::model::{Failure, FailureKind, FileProblem, FileState, StorageUse, UnixMillis};
use crate::store::columns::Oid;
use crate::store::testing::{TestDb, dialog_id, incoming, message_id, outgoing};
use crate::store::{messages, outbox, shared, uploads};
use cubist_protocol::ext::extra_params::{Attachment, ExtraParams};

fn hash(byte: u8) -> ContentHash {
    ContentHash([byte; 32])
}

fn wanted(source: &str, limit: Option<u64>) -> Queued {
    Queued {
        source: source.to_owned(),
        limit,
    }
}

fn what(size: u64) -> Content {
    Content {
        size,
        content_type: "image/png".to_owned(),
    }
}

/// A message of a dialog (1 or 2) with this file.
fn show(db: &TestDb, number: u32, dialog: u32, uid: &str) {
    let mut extra = ExtraParams::new();
    let mut attachment = Attachment::default();
    attachment.set("uid", uid);
    extra.push_attachment(attachment);
    let record = messages::MessageRecord {
        dialog: dialog_id(dialog),
        extra,
        ..incoming(number, i64::from(number), "")
    };
    db.write(|tx| messages::insert(tx, &record));
}

#[test]
fn a_file_is_wanted_comes_and_goes() {
    let db = TestDb::with_dialog();
    let state_of = |source: &str| db.read(|db| state(db, source));
    assert_eq!(state_of("a"), FileState::Remote);
    assert!(db.write(|tx| enqueue(tx, &wanted("a", Some(10)))));
    assert_eq!(db.read(queued), [wanted("a", Some(10))]);
    assert!(db.write(|tx| enqueue(tx, &wanted("a", None))));
    assert_eq!(db.read(queued), [wanted("a", None)], "now the person asks");
    assert!(db.write(|tx| enqueue(tx, &wanted("a", Some(10)))));
    assert_eq!(db.read(queued), [wanted("a", None)], "and that counts");
    db.write(|tx| announced(tx, "a", Some(77), Some("\"v\"")));
    assert_eq!(db.read(partly_here), ["a"]);
    db.write(|tx| arrived(tx, "a", hash(1), &what(77), UnixMillis(5)));
    let here = FileRow {
        state: FileState::Here,
        content: Some(hash(1)),
        total: Some(77),
        etag: None,
    };
    assert_eq!(db.read(|db| load(db, "a")), Some(here));
    assert_eq!(db.read(|db| content(db, hash(1))), Some(what(77)));
    assert!(
        !db.write(|tx| enqueue(tx, &wanted("a", None))),
        "it is here"
    );
    db.write(|tx| lost(tx, hash(1)));
    assert_eq!(state_of("a"), FileState::Remote);
    assert_eq!(db.read(contents), []);
}

#[test]
fn what_failed_is_wanted_again_by_a_person_or_when_the_line_is_back() {
    let db = TestDb::with_dialog();
    let state_of = |source: &str| db.read(|db| state(db, source));
    for (source, problem) in [
        ("gone", FileProblem::Gone),
        ("net", FileProblem::Network),
        ("server", FileProblem::Server),
    ] {
        db.write(|tx| enqueue(tx, &wanted(source, None)));
        db.write(|tx| failed(tx, source, problem));
        assert!(
            !db.write(|tx| enqueue(tx, &wanted(source, Some(9)))),
            "not unasked"
        );
        assert_eq!(state_of(source), FileState::Failed { problem });
    }
    db.write(forget_failures);
    assert_eq!(state_of("net"), FileState::Remote);
    assert_eq!(state_of("server"), FileState::Remote);
    let problem = FileProblem::Gone;
    assert_eq!(state_of("gone"), FileState::Failed { problem });
    assert!(db.write(|tx| enqueue(tx, &wanted("gone", None))));
    db.write(|tx| unqueue(tx, "gone"));
    assert_eq!(state_of("gone"), FileState::Remote);
}

#[test]
fn every_message_that_shows_a_file_hears_of_it() {
    let db = TestDb::with_dialog();
    show(&db, 1, 1, "a");
    show(&db, 2, 2, "a");
    let (_, events) = db.write_events(|tx| enqueue(tx, &wanted("a", None)));
    let mut changes = Vec::new();
    for event in events {
        if let crate::events::ClientEvent::AttachmentsChanged {
            dialog,
            changes: all,
            ..
        } = event
        {
            changes.push((dialog, all));
        }
    }
    assert_eq!(changes.len(), 2);
    assert!(
        changes.iter().all(|(_, all)| all.len() == 1
            && all[0].index == 0
            && all[0].file == FileState::Queued)
    );
    let (_, events) = db.write_events(|tx| enqueue(tx, &wanted("a", None)));
    assert_eq!(events.len(), 0, "nothing new");
    // An index of an older version still names what the sender of one of them removed.
    db.write(|tx| {
        let mut extra = messages::load(tx, message_id(1))?.unwrap().extra;
        crate::attachments::wire::set_removed(&mut extra, 0);
        messages::set_extra_of(tx, message_id(1), &extra)?;
        tx.run(
            "INSERT INTO shared (message, kind, place, dialog, date_sent, source)
             SELECT id, 2, 0, dialog, date_sent, 'a' FROM messages WHERE id = ?1
             ON CONFLICT DO NOTHING",
            [Oid::from(message_id(1))],
        )
    });
    let ((), events) = db.write_events(|tx| shared::touch_source(tx, "a"));
    let heard = events.into_iter().flat_map(|event| {
        if let crate::events::ClientEvent::AttachmentsChanged { changes, .. } = event {
            changes
        } else {
            Vec::new()
        }
    });
    let heard: Vec<_> = heard.map(|change| change.message).collect();
    assert_eq!(heard, [message_id(2)]);
}

#[test]
fn the_contents_used_longest_ago_make_room_but_for_the_pinned_ones() {
    let db = TestDb::with_dialog();
    for n in 1..=4 {
        let source = format!("f{n}");
        db.write(|tx| arrived(tx, &source, hash(n), &what(40), UnixMillis(i64::from(n))));
    }
    let hour = UnixMillis(2 * 60 * 60 * 1000);
    assert!(db.read(|db| is_use_news(db, hash(1), hour)));
    db.write(|tx| used(tx, hash(1), hour));
    assert!(!db.read(|db| is_use_news(db, hash(1), hour)));
    let gone = db.write(|tx| make_room(tx, 100, |hash| hash.0[0] == 2));
    assert_eq!(
        gone,
        [hash(3), hash(4)],
        "the second is pinned, the first was just used"
    );
    assert_eq!(db.read(|db| state(db, "f3")), FileState::Remote);
    let gone = db.write(|tx| make_room(tx, 0, |_| true));
    assert_eq!(gone, [], "nothing that is pinned goes, whatever the room");
}

#[test]
fn what_is_still_to_be_sent_makes_no_room() {
    let db = TestDb::with_dialog();
    let naming = |uid: &str| {
        let mut attachment = Attachment::default();
        attachment.set("uid", uid);
        let mut extra = ExtraParams::new();
        extra.push_attachment(attachment);
        extra
    };
    for n in 1..=5 {
        let source = format!("f{n}");
        db.write(|tx| arrived(tx, &source, hash(n), &what(40), UnixMillis(i64::from(n))));
    }
    // On its way beside other files, waiting to be sent, waiting for its time, and failed.
    db.write(|tx| outbox::enqueue(tx, &outgoing(1, 1, "on its way")));
    let upload = uploads::NewUpload {
        index: 0,
        content: hash(1),
        size: 40,
        content_type: String::new(),
        name: String::new(),
        staged: None,
    };
    db.write(|tx| uploads::add(tx, message_id(1), &upload));
    let waiting = messages::MessageRecord {
        extra: naming("f2"),
        ..outgoing(2, 2, "waiting")
    };
    db.write(|tx| outbox::enqueue(tx, &waiting));
    db.write(|tx| outbox::schedule(tx, &outgoing(3, 3, "later"), UnixMillis(9_000_000)));
    db.write(|tx| messages::set_extra_of(tx, message_id(3), &naming("f3")));
    let failed = messages::MessageRecord {
        extra: naming("f4"),
        ..outgoing(4, 4, "failed")
    };
    db.write(|tx| outbox::enqueue(tx, &failed));
    let failure = Failure {
        kind: FailureKind::NotMember,
        text: None,
    };
    db.write(|tx| outbox::fail(tx, message_id(4), &failure));
    let rest = db.write(|tx| make_room(tx, 0, |_| false));
    assert_eq!(rest, [hash(5)]);
    let (gone, _) = db.write(|tx| free(tx, &[dialog_id(1)], |_| false));
    assert_eq!(gone, []);
    for n in 1..=4 {
        db.write(|tx| outbox::discard(tx, message_id(n)));
    }
    let rest = db.write(|tx| make_room(tx, 0, |_| false));
    assert_eq!(rest, [hash(1), hash(2), hash(3), hash(4)]);
}

#[test]
fn much_makes_room_at_once() {
    let db = TestDb::with_dialog();
    for n in 0..200 {
        let mut bytes = [7; 32];
        bytes[0] = n;
        let source = format!("f{n}");
        db.write(|tx| arrived(tx, &source, ContentHash(bytes), &what(10), UnixMillis(1)));
    }
    assert_eq!(db.write(|tx| make_room(tx, 100, |_| false)).len(), 190);
    assert_eq!(db.read(contents).len(), 10);
}

#[test]
fn room_is_counted_by_dialog_and_freed() {
    let db = TestDb::with_dialog();
    show(&db, 1, 1, "a");
    show(&db, 2, 1, "b");
    show(&db, 3, 2, "b");
    show(&db, 4, 2, "same as b");
    db.write(|tx| arrived(tx, "a", hash(1), &what(10), UnixMillis(1)));
    db.write(|tx| arrived(tx, "b", hash(2), &what(30), UnixMillis(1)));
    db.write(|tx| arrived(tx, "same as b", hash(2), &what(30), UnixMillis(1)));
    let sum = |dialog, bytes, files| StorageUse {
        dialog: dialog_id(dialog),
        bytes,
        files,
    };
    // The same content twice in one dialog takes up its room once.
    assert_eq!(db.read(storage_use), [sum(1, 40, 2), sum(2, 30, 1)]);
    // So does what was derived from it, for each that brought it.
    for _ in ["b", "same as b"] {
        db.write(|tx| derived_is(tx, hash(2), 5));
    }
    assert_eq!(db.read(storage_use), [sum(1, 45, 2), sum(2, 35, 1)]);
    db.write(|tx| derived_is(tx, hash(2), 0));
    let (gone, freed) = db.write(|tx| free(tx, &[dialog_id(2)], |_| false));
    assert_eq!((gone, freed), (vec![hash(2)], 30));
    assert_eq!(db.read(storage_use), [sum(1, 10, 1)]);
    let (gone, freed) = db.write(|tx| free(tx, &[dialog_id(1)], |_| true));
    assert_eq!((gone.len(), freed), (0, 0), "it is open");
    assert_eq!(db.read(|db| shared::places(db, "b")).len(), 2);
}
