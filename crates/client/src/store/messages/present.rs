//! A message that is here, and what a further copy of it changes.

use crate::model::{DialogId, MessageId, Status, UserId};
use crate::store::columns::{Oid, user};
use crate::store::messages::{MessageRecord, changes, confirm, marked};
use crate::store::{Error, ReadDb, WriteTx, reactions};

/// What a further copy may change.
pub(super) struct Present {
    pub(super) row: i64,
    pub(super) dialog: DialogId,
    pub(super) sender: UserId,
    pub(super) text: String,
    in_history: bool,
    pub(super) unread: bool,
    pub(super) edited_at: i64,
    /// 0 when it is not deleted.
    pub(super) deleted: i64,
    /// As stored.
    reactions: String,
}

impl Present {
    pub(super) fn is_deleted(&self) -> bool {
        self.deleted != 0
    }
}

pub(super) fn present(db: &ReadDb<'_>, id: MessageId) -> Result<Option<Present>, Error> {
    db.one(
        "SELECT row, dialog, sender, text, in_history, unread, edited_at, deleted, reactions
         FROM messages WHERE id = ?1",
        [Oid::from(id)],
        |row| {
            Ok(Present {
                row: row.get(0)?,
                dialog: row.get::<_, Oid>(1)?.dialog(),
                sender: user(row.get(2)?)?,
                text: row.get(3)?,
                in_history: row.get(4)?,
                unread: row.get(5)?,
                edited_at: row.get(6)?,
                deleted: row.get(7)?,
                reactions: row.get(8)?,
            })
        },
    )
}

pub(super) fn merge(tx: &mut WriteTx<'_>, record: &MessageRecord) -> Result<(), Error> {
    let Some(present) = present(tx, record.id)? else {
        return Ok(());
    };
    // An id belongs to who used it first; a stranger cannot take it over.
    if present.sender != record.sender || present.dialog != record.dialog {
        return Ok(());
    }
    let me = tx.me();
    if record.in_history && !present.in_history {
        tx.run(
            "UPDATE messages SET in_history = 1 WHERE row = ?1",
            [present.row],
        )?;
    }
    if !present.is_deleted() {
        changes::compare(tx, &present, record)?;
        if record.from_history {
            reactions::adopt(tx, record.id, &present.reactions, &record.reactions)?;
        }
    }
    if record.sender == me {
        if record.status >= Status::Sent {
            confirm(tx, record.id, record.status)?;
        }
        let delivered = record
            .delivered_to
            .iter()
            .map(|&id| (id, Status::Delivered));
        let read = record.read_by.iter().map(|&id| (id, Status::Read));
        for (recipient, state) in delivered.chain(read) {
            marked(tx, record.id, recipient, state)?;
        }
    } else if present.unread && record.read_by.contains(&me) {
        marked(tx, record.id, me, Status::Read)?;
    }
    Ok(())
}

/// Who wrote a message, if it is here.
pub fn sender(db: &ReadDb<'_>, message: MessageId) -> Result<Option<UserId>, Error> {
    Ok(present(db, message)?.map(|present| present.sender))
}
