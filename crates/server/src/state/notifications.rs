//! Whether somebody wants to be alerted of a dialog's messages while they are away.

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::OptionalExtension;

use crate::state::occupants::own_place;
use crate::state::{State, StateError};

impl State {
    /// The user's setting for a dialog of theirs; on unless it was switched off.
    pub async fn notifications(&self, user: UserId, dialog: DialogId) -> Result<bool, StateError> {
        self.read(move |db| {
            let place = own_place(db, dialog, user)?;
            let setting: Option<bool> = db
                .prepare_cached(
                    "SELECT notifications FROM occupants WHERE dialog = ?1 AND user_id = ?2",
                )?
                .query_row([place.key, user.as_i64()], |row| row.get(0))
                .optional()?;
            Ok(setting.unwrap_or(true))
        })
        .await
    }

    /// Changes the user's setting for a dialog of theirs.
    pub async fn set_notifications(
        &self,
        user: UserId,
        dialog: DialogId,
        enabled: bool,
    ) -> Result<(), StateError> {
        self.write(move |tx| {
            let place = own_place(tx, dialog, user)?;
            tx.prepare_cached(
                "UPDATE occupants SET notifications = ?3 WHERE dialog = ?1 AND user_id = ?2",
            )?
            .execute([place.key, user.as_i64(), i64::from(enabled)])?;
            Ok(())
        })
        .await
    }
}
