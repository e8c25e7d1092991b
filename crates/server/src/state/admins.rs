//! Admins of a dialog: named by its owner from among its people.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::Connection;

use crate::state::dialogs::{Dialog, DialogKind, load_dialog};
use crate::state::occupants::{Place, own_place};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// The service's published limit of admins besides the owner.
const ADMINS_MAX: usize = 5;

impl State {
    /// Gives rights to occupants and takes them from others. Only the owner may.
    pub async fn change_admins(
        &self,
        user: UserId,
        dialog: DialogId,
        add: Vec<UserId>,
        remove: Vec<UserId>,
    ) -> Result<Dialog, StateError> {
        self.check_count(add.len() + remove.len())?;
        let now = self.inner.clock.seconds();
        let view = self.view_of(user);
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let place = own_place(tx, dialog, user)?;
            change(tx, &place, &add, &remove)?;
            tx.prepare_cached("UPDATE dialogs SET updated_at = ?2 WHERE key = ?1")?
                .execute([place.key, now])?;
            tx.after_commit(move || inner.cards.forget(dialog));
            load_dialog(tx, &view, place.key)
        })
        .await
    }
}

/// The change itself, for somebody with that place in the dialog.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    place: &Place,
    add: &[UserId],
    remove: &[UserId],
) -> Result<(), StateError> {
    if place.kind == DialogKind::Private {
        return Err(StateError::Forbidden(
            "A private chat dialog has no admins".to_owned(),
        ));
    }
    if !place.is_owner {
        return Err(StateError::Forbidden(
            "Only the owner can add or remove admins".to_owned(),
        ));
    }
    let mut set =
        tx.prepare_cached("UPDATE occupants SET is_admin = ?3 WHERE dialog = ?1 AND user_id = ?2")?;
    let owner = owner(tx, place.key)?;
    // First those who lose rights, so that one can be exchanged for another at the limit.
    for admin in remove.iter().filter(|admin| admin.as_i64() != owner) {
        set.execute([place.key, admin.as_i64(), 0])?;
    }
    for admin in add {
        if set.execute([place.key, admin.as_i64(), 1])? == 0 {
            return Err(StateError::invalid(
                "admins_ids",
                format!("names {admin}, who is no occupant"),
            ));
        }
    }
    let count: i64 = tx
        .prepare_cached(
            "SELECT count(*) FROM occupants INDEXED BY admins_by_dialog
             WHERE dialog = ?1 AND is_admin AND user_id <> ?2",
        )?
        .query_row([place.key, owner], |row| row.get(0))?;
    check_number(usize::try_from(count).unwrap_or_default())
}

/// Fails if there are more admins besides the owner than are allowed.
pub(crate) fn check_number(admins: usize) -> Result<(), StateError> {
    if admins > ADMINS_MAX {
        return Err(StateError::invalid(
            "admins_ids",
            format!("has too many admins (maximum is {ADMINS_MAX})"),
        ));
    }
    Ok(())
}

fn owner(db: &Connection, key: i64) -> Result<i64, StateError> {
    Ok(db
        .prepare_cached("SELECT owner FROM dialogs WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?)
}
