//! When each user was last active. Moves with every request and stanza, so it lives in memory and goes to disk with
//! the periodic flush; a crash costs at most one flush interval of precision.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cubist_protocol::ids::UserId;
use rusqlite::OptionalExtension;

use crate::state::{State, StateError};

/// Activity that is not on disk yet, in unix seconds.
#[derive(Default)]
pub(crate) struct Activity(Mutex<HashMap<UserId, i64>>);

impl Activity {
    /// The activity not on disk yet.
    pub(crate) fn pending(&self, user: UserId) -> Option<i64> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&user)
            .copied()
    }

    fn snapshot(&self) -> HashMap<UserId, i64> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Forgets what is on disk now, unless it moved meanwhile.
    fn written(&self, written: &HashMap<UserId, i64>) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|user, at| written.get(user) != Some(at));
    }
}

impl State {
    /// Remembers that the user was active now; reaches the disk with the next flush.
    pub fn touch(&self, user: UserId) {
        let now = self.inner.clock.seconds();
        self.inner
            .activity
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(user, now);
    }

    /// When the user was last active, in unix seconds. `None` if never or unknown.
    pub async fn last_activity(&self, user: UserId) -> Result<Option<i64>, StateError> {
        if let Some(at) = self.inner.activity.pending(user) {
            return Ok(Some(at));
        }
        self.read(move |db| {
            let stored: Option<Option<i64>> = db
                .prepare_cached("SELECT last_request_at FROM users WHERE id = ?1")?
                .query_row([user.as_i64()], |row| row.get(0))
                .optional()?;
            Ok(stored.flatten())
        })
        .await
    }

    /// Part of the periodic flush.
    pub(crate) async fn flush_activity(&self) -> Result<(), StateError> {
        let pending = self.inner.activity.snapshot();
        if pending.is_empty() {
            return Ok(());
        }
        let rows = pending.clone();
        self.write(move |tx| {
            let mut update = tx.prepare_cached(
                "UPDATE users SET last_request_at = ?2 WHERE id = ?1 AND coalesce(last_request_at, 0) < ?2",
            )?;
            for (user, at) in rows {
                update.execute([user.as_i64(), at])?;
            }
            Ok(())
        })
        .await?;
        self.inner.activity.written(&pending);
        Ok(())
    }
}
