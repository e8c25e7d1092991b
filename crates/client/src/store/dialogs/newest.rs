//! The newest message of each dialog, as a copy in the dialog's row.

use rusqlite::params;

use crate::attachments::wire;
use crate::model::{
    AttachmentKind, DialogId, MessageId, Position, PreviewAttachment, Status, UnixMillis, UserId,
};
use crate::store::columns::Oid;
use crate::store::dialogs::reading::stored_position;
use crate::store::dialogs::{LastRecord, change_unread};
use crate::store::messages::{self, NewRow};
use crate::store::{Error, WriteTx, organise};

/// A row of the list shows no more of a message than this many characters.
const PREVIEW_CHARS: usize = 100;

/// What new messages of one batch mean for the dialog's row.
#[derive(Default)]
pub(in crate::store) struct Newcomers {
    last: Option<(Position, UserId, String, String, Status)>,
    /// The unread ones.
    unread: Vec<Unread>,
}

/// An unread message that is new here.
#[derive(Clone, Copy)]
struct Unread {
    place: Position,
    /// Whether the server counts it.
    in_history: bool,
    /// Whether it was fetched, rather than told of on the line.
    fetched: bool,
}

impl Newcomers {
    pub(in crate::store) fn add(&mut self, me: UserId, row: &NewRow<'_>) {
        let place = row.record.position();
        if row.unread {
            self.unread.push(Unread {
                place,
                in_history: row.record.in_history,
                fetched: row.record.from_history,
            });
        }
        if self
            .last
            .as_ref()
            .is_none_or(|(newest, ..)| place > *newest)
        {
            let status = if row.record.sender == me {
                row.status
            } else {
                Status::Failed
            };
            let attachment = PreviewAttachment::of(&wire::read(&row.record.extra));
            self.last = Some((
                place,
                row.record.sender,
                preview(&row.record.text),
                encode_attachment(attachment),
                status,
            ));
        }
    }
}

pub(in crate::store) fn add_newcomers(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    newcomers: &Newcomers,
    any_archived: bool,
) -> Result<(), Error> {
    let seen = settle_with_server(tx, dialog, &newcomers.unread)?;
    let unread = newcomers.unread.len().saturating_sub(seen);
    let count = i64::try_from(unread).unwrap_or(i64::MAX);
    let mut is_newest = false;
    if let Some((place, sender, text, attachment, status)) = &newcomers.last {
        let last = Last {
            place: *place,
            sender: *sender,
            text,
            attachment,
            status: *status,
        };
        is_newest = set_last(tx, dialog, &last, count)?;
        if !is_newest {
            // The server may have named it before it came, in fewer words.
            tx.run(
                "UPDATE dialogs SET last_text = ?3, last_attachment = ?4
                 WHERE id = ?1 AND last_id = ?2",
                params![Oid::from(dialog), Oid::from(place.id), text, attachment],
            )?;
        }
    }
    if !is_newest {
        change_unread(tx, dialog, count)?;
    }
    let newest_unread = newcomers.unread.iter().map(|unread| unread.place).max();
    if any_archived
        && is_newest
        && unread > 0
        && let Some(place) = newest_unread
    {
        organise::bring_back(tx, dialog, UnixMillis::from_seconds(place.seconds))?;
    }
    tx.touch_dialog(dialog);
    Ok(())
}

/// What the server had counted when it described the dialog was unread elsewhere until now.
///
/// It counts better than the lists of readers do: in open dialogs nobody keeps those, and who came
/// late has read what was there before. So of what is fetched no more is unread than was counted;
/// the older ones have been seen. Returns how many. What comes on the line is not doubted.
fn settle_with_server(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    unread: &[Unread],
) -> Result<usize, Error> {
    if unread.is_empty() {
        return Ok(0);
    }
    let told = tx.one(
        "SELECT server_last_date, server_last_id, unread_elsewhere FROM dialogs WHERE id = ?1",
        [Oid::from(dialog)],
        |row| {
            let place = stored_position(row.get(0)?, &row.get::<_, Vec<u8>>(1)?);
            Ok((place, row.get::<_, i64>(2)?))
        },
    )?;
    let Some((Some(counted_up_to), elsewhere)) = told else {
        return Ok(0);
    };
    let is_counted = |unread: &&Unread| unread.in_history && unread.place <= counted_up_to;
    let counted: Vec<&Unread> = unread.iter().filter(is_counted).collect();
    let elsewhere = usize::try_from(elsewhere).unwrap_or_default();
    let taken = counted.len().min(elsewhere);
    if taken > 0 {
        tx.run(
            "UPDATE dialogs SET unread_elsewhere = unread_elsewhere - ?2 WHERE id = ?1",
            params![Oid::from(dialog), i64::try_from(taken).unwrap_or(i64::MAX)],
        )?;
    }
    let mut fetched: Vec<Position> = counted
        .iter()
        .filter(|unread| unread.fetched)
        .map(|unread| unread.place)
        .collect();
    fetched.sort_unstable();
    fetched.truncate(counted.len() - taken);
    for place in &fetched {
        messages::seen(tx, dialog, place.id)?;
    }
    Ok(fetched.len())
}

/// Returns whether the message is newer than everything known before.
pub(super) fn save_server_last(
    tx: &mut WriteTx<'_>,
    id: DialogId,
    last: &LastRecord,
) -> Result<bool, Error> {
    let me = tx.me();
    let mine = last.sender == me;
    let status =
        last.status
            .filter(|_| mine)
            .unwrap_or(if mine { Status::Sent } else { Status::Failed });
    tx.run(
        "UPDATE dialogs SET server_last_id = ?2, server_last_date = ?3
         WHERE id = ?1 AND (server_last_date, server_last_id) < (?3, ?2)",
        params![Oid::from(id), Oid::from(last.id), last.position().seconds],
    )?;
    if messages::sender(tx, last.id)? == Some(me) {
        // Only who has it is unknown here; how far it came is not.
        messages::confirm(tx, last.id, status)?;
    }
    let last = Last {
        place: last.position(),
        sender: last.sender,
        text: &preview(&last.text),
        attachment: "",
        status,
    };
    set_last(tx, id, &last, 0)
}

/// Something happened here at that moment, though no message was written.
pub(in crate::store) fn bump(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    at: UnixMillis,
) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE dialogs SET last_activity = ?2 WHERE id = ?1 AND last_activity < ?2",
        params![Oid::from(dialog), at.0],
    )?;
    if changed > 0 {
        tx.touch_dialog(dialog);
    }
    Ok(())
}

/// What the row of the list shows of a message.
struct Last<'t> {
    place: Position,
    sender: UserId,
    text: &'t str,
    /// As it is stored.
    attachment: &'t str,
    /// `Failed`, which is zero, for messages of others.
    status: Status,
}

/// Makes a message the newest one, unless the present one is newer; counts unread ones with it.
/// Returns whether it is the newest.
fn set_last(
    tx: &mut WriteTx<'_>,
    id: DialogId,
    last: &Last<'_>,
    unread: i64,
) -> Result<bool, Error> {
    let changed = tx.run(
        "UPDATE dialogs SET last_id = ?2, last_date = ?3, last_sender = ?4, last_text = ?5,
           last_status = ?6, last_activity = max(last_activity, ?3 * 1000),
           unread_known = unread_known + ?7, last_attachment = ?8
         WHERE id = ?1 AND (last_id = x'' OR (last_date, last_id) < (?3, ?2))",
        params![
            Oid::from(id),
            Oid::from(last.place.id),
            last.place.seconds,
            last.sender.as_i64(),
            last.text,
            last.status.code(),
            unread,
            last.attachment
        ],
    )?;
    Ok(changed > 0)
}

/// The tick of the newest message, when it is this one.
pub(in crate::store) fn refresh_last_status(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    status: Status,
) -> Result<(), Error> {
    tx.run(
        "UPDATE dialogs SET last_status = ?3 WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message), status.code()],
    )?;
    Ok(())
}

/// What the newest message says and what hangs on it, when it is this one. Returns whether it is.
pub(in crate::store) fn refresh_last(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<bool, Error> {
    let is_last = tx.one(
        "SELECT 1 FROM dialogs WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message)],
        |_| Ok(()),
    )?;
    if is_last.is_none() {
        return Ok(false);
    }
    let Some(present) = messages::load(tx, message)? else {
        return Ok(false);
    };
    tx.run(
        "UPDATE dialogs SET last_text = ?2, last_attachment = ?3 WHERE id = ?1",
        params![
            Oid::from(dialog),
            preview(&present.text),
            encode_attachment(PreviewAttachment::of(&present.attachments))
        ],
    )?;
    Ok(true)
}

/// The newest message is gone when it was this one: the one before it takes its place. The dialog
/// keeps its place in the list, which would otherwise jump.
pub(in crate::store) fn forget_last(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<(), Error> {
    let was_last = tx.run(
        "UPDATE dialogs SET last_id = x'' WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message)],
    )? > 0;
    if was_last {
        find_last(tx, dialog)?;
    }
    Ok(())
}

/// Looks for the newest message in the cache and copies it into the dialog's row.
pub(in crate::store) fn find_last(tx: &mut WriteTx<'_>, dialog: DialogId) -> Result<(), Error> {
    tx.run(
        "UPDATE dialogs SET last_id = x'', last_date = 0, last_sender = 0, last_text = '', last_status = 0,
           last_attachment = ''
         WHERE id = ?1",
        [Oid::from(dialog)],
    )?;
    if let Some(newest) = messages::newest(tx, dialog)? {
        let status = if newest.sender == tx.me() {
            newest.status
        } else {
            Status::Failed
        };
        let last = Last {
            place: newest.position(),
            sender: newest.sender,
            text: &preview(&newest.text),
            attachment: &encode_attachment(PreviewAttachment::of(&newest.attachments)),
            status,
        };
        set_last(tx, dialog, &last, 0)?;
    }
    Ok(())
}

/// The beginning of a text, cut between characters.
fn preview(text: &str) -> String {
    text.chars().take(PREVIEW_CHARS).collect()
}

/// `[kind, count, name, duration]`; nothing for nothing.
fn encode_attachment(attachment: Option<PreviewAttachment>) -> String {
    attachment.map_or_else(String::new, |attachment| {
        let name = attachment.name.as_deref().map(preview);
        let kind = attachment.kind.code();
        serde_json::json!([kind, attachment.count, name, attachment.duration]).to_string()
    })
}

/// What [`encode_attachment`] wrote.
pub(super) fn decode_attachment(text: &str) -> Result<Option<PreviewAttachment>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let corrupt = || Error::Corrupt {
        what: "attachment of the newest message",
    };
    let (kind, count, name, duration): (i64, u32, Option<String>, Option<u64>) =
        serde_json::from_str(text).map_err(|_| corrupt())?;
    Ok(Some(PreviewAttachment {
        kind: AttachmentKind::from_code(kind).ok_or_else(corrupt)?,
        count,
        name,
        duration,
    }))
}
