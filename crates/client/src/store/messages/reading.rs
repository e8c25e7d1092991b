//! Reading messages: one, a page, a place.

use cubist_protocol::ext::extra_params::ExtraParams;
use rusqlite::{Row, params};

use crate::attachments::wire;
use crate::model::{
    CustomFields, DialogId, Failure, FailureKind, Hold, Message, MessageId, Position, Status,
    UnixMillis,
};
use crate::store::columns::{Oid, optional_text, user};
use crate::store::{Error, ReadDb, reactions, shared, states, uploads};

/// The columns every message is read from. What this person is deleting (2) is not there any more;
/// what is to be sent later (a hold of 2) is on no page yet.
macro_rules! select_message {
    ($rest:literal) => {
        concat!(
            "SELECT id, dialog, sender, text, date_sent, status, failure, failure_text, in_history, extra,
               system, edited_at, previous_text, deleted, reactions, hold, hold_until
             FROM messages ",
            $rest,
        )
    };
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

/// How many messages of a dialog are cached.
pub fn count(db: &ReadDb<'_>, dialog: DialogId) -> Result<u32, Error> {
    let found = db.one(
        "SELECT count(*) FROM messages WHERE dialog = ?1 AND deleted <> 2",
        [Oid::from(dialog)],
        |row| Ok(row.get(0)?),
    )?;
    Ok(found.unwrap_or_default())
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
        select_message!("WHERE id = ?1 AND deleted <> 2"),
        [Oid::from(id)],
        read,
    )?;
    found
        .map(|message| with_recipients(db, message))
        .transpose()
}

/// Where the newest message or line of a dialog stands.
pub fn newest_place(db: &ReadDb<'_>, dialog: DialogId) -> Result<Option<Position>, Error> {
    db.one(
        "SELECT date_sent, id FROM messages WHERE dialog = ?1 AND hold <> 2
         ORDER BY date_sent DESC, id DESC LIMIT 1",
        [Oid::from(dialog)],
        read_position,
    )
}

/// The newest message of a dialog, in the history or not.
pub(in crate::store) fn newest(
    db: &ReadDb<'_>,
    dialog: DialogId,
) -> Result<Option<Message>, Error> {
    db.one(
        select_message!(
            "WHERE dialog = ?1 AND system = '' AND deleted = 0 AND hold <> 2
             ORDER BY date_sent DESC, id DESC LIMIT 1"
        ),
        [Oid::from(dialog)],
        read,
    )
}

/// A message by its row number, if it is not deleted.
pub(in crate::store) fn load_row(db: &ReadDb<'_>, row: i64) -> Result<Option<Message>, Error> {
    let found = db.one(
        select_message!("WHERE row = ?1 AND deleted = 0 AND hold <> 2"),
        [row],
        read,
    )?;
    found
        .map(|message| with_recipients(db, message))
        .transpose()
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
        select_message!(
            "WHERE dialog = ?1 AND (date_sent, id) < (?2, ?3) AND (date_sent, id) >= (?4, ?5)
               AND deleted <> 2 AND hold <> 2
             ORDER BY date_sent DESC, id DESC LIMIT ?6"
        ),
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
        select_message!(
            "WHERE dialog = ?1 AND (date_sent, id) > (?2, ?3) AND (date_sent, id) <= (?4, ?5)
               AND deleted <> 2 AND hold <> 2
             ORDER BY date_sent, id LIMIT ?6"
        ),
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

/// The newest `limit` messages at or below a second that the server has and keeps, apart from those
/// that are deleted.
pub fn confirmed_below(
    db: &ReadDb<'_>,
    dialog: DialogId,
    second: i64,
    limit: u32,
) -> Result<Vec<Position>, Error> {
    db.all(
        "SELECT date_sent, id FROM messages
         WHERE dialog = ?1 AND date_sent <= ?2 AND in_history = 1 AND status >= 2 AND system = ''
           AND deleted = 0
         ORDER BY date_sent DESC, id DESC LIMIT ?3",
        params![Oid::from(dialog), second, limit],
        read_position,
    )
}

/// The oldest `limit` messages at or above a second that the server has and keeps, apart from those
/// that are deleted.
pub fn confirmed_above(
    db: &ReadDb<'_>,
    dialog: DialogId,
    second: i64,
    limit: u32,
) -> Result<Vec<Position>, Error> {
    db.all(
        "SELECT date_sent, id FROM messages
         WHERE dialog = ?1 AND date_sent >= ?2 AND in_history = 1 AND status >= 2 AND system = ''
           AND deleted = 0
         ORDER BY date_sent, id LIMIT ?3",
        params![Oid::from(dialog), second, limit],
        read_position,
    )
}

fn with_recipients(db: &ReadDb<'_>, mut message: Message) -> Result<Message, Error> {
    shared::locate(db, &mut message.attachments)?;
    if message.sender == db.me() && !message.attachments.is_empty() {
        uploads::locate(db, message.id, &mut message.attachments)?;
    }
    if message.sender == db.me() && message.status >= Status::Delivered {
        let recipients = states::load(db, message.id)?;
        message.delivered_to = recipients.delivered_to;
        message.read_by = recipients.read_by;
    }
    Ok(message)
}

fn read(row: &Row<'_>) -> Result<Message, Error> {
    let status = Status::from_code(row.get(5)?).ok_or(Error::Corrupt { what: "status" })?;
    let failure_text: String = row.get(7)?;
    let failure = FailureKind::from_code(row.get(6)?).map(|kind| Failure {
        kind,
        text: optional_text(failure_text),
    });
    let deleted = row.get::<_, i64>(13)? != 0;
    // What is about to go is still there, in case the server refuses; nobody is shown it.
    let (text, extra, edited_at) = if deleted {
        (String::new(), ExtraParams::new(), 0)
    } else {
        let extra = decode_extra(&row.get::<_, String>(9)?)?;
        (row.get(3)?, extra, row.get::<_, i64>(11)?)
    };
    let previous: String = row.get(12)?;
    let says = CustomFields::read(&extra);
    Ok(Message {
        id: row.get::<_, Oid>(0)?.message(),
        dialog: row.get::<_, Oid>(1)?.dialog(),
        sender: user(row.get(2)?)?,
        text,
        sent_at: UnixMillis::from_seconds(row.get(4)?),
        status,
        failure,
        delivered_to: Vec::new(),
        read_by: Vec::new(),
        in_history: row.get(8)?,
        attachments: wire::read(&extra),
        extra,
        system: super::lines::decode(&row.get::<_, String>(10)?)?,
        edited_at: (edited_at != 0).then_some(UnixMillis(edited_at)),
        previous_text: optional_text(previous).filter(|_| !deleted),
        deleted,
        reactions: if deleted {
            Vec::new()
        } else {
            reactions::shown(reactions::decode(&row.get::<_, String>(14)?)?)
        },
        reply: says.reply,
        forwarded: says.forwarded,
        mentions: says.mentions,
        preview: says.preview,
        fields: says.fields,
        silent: says.silent,
        hold: Hold::from_code(row.get(15)?, UnixMillis(row.get(16)?)),
    })
}

fn read_position(row: &Row<'_>) -> Result<Position, Error> {
    Ok(Position {
        seconds: row.get(0)?,
        id: row.get::<_, Oid>(1)?.message(),
    })
}

pub(in crate::store) fn decode_extra(text: &str) -> Result<ExtraParams, Error> {
    if text.is_empty() {
        return Ok(ExtraParams::new());
    }
    let map = serde_json::from_str(text).map_err(|_| Error::Corrupt { what: "parameter" })?;
    Ok(ExtraParams::from_json(&map))
}
