use cubist_protocol::ext::extra_params::ExtraParams;

use super::{
    NewUpload, Step, Upload, add, advance, copy, due, fail, pause, postpone, refuse, retry,
};
use crate::attachments::sealed::ContentHash;
use crate::attachments::wire;
use crate::model::{
    Attachment, Failure, FailureKind, FileProblem, FileState, Hold, Message, MessageId, Status,
    UnixMillis,
};
use crate::store::messages::{self, MessageRecord};
use crate::store::testing::{TestDb, attachment, message_id, outgoing};
use crate::store::{Error, WriteTx, outbox};

/// Queues message `n` with a file for each byte, which stands for what is in it.
fn queue(db: &TestDb, n: u32, contents: &[u8]) {
    queue_as(db, n, contents, outbox::enqueue);
}

/// The same, queued as one wants it to be.
fn queue_as<F>(db: &TestDb, n: u32, contents: &[u8], enqueue: F)
where
    F: FnOnce(&mut WriteTx<'_>, &MessageRecord) -> Result<(), Error>,
{
    let attachments: Vec<Attachment> = contents.iter().map(|_| attachment("a.txt")).collect();
    let mut extra = ExtraParams::new();
    wire::set(&mut extra, &attachments);
    let record = MessageRecord {
        extra,
        ..outgoing(n, 100 + i64::from(n), "")
    };
    db.write(|tx| {
        enqueue(tx, &record)?;
        for (index, byte) in (0..).zip(contents) {
            let file = NewUpload {
                index,
                content: ContentHash([*byte; 32]),
                size: 5,
                content_type: "text/plain".to_owned(),
                name: "a.txt".to_owned(),
                staged: None,
            };
            add(tx, record.id, &file)?;
        }
        Ok(())
    });
}

fn uploads(db: &TestDb) -> Vec<Upload> {
    db.read(|db| due(db, UnixMillis(i64::MAX), 100))
}

/// The messages that the outbox would send now.
fn sendable(db: &TestDb) -> Vec<MessageId> {
    let queued = db.read(|db| {
        let seqs: Vec<i64> = outbox::due(db, 0, 100)?.iter().map(|row| row.seq).collect();
        outbox::queued(db, &seqs)
    });
    queued.into_iter().map(|one| one.message.id).collect()
}

fn message(db: &TestDb, n: u32) -> Message {
    db.read(|db| messages::load(db, message_id(n))).unwrap()
}

fn states(db: &TestDb, n: u32) -> Vec<FileState> {
    let attachments = message(db, n).attachments.into_iter();
    attachments.filter_map(|one| one.file).collect()
}

fn complete(blob: u64) -> Step {
    Step::Complete {
        blob,
        uid: format!("uid{blob}"),
    }
}

#[test]
fn a_message_is_sent_when_all_of_its_files_are_complete() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1, 2]);
    db.write(|tx| outbox::enqueue(tx, &outgoing(2, 102, "text")));
    assert_eq!(
        sendable(&db),
        [message_id(2)],
        "texts do not wait for files"
    );
    assert_eq!(states(&db, 1), [FileState::Waiting; 2]);
    let [first, second] = uploads(&db).try_into().unwrap();
    assert_eq!((first.index, second.index), (0, 1));
    let before = db.read(|db| outbox::row_of(db, message_id(2))).unwrap();
    db.write(|tx| advance(tx, first.seq, &complete(7)));
    assert_eq!(sendable(&db), [message_id(2)]);
    assert_eq!(states(&db, 1), [FileState::Here, FileState::Waiting]);
    db.write(|tx| advance(tx, second.seq, &complete(8)));
    assert_eq!(sendable(&db), [message_id(2), message_id(1)]);
    let after = db.read(|db| outbox::row_of(db, message_id(1))).unwrap();
    assert!(after > before, "a walk along the table meets it");
    let sent = message(&db, 1).attachments;
    let named: Vec<_> = sent
        .iter()
        .map(|one| (one.source.uid.as_deref(), one.source.id))
        .collect();
    assert_eq!(named, [(Some("uid7"), Some(7)), (Some("uid8"), Some(8))]);
    assert_eq!(uploads(&db), []);
}

#[test]
fn files_of_a_message_for_much_later_are_not_uploaded_yet() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let db = TestDb::with_dialog();
    for (n, day) in [(1, 40), (2, 10)] {
        let at = UnixMillis(day * DAY);
        queue_as(&db, n, &[1], |tx, record| outbox::schedule(tx, record, at));
    }
    queue(&db, 3, &[3]);
    let due = |day: i64| -> Vec<MessageId> {
        let due = db.read(|db| due(db, UnixMillis(day * DAY), 100));
        due.into_iter().map(|upload| upload.message).collect()
    };
    assert_eq!(due(0), [message_id(2), message_id(3)]);
    assert_eq!(due(25), [message_id(2), message_id(3)]);
    assert_eq!(due(26), [message_id(1), message_id(2), message_id(3)]);
    db.write(|tx| outbox::reschedule(tx, message_id(1), UnixMillis(DAY)));
    assert_eq!(due(0).len(), 3);
}

#[test]
fn every_step_is_found_again() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1]);
    let seq = uploads(&db)[0].seq;
    let announced = Step::Announced {
        blob: 3,
        uid: "u".to_owned(),
        address: "https://h.example/up?key=u".to_owned(),
        expires: Some(UnixMillis(5_000)),
    };
    let uploaded = Step::Uploaded {
        blob: 3,
        uid: "u".to_owned(),
    };
    for step in [announced, uploaded, Step::New] {
        db.write(|tx| advance(tx, seq, &step));
        assert_eq!(uploads(&db)[0].step, step);
    }
}

#[test]
fn the_same_file_twice_in_a_message_is_uploaded_once() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1, 1]);
    queue(&db, 2, &[1]);
    let first = uploads(&db)[0].seq;
    db.write(|tx| advance(tx, first, &complete(7)));
    assert_eq!(sendable(&db), [message_id(1)]);
    // Another message has a file of its own: its sender may remove one without the other.
    let left: Vec<MessageId> = uploads(&db).iter().map(|upload| upload.message).collect();
    assert_eq!(left, [message_id(2)]);
}

#[test]
fn a_file_that_was_begun_needs_no_upload_once_its_copy_is_there() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1, 1]);
    let [first, second] = uploads(&db).try_into().unwrap();
    let announced = Step::Announced {
        blob: 3,
        uid: "uid3".to_owned(),
        address: "https://h.example/up?key=u".to_owned(),
        expires: None,
    };
    db.write(|tx| {
        advance(tx, first.seq, &announced)?;
        postpone(tx, first.seq, UnixMillis(5_000), true)?;
        advance(tx, second.seq, &complete(7))
    });
    assert_eq!(sendable(&db), [message_id(1)]);
    assert_eq!(uids(&db, 1), ["uid7", "uid7"]);
}

/// Message 2 is message 1, passed on before its files are at the server.
fn pass_on(db: &TestDb) {
    let extra = message(db, 1).extra;
    let passed = MessageRecord {
        extra,
        ..outgoing(2, 102, "")
    };
    db.write(|tx| {
        outbox::enqueue(tx, &passed)?;
        copy(tx, message_id(1), passed.id)
    });
}

/// What the server calls the files of message `n`.
fn uids(db: &TestDb, n: u32) -> Vec<String> {
    let attachments = message(db, n).attachments.into_iter();
    attachments.filter_map(|one| one.source.uid).collect()
}

#[test]
fn a_copy_that_is_passed_on_waits_for_the_same_file() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1, 2]);
    let first = uploads(&db)[0].seq;
    db.write(|tx| advance(tx, first, &complete(7)));
    pass_on(&db);
    assert_eq!(states(&db, 2), [FileState::Here, FileState::Waiting]);
    let waiting = uploads(&db);
    assert_eq!(waiting.len(), 2);
    db.write(|tx| advance(tx, waiting[0].seq, &complete(8)));
    assert_eq!(sendable(&db), [message_id(1), message_id(2)]);
    assert_eq!(uids(&db, 1), ["uid7", "uid8"]);
    assert_eq!(uids(&db, 1), uids(&db, 2));
}

#[test]
fn a_paused_message_whose_copy_got_there_is_sent_without_an_upload_when_it_goes_on() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1]);
    pass_on(&db);
    assert!(db.write(|tx| pause(tx, message_id(1), true)));
    let [copied] = uploads(&db).try_into().unwrap();
    db.write(|tx| advance(tx, copied.seq, &complete(7)));
    assert_eq!(sendable(&db), [message_id(2)]);
    assert_eq!(states(&db, 1), [FileState::Paused { sent: 5, total: 5 }]);
    assert!(db.write(|tx| pause(tx, message_id(1), false)));
    assert_eq!(sendable(&db), [message_id(2), message_id(1)]);
    assert_eq!((uids(&db, 1), uploads(&db)), (uids(&db, 2), vec![]));
}

#[test]
fn a_paused_file_waits_and_a_failed_one_lets_its_message_fail() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1]);
    let seq = uploads(&db)[0].seq;
    assert!(db.write(|tx| pause(tx, message_id(1), true)));
    assert_eq!(uploads(&db), []);
    assert_eq!(states(&db, 1), [FileState::Paused { sent: 0, total: 5 }]);
    assert!(db.write(|tx| pause(tx, message_id(1), false)));
    assert_eq!(uploads(&db).len(), 1);
    db.write(|tx| {
        let failure = Failure {
            kind: FailureKind::Refused,
            text: None,
        };
        fail(tx, seq, FileProblem::Gone)?;
        outbox::fail(tx, message_id(1), &failure)
    });
    let problem = FileProblem::Gone;
    assert_eq!(states(&db, 1), [FileState::Failed { problem }]);
    assert_eq!(
        (message(&db, 1).status, uploads(&db)),
        (Status::Failed, vec![])
    );
    assert!(db.write(|tx| outbox::retry(tx, message_id(1))));
    assert_eq!(states(&db, 1), [FileState::Waiting]);
    assert_eq!((uploads(&db).len(), sendable(&db)), (1, vec![]));
    assert!(!db.write(|tx| pause(tx, message_id(9), true)));
}

#[test]
fn failures_are_counted_until_it_comes_further() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1]);
    let seq = uploads(&db)[0].seq;
    let counts = || {
        let upload = uploads(&db).remove(0);
        (upload.attempts, upload.failures, upload.refusals)
    };
    db.write(|tx| postpone(tx, seq, UnixMillis(9_000), false));
    db.write(|tx| postpone(tx, seq, UnixMillis(9_500), true));
    assert_eq!(uploads(&db)[0].not_before, UnixMillis(9_500));
    assert_eq!(counts(), (2, 1, 0), "a network that is away is no failure");
    db.write(|tx| refuse(tx, seq));
    assert_eq!(uploads(&db)[0].not_before, UnixMillis(0));
    assert_eq!(
        counts(),
        (2, 1, 1),
        "an address that is asked for anew is no progress"
    );
    let uploaded = Step::Uploaded {
        blob: 3,
        uid: "u".to_owned(),
    };
    db.write(|tx| advance(tx, seq, &uploaded));
    assert_eq!(
        counts(),
        (0, 0, 1),
        "what is at the server may be swept, too"
    );
    db.write(|tx| postpone(tx, seq, UnixMillis(9_900), true));
    db.write(super::hurry);
    assert_eq!(uploads(&db)[0].not_before, UnixMillis(0));
    db.write(|tx| retry(tx, message_id(1)));
    assert_eq!(counts(), (0, 0, 0));
}

#[test]
fn what_is_taken_back_is_not_uploaded() {
    let db = TestDb::with_dialog();
    queue(&db, 1, &[1]);
    db.write(|tx| outbox::discard(tx, message_id(1)));
    assert_eq!(uploads(&db), []);
    db.write(|tx| retry(tx, message_id(1)));
    assert_eq!(db.read(crate::store::staged::contents), []);
}

#[test]
fn what_waits_for_its_time_goes_on_waiting_when_its_files_are_complete() {
    let db = TestDb::with_dialog();
    let later = UnixMillis(5_000_000);
    let hold = Hold::Undo { until: later };
    let file = NewUpload {
        index: 0,
        content: ContentHash([1; 32]),
        size: 5,
        content_type: "text/plain".to_owned(),
        name: "a.txt".to_owned(),
        staged: None,
    };
    let mut extra = ExtraParams::new();
    wire::set(&mut extra, &[attachment("a.txt")]);
    let record = MessageRecord {
        extra,
        ..outgoing(1, 101, "")
    };
    db.write(|tx| {
        outbox::enqueue_until(tx, &record, later)?;
        add(tx, record.id, &file)
    });
    let seq = uploads(&db)[0].seq;
    db.write(|tx| advance(tx, seq, &complete(7)));
    let due = db.read(|db| outbox::due(db, 0, 10));
    let waits: Vec<_> = due.iter().map(|row| (row.not_before, row.hold)).collect();
    assert_eq!(waits, [(later, Some(hold))]);
}
