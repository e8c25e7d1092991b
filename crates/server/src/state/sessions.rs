//! REST sessions: who holds which token until when.
//!
//! All live sessions are in memory, so that a request costs no query. Creation, login and end are on disk before they
//! are answered; the sliding expiry, which moves with every request, goes to disk together with all others every
//! `timing.flush_seconds`. After a crash a session may look up to that long too old, so loading adds the same span:
//! no client loses a session it was promised.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cubist_protocol::ids::UserId;
use rusqlite::params;
use sha2::{Digest, Sha256};

use crate::state::passwords::random;
use crate::state::reader::ReadDb;
use crate::state::writer::WriteTx;
use crate::state::{Inner, State, StateError};

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// The user logged in; a session may have none.
    pub user: Option<UserId>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds of the last login or logout in it.
    pub updated_at: i64,
    /// Unix seconds from which the token is no longer known.
    pub expires_at: i64,
}

/// A session's secret. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The text to give to the client that asked for the session.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

pub(crate) type TokenHash = [u8; 32];

/// The sessions in memory.
pub(crate) struct Sessions {
    live: Mutex<HashMap<TokenHash, Live>>,
}

struct Live {
    session: Session,
    /// Its expiry is newer than the one on disk.
    dirty: bool,
}

impl Sessions {
    /// Loads the sessions that have not expired, granting `grace` seconds (see the module).
    pub(crate) fn load(db: &ReadDb<'_>, now: i64, grace: i64) -> Result<Self, StateError> {
        let mut query = db.prepare(
            "SELECT token_hash, id, user_id, created_at, updated_at, expires_at FROM sessions WHERE expires_at > ?1",
        )?;
        let mut rows = query.query([now.saturating_sub(grace)])?;
        let mut live = HashMap::new();
        while let Some(row) = rows.next()? {
            let user: Option<i64> = row.get(2)?;
            let session = Session {
                id: row.get(1)?,
                user: user.and_then(|id| UserId::try_from(id).ok()),
                created_at: row.get(3)?,
                updated_at: row.get(4)?,
                expires_at: row.get::<_, i64>(5)?.saturating_add(grace),
            };
            live.insert(
                row.get(0)?,
                Live {
                    session,
                    dirty: true,
                },
            );
        }
        Ok(Self {
            live: Mutex::new(live),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<TokenHash, Live>) -> T) -> T {
        work(&mut self.live.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets all sessions of a user, whose rows are deleted already.
    pub(crate) fn forget_user(&self, user: UserId) {
        self.with(|live| live.retain(|_, entry| entry.session.user != Some(user)));
    }
}

/// By what a session is found.
pub(crate) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

impl State {
    /// Makes a session, with a user or without. Beyond `limits.sessions_per_user` the longest unused ends.
    pub async fn create_session(
        &self,
        user: Option<UserId>,
    ) -> Result<(Token, Session), StateError> {
        let token = Token(URL_SAFE_NO_PAD.encode(random::<30>()?));
        let key = hash(token.expose());
        let now = self.inner.clock.seconds();
        let expires_at = now.saturating_add(self.session_seconds());
        let cap = i64::try_from(self.inner.config.limits.sessions_per_user).unwrap_or(i64::MAX);
        let inner = Arc::clone(&self.inner);
        let session = self
            .write(move |tx| {
                let id = tx
                    .prepare_cached(
                        "INSERT INTO sessions (token_hash, user_id, created_at, updated_at, expires_at)
                         VALUES (?1, ?2, ?3, ?3, ?4)",
                    )?
                    .insert(params![key, user.map(UserId::as_i64), now, expires_at])?;
                let crowded_out = match user {
                    Some(user) => end_surplus(tx, user, cap)?,
                    None => Vec::new(),
                };
                let session = Session { id, user, created_at: now, updated_at: now, expires_at };
                tx.after_commit(move || {
                    inner.sessions.with(|live| {
                        live.insert(key, Live { session, dirty: false });
                        for old in crowded_out {
                            live.remove(&old);
                        }
                    });
                });
                Ok(session)
            })
            .await?;
        if let Some(user) = user {
            self.touch(user);
        }
        Ok((token, session))
    }

    /// The session of a token, prolonged by this use. `None` if unknown or expired.
    pub fn use_session(&self, token: &str) -> Option<Session> {
        let now = self.inner.clock.seconds();
        let expires_at = now.saturating_add(self.session_seconds());
        let session = self.inner.sessions.with(|live| {
            let entry = live.get_mut(&hash(token))?;
            if entry.session.expires_at <= now {
                return None;
            }
            if entry.session.expires_at < expires_at {
                entry.session.expires_at = expires_at;
                entry.dirty = true;
            }
            Some(entry.session)
        })?;
        if let Some(user) = session.user {
            self.touch(user);
        }
        Some(session)
    }

    /// Whether the token is that user's, without prolonging it: the chat password of people without one.
    pub(crate) fn is_token_of(&self, token: &str, user: UserId) -> bool {
        let now = self.inner.clock.seconds();
        self.inner.sessions.with(|live| {
            live.get(&hash(token)).is_some_and(|entry| {
                entry.session.user == Some(user) && entry.session.expires_at > now
            })
        })
    }

    /// Logs a user into the session, or out of it. `None` if the session is gone.
    pub async fn set_session_user(
        &self,
        token: &str,
        user: Option<UserId>,
    ) -> Result<Option<Session>, StateError> {
        let key = hash(token);
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE sessions SET user_id = ?2, updated_at = ?3 WHERE token_hash = ?1",
                )?
                .execute(params![key, user.map(UserId::as_i64), now])?;
            if changed == 0 {
                return Ok(None);
            }
            let session = inner.sessions.with(|live| {
                live.get(&key).map(|entry| Session {
                    user,
                    updated_at: now,
                    ..entry.session
                })
            });
            let inner = Arc::clone(&inner);
            tx.after_commit(move || {
                inner.sessions.with(|live| {
                    if let Some(entry) = live.get_mut(&key) {
                        entry.session.user = user;
                        entry.session.updated_at = now;
                    }
                });
            });
            Ok(session)
        })
        .await
    }

    /// Ends the session of a token; `false` if there was none.
    pub async fn end_session(&self, token: &str) -> Result<bool, StateError> {
        let key = hash(token);
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let ended = tx
                .prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?
                .execute(params![key])?;
            tx.after_commit(move || {
                inner.sessions.with(|live| live.remove(&key));
            });
            Ok(ended > 0)
        })
        .await
    }

    /// Writes moved expiries and drops expired sessions. Part of the periodic flush.
    pub(crate) async fn flush_sessions(&self) -> Result<(), StateError> {
        let now = self.inner.clock.seconds();
        let grace = self.flush_seconds();
        let moved = self.inner.sessions.with(|live| {
            live.retain(|_, entry| entry.session.expires_at > now);
            live.values_mut()
                .filter_map(|entry| {
                    std::mem::take(&mut entry.dirty)
                        .then_some((entry.session.id, entry.session.expires_at))
                })
                .collect::<Vec<_>>()
        });
        self.write(move |tx| {
            let mut update =
                tx.prepare_cached("UPDATE sessions SET expires_at = ?2 WHERE id = ?1")?;
            for (id, expires_at) in moved {
                update.execute([id, expires_at])?;
            }
            tx.prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?
                .execute([now.saturating_sub(grace)])?;
            Ok(())
        })
        .await
    }

    fn session_seconds(&self) -> i64 {
        i64::try_from(self.inner.config.timing.session_seconds).unwrap_or(i64::MAX)
    }

    /// The stored session of a token, for tests of what is on disk.
    #[cfg(test)]
    pub(crate) async fn stored_expiry(&self, token: &str) -> Result<Option<i64>, StateError> {
        let key = hash(token);
        self.read(move |db| {
            use rusqlite::OptionalExtension;
            Ok(db
                .query_row(
                    "SELECT expires_at FROM sessions WHERE token_hash = ?1",
                    params![key],
                    |row| row.get(0),
                )
                .optional()?)
        })
        .await
    }
}

/// Ends the user's sessions but the one to keep.
pub(crate) fn end_others(
    tx: &mut WriteTx<'_>,
    user: UserId,
    keep: Option<TokenHash>,
    inner: Arc<Inner>,
) -> Result<(), StateError> {
    tx.prepare_cached("DELETE FROM sessions WHERE user_id = ?1 AND token_hash IS NOT ?2")?
        .execute(params![user.as_i64(), keep])?;
    tx.after_commit(move || {
        inner.sessions.with(|live| {
            live.retain(|hash, entry| entry.session.user != Some(user) || Some(*hash) == keep);
        });
    });
    Ok(())
}

fn end_surplus(tx: &WriteTx<'_>, user: UserId, cap: i64) -> Result<Vec<TokenHash>, StateError> {
    let mut query = tx.prepare_cached(
        "DELETE FROM sessions WHERE user_id = ?1 AND id NOT IN
           (SELECT id FROM sessions WHERE user_id = ?1 ORDER BY expires_at DESC, id DESC LIMIT ?2)
         RETURNING token_hash",
    )?;
    let ended = query.query_map([user.as_i64(), cap], |row| row.get(0))?;
    Ok(ended.collect::<Result<_, _>>()?)
}
