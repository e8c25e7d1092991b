//! Markers this person owes to others, until the server has them (XEP-0333).

use rusqlite::{ToSql, params};

use crate::model::{DialogId, MessageId, UserId};
use crate::store::columns::{Oid, user};
use crate::store::{Error, ReadDb, WriteTx};

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The message is on this device.
    Received,
    /// The person has seen the message.
    Displayed,
    /// The person has seen everything in the dialog, including messages that are not cached here;
    /// the message of the row is the newest of them.
    DialogRead,
}

impl Kind {
    const fn code(self) -> i64 {
        match self {
            Self::Received => 1,
            Self::Displayed => 2,
            Self::DialogRead => 3,
        }
    }

    const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Received),
            2 => Some(Self::Displayed),
            3 => Some(Self::DialogRead),
            _ => None,
        }
    }
}

/// One marker in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Place in the queue.
    pub seq: i64,
    /// What is to be told.
    pub kind: Kind,
    /// About which dialog.
    pub dialog: DialogId,
    /// About which message.
    pub message: MessageId,
    /// To whom: the author of the message.
    pub author: UserId,
    /// Whether the server keeps the message, so that REST can mark it.
    pub in_history: bool,
}

/// Queues a marker, once. A displayed marker takes the place of a received one still waiting.
pub fn queue(
    tx: &mut WriteTx<'_>,
    kind: Kind,
    dialog: DialogId,
    message: MessageId,
    author: UserId,
) -> Result<(), Error> {
    if kind == Kind::Displayed {
        tx.run(
            "DELETE FROM receipts WHERE message = ?1 AND kind = ?2",
            params![Oid::from(message), Kind::Received.code()],
        )?;
    }
    tx.run(
        "INSERT INTO receipts (kind, dialog, message, author) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (message, kind) DO NOTHING",
        params![
            kind.code(),
            Oid::from(dialog),
            Oid::from(message),
            author.as_i64()
        ],
    )?;
    Ok(())
}

/// The next markers behind place `after`, in order.
pub fn due(db: &ReadDb<'_>, after: i64, limit: u32) -> Result<Vec<Receipt>, Error> {
    db.all(
        "SELECT r.seq, r.kind, r.dialog, r.message, r.author, coalesce(m.in_history, 0)
         FROM receipts r LEFT JOIN messages m ON m.id = r.message
         WHERE r.seq > ?1 ORDER BY r.seq LIMIT ?2",
        params![after, limit],
        |row| {
            Ok(Receipt {
                seq: row.get(0)?,
                kind: Kind::from_code(row.get(1)?).ok_or(Error::Corrupt { what: "marker" })?,
                dialog: row.get::<_, Oid>(2)?.dialog(),
                message: row.get::<_, Oid>(3)?.message(),
                author: user(row.get(4)?)?,
                in_history: row.get(5)?,
            })
        },
    )
}

/// The server has these.
pub fn done(tx: &mut WriteTx<'_>, seqs: &[i64]) -> Result<(), Error> {
    for seq in seqs {
        tx.run("DELETE FROM receipts WHERE seq = ?1", [seq])?;
    }
    Ok(())
}

/// How many displayed markers of a dialog the server has not counted yet; `None` when everything
/// in the dialog is about to be marked.
pub(super) fn displayed_waiting(db: &ReadDb<'_>, dialog: DialogId) -> Result<Option<u32>, Error> {
    let count = |kind: Kind| {
        db.one(
            "SELECT count(*) FROM receipts WHERE dialog = ?1 AND kind = ?2",
            [&Oid::from(dialog) as &dyn ToSql, &kind.code()],
            |row| Ok(row.get::<_, u32>(0)?),
        )
    };
    if count(Kind::DialogRead)?.unwrap_or_default() > 0 {
        return Ok(None);
    }
    Ok(Some(count(Kind::Displayed)?.unwrap_or_default()))
}
