//! Reactions to messages.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::state::blocks::check_message;
use crate::state::dialogs::parse_dialog_id;
use crate::state::user_search::to_i64;
use crate::state::users::user_id;
use crate::state::{State, StateError};

/// What people think of a message, as one of them sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageReactions {
    /// The viewer's own.
    pub own: Vec<String>,
    /// How many people reacted, by reaction; never empty.
    pub total: BTreeMap<String, u64>,
}

/// What somebody's reacting changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reacted {
    /// The message's dialog.
    pub dialog: DialogId,
    /// The reaction that is new, if it was not there.
    pub added: Option<String>,
    /// The reaction that is gone, if it was there.
    pub removed: Option<String>,
}

/// Longest reaction in bytes: emoji that are put together of many parts have some thirty.
const LONGEST: usize = 32;

/// Different reactions to one message. A page of a history carries all of them.
const KINDS: i64 = 100;

impl State {
    /// Adds a reaction of the user, takes one back, or both at once. Repeating it changes nothing.
    ///
    /// [`StateError::NotFound`] for a message that the user does not see.
    pub async fn react(
        &self,
        user: UserId,
        message: MessageId,
        add: Option<String>,
        remove: Option<String>,
    ) -> Result<Reacted, StateError> {
        if add.is_none() && remove.is_none() {
            return Err(StateError::invalid("add", "or remove is required"));
        }
        if let Some(kind) = &add {
            check_kind(kind)?;
        }
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let (key, dialog, opponent) = find(tx, user, message)?;
            // A reaction would reach the other person as a message does.
            if let Some(other) = opponent {
                check_message(&inner.blocks, user, other)?;
            }
            let removed = match remove.filter(|kind| add.as_ref() != Some(kind)) {
                Some(kind) => {
                    let gone = tx
                        .prepare_cached(
                            "DELETE FROM reactions WHERE message = ?1 AND user_id = ?2 AND kind = ?3",
                        )?
                        .execute(params![key, user.as_i64(), kind])?;
                    (gone > 0).then_some(kind)
                }
                None => None,
            };
            let added = match add {
                Some(kind) => {
                    let new = tx
                        .prepare_cached(
                            "INSERT INTO reactions (message, user_id, kind, at) VALUES (?1, ?2, ?3, ?4)
                             ON CONFLICT (message, user_id, kind) DO NOTHING",
                        )?
                        .execute(params![key, user.as_i64(), kind, now])?;
                    (new > 0).then_some(kind)
                }
                None => None,
            };
            if added.is_some() {
                let kinds: i64 = tx
                    .prepare_cached("SELECT count(*) FROM reaction_totals WHERE message = ?1")?
                    .query_row([key], |row| row.get(0))?;
                if kinds > KINDS {
                    return Err(StateError::invalid(
                        "add",
                        format!("is one too many (maximum is {KINDS} different reactions)"),
                    ));
                }
            }
            if added.is_some() || removed.is_some() {
                // Lets a client that was away find it by `updated_at[gt]`, of dialogs and then of messages.
                tx.prepare_cached("UPDATE messages SET updated_at = max(updated_at, ?2) WHERE key = ?1")?
                    .execute([key, now])?;
                tx.prepare_cached(
                    "UPDATE dialogs SET updated_at = max(updated_at, ?2)
                     WHERE key = (SELECT dialog FROM messages WHERE key = ?1)",
                )?
                .execute([key, now])?;
            }
            Ok(Reacted {
                dialog,
                added,
                removed,
            })
        })
        .await
    }

    /// Who reacted to a message that the user sees, first ones first; at most `limits.ids_per_request` people.
    pub async fn reactions(
        &self,
        user: UserId,
        message: MessageId,
    ) -> Result<BTreeMap<String, Vec<UserId>>, StateError> {
        let most = to_i64(self.inner.config.limits.ids_per_request);
        self.read(move |db| {
            let (key, _, _) = find(db, user, message)?;
            let mut query = db.prepare_cached(
                "SELECT kind, user_id FROM reactions WHERE message = ?1 ORDER BY at, user_id LIMIT ?2",
            )?;
            let mut rows = query.query([key, most])?;
            let mut people: BTreeMap<String, Vec<UserId>> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                people.entry(row.get(0)?).or_default().push(user_id(row, 1)?);
            }
            Ok(people)
        })
        .await
    }
}

/// The message's key, its dialog and the other person of a private one.
fn find(
    db: &Connection,
    user: UserId,
    message: MessageId,
) -> Result<(i64, DialogId, Option<UserId>), StateError> {
    let found: Option<(i64, String, Option<i64>)> = db
        .prepare_cached(
            "SELECT m.key, d.id, CASE WHEN d.pair_low = ?2 THEN d.pair_high ELSE d.pair_low END
             FROM messages m JOIN dialogs d ON d.key = m.dialog
             JOIN occupants o ON o.dialog = m.dialog AND o.user_id = ?2
             WHERE m.id = ?1 AND m.key > o.cleared_to AND NOT EXISTS
               (SELECT 1 FROM hidden_messages h WHERE h.user_id = ?2 AND h.dialog = m.dialog AND h.message = m.key)",
        )?
        .query_row(params![message.to_string(), user.as_i64()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (key, dialog, opponent) = found.ok_or(StateError::NotFound)?;
    let opponent = opponent.and_then(|other| UserId::try_from(other).ok());
    Ok((key, parse_dialog_id(&dialog)?, opponent))
}

fn check_kind(kind: &str) -> Result<(), StateError> {
    if kind.trim().is_empty() {
        return Err(StateError::invalid("add", "is empty"));
    }
    if kind.len() > LONGEST {
        return Err(StateError::invalid(
            "add",
            format!("is too long (maximum is {LONGEST} bytes)"),
        ));
    }
    // The lists of ids are split at commas, and nothing that is no letter or picture can be shown.
    if kind.chars().any(|char| char.is_control() || char == ',') {
        return Err(StateError::invalid(
            "add",
            "holds a character that no reaction has",
        ));
    }
    Ok(())
}

/// The reactions to messages as somebody sees them, by the messages' keys. Two queries, however many people reacted.
pub(crate) fn load_reactions(
    db: &Connection,
    viewer: UserId,
    keys: &str,
) -> Result<HashMap<i64, MessageReactions>, StateError> {
    let mut reactions: HashMap<i64, MessageReactions> = HashMap::new();
    let mut query = db.prepare_cached(
        "SELECT t.message, t.kind, t.total FROM json_each(?1) j CROSS JOIN reaction_totals t
         WHERE t.message = j.value",
    )?;
    let mut rows = query.query([keys])?;
    while let Some(row) = rows.next()? {
        reactions
            .entry(row.get(0)?)
            .or_default()
            .total
            .insert(row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs());
    }
    if reactions.is_empty() {
        return Ok(reactions);
    }
    let mut query = db.prepare_cached(
        "SELECT r.message, r.kind FROM json_each(?1) j CROSS JOIN reactions r
         WHERE r.message = j.value AND r.user_id = ?2 ORDER BY r.at, r.kind",
    )?;
    let mut rows = query.query(params![keys, viewer.as_i64()])?;
    while let Some(row) = rows.next()? {
        if let Some(found) = reactions.get_mut(&row.get(0)?) {
            found.own.push(row.get(1)?);
        }
    }
    Ok(reactions)
}
