//! Deleting a person, and what becomes of their dialogs.

use std::sync::Arc;

use cubist_protocol::ids::UserId;

use crate::state::dialogs::{DialogKind, kind};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError, occupants};

impl State {
    /// Deletes a person: sessions, privacy lists and queue go, dialogs lose them as if they had left, what they wrote
    /// stays.
    pub async fn delete_user(&self, id: UserId) -> Result<(), StateError> {
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let user = id.as_i64();
            if tx
                .prepare_cached("DELETE FROM users WHERE id = ?1")?
                .execute([user])?
                == 0
            {
                return Err(StateError::NotFound);
            }
            tx.prepare_cached("DELETE FROM queue WHERE user_id = ?1")?
                .execute([user])?;
            leave_everything(tx, user, now)?;
            tx.after_commit(move || {
                inner.blocks.forget(id);
                inner.sessions.forget_user(id);
                inner.cards.clear();
            });
            Ok(())
        })
        .await
    }
}

/// Takes a person who exists no more out of all dialogs. The other person of a private dialog keeps it with its
/// history, until they are gone, too.
fn leave_everything(tx: &WriteTx<'_>, user: i64, now: i64) -> Result<(), StateError> {
    let places = tx
        .prepare_cached(
            "SELECT d.key, d.kind FROM occupants o JOIN dialogs d ON d.key = o.dialog WHERE o.user_id = ?1",
        )?
        .query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, i64)>, _>>()?;
    for (key, number) in places {
        let kind = kind(number)?;
        if kind == DialogKind::Private {
            tx.prepare_cached(
                "DELETE FROM dialogs WHERE key = ?1
                   AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id IN (dialogs.pair_low, dialogs.pair_high))",
            )?
            .execute([key])?;
        } else {
            occupants::leave(tx, key, kind, user, now)?;
        }
    }
    Ok(())
}
