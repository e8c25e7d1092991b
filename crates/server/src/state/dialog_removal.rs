//! Deleting dialogs and clearing histories, for oneself or for everyone.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, UserId};

use crate::state::dialogs::DialogKind;
use crate::state::occupants::{Seat, leave, own_place, place};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// What became of dialogs that somebody wanted to delete; every id asked for is in exactly one of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedDialogs {
    /// Hidden for the caller: private dialogs and broadcasts.
    pub hidden: Vec<DialogId>,
    /// Left by the caller: groups and public dialogs.
    pub left: Vec<DialogId>,
    /// Gone for everyone.
    pub closed: Vec<DialogId>,
    /// Unknown, foreign, or deleted before.
    pub not_found: Vec<DialogId>,
    /// The caller has no right to delete them for everyone.
    pub refused: Vec<DialogId>,
}

impl State {
    /// Deletes dialogs for the user, or (`for_all`) for everyone in them.
    ///
    /// For oneself a private dialog is hidden until its next message and a broadcast for good; a group or a public
    /// dialog is left. For everyone only the owner may; of a private dialog either of the two.
    pub async fn delete_dialogs(
        &self,
        user: UserId,
        dialogs: Vec<DialogId>,
        for_all: bool,
    ) -> Result<DeletedDialogs, StateError> {
        self.check_count(dialogs.len())?;
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let mut done = DeletedDialogs::default();
            for dialog in dialogs {
                delete(tx, user, dialog, for_all, now, &mut done)?;
            }
            let changed: Vec<DialogId> = done.left.iter().chain(&done.closed).copied().collect();
            tx.after_commit(move || {
                for dialog in changed {
                    inner.cards.forget(dialog);
                }
            });
            Ok(done)
        })
        .await
    }

    /// Hides all present messages from the user, or (`for_all`, the owner only) deletes them.
    pub async fn clear_history(
        &self,
        user: UserId,
        dialog: DialogId,
        for_all: bool,
    ) -> Result<(), StateError> {
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let place = own_place(tx, dialog, user)?;
            if !for_all {
                // Keys grow with time, so the greatest that there ever was stands for "everything until now".
                tx.prepare_cached(
                    "UPDATE occupants SET
                       cleared_to = (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'messages'),
                       read_to = (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'messages'),
                       seen = (SELECT message_count FROM dialogs WHERE key = ?1)
                     WHERE dialog = ?1 AND user_id = ?2",
                )?
                .execute([place.key, user.as_i64()])?;
                return Ok(());
            }
            if !place.is_owner {
                return Err(StateError::Forbidden(
                    "Only the owner can clear the history for everyone".to_owned(),
                ));
            }
            tx.prepare_cached(
                "UPDATE dialogs SET last_message = NULL, last_sent = NULL, message_count = 0, updated_at = ?2
                 WHERE key = ?1",
            )?
            .execute([place.key, now])?;
            for sql in [
                "DELETE FROM messages WHERE dialog = ?1",
                "DELETE FROM removed_messages WHERE dialog = ?1",
                "UPDATE occupants SET seen = 0 WHERE dialog = ?1",
                "DELETE FROM former_occupants WHERE dialog = ?1",
            ] {
                tx.prepare_cached(sql)?.execute([place.key])?;
            }
            Ok(())
        })
        .await
    }
}

fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    dialog: DialogId,
    for_all: bool,
    now: i64,
    done: &mut DeletedDialogs,
) -> Result<(), StateError> {
    let found = place(tx, dialog, user)?.filter(|place| place.seat == Seat::Taken);
    let Some(place) = found else {
        done.not_found.push(dialog);
        return Ok(());
    };
    if for_all {
        if !place.is_owner && place.kind != DialogKind::Private {
            done.refused.push(dialog);
            return Ok(());
        }
        tx.prepare_cached("DELETE FROM dialogs WHERE key = ?1")?
            .execute([place.key])?;
        done.closed.push(dialog);
        return Ok(());
    }
    match place.kind {
        DialogKind::Private | DialogKind::Broadcast => {
            tx.prepare_cached(
                "UPDATE occupants SET hidden = 1 WHERE dialog = ?1 AND user_id = ?2",
            )?
            .execute([place.key, user.as_i64()])?;
            done.hidden.push(dialog);
        }
        DialogKind::Group | DialogKind::Public => {
            leave(tx, place.key, place.kind, user.as_i64(), now)?;
            done.left.push(dialog);
        }
    }
    Ok(())
}
