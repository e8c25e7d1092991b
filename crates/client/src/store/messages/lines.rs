//! Lines between the messages: what happened to the dialog.
//!
//! They come by system messages of the people who did it, one copy to each person, so nobody's
//! history has them and everybody's word has to be weighed: a line counts only from someone who is
//! in the dialog. They stand among the messages by their date, and are neither unread nor news for
//! the list.

use rusqlite::params;

use crate::model::{
    DialogId, DialogKind, Message, MessageId, Status, SystemLine, UnixMillis, UserId,
};
use crate::store::columns::{Oid, user};
use crate::store::messages::{free_row, stored_seconds};
use crate::store::{Error, ReadDb, WriteTx, dialogs};

/// Lines kept for dialogs that are not here. Anyone can send any number of them.
const EARLY_LINES: i64 = 200;

/// A line as its sender tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRecord {
    /// The same for everyone who is told.
    pub id: MessageId,
    /// The dialog it is about.
    pub dialog: DialogId,
    /// Who did it.
    pub sender: UserId,
    /// When; kept in whole seconds.
    pub sent_at: UnixMillis,
    /// What.
    pub line: SystemLine,
}

/// Stores a line about what this person did, or that is known to be true. Once: a further copy
/// changes nothing.
pub fn add_line(tx: &mut WriteTx<'_>, record: &LineRecord) -> Result<(), Error> {
    let second = stored_seconds(when(tx, record)?);
    let row = free_row(tx, second)?;
    let inserted = tx.run(
        "INSERT INTO messages (row, id, dialog, sender, date_sent, status, in_history, system)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT (id) DO NOTHING",
        params![
            row,
            Oid::from(record.id),
            Oid::from(record.dialog),
            record.sender.as_i64(),
            second,
            // As far as anything can come: no acknowledgement or refusal says anything about it.
            Status::Read.code(),
            encode(&record.line),
        ],
    )?;
    if inserted == 0 {
        return Ok(());
    }
    tx.touch_new_message(Message {
        id: record.id,
        dialog: record.dialog,
        sender: record.sender,
        text: String::new(),
        sent_at: UnixMillis::from_seconds(second),
        status: Status::Read,
        failure: None,
        delivered_to: Vec::new(),
        read_by: Vec::new(),
        in_history: false,
        attachments: Vec::new(),
        extra: cubist_protocol::ext::extra_params::ExtraParams::new(),
        system: Some(record.line.clone()),
        edited_at: None,
        previous_text: None,
        deleted: false,
        reactions: Vec::new(),
        reply: None,
        forwarded: None,
        mentions: Vec::new(),
        preview: None,
        fields: Vec::new(),
        silent: false,
        hold: None,
    });
    if brings_me(&record.line, tx.me()) {
        dialogs::bump(tx, record.dialog, UnixMillis::from_seconds(second))?;
    }
    Ok(())
}

/// A dialog's beginning stands before everything said in it, even within the same second: two seconds
/// before the moment the server gave it, which is the same on every device. One would not do: the
/// server tells its clock in whole seconds, so that a device may take it for up to one less.
fn when(db: &ReadDb<'_>, record: &LineRecord) -> Result<UnixMillis, Error> {
    if record.line != SystemLine::Created {
        return Ok(record.sent_at);
    }
    let made = db.one(
        "SELECT created_at FROM dialogs WHERE id = ?1",
        [Oid::from(record.dialog)],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(match made {
        Some(made) if made > 0 => UnixMillis(made.saturating_sub(2_000)),
        _ => record.sent_at,
    })
}

/// Takes in a line of someone else, if they may say so. One about an unknown dialog waits for it.
pub fn receive_line(tx: &mut WriteTx<'_>, record: &LineRecord) -> Result<(), Error> {
    match may_tell(tx, record)? {
        Some(true) => add_line(tx, record),
        Some(false) => Ok(()),
        None => keep_early(tx, record),
    }
}

/// Stores the lines that came before the dialog was known.
pub(in crate::store) fn take_early_lines(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
) -> Result<(), Error> {
    let waiting = tx.all(
        "DELETE FROM early_lines WHERE dialog = ?1 RETURNING id, sender, date_sent, line",
        [Oid::from(dialog)],
        |row| {
            Ok(LineRecord {
                id: row.get::<_, Oid>(0)?.message(),
                dialog,
                sender: user(row.get(1)?)?,
                sent_at: UnixMillis::from_seconds(row.get(2)?),
                line: decode(&row.get::<_, String>(3)?)?.ok_or(Error::Corrupt {
                    what: "system line",
                })?,
            })
        },
    )?;
    for record in waiting {
        if may_tell(tx, &record)? == Some(true) {
            add_line(tx, &record)?;
        }
    }
    Ok(())
}

/// Whether the sender is someone who can have done that; `None` when too little is known of the
/// dialog to say.
fn may_tell(db: &ReadDb<'_>, record: &LineRecord) -> Result<Option<bool>, Error> {
    let Some(dialog) = dialogs::load(db, record.dialog)? else {
        return Ok(None);
    };
    if dialogs::is_incomplete(db, record.dialog)? {
        return Ok(None);
    }
    let sender = record.sender;
    let is_there = sender == db.me()
        || dialog.owner == sender
        || dialog.admins.contains(&sender)
        || dialog.occupants.binary_search(&sender).is_ok();
    Ok(Some(match (dialog.kind, &record.line) {
        // Nothing but messages and calls happens between two people.
        (DialogKind::Private, SystemLine::Called { .. }) => is_there,
        (DialogKind::Private, _) | (_, SystemLine::Called { .. }) => false,
        (_, SystemLine::Created) => dialog.owner == sender,
        (
            _,
            SystemLine::Added { .. }
            | SystemLine::Removed { .. }
            | SystemLine::Left
            | SystemLine::Renamed { .. }
            | SystemLine::PhotoChanged
            | SystemLine::DescriptionChanged
            | SystemLine::FieldsChanged
            | SystemLine::AdminsAdded { .. }
            | SystemLine::AdminsRemoved { .. },
        ) => is_there,
    }))
}

fn keep_early(tx: &mut WriteTx<'_>, record: &LineRecord) -> Result<(), Error> {
    tx.run(
        "INSERT INTO early_lines (id, dialog, sender, date_sent, line) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO NOTHING",
        params![
            Oid::from(record.id),
            Oid::from(record.dialog),
            record.sender.as_i64(),
            stored_seconds(record.sent_at),
            encode(&record.line),
        ],
    )?;
    tx.run(
        "DELETE FROM early_lines WHERE seq <= (SELECT max(seq) FROM early_lines) - ?1",
        [EARLY_LINES],
    )?;
    Ok(())
}

/// Whether a dialog belongs at the top of the list for a line: it is new to this person, or somebody
/// wanted something of them.
fn brings_me(line: &SystemLine, me: UserId) -> bool {
    match line {
        SystemLine::Created | SystemLine::Called { .. } => true,
        SystemLine::Added { users } => users.contains(&me),
        SystemLine::Removed { .. }
        | SystemLine::Left
        | SystemLine::Renamed { .. }
        | SystemLine::PhotoChanged
        | SystemLine::DescriptionChanged
        | SystemLine::FieldsChanged
        | SystemLine::AdminsAdded { .. }
        | SystemLine::AdminsRemoved { .. } => false,
    }
}

fn encode(line: &SystemLine) -> String {
    // Texts and numbers only; there is nothing in it that JSON could not hold.
    serde_json::to_string(line).unwrap_or_default()
}

/// The line in a column; `None` for ordinary messages.
pub(super) fn decode(text: &str) -> Result<Option<SystemLine>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| Error::Corrupt {
            what: "system line",
        })
}

#[cfg(test)]
mod tests;
