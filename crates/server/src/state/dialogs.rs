//! Dialogs: what they are, the private dialog of a pair, and a dialog as one of its occupants sees it.

use std::collections::HashMap;
use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use crate::state::cards::Cards;
use crate::state::users::{self, user_id};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// Kind of a dialog, as numbered on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogKind {
    /// 1: everyone reads, admins write.
    Broadcast,
    /// 2: invited members.
    Group,
    /// 3: two people.
    Private,
    /// 4: whoever subscribes.
    Public,
}

impl DialogKind {
    /// The wire's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Broadcast => 1,
            Self::Group => 2,
            Self::Private => 3,
            Self::Public => 4,
        }
    }

    /// By the wire's number.
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Broadcast,
            2 => Self::Group,
            3 => Self::Private,
            4 => Self::Public,
            _ => return None,
        })
    }
}

/// What the live side needs to know of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogCard {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Who made it.
    pub owner: UserId,
    /// The occupants, ascending, the owner included.
    pub occupants: Vec<UserId>,
    /// The two people of a private dialog, smaller id first.
    pub pair: Option<(UserId, UserId)>,
}

impl DialogCard {
    /// Whether the user is in it.
    pub fn has(&self, user: UserId) -> bool {
        self.occupants.binary_search(&user).is_ok()
    }

    /// The other person of a private dialog.
    pub fn opponent_of(&self, user: UserId) -> Option<UserId> {
        self.pair
            .map(|(low, high)| if low == user { high } else { low })
    }
}

/// A dialog as one of its occupants sees it. Times are unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Who made it.
    pub owner: UserId,
    /// The group's name; for a private dialog the other person's.
    pub name: Option<String>,
    /// A file's uid or URL.
    pub photo: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Everyone in it, ascending.
    pub occupants: Vec<UserId>,
    /// Those of them with rights.
    pub admins: Vec<UserId>,
    /// The app's own fields, all strings.
    pub extensions: Option<Map<String, Value>>,
    /// Rights of people outside.
    pub permissions: Option<Map<String, Value>>,
    /// The newest message.
    pub last: Option<LastMessage>,
    /// Messages of others that the viewer has not read.
    pub unread: u64,
    /// Creation.
    pub created_at: i64,
    /// Last message or change.
    pub updated_at: i64,
}

/// A dialog's newest message in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastMessage {
    /// Its id.
    pub id: MessageId,
    /// Its author.
    pub sender: UserId,
    /// Its text.
    pub body: String,
    /// Unix seconds.
    pub date_sent: i64,
    /// Of the viewer's own message, how far it got with anyone else: `None` is sent.
    pub reached: Option<crate::state::Mark>,
}

impl State {
    /// The private dialog of a pair, made if missing and shown again to `one` if they hid it.
    ///
    /// [`StateError::NotFound`] if either does not exist or both are the same.
    pub async fn private_dialog(
        &self,
        one: UserId,
        other: UserId,
    ) -> Result<Arc<DialogCard>, StateError> {
        let pair = (one.min(other), one.max(other));
        if let Some(card) = self.inner.cards.get_pair(pair) {
            return Ok(card);
        }
        self.show_private_dialog(one, other).await
    }

    /// As [`Self::private_dialog`], and surely shows it again to `one`: for creating it over REST.
    pub async fn show_private_dialog(
        &self,
        one: UserId,
        other: UserId,
    ) -> Result<Arc<DialogCard>, StateError> {
        if one == other {
            return Err(StateError::NotFound);
        }
        let pair = (one.min(other), one.max(other));
        let inner = Arc::clone(&self.inner);
        let now = self.inner.clock.now();
        self.write(move |tx| {
            let (low, high) = (pair.0.as_i64(), pair.1.as_i64());
            let known: Option<(i64, String)> = tx
                .prepare_cached("SELECT key, id FROM dialogs WHERE pair_low = ?1 AND pair_high = ?2")?
                .query_row([low, high], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let id = if let Some((key, id)) = known {
                tx.prepare_cached("UPDATE occupants SET hidden = 0 WHERE dialog = ?1 AND user_id = ?2 AND hidden")?
                    .execute([key, one.as_i64()])?;
                parse_dialog_id(&id)?
            } else {
                if !users::exists(tx, one)? || !users::exists(tx, other)? {
                    return Err(StateError::NotFound);
                }
                let id = inner.ids.dialog(now);
                let seconds = now.seconds();
                let key = tx
                    .prepare_cached(
                        "INSERT INTO dialogs (id, kind, owner, pair_low, pair_high, created_at, updated_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
                    )?
                    .insert(params![
                        id.to_string(),
                        DialogKind::Private.number(),
                        one.as_i64(),
                        low,
                        high,
                        seconds
                    ])?;
                for user in [low, high] {
                    add_occupant(tx, key, user, seconds)?;
                }
                id
            };
            let card = load_card(tx, id)?.ok_or(StateError::NotFound)?;
            let card = Arc::new(card);
            let remembered = Arc::clone(&card);
            tx.after_commit(move || remember_new(&inner.cards, &remembered));
            Ok(card)
        })
        .await
    }

    /// A dialog's kind and occupants; from memory when asked again. `None` if it does not exist.
    pub async fn dialog_card(
        &self,
        dialog: &DialogId,
    ) -> Result<Option<Arc<DialogCard>>, StateError> {
        let dialog = *dialog;
        if let Some(card) = self.inner.cards.get(dialog) {
            return Ok(Some(card));
        }
        let read_at = self.inner.cards.generation();
        let card = self
            .read(move |db| load_card(db, dialog))
            .await?
            .map(Arc::new);
        if let Some(card) = &card {
            self.inner.cards.remember(read_at, card);
        }
        Ok(card)
    }

    /// The card of a dialog that the user is in. [`StateError::NotFound`] if there is none of that id,
    /// [`StateError::Forbidden`] if it is not the user's.
    pub async fn own_dialog_card(
        &self,
        user: UserId,
        dialog: DialogId,
    ) -> Result<Arc<DialogCard>, StateError> {
        let card = self
            .dialog_card(&dialog)
            .await?
            .ok_or(StateError::NotFound)?;
        if card.has(user) {
            Ok(card)
        } else {
            Err(not_a_member())
        }
    }

    /// One dialog as the user sees it; errors as of [`Self::own_dialog_card`].
    pub async fn dialog(&self, user: UserId, dialog: DialogId) -> Result<Dialog, StateError> {
        self.own_dialog_card(user, dialog).await?;
        self.read(move |db| {
            let key: Option<i64> = db
                .prepare_cached("SELECT key FROM dialogs WHERE id = ?1")?
                .query_row([dialog.to_string()], |row| row.get(0))
                .optional()?;
            let key = key.ok_or(StateError::NotFound)?;
            load_dialogs(db, user, &[key])?
                .pop()
                .ok_or(StateError::NotFound)
        })
        .await
    }
}

pub(crate) fn not_a_member() -> StateError {
    StateError::Forbidden("You are not a member of this chat dialog".to_owned())
}

/// A change made the cached card stale; the new one is known at once.
fn remember_new(cards: &Cards, card: &Arc<DialogCard>) {
    cards.forget(card.id);
    cards.remember(cards.generation(), card);
}

pub(crate) fn parse_dialog_id(text: &str) -> Result<DialogId, StateError> {
    text.parse()
        .map_err(|_| StateError::Internal(format!("the database holds {text:?} for a dialog id")))
}

pub(crate) fn parse_message_id(text: &str) -> Result<MessageId, StateError> {
    text.parse()
        .map_err(|_| StateError::Internal(format!("the database holds {text:?} for a message id")))
}

/// Adds a person. Someone who comes back keeps what they read before.
pub(crate) fn add_occupant(
    tx: &WriteTx<'_>,
    key: i64,
    user: i64,
    now: i64,
) -> Result<(), StateError> {
    tx.prepare_cached(
        "INSERT INTO occupants (dialog, user_id, joined_at, seen)
         VALUES (?1, ?2, ?3, coalesce(
           (SELECT f.seen FROM former_occupants f WHERE f.dialog = ?1 AND f.user_id = ?2), 0))
         ON CONFLICT (dialog, user_id) DO UPDATE SET hidden = 0",
    )?
    .execute([key, user, now])?;
    Ok(())
}

/// Removes a person from a group; nothing happens if they are not in it.
pub(crate) fn remove_occupant(tx: &WriteTx<'_>, key: i64, user: i64) -> Result<(), StateError> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO former_occupants (dialog, user_id, seen)
         SELECT dialog, user_id, seen FROM occupants WHERE dialog = ?1 AND user_id = ?2",
    )?
    .execute([key, user])?;
    tx.prepare_cached("DELETE FROM occupants WHERE dialog = ?1 AND user_id = ?2")?
        .execute([key, user])?;
    Ok(())
}

pub(crate) fn load_card(db: &Connection, id: DialogId) -> Result<Option<DialogCard>, StateError> {
    let mut query = db.prepare_cached(
        "SELECT d.kind, d.owner, d.pair_low, d.pair_high, o.user_id
         FROM dialogs d LEFT JOIN occupants o ON o.dialog = d.key
         WHERE d.id = ?1 ORDER BY o.user_id",
    )?;
    let mut rows = query.query([id.to_string()])?;
    let mut card: Option<DialogCard> = None;
    while let Some(row) = rows.next()? {
        if card.is_none() {
            let low: Option<i64> = row.get(2)?;
            let pair = if low.is_some() {
                Some((user_id(row, 2)?, user_id(row, 3)?))
            } else {
                None
            };
            let kind = kind(row.get(0)?)?;
            card = Some(DialogCard {
                id,
                kind,
                owner: user_id(row, 1)?,
                occupants: Vec::new(),
                pair,
            });
        }
        let occupant: Option<i64> = row.get(4)?;
        if let (Some(card), Some(_)) = (&mut card, occupant) {
            card.occupants.push(user_id(row, 4)?);
        }
    }
    Ok(card)
}

fn kind(number: i64) -> Result<DialogKind, StateError> {
    DialogKind::from_number(number).ok_or_else(|| {
        StateError::Internal(format!("the database holds {number} for a kind of dialog"))
    })
}

/// Loads dialogs as `viewer` sees them, in the order of `keys`. Four queries, however many dialogs.
pub(crate) fn load_dialogs(
    db: &Connection,
    viewer: UserId,
    keys: &[i64],
) -> Result<Vec<Dialog>, StateError> {
    let wanted = Value::from(keys).to_string();
    let mut dialogs: HashMap<i64, Dialog> = HashMap::with_capacity(keys.len());
    let mut own_last: HashMap<i64, i64> = HashMap::new();

    let mut query = db.prepare_cached(
        "SELECT d.key, d.id, d.kind, d.owner, d.name, d.photo, d.description, d.extensions, d.permissions,
                d.created_at, d.updated_at, max(0, d.message_count - coalesce(o.seen, d.message_count)),
                m.key, m.id, m.sender, m.body, m.date_sent,
                coalesce(nullif(trim(u.full_name), ''), u.login)
         FROM json_each(?1) j
         JOIN dialogs d ON d.key = j.value
         LEFT JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2
         LEFT JOIN messages m ON m.key = d.last_message
         LEFT JOIN users u ON u.id = CASE WHEN d.pair_low = ?2 THEN d.pair_high ELSE d.pair_low END",
    )?;
    let mut rows = query.query(params![wanted, viewer.as_i64()])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let kind = kind(row.get(2)?)?;
        let last_key: Option<i64> = row.get(12)?;
        let last = match last_key {
            None => None,
            Some(last_key) => {
                let id: String = row.get(13)?;
                let sender = user_id(row, 14)?;
                if sender == viewer {
                    own_last.insert(last_key, key);
                }
                Some(LastMessage {
                    id: parse_message_id(&id)?,
                    sender,
                    body: row.get(15)?,
                    date_sent: row.get(16)?,
                    reached: None,
                })
            }
        };
        let id: String = row.get(1)?;
        let dialog = Dialog {
            id: parse_dialog_id(&id)?,
            kind,
            owner: user_id(row, 3)?,
            name: if kind == DialogKind::Private {
                row.get(17)?
            } else {
                row.get(4)?
            },
            photo: row.get(5)?,
            description: row.get(6)?,
            occupants: Vec::new(),
            admins: Vec::new(),
            extensions: object(row.get(7)?),
            permissions: object(row.get(8)?),
            last,
            unread: row.get::<_, i64>(11)?.unsigned_abs(),
            created_at: row.get(9)?,
            updated_at: row.get(10)?,
        };
        dialogs.insert(key, dialog);
    }

    let mut query = db.prepare_cached(
        "SELECT dialog, user_id, is_admin FROM occupants
         WHERE dialog IN (SELECT value FROM json_each(?1)) ORDER BY dialog, user_id",
    )?;
    let mut rows = query.query([&wanted])?;
    while let Some(row) = rows.next()? {
        if let Some(dialog) = dialogs.get_mut(&row.get(0)?) {
            let user = user_id(row, 1)?;
            dialog.occupants.push(user);
            if row.get(2)? {
                dialog.admins.push(user);
            }
        }
    }

    if !own_last.is_empty() {
        let list = Value::from(own_last.keys().copied().collect::<Vec<_>>()).to_string();
        let mut query = db.prepare_cached(
            "SELECT message, max(read_at IS NOT NULL) FROM marks
             WHERE message IN (SELECT value FROM json_each(?1)) GROUP BY message",
        )?;
        let mut rows = query.query([list])?;
        while let Some(row) = rows.next()? {
            let read: bool = row.get(1)?;
            let dialog = own_last
                .get(&row.get(0)?)
                .and_then(|key| dialogs.get_mut(key));
            if let Some(last) = dialog.and_then(|dialog| dialog.last.as_mut()) {
                use crate::state::Mark;
                last.reached = Some(if read { Mark::Read } else { Mark::Delivered });
            }
        }
    }
    Ok(keys.iter().filter_map(|key| dialogs.remove(key)).collect())
}

fn object(json: Option<String>) -> Option<Map<String, Value>> {
    serde_json::from_str(&json?).ok()
}
