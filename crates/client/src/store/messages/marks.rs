//! How far messages have come: confirmed by the server, received and seen by people.

use rusqlite::params;

use crate::model::{DialogId, MessageId, Position, Status, UnixMillis, UserId};
use crate::store::columns::{Oid, user};
use crate::store::messages::present;
use crate::store::states::Mark;
use crate::store::{Error, WriteTx, dialogs, outbox, states};

/// The server has a message of this person, at least as far as `status`.
pub(in crate::store) fn confirm(
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
/// A marker for a message that is not here waits for it. When it happened is not known.
pub fn marked(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    from: UserId,
    status: Status,
) -> Result<(), Error> {
    marked_at(tx, message, from, status, None)
}

/// The same, with when it happened.
pub fn marked_at(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    from: UserId,
    status: Status,
    at: Option<UnixMillis>,
) -> Result<(), Error> {
    let me = tx.me();
    let mark = Mark {
        user: from,
        status,
        at,
    };
    let Some(present) = present(tx, message)? else {
        return states::keep_early(tx, message, mark);
    };
    if present.sender == me {
        if from != me && states::advance(tx, message, mark)? {
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

/// This person has seen a message; only its own row is changed.
pub(in crate::store) fn seen(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<(), Error> {
    tx.run(
        "UPDATE messages SET unread = 0, status = 4 WHERE id = ?1 AND unread = 1",
        [Oid::from(message)],
    )?;
    tx.touch_message(dialog, message);
    Ok(())
}

/// This person has seen everything up to `up_to`, here or (with `tell` unset) elsewhere.
/// Returns what was unread, oldest first.
pub(in crate::store) fn set_read(
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
