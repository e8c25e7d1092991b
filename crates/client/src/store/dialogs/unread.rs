//! Unread counts: what was seen here, and what the server says was seen elsewhere.

use rusqlite::params;

use crate::model::{DialogId, Position};
use crate::store::columns::Oid;
use crate::store::dialogs::reading::stored_position;
use crate::store::receipts::{self, Kind};
use crate::store::{Error, WriteTx, messages, organise};

/// More unread messages than this are marked by one request for the whole dialog instead of one
/// marker each.
const MARKERS_AT_ONCE: usize = 20;

/// The person has seen everything up to `up_to`. Counts at once; what others must be told is
/// queued. Returns whether anything was unread.
pub fn mark_read(tx: &mut WriteTx<'_>, dialog: DialogId, up_to: Position) -> Result<bool, Error> {
    let seen = messages::set_read(tx, dialog, up_to)?;
    change_unread(tx, dialog, -i64::try_from(seen.len()).unwrap_or(i64::MAX))?;
    let newest = tx
        .one(
            "SELECT last_date, last_id, server_last_date, server_last_id, unread_elsewhere
             FROM dialogs WHERE id = ?1",
            [Oid::from(dialog)],
            |row| {
                let last = stored_position(row.get(0)?, &row.get::<_, Vec<u8>>(1)?);
                let server = stored_position(row.get(2)?, &row.get::<_, Vec<u8>>(3)?);
                Ok((last.max(server), row.get::<_, i64>(4)?))
            },
        )?
        .unwrap_or((None, 0));
    let (newest, elsewhere) = newest;
    let everything = newest.is_some_and(|newest| up_to >= newest);
    let whole_dialog = everything && (elsewhere > 0 || seen.len() > MARKERS_AT_ONCE);
    if whole_dialog {
        tx.run(
            "UPDATE dialogs SET unread_elsewhere = 0 WHERE id = ?1",
            [Oid::from(dialog)],
        )?;
        let me = tx.me();
        let author = seen.last().map_or(me, |&(_, author, _)| author);
        receipts::queue(tx, Kind::DialogRead, dialog, up_to.id, author)?;
    }
    for &(message, author, in_history) in &seen {
        // The request for the whole dialog reaches what the server keeps, and nothing else.
        if !(whole_dialog && in_history) {
            receipts::queue(tx, Kind::Displayed, dialog, message, author)?;
        }
    }
    organise::clear_mark(tx, dialog)?;
    let any = !seen.is_empty() || whole_dialog;
    if any {
        tx.touch_dialog(dialog);
    }
    Ok(any)
}

/// The person has seen everything that is known of the dialog.
pub fn mark_all_read(tx: &mut WriteTx<'_>, dialog: DialogId) -> Result<bool, Error> {
    let newest = tx.one(
        "SELECT last_date, last_id, server_last_date, server_last_id FROM dialogs WHERE id = ?1",
        [Oid::from(dialog)],
        |row| {
            let last = stored_position(row.get(0)?, &row.get::<_, Vec<u8>>(1)?);
            Ok(last.max(stored_position(row.get(2)?, &row.get::<_, Vec<u8>>(3)?)))
        },
    )?;
    if let Some(newest) = newest.flatten() {
        return mark_read(tx, dialog, newest);
    }
    organise::clear_mark(tx, dialog)?;
    Ok(false)
}

/// The person has seen everything in every dialog. Returns in how many something was new.
pub fn mark_everything_read(tx: &mut WriteTx<'_>) -> Result<usize, Error> {
    let news = tx.all(
        "SELECT d.id FROM dialogs d LEFT JOIN organised o ON o.dialog = d.id
         WHERE d.unread_known + d.unread_elsewhere > 0 OR o.marked_unread = 1
         ORDER BY d.last_activity DESC, d.id DESC",
        [],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    for &dialog in &news {
        mark_all_read(tx, dialog)?;
    }
    Ok(news.len())
}

/// Brings the unread count in line with the server's, which knows what other devices did.
///
/// The server does not know yet what waits in the queue of markers, and says nothing about what
/// arrived after its newest message `known`.
pub(super) fn reconcile_unread(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    on_server: u32,
    known: Option<Position>,
) -> Result<(), Error> {
    let on_server = match receipts::displayed_waiting(tx, dialog)? {
        Some(waiting) => i64::from(on_server.saturating_sub(waiting)),
        None => 0,
    };
    let known = known.unwrap_or(Position::BEGIN);
    let here: i64 = tx
        .one(
            "SELECT count(*) FROM messages WHERE dialog = ?1 AND unread = 1 AND in_history = 1
               AND (date_sent, id) <= (?2, ?3)",
            params![Oid::from(dialog), known.seconds, Oid::from(known.id)],
            |row| Ok(row.get(0)?),
        )?
        .unwrap_or_default();
    tx.run(
        "UPDATE dialogs SET unread_elsewhere = ?2 WHERE id = ?1",
        params![Oid::from(dialog), (on_server - here).max(0)],
    )?;
    // Fewer there than here: the oldest ones have been seen on another device.
    if here > on_server {
        let place = tx.one(
            "SELECT date_sent, id FROM messages WHERE dialog = ?1 AND unread = 1 AND in_history = 1
             ORDER BY date_sent, id LIMIT 1 OFFSET ?2",
            params![Oid::from(dialog), here - on_server - 1],
            |row| {
                Ok(Position {
                    seconds: row.get(0)?,
                    id: row.get::<_, Oid>(1)?.message(),
                })
            },
        )?;
        if let Some(place) = place {
            let seen = messages::set_read(tx, dialog, place)?;
            change_unread(tx, dialog, -i64::try_from(seen.len()).unwrap_or(i64::MAX))?;
        }
    }
    Ok(())
}

pub(in crate::store) fn change_unread(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    by: i64,
) -> Result<(), Error> {
    if by != 0 {
        tx.run(
            "UPDATE dialogs SET unread_known = max(0, unread_known + ?2) WHERE id = ?1",
            params![Oid::from(dialog), by],
        )?;
    }
    Ok(())
}
