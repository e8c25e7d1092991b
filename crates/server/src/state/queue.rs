//! The offline queue: stanzas that wait on disk until the person's client acknowledged them.

use std::sync::{Arc, PoisonError};

use cubist_protocol::ids::UserId;
use rusqlite::params;

use crate::state::user_search::to_i64;
use crate::state::writer::WriteTx;
use crate::state::{Inner, State, StateError};

/// Position in the offline queue; grows with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub i64);

/// A stanza waiting for an absent user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its place; confirm with it.
    pub id: QueueId,
    /// The text as queued (without a delay element).
    pub stanza: String,
    /// When it was queued, unix seconds: the stamp of the delay element.
    pub at: i64,
}

impl State {
    /// Queues stanzas for absent users, in this order. Over `limits.offline_stanzas` the oldest of that user are
    /// dropped; the history keeps what was to be kept. The answer is in the order of `stanzas`.
    pub async fn enqueue(
        &self,
        stanzas: Vec<(UserId, String)>,
    ) -> Result<Vec<QueueId>, StateError> {
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let mut ids = Vec::with_capacity(stanzas.len());
            for (user, stanza) in &stanzas {
                let queued = insert_for_all(tx, &inner, std::slice::from_ref(user), stanza, now)?;
                ids.extend(queued.into_iter().map(|(_, id)| id));
            }
            Ok(ids)
        })
        .await
    }

    /// The oldest `limit` stanzas waiting for the user after `after`; they stay until confirmed.
    pub async fn queued(
        &self,
        user: UserId,
        after: Option<QueueId>,
        limit: usize,
    ) -> Result<Vec<Queued>, StateError> {
        // What was confirmed a moment ago must not come again.
        self.flush_confirmed().await?;
        let after = after.map_or(0, |id| id.0);
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT key, stanza, at FROM queue WHERE user_id = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
            )?;
            let rows = query.query_map(params![user.as_i64(), after, to_i64(limit)], |row| {
                Ok(Queued { id: QueueId(row.get(0)?), stanza: row.get(1)?, at: row.get(2)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Removes stanzas that a client acknowledged.
    ///
    /// Does not wait for the disk: many are removed together a moment later, and after a crash they come again.
    pub fn confirm_queued(&self, user: UserId, ids: impl IntoIterator<Item = QueueId>) {
        let ids = ids.into_iter().map(|id| (user, id));
        self.inner
            .confirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(ids);
    }

    /// Removes what was confirmed.
    pub(crate) async fn flush_confirmed(&self) -> Result<(), StateError> {
        let ids = std::mem::take(
            &mut *self
                .inner
                .confirmed
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if ids.is_empty() {
            return Ok(());
        }
        let removed = ids.clone();
        let result = self
            .write(move |tx| {
                let mut delete =
                    tx.prepare_cached("DELETE FROM queue WHERE key = ?2 AND user_id = ?1")?;
                for (user, id) in removed {
                    delete.execute([user.as_i64(), id.0])?;
                }
                Ok(())
            })
            .await;
        if result.is_err() {
            self.inner
                .confirmed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(ids);
        }
        result
    }
}

/// Queues one stanza for several users and keeps each of them within the limit.
pub(crate) fn insert_for_all(
    tx: &WriteTx<'_>,
    inner: &Inner,
    users: &[UserId],
    stanza: &str,
    now: i64,
) -> Result<Vec<(UserId, QueueId)>, StateError> {
    let most = to_i64(inner.config.limits.offline_stanzas);
    let mut insert =
        tx.prepare_cached("INSERT INTO queue (user_id, stanza, at) VALUES (?1, ?2, ?3)")?;
    let mut queued = Vec::with_capacity(users.len());
    for user in users {
        let id = insert.insert(params![user.as_i64(), stanza, now])?;
        queued.push((*user, QueueId(id)));
        // Counting a long queue at each insert would make filling it quadratic; every 64th place is exact enough.
        if id % OVERFLOW_CHECK == 0 || most < OVERFLOW_CHECK {
            tx.prepare_cached(
                "DELETE FROM queue WHERE user_id = ?1 AND key <=
                   (SELECT key FROM queue WHERE user_id = ?1 ORDER BY key DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute([user.as_i64(), most])?;
        }
    }
    Ok(queued)
}

/// How often a queue's length is checked, in insertions.
const OVERFLOW_CHECK: i64 = 64;
