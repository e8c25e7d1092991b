//! The newest message of each dialog, as a copy in the dialog's row.

use rusqlite::params;

use crate::model::{DialogId, MessageId, Position, Status, UnixMillis, UserId};
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
    last: Option<(Position, UserId, String, Status)>,
    /// Where the unread ones stand, and whether the server counts them.
    unread: Vec<(Position, bool)>,
}

impl Newcomers {
    pub(in crate::store) fn add(&mut self, me: UserId, row: &NewRow<'_>) {
        let place = row.record.position();
        if row.unread {
            self.unread.push((place, row.record.in_history));
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
            self.last = Some((place, row.record.sender, preview(&row.record.text), status));
        }
    }
}

pub(in crate::store) fn add_newcomers(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    newcomers: &Newcomers,
    any_archived: bool,
) -> Result<(), Error> {
    let unread = i64::try_from(newcomers.unread.len()).unwrap_or(i64::MAX);
    let mut is_newest = false;
    if let Some((place, sender, text, status)) = &newcomers.last {
        let last = Last {
            place: *place,
            sender: *sender,
            text,
            status: *status,
        };
        is_newest = set_last(tx, dialog, &last, unread)?;
    }
    if !is_newest {
        change_unread(tx, dialog, unread)?;
    }
    if any_archived
        && is_newest
        && let Some((place, _)) = newcomers.unread.iter().max()
    {
        organise::bring_back(tx, dialog, UnixMillis::from_seconds(place.seconds))?;
    }
    if unread > 0 {
        let behind = tx.one(
            "SELECT server_last_date, server_last_id FROM dialogs
             WHERE id = ?1 AND unread_elsewhere > 0",
            [Oid::from(dialog)],
            |row| Ok(stored_position(row.get(0)?, &row.get::<_, Vec<u8>>(1)?)),
        )?;
        // What the server had counted already was unread elsewhere until now.
        if let Some(Some(counted_up_to)) = behind {
            let counted = newcomers
                .unread
                .iter()
                .filter(|&&(place, in_history)| in_history && place <= counted_up_to)
                .count();
            tx.run(
                "UPDATE dialogs SET unread_elsewhere = max(0, unread_elsewhere - ?2) WHERE id = ?1",
                params![
                    Oid::from(dialog),
                    i64::try_from(counted).unwrap_or(i64::MAX)
                ],
            )?;
        }
    }
    tx.touch_dialog(dialog);
    Ok(())
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
           unread_known = unread_known + ?7
         WHERE id = ?1 AND (last_id = x'' OR (last_date, last_id) < (?3, ?2))",
        params![
            Oid::from(id),
            Oid::from(last.place.id),
            last.place.seconds,
            last.sender.as_i64(),
            last.text,
            last.status.code(),
            unread
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

/// The text of the newest message, when it is this one. Returns whether it is.
pub(in crate::store) fn refresh_last_text(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    text: &str,
) -> Result<bool, Error> {
    let changed = tx.run(
        "UPDATE dialogs SET last_text = ?3 WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message), preview(text)],
    )?;
    Ok(changed > 0)
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
pub(super) fn find_last(tx: &mut WriteTx<'_>, dialog: DialogId) -> Result<(), Error> {
    tx.run(
        "UPDATE dialogs SET last_id = x'', last_date = 0, last_sender = 0, last_text = '', last_status = 0
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
