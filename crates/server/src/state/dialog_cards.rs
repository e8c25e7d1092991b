//! What the live side needs to know of a dialog, asked for with every message.
//!
//! Groups and private dialogs are known with everyone in them. Open dialogs are not: a public one may have thousands
//! of subscribers and a broadcast has everyone, so of these only the owner and the admins are on the card, and who
//! else is in them is asked person by person, starting from those who are connected.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::state::dialogs::{DialogKind, kind, not_a_member};
use crate::state::users::user_id;
use crate::state::{State, StateError};

/// What the live side needs to know of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogCard {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Who made it, or took over from the one who did.
    pub owner: UserId,
    /// The people with rights, ascending, the owner among them; nobody in a private dialog.
    pub admins: Vec<UserId>,
    /// The occupants, ascending, the owner included. Empty for open dialogs: see [`State::members_among`].
    pub occupants: Vec<UserId>,
    /// The two people of a private dialog, smaller id first.
    pub pair: Option<(UserId, UserId)>,
}

impl DialogCard {
    /// Whether it is a broadcast or public, so that its occupants are not listed here.
    pub const fn is_open(&self) -> bool {
        self.kind.is_open()
    }

    /// Whether the card says that the user is in it. Everyone is in a broadcast; of a public dialog the card knows
    /// only the owner and the admins, so ask [`State::is_in_dialog`].
    pub fn has(&self, user: UserId) -> bool {
        match self.kind {
            DialogKind::Broadcast => true,
            DialogKind::Public => self.is_admin(user),
            DialogKind::Group | DialogKind::Private => self.occupants.binary_search(&user).is_ok(),
        }
    }

    /// Whether the user is the owner or an admin.
    pub fn is_admin(&self, user: UserId) -> bool {
        self.owner == user || self.admins.binary_search(&user).is_ok()
    }

    /// Whether the user's messages are taken. Of a public dialog this is true for everyone: that they have to
    /// subscribe first shows when the message is accepted.
    pub fn may_write(&self, user: UserId) -> bool {
        match self.kind {
            DialogKind::Broadcast => self.is_admin(user),
            DialogKind::Public => true,
            DialogKind::Group | DialogKind::Private => self.has(user),
        }
    }

    /// The other person of a private dialog.
    pub fn opponent_of(&self, user: UserId) -> Option<UserId> {
        self.pair
            .map(|(low, high)| if low == user { high } else { low })
    }
}

impl State {
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
        if self.is_in_dialog(user, &card).await? {
            Ok(card)
        } else {
            Err(not_a_member())
        }
    }

    /// Whether the user is in the dialog: from memory, but for open dialogs one look into the database.
    pub async fn is_in_dialog(&self, user: UserId, card: &DialogCard) -> Result<bool, StateError> {
        if !card.is_open() {
            return Ok(card.has(user));
        }
        let dialog = card.id;
        self.read(move |db| {
            Ok(db
                .prepare_cached(
                    "SELECT 1 FROM dialogs d JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2
                     WHERE d.id = ?1",
                )?
                .exists(params![dialog.to_string(), user.as_i64()])?)
        })
        .await
    }

    /// Which of `people` are in the dialog and did not delete it for themselves, ascending.
    ///
    /// For handing out messages of open dialogs: the cost is that of the people asked about, not of all subscribers.
    pub async fn members_among(
        &self,
        card: &DialogCard,
        mut people: Vec<UserId>,
    ) -> Result<Vec<UserId>, StateError> {
        people.sort_unstable();
        people.dedup();
        if !card.is_open() {
            people.retain(|user| card.has(*user));
            return Ok(people);
        }
        if people.is_empty() {
            return Ok(people);
        }
        let dialog = card.id;
        let list: serde_json::Value = people.iter().map(|user| user.as_i64()).collect();
        self.read(move |db| {
            let key: Option<i64> = db
                .prepare_cached("SELECT key FROM dialogs WHERE id = ?1")?
                .query_row([dialog.to_string()], |row| row.get(0))
                .optional()?;
            let Some(key) = key else {
                return Ok(Vec::new());
            };
            // Led by the list, so that each person costs one look at the occupants' key.
            let mut query = db.prepare_cached(
                "SELECT o.user_id FROM json_each(?1) j CROSS JOIN occupants o
                 WHERE o.dialog = ?2 AND o.user_id = j.value AND NOT o.hidden",
            )?;
            let rows = query.query_map(params![list.to_string(), key], |row| user_id(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

pub(crate) fn load_card(db: &Connection, id: DialogId) -> Result<Option<DialogCard>, StateError> {
    let mut query = db.prepare_cached(
        "SELECT key, kind, owner, pair_low, pair_high FROM dialogs WHERE id = ?1",
    )?;
    let mut rows = query.query([id.to_string()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let key: i64 = row.get(0)?;
    let low: Option<i64> = row.get(3)?;
    let mut card = DialogCard {
        id,
        kind: kind(row.get(1)?)?,
        owner: user_id(row, 2)?,
        admins: Vec::new(),
        occupants: Vec::new(),
        pair: match low {
            Some(_) => Some((user_id(row, 3)?, user_id(row, 4)?)),
            None => None,
        },
    };
    let people = if card.is_open() {
        // Without the hint all subscribers would be read.
        "SELECT user_id, is_admin FROM occupants INDEXED BY admins_by_dialog
         WHERE dialog = ?1 AND is_admin ORDER BY user_id"
    } else {
        "SELECT user_id, is_admin FROM occupants WHERE dialog = ?1 ORDER BY user_id"
    };
    let mut query = db.prepare_cached(people)?;
    let mut rows = query.query([key])?;
    while let Some(row) = rows.next()? {
        let user = user_id(row, 0)?;
        if row.get(1)? {
            card.admins.push(user);
        }
        if !card.is_open() {
            card.occupants.push(user);
        }
    }
    Ok(Some(card))
}
