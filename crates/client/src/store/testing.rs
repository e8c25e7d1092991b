//! A store in memory and short ways to write rows, for tests.

use std::cell::RefCell;

use rusqlite::Connection;

use crate::events::ClientEvent;
use crate::model::{
    AccountId, Attachment, AttachmentKind, DialogId, DialogKind, FileSource, FileState, MessageId,
    ObjectId, Status, UnixMillis, UserId,
};
use crate::store::changes::Changes;
use crate::store::dialogs::{self, DialogRecord};
use crate::store::messages::MessageRecord;
use crate::store::{Error, ReadDb, WriteTx, migrations};

/// Whose cache test stores are.
pub(crate) const ME: u64 = 1;

/// A database without thread, file or key: what a job does to it is seen at once.
pub(crate) struct TestDb {
    conn: RefCell<Connection>,
}

impl TestDb {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "foreign_keys", true).unwrap();
        migrations::apply(&mut conn).unwrap();
        Self {
            conn: RefCell::new(conn),
        }
    }

    /// One with the private dialog 1 of `ME` and person 2, and the group 2 of 1, 2 and 3.
    pub(crate) fn with_dialog() -> Self {
        let db = Self::new();
        db.write(|tx| {
            dialogs::save(tx, &dialog(1, DialogKind::Private, &[ME, 2]))?;
            dialogs::save(tx, &dialog(2, DialogKind::Group, &[ME, 2, 3]))
        });
        db
    }

    /// Runs a job in a transaction of its own; returns what it would have told.
    pub(crate) fn write_events<T>(
        &self,
        job: impl FnOnce(&mut WriteTx<'_>) -> Result<T, Error>,
    ) -> (T, Vec<ClientEvent>) {
        let mut conn = self.conn.borrow_mut();
        let tx = conn.transaction().unwrap();
        let mut changes = Changes::default();
        let outcome = job(&mut WriteTx::new(&tx, user_id(ME), &mut changes)).unwrap();
        let events = changes
            .events(&account_id(), &ReadDb::new(&tx, user_id(ME)))
            .unwrap();
        tx.commit().unwrap();
        (outcome, events)
    }

    /// Runs a job in a transaction of its own.
    pub(crate) fn write<T>(&self, job: impl FnOnce(&mut WriteTx<'_>) -> Result<T, Error>) -> T {
        self.write_events(job).0
    }

    /// Looks.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&ReadDb<'_>) -> Result<T, Error>) -> T {
        look(&ReadDb::new(&self.conn.borrow(), user_id(ME))).unwrap()
    }
}

pub(crate) fn account_id() -> AccountId {
    AccountId::from_random([7; 8])
}

pub(crate) fn user_id(n: u64) -> UserId {
    UserId::new(n).unwrap()
}

fn object_id(kind: u8, n: u32) -> ObjectId {
    let mut bytes = [0; 12];
    bytes[0] = kind;
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    ObjectId::from_bytes(bytes)
}

pub(crate) fn dialog_id(n: u32) -> DialogId {
    DialogId::new(object_id(0xdd, n))
}

pub(crate) fn message_id(n: u32) -> MessageId {
    MessageId::new(object_id(0xaa, n))
}

pub(crate) fn dialog(n: u32, kind: DialogKind, occupants: &[u64]) -> DialogRecord {
    DialogRecord {
        id: dialog_id(n),
        kind,
        name: format!("dialog {n}"),
        photo: None,
        description: None,
        owner: Some(user_id(ME)),
        occupants: occupants.iter().map(|&id| user_id(id)).collect(),
        created_at: Some(UnixMillis::from_seconds(i64::from(n))),
        last: None,
        unread: None,
        details: dialogs::Details::default(),
    }
}

/// A message of person 2 in dialog 1.
pub(crate) fn incoming(n: u32, seconds: i64, text: &str) -> MessageRecord {
    MessageRecord {
        id: message_id(n),
        dialog: dialog_id(1),
        sender: user_id(2),
        text: text.to_owned(),
        sent_at: UnixMillis::from_seconds(seconds),
        status: Status::Sent,
        in_history: true,
        extra: cubist_protocol::ext::extra_params::ExtraParams::new(),
        delivered_to: Vec::new(),
        read_by: Vec::new(),
        from_history: false,
        edited_at: None,
        reactions: crate::store::reactions::Snapshot::default(),
    }
}

/// A message of this person in dialog 1, on its way.
pub(crate) fn outgoing(n: u32, seconds: i64, text: &str) -> MessageRecord {
    MessageRecord {
        sender: user_id(ME),
        status: Status::Pending,
        ..incoming(n, seconds, text)
    }
}

/// Marks the file as one that a later version of the program wrote.
pub(crate) fn write_later_version(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    tx.run("PRAGMA user_version = 30000", [])?;
    Ok(())
}

/// A file that is not at the server yet.
pub(crate) fn attachment(name: &str) -> Attachment {
    Attachment {
        kind: AttachmentKind::File,
        name: name.to_owned(),
        content_type: "text/plain".to_owned(),
        size: Some(5),
        width: None,
        height: None,
        duration: None,
        placeholder: None,
        waveform: Vec::new(),
        file: Some(FileState::Waiting),
        location: None,
        source: FileSource::default(),
    }
}

/// From now on nothing can be written down about an upload that its server has, or about a file that is
/// wanted or here, as on a full disk.
pub(crate) fn fill_the_disk(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    tx.run(
        "CREATE TRIGGER full_of_uploads BEFORE UPDATE OF step ON uploads WHEN NEW.step > 1
         BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        [],
    )?;
    tx.run(
        "CREATE TRIGGER full_of_files BEFORE UPDATE ON files
         BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        [],
    )?;
    tx.run(
        "CREATE TRIGGER full_of_contents BEFORE UPDATE ON contents
         BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        [],
    )?;
    Ok(())
}

/// There is room again.
pub(crate) fn empty_the_disk(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    tx.run("DROP TRIGGER full_of_uploads", [])?;
    tx.run("DROP TRIGGER full_of_files", [])?;
    tx.run("DROP TRIGGER full_of_contents", [])?;
    Ok(())
}
