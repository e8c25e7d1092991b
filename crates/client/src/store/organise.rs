//! How the person has arranged their chats: pinned, put away, marked, quiet.
//!
//! No server knows of it. It is kept apart from the dialogs themselves and outlives them: a private
//! dialog that was deleted comes back with the next message, and is where it was.

use rusqlite::params;

use crate::model::{Alerts, DialogId, UnixMillis};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, WriteTx, dialogs};

/// The pinned dialogs in their order.
pub fn pinned(db: &ReadDb<'_>) -> Result<Vec<DialogId>, Error> {
    db.all(
        "SELECT dialog FROM organised WHERE pinned >= 0 ORDER BY pinned",
        [],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
}

/// Pins dialogs behind those that are pinned already, or takes the pins out.
pub fn pin(tx: &mut WriteTx<'_>, dialogs: &[DialogId], on: bool) -> Result<(), Error> {
    for dialog in known(tx, dialogs)? {
        let changed = if on {
            ensure(tx, dialog)?;
            tx.run(
                "UPDATE organised SET pinned =
                   (SELECT coalesce(max(pinned) + 1, 0) FROM organised WHERE pinned >= 0)
                 WHERE dialog = ?1 AND pinned IS NULL",
                [Oid::from(dialog)],
            )?
        } else {
            tx.run(
                "UPDATE organised SET pinned = NULL WHERE dialog = ?1 AND pinned IS NOT NULL",
                [Oid::from(dialog)],
            )?
        };
        touch(tx, dialog, changed);
    }
    Ok(())
}

/// Puts dialogs away, or takes them out again.
pub fn archive(tx: &mut WriteTx<'_>, dialogs: &[DialogId], on: bool) -> Result<(), Error> {
    for dialog in known(tx, dialogs)? {
        if on {
            ensure(tx, dialog)?;
        }
        let changed = tx.run(
            "UPDATE organised SET archived = ?2 WHERE dialog = ?1 AND archived <> ?2",
            params![Oid::from(dialog), on],
        )?;
        touch(tx, dialog, changed);
    }
    Ok(())
}

/// Marks dialogs as unread, or everything in them as read.
pub fn mark_unread(tx: &mut WriteTx<'_>, dialogs: &[DialogId], on: bool) -> Result<(), Error> {
    for dialog in known(tx, dialogs)? {
        if on {
            ensure(tx, dialog)?;
            let changed = tx.run(
                "UPDATE organised SET marked_unread = 1 WHERE dialog = ?1 AND marked_unread = 0",
                [Oid::from(dialog)],
            )?;
            touch(tx, dialog, changed);
        } else {
            dialogs::mark_all_read(tx, dialog)?;
        }
    }
    Ok(())
}

/// Makes a dialog quiet until a moment; `None` makes it heard again.
pub fn mute(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    until: Option<UnixMillis>,
) -> Result<bool, Error> {
    if !dialogs::is_known(tx, dialog)? {
        return Ok(false);
    }
    let until = until.map_or(0, |until| until.0.max(0));
    if until > 0 {
        ensure(tx, dialog)?;
    }
    let changed = tx.run(
        "UPDATE organised SET muted_until = ?2 WHERE dialog = ?1 AND muted_until <> ?2",
        params![Oid::from(dialog), until],
    )?;
    touch(tx, dialog, changed);
    Ok(true)
}

/// Chooses which messages of a dialog are told.
pub fn choose_alerts(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    alerts: Alerts,
) -> Result<bool, Error> {
    if !dialogs::is_known(tx, dialog)? {
        return Ok(false);
    }
    if alerts != Alerts::default() {
        ensure(tx, dialog)?;
    }
    let changed = tx.run(
        "UPDATE organised SET alerts = ?2 WHERE dialog = ?1 AND alerts <> ?2",
        params![Oid::from(dialog), alerts.code()],
    )?;
    touch(tx, dialog, changed);
    Ok(true)
}

/// Whether any dialog is put away; asked once per batch of messages, since mostly none is.
pub(super) fn any_archived(db: &ReadDb<'_>) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 FROM organised WHERE archived = 1 LIMIT 1",
        [],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Someone wrote at that moment: a dialog that was put away comes back, unless it was quiet then.
pub(super) fn bring_back(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    written_at: UnixMillis,
) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE organised SET archived = 0
         WHERE dialog = ?1 AND archived = 1 AND muted_until <= ?2",
        params![Oid::from(dialog), written_at.0],
    )?;
    touch(tx, dialog, changed);
    Ok(())
}

/// Takes away the mark that was set by hand.
pub(super) fn clear_mark(tx: &mut WriteTx<'_>, dialog: DialogId) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE organised SET marked_unread = 0 WHERE dialog = ?1 AND marked_unread = 1",
        [Oid::from(dialog)],
    )?;
    touch(tx, dialog, changed);
    Ok(())
}

/// Makes the row that says something about a dialog.
pub(super) fn ensure(tx: &mut WriteTx<'_>, dialog: DialogId) -> Result<(), Error> {
    tx.run(
        "INSERT INTO organised (dialog) VALUES (?1) ON CONFLICT (dialog) DO NOTHING",
        [Oid::from(dialog)],
    )?;
    Ok(())
}

/// Those that are in the cache; what is said of others would be said of nothing.
pub(super) fn known(db: &ReadDb<'_>, dialogs: &[DialogId]) -> Result<Vec<DialogId>, Error> {
    let mut found = Vec::with_capacity(dialogs.len());
    for &dialog in dialogs {
        if dialogs::is_known(db, dialog)? {
            found.push(dialog);
        }
    }
    Ok(found)
}

fn touch(tx: &mut WriteTx<'_>, dialog: DialogId, changed: usize) {
    if changed > 0 {
        tx.touch_dialog(dialog);
    }
}

#[cfg(test)]
mod tests;
