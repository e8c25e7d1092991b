//! Messages: stored once, merged with every further copy, read in pages.

use std::collections::BTreeMap;

use cubist_protocol::ext::extra_params::ExtraParams;
use rusqlite::{Row, params};

use crate::model::{
    DialogId, Failure, FailureKind, Message, MessageId, Position, SearchHit, Status, UnixMillis,
    UserId,
};
use crate::store::columns::{Oid, optional_text, user};
use crate::store::dialogs::{self, Newcomers};
use crate::store::receipts::{self, Kind};
use crate::store::{Error, ReadDb, WriteTx, outbox, states};

/// Dates outside of 1970 to 2242 are moved to the nearest of the two: they come from strangers,
/// and a row number must hold them.
const MAX_SECONDS: i64 = (1 << 33) - 1;

/// Low bits of a row number that tell messages of one second apart.
const ROW_BITS: u32 = 29;

/// A message as some source tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// Its id.
    pub id: MessageId,
    /// The dialog, which must be in the cache.
    pub dialog: DialogId,
    /// Who wrote it.
    pub sender: UserId,
    /// Its text.
    pub text: String,
    /// When it was sent; kept in whole seconds.
    pub sent_at: UnixMillis,
    /// `Pending` for one that is about to be sent, `Sent` for what the server gave.
    pub status: Status,
    /// Whether the server keeps it.
    pub in_history: bool,
    /// Further parameters, as they came.
    pub extra: ExtraParams,
    /// Who has it, according to this source.
    pub delivered_to: Vec<UserId>,
    /// Who has seen it, according to this source.
    pub read_by: Vec<UserId>,
    /// Whether the source is the server's own history, whose text is the present one (edits).
    pub from_history: bool,
}

impl MessageRecord {
    /// Its place in the dialog, as it will be stored.
    pub fn position(&self) -> Position {
        Position {
            seconds: self.seconds(),
            id: self.id,
        }
    }

    fn seconds(&self) -> i64 {
        self.sent_at.seconds().clamp(0, MAX_SECONDS)
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It was not here before.
    New,
    /// It was, and has been merged.
    Known,
}

/// Stores one message, or merges it with the copy that is here.
pub fn insert(tx: &mut WriteTx<'_>, record: &MessageRecord) -> Result<Stored, Error> {
    let stored = insert_batch(tx, std::slice::from_ref(record))?;
    Ok(stored.first().copied().unwrap_or(Stored::Known))
}

/// Stores messages in their order. The cost of each does not depend on how many there are already.
///
/// A message of someone else that is new here, and that no device of this person has confirmed, is
/// owed a received marker; that is queued in the same transaction.
pub fn insert_batch(
    tx: &mut WriteTx<'_>,
    records: &[MessageRecord],
) -> Result<Vec<Stored>, Error> {
    let mut outcome = Vec::with_capacity(records.len());
    let mut newcomers: BTreeMap<DialogId, Newcomers> = BTreeMap::new();
    for record in records {
        let stored = if let Some(message) = insert_row(tx, record)? {
            newcomers
                .entry(record.dialog)
                .or_default()
                .add(tx.me(), &message);
            Stored::New
        } else {
            // What is pending for the dialog's row must be there before the row is looked at.
            if let Some(pending) = newcomers.remove(&record.dialog) {
                dialogs::add_newcomers(tx, record.dialog, &pending)?;
            }
            merge(tx, record)?;
            Stored::Known
        };
        outcome.push(stored);
    }
    for (dialog, newcomers) in newcomers {
        dialogs::add_newcomers(tx, dialog, &newcomers)?;
    }
    Ok(outcome)
}

/// A row that was just made: what the dialog's own row must know of it.
pub(super) struct NewRow<'r> {
    pub(super) record: &'r MessageRecord,
    pub(super) status: Status,
    pub(super) unread: bool,
}

fn insert_row<'r>(
    tx: &mut WriteTx<'_>,
    record: &'r MessageRecord,
) -> Result<Option<NewRow<'r>>, Error> {
    let me = tx.me();
    let mine = record.sender == me;
    let lowest = record.seconds() << ROW_BITS;
    let highest = lowest | ((1 << ROW_BITS) - 1);
    let seen = record.read_by.contains(&me);
    let status = match (mine, seen) {
        (true, _) => record.status,
        (false, true) => Status::Read,
        (false, false) => Status::Delivered,
    };
    let unread = !mine && !seen;
    let extra = encode_extra(&record.extra);
    let row = tx.one(
        "INSERT INTO messages (row, id, dialog, sender, text, date_sent, status, in_history, unread, extra)
         VALUES (coalesce((SELECT max(row) + 1 FROM messages WHERE row BETWEEN ?1 AND ?2), ?1),
           ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO NOTHING RETURNING row",
        params![
            lowest,
            highest,
            Oid::from(record.id),
            Oid::from(record.dialog),
            record.sender.as_i64(),
            record.text,
            record.seconds(),
            status.code(),
            record.in_history,
            unread,
            extra
        ],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    if !record.text.is_empty() {
        tx.run(
            "INSERT INTO messages_fts (rowid, text) VALUES (?1, ?2)",
            params![row, record.text],
        )?;
    }
    tx.touch_message(record.dialog, record.id);
    let mut made = NewRow {
        record,
        status,
        unread,
    };
    let early = states::take_early(tx, record.id)?;
    if mine {
        made.status = apply_recipients(tx, record, status, &early)?;
    } else {
        let seen_elsewhere = early
            .iter()
            .any(|&(from, status)| from == me && status == Status::Read);
        if unread && seen_elsewhere {
            tx.run(
                "UPDATE messages SET unread = 0, status = 4 WHERE id = ?1",
                [Oid::from(record.id)],
            )?;
            made.status = Status::Read;
            made.unread = false;
        }
        if !record.delivered_to.contains(&me) && !seen {
            receipts::queue(tx, Kind::Received, record.dialog, record.id, record.sender)?;
        }
    }
    Ok(Some(made))
}

/// Notes who has a message of this person, and returns its status after that.
fn apply_recipients(
    tx: &mut WriteTx<'_>,
    record: &MessageRecord,
    status: Status,
    early: &[(UserId, Status)],
) -> Result<Status, Error> {
    let delivered = record.delivered_to.iter().map(|&id| (id, Status::Delivered));
    let read = record.read_by.iter().map(|&id| (id, Status::Read));
    let me = tx.me();
    let mut reached = status;
    for (recipient, state) in delivered.chain(read).chain(early.iter().copied()) {
        if recipient != me {
            states::advance(tx, record.id, recipient, state)?;
            reached = reached.advanced_to(state);
        }
    }
    if reached != status {
        tx.run(
            "UPDATE messages SET status = ?2 WHERE id = ?1",
            params![Oid::from(record.id), reached.code()],
        )?;
    }
    Ok(reached)
}

/// What a further copy may change.
struct Present {
    row: i64,
    dialog: DialogId,
    sender: UserId,
    text: String,
    in_history: bool,
    unread: bool,
}

fn present(db: &ReadDb<'_>, id: MessageId) -> Result<Option<Present>, Error> {
    db.one(
        "SELECT row, dialog, sender, text, in_history, unread FROM messages WHERE id = ?1",
        [Oid::from(id)],
        |row| {
            Ok(Present {
                row: row.get(0)?,
                dialog: row.get::<_, Oid>(1)?.dialog(),
                sender: user(row.get(2)?)?,
                text: row.get(3)?,
                in_history: row.get(4)?,
                unread: row.get(5)?,
            })
        },
    )
}

fn merge(tx: &mut WriteTx<'_>, record: &MessageRecord) -> Result<(), Error> {
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
    if record.from_history && record.text != present.text {
        set_text(tx, &present, record.id, &record.text)?;
    }
    if record.sender == me {
        if record.status >= Status::Sent {
            confirm(tx, record.id, record.status)?;
        }
        let delivered = record.delivered_to.iter().map(|&id| (id, Status::Delivered));
        let read = record.read_by.iter().map(|&id| (id, Status::Read));
        for (recipient, state) in delivered.chain(read) {
            marked(tx, record.id, recipient, state)?;
        }
    } else if present.unread && record.read_by.contains(&me) {
        marked(tx, record.id, me, Status::Read)?;
    }
    Ok(())
}

/// The server has a message of this person, at least as far as `status`.
pub(super) fn confirm(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    status: Status,
) -> Result<(), Error> {
    let dialog = tx.one(
        "UPDATE messages SET status = ?2, failure = 0, failure_text = '' WHERE id = ?1 AND status < ?2
         RETURNING dialog",
        params![Oid::from(message), status.code()],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    outbox::settle(tx, message)?;
    if let Some(dialog) = dialog {
        tx.touch_message(dialog, message);
        // The row of the list shows the tick of the newest message, and whether one failed.
        dialogs::refresh_last_status(tx, dialog, message, status)?;
        tx.touch_dialog(dialog);
    }
    Ok(())
}

/// Someone marked a message (XEP-0333): it is on their device, or they have seen it.
///
/// For a message of this person the status moves forward, never back. When `from` is this person,
/// another of their devices has shown a message of someone else: it is no longer unread here.
/// A marker for a message that is not here waits for it.
pub fn marked(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    from: UserId,
    status: Status,
) -> Result<(), Error> {
    let me = tx.me();
    let Some(present) = present(tx, message)? else {
        return states::keep_early(tx, message, from, status);
    };
    if present.sender == me {
        if from != me && states::advance(tx, message, from, status)? {
            tx.touch_message(present.dialog, message);
            confirm(tx, message, status)?;
        }
    } else if from == me && status == Status::Read && present.unread {
        tx.run(
            "UPDATE messages SET unread = 0, status = 4 WHERE row = ?1",
            [present.row],
        )?;
        dialogs::change_unread(tx, present.dialog, -1)?;
        tx.touch_message(present.dialog, message);
        tx.touch_dialog(present.dialog);
    }
    Ok(())
}

/// This person has seen everything up to `up_to`, here or (with `tell` unset) elsewhere.
/// Returns what was unread, oldest first.
pub(super) fn set_read(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    up_to: Position,
) -> Result<Vec<(MessageId, UserId, bool)>, Error> {
    let mut seen = tx.all(
        "UPDATE messages SET unread = 0, status = 4
         WHERE dialog = ?1 AND unread = 1 AND (date_sent, id) <= (?2, ?3)
         RETURNING id, sender, in_history, date_sent",
        params![Oid::from(dialog), up_to.seconds, Oid::from(up_to.id)],
        |row| {
            let id = row.get::<_, Oid>(0)?.message();
            let place = Position {
                seconds: row.get(3)?,
                id,
            };
            Ok((place, (id, user(row.get(1)?)?, row.get::<_, bool>(2)?)))
        },
    )?;
    seen.sort_unstable_by_key(|(place, _)| *place);
    for (_, (id, ..)) in &seen {
        tx.touch_message(dialog, *id);
    }
    Ok(seen.into_iter().map(|(_, message)| message).collect())
}

/// The author corrected a message (XEP-0308). Anyone else's correction is ignored.
pub fn correct(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    by: UserId,
    text: &str,
) -> Result<(), Error> {
    match present(tx, message)? {
        Some(present) if present.sender == by && present.text != text => {
            set_text(tx, &present, message, text)
        }
        _ => Ok(()),
    }
}

fn set_text(
    tx: &mut WriteTx<'_>,
    present: &Present,
    message: MessageId,
    text: &str,
) -> Result<(), Error> {
    tx.run(
        "UPDATE messages SET text = ?2 WHERE row = ?1",
        params![present.row, text],
    )?;
    tx.run("DELETE FROM messages_fts WHERE rowid = ?1", [present.row])?;
    if !text.is_empty() {
        tx.run(
            "INSERT INTO messages_fts (rowid, text) VALUES (?1, ?2)",
            params![present.row, text],
        )?;
    }
    tx.touch_message(present.dialog, message);
    if dialogs::refresh_last_text(tx, present.dialog, message, text)? {
        tx.touch_dialog(present.dialog);
    }
    Ok(())
}

/// Takes a message out of the cache, whoever wrote it.
pub fn remove(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let Some(present) = present(tx, message)? else {
        return Ok(());
    };
    outbox::settle(tx, message)?;
    tx.run("DELETE FROM messages_fts WHERE rowid = ?1", [present.row])?;
    tx.run("DELETE FROM messages WHERE row = ?1", [present.row])?;
    if present.unread {
        dialogs::change_unread(tx, present.dialog, -1)?;
    }
    dialogs::forget_last(tx, present.dialog, message)?;
    tx.touch_message(present.dialog, message);
    tx.touch_dialog(present.dialog);
    Ok(())
}

/// Who wrote a message, if it is here.
pub fn sender(db: &ReadDb<'_>, message: MessageId) -> Result<Option<UserId>, Error> {
    Ok(present(db, message)?.map(|present| present.sender))
}

/// Where a message stands, if it is here.
pub fn place(db: &ReadDb<'_>, message: MessageId) -> Result<Option<(DialogId, Position)>, Error> {
    db.one(
        "SELECT dialog, date_sent FROM messages WHERE id = ?1",
        [Oid::from(message)],
        |row| {
            let position = Position {
                seconds: row.get(1)?,
                id: message,
            };
            Ok((row.get::<_, Oid>(0)?.dialog(), position))
        },
    )
}

/// Where a message stands in the history of the server; `None` for one that the server does not
/// keep, or does not have yet.
pub fn place_in_history(
    db: &ReadDb<'_>,
    message: MessageId,
) -> Result<Option<(DialogId, Position)>, Error> {
    db.one(
        "SELECT dialog, date_sent FROM messages WHERE id = ?1 AND in_history = 1 AND status >= 2",
        [Oid::from(message)],
        |row| {
            let position = Position {
                seconds: row.get(1)?,
                id: message,
            };
            Ok((row.get::<_, Oid>(0)?.dialog(), position))
        },
    )
}

/// The oldest unread message of a dialog.
pub fn first_unread(db: &ReadDb<'_>, dialog: DialogId) -> Result<Option<Position>, Error> {
    db.one(
        "SELECT date_sent, id FROM messages WHERE dialog = ?1 AND unread = 1
         ORDER BY date_sent, id LIMIT 1",
        [Oid::from(dialog)],
        read_position,
    )
}

/// The newest message of a dialog that the server keeps and has.
pub fn newest_in_history(db: &ReadDb<'_>, dialog: DialogId) -> Result<Option<Position>, Error> {
    db.one(
        "SELECT date_sent, id FROM messages WHERE dialog = ?1 AND in_history = 1 AND status >= 2
         ORDER BY date_sent DESC, id DESC LIMIT 1",
        [Oid::from(dialog)],
        read_position,
    )
}

/// One message.
pub fn load(db: &ReadDb<'_>, id: MessageId) -> Result<Option<Message>, Error> {
    let found = db.one(
        "SELECT id, dialog, sender, text, date_sent, status, failure, failure_text, in_history, extra
         FROM messages WHERE id = ?1",
        [Oid::from(id)],
        read,
    )?;
    found.map(|message| with_recipients(db, message)).transpose()
}

/// One hit of a search, by row number.
pub(super) fn load_hit(db: &ReadDb<'_>, row: i64) -> Result<Option<SearchHit>, Error> {
    let found = db.one(
        "SELECT id, dialog, sender, text, date_sent, status, failure, failure_text, in_history, extra
         FROM messages WHERE row = ?1",
        [row],
        read,
    )?;
    let Some(message) = found else {
        return Ok(None);
    };
    let dialog_name = dialogs::name(db, message.dialog)?.unwrap_or_default();
    let message = with_recipients(db, message)?;
    Ok(Some(SearchHit {
        message,
        dialog_name,
    }))
}

/// Messages of a dialog from `floor` on and below `below`, the newest `limit` of them, oldest first.
pub fn page_below(
    db: &ReadDb<'_>,
    dialog: DialogId,
    below: Position,
    floor: Position,
    limit: u32,
) -> Result<Vec<Message>, Error> {
    let mut page = db.all(
        "SELECT id, dialog, sender, text, date_sent, status, failure, failure_text, in_history, extra
         FROM messages
         WHERE dialog = ?1 AND (date_sent, id) < (?2, ?3) AND (date_sent, id) >= (?4, ?5)
         ORDER BY date_sent DESC, id DESC LIMIT ?6",
        params![
            Oid::from(dialog),
            below.seconds,
            Oid::from(below.id),
            floor.seconds,
            Oid::from(floor.id),
            limit
        ],
        read,
    )?;
    page.reverse();
    page.into_iter()
        .map(|message| with_recipients(db, message))
        .collect()
}

/// Messages of a dialog above `above` and up to `ceiling`, the oldest `limit` of them, oldest first.
pub fn page_above(
    db: &ReadDb<'_>,
    dialog: DialogId,
    above: Position,
    ceiling: Position,
    limit: u32,
) -> Result<Vec<Message>, Error> {
    db.all(
        "SELECT id, dialog, sender, text, date_sent, status, failure, failure_text, in_history, extra
         FROM messages
         WHERE dialog = ?1 AND (date_sent, id) > (?2, ?3) AND (date_sent, id) <= (?4, ?5)
         ORDER BY date_sent, id LIMIT ?6",
        params![
            Oid::from(dialog),
            above.seconds,
            Oid::from(above.id),
            ceiling.seconds,
            Oid::from(ceiling.id),
            limit
        ],
        read,
    )?
    .into_iter()
    .map(|message| with_recipients(db, message))
    .collect()
}

fn with_recipients(db: &ReadDb<'_>, mut message: Message) -> Result<Message, Error> {
    if message.sender == db.me() && message.status >= Status::Delivered {
        let recipients = states::load(db, message.id)?;
        message.delivered_to = recipients.delivered_to;
        message.read_by = recipients.read_by;
    }
    Ok(message)
}

fn read(row: &Row<'_>) -> Result<Message, Error> {
    let status =
        Status::from_code(row.get(5)?).ok_or(Error::Corrupt { what: "status" })?;
    let failure_text: String = row.get(7)?;
    let failure = FailureKind::from_code(row.get(6)?).map(|kind| Failure {
        kind,
        text: optional_text(failure_text),
    });
    Ok(Message {
        id: row.get::<_, Oid>(0)?.message(),
        dialog: row.get::<_, Oid>(1)?.dialog(),
        sender: user(row.get(2)?)?,
        text: row.get(3)?,
        sent_at: UnixMillis::from_seconds(row.get(4)?),
        status,
        failure,
        delivered_to: Vec::new(),
        read_by: Vec::new(),
        in_history: row.get(8)?,
        extra: decode_extra(&row.get::<_, String>(9)?)?,
    })
}

fn read_position(row: &Row<'_>) -> Result<Position, Error> {
    Ok(Position {
        seconds: row.get(0)?,
        id: row.get::<_, Oid>(1)?.message(),
    })
}

fn encode_extra(extra: &ExtraParams) -> String {
    if extra.entries.is_empty() {
        return String::new();
    }
    serde_json::Value::Object(extra.to_json()).to_string()
}

fn decode_extra(text: &str) -> Result<ExtraParams, Error> {
    if text.is_empty() {
        return Ok(ExtraParams::new());
    }
    let map = serde_json::from_str(text).map_err(|_| Error::Corrupt { what: "parameter" })?;
    Ok(ExtraParams::from_json(&map))
}

#[cfg(test)]
mod tests;
