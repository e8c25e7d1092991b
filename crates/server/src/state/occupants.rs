//! Who is in a dialog: coming in, leaving, who owns it afterwards, and the pages of a long list of people.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::state::dialogs::{Dialog, DialogKind, kind, load_dialog, not_a_member};
use crate::state::user_search::to_i64;
use crate::state::users::{self, User};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// A page of the people in a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccupantPage {
    /// How many people are in it altogether.
    pub total: u64,
    /// The page size that was applied.
    pub limit: usize,
    /// Ordered by id, so that nobody moves from page to page.
    pub items: Vec<User>,
}

/// A dialog and somebody's place in it, inside a transaction.
pub(crate) struct Place {
    pub(crate) key: i64,
    pub(crate) kind: DialogKind,
    pub(crate) is_owner: bool,
    pub(crate) is_admin: bool,
    pub(crate) seat: Seat,
}

/// Whether somebody has a place in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    /// They have none.
    Nowhere,
    /// They deleted the dialog for themselves.
    Hidden,
    /// They have one.
    Taken,
}

impl Place {
    /// Whether the person is in the dialog, also if they deleted it for themselves.
    pub(crate) fn is_in(&self) -> bool {
        self.seat != Seat::Nowhere
    }

    /// Whether the person is the owner or an admin.
    pub(crate) const fn manages(&self) -> bool {
        self.is_owner || self.is_admin
    }
}

/// The dialog and the user's place in it; `None` if there is no such dialog.
pub(crate) fn place(
    db: &Connection,
    dialog: DialogId,
    user: UserId,
) -> Result<Option<Place>, StateError> {
    let found: Option<(i64, i64, i64, bool, bool, bool)> = db
        .prepare_cached(
            "SELECT d.key, d.kind, d.owner, o.user_id IS NOT NULL, coalesce(o.is_admin, 0), coalesce(o.hidden, 0)
             FROM dialogs d LEFT JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2
             WHERE d.id = ?1",
        )?
        .query_row(params![dialog.to_string(), user.as_i64()], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    let Some((key, number, owner, is_in, is_admin, is_hidden)) = found else {
        return Ok(None);
    };
    Ok(Some(Place {
        key,
        kind: kind(number)?,
        is_owner: owner == user.as_i64(),
        is_admin,
        seat: match (is_in, is_hidden) {
            (false, _) => Seat::Nowhere,
            (true, true) => Seat::Hidden,
            (true, false) => Seat::Taken,
        },
    }))
}

/// The user's place in a dialog of theirs; errors as of [`State::own_dialog_card`].
pub(crate) fn own_place(
    db: &Connection,
    dialog: DialogId,
    user: UserId,
) -> Result<Place, StateError> {
    let place = place(db, dialog, user)?.ok_or(StateError::NotFound)?;
    if place.is_in() {
        Ok(place)
    } else {
        Err(not_a_member())
    }
}

/// Adds a person; who is in it already only sees it again.
///
/// Someone who comes back to a group keeps what they read before. In an open dialog what was said before they came is
/// there to read but not unread: it may be years of it.
pub(crate) fn add(
    tx: &WriteTx<'_>,
    key: i64,
    kind: DialogKind,
    user: i64,
    now: i64,
) -> Result<(), StateError> {
    let sql = if kind.is_open() {
        "INSERT INTO occupants (dialog, user_id, joined_at, seen, read_to)
         SELECT d.key, ?2, ?3, d.message_count, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'messages')
         FROM dialogs d WHERE d.key = ?1
         ON CONFLICT (dialog, user_id) DO UPDATE SET hidden = 0"
    } else {
        "INSERT INTO occupants (dialog, user_id, joined_at, seen, cleared_to)
         SELECT d.key, ?2, ?3, coalesce(f.seen, 0), coalesce(f.cleared_to, 0)
         FROM dialogs d LEFT JOIN former_occupants f ON f.dialog = d.key AND f.user_id = ?2
         WHERE d.key = ?1
         ON CONFLICT (dialog, user_id) DO UPDATE SET hidden = 0"
    };
    tx.prepare_cached(sql)?.execute([key, user, now])?;
    Ok(())
}

/// Gives a person who just signed up their place in every broadcast: everyone is in those.
pub(crate) fn add_to_broadcasts(tx: &WriteTx<'_>, user: i64, now: i64) -> Result<(), StateError> {
    tx.prepare_cached(
        "INSERT INTO occupants (dialog, user_id, joined_at, seen, read_to)
         SELECT d.key, ?1, ?2, d.message_count, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'messages')
         FROM dialogs d WHERE d.kind = 1",
    )?
    .execute([user, now])?;
    Ok(())
}

/// Removes a person who is not the owner; nothing happens if they are not in it.
pub(crate) fn remove(
    tx: &WriteTx<'_>,
    key: i64,
    kind: DialogKind,
    user: i64,
) -> Result<(), StateError> {
    if kind == DialogKind::Group {
        tx.prepare_cached(
            "INSERT OR REPLACE INTO former_occupants (dialog, user_id, seen, cleared_to)
             SELECT dialog, user_id, seen, cleared_to FROM occupants WHERE dialog = ?1 AND user_id = ?2",
        )?
        .execute([key, user])?;
    }
    tx.prepare_cached("DELETE FROM occupants WHERE dialog = ?1 AND user_id = ?2")?
        .execute([key, user])?;
    Ok(())
}

/// Takes a person out of a dialog by their own wish. The owner's rights go to the admin who has been in it for
/// longest, else to the occupant who has; the last one to leave removes it. `true` if it is gone.
///
/// A broadcast is the operator's: it never goes to somebody who was given no rights in it, and it stays.
pub(crate) fn leave(
    tx: &WriteTx<'_>,
    key: i64,
    kind: DialogKind,
    user: i64,
    now: i64,
) -> Result<bool, StateError> {
    remove(tx, key, kind, user)?;
    tx.prepare_cached("UPDATE dialogs SET updated_at = max(updated_at, ?2) WHERE key = ?1")?
        .execute([key, now])?;
    let (owner, left): (i64, i64) = tx
        .prepare_cached("SELECT owner, occupant_count FROM dialogs WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let is_broadcast = kind == DialogKind::Broadcast;
    if left == 0 && !is_broadcast {
        tx.prepare_cached("DELETE FROM dialogs WHERE key = ?1")?
            .execute([key])?;
        return Ok(true);
    }
    if owner != user {
        return Ok(false);
    }
    let admin: Option<i64> = tx
        .prepare_cached(
            "SELECT user_id FROM occupants INDEXED BY admins_by_dialog
             WHERE dialog = ?1 AND is_admin ORDER BY joined_at, user_id LIMIT 1",
        )?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let heir = match admin {
        None if !is_broadcast => tx
            .prepare_cached(
                "SELECT user_id FROM occupants WHERE dialog = ?1 ORDER BY joined_at, user_id LIMIT 1",
            )?
            .query_row([key], |row| row.get(0))
            .optional()?,
        admin => admin,
    };
    if let Some(heir) = heir {
        tx.prepare_cached("UPDATE dialogs SET owner = ?2 WHERE key = ?1")?
            .execute([key, heir])?;
        tx.prepare_cached("UPDATE occupants SET is_admin = 1 WHERE dialog = ?1 AND user_id = ?2")?
            .execute([key, heir])?;
    }
    Ok(false)
}

/// Fails if a group has more people than are allowed.
pub(crate) fn check_size(tx: &WriteTx<'_>, key: i64, largest: usize) -> Result<(), StateError> {
    let count: i64 = tx
        .prepare_cached("SELECT occupant_count FROM dialogs WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    if usize::try_from(count).unwrap_or_default() > largest {
        return Err(too_many(largest));
    }
    Ok(())
}

pub(crate) fn too_many(largest: usize) -> StateError {
    StateError::invalid(
        "occupants_ids",
        format!("has too many occupants (maximum is {largest})"),
    )
}

/// Fails if one of the people does not exist.
pub(crate) fn check_known(tx: &WriteTx<'_>, people: &[UserId]) -> Result<(), StateError> {
    for user in people {
        if !users::exists(tx, *user)? {
            return Err(StateError::invalid(
                "occupants_ids",
                format!("names {user}, who does not exist"),
            ));
        }
    }
    Ok(())
}

impl State {
    /// Brings the user into a public dialog or a group, or shows a broadcast again that they deleted for themselves.
    pub async fn subscribe(&self, user: UserId, dialog: DialogId) -> Result<Dialog, StateError> {
        let now = self.inner.clock.seconds();
        let largest = self.inner.config.limits.occupants;
        let view = self.view_of(user);
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let place = place(tx, dialog, user)?.ok_or(StateError::NotFound)?;
            if place.kind == DialogKind::Private {
                return Err(StateError::Forbidden(
                    "A private chat dialog cannot be subscribed to".to_owned(),
                ));
            }
            add(tx, place.key, place.kind, user.as_i64(), now)?;
            if place.kind == DialogKind::Group {
                check_size(tx, place.key, largest)?;
            }
            if !place.is_in() {
                tx.prepare_cached(
                    "UPDATE dialogs SET updated_at = max(updated_at, ?2) WHERE key = ?1",
                )?
                .execute([place.key, now])?;
                tx.after_commit(move || inner.cards.forget(dialog));
            }
            load_dialog(tx, &view, place.key)
        })
        .await
    }

    /// Takes the user out of a public dialog or a group.
    pub async fn unsubscribe(&self, user: UserId, dialog: DialogId) -> Result<(), StateError> {
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let place = own_place(tx, dialog, user)?;
            match place.kind {
                DialogKind::Group | DialogKind::Public => {
                    leave(tx, place.key, place.kind, user.as_i64(), now)?;
                    tx.after_commit(move || inner.cards.forget(dialog));
                    Ok(())
                }
                DialogKind::Broadcast => Err(StateError::Forbidden(
                    "A broadcast is for everyone and cannot be unsubscribed from".to_owned(),
                )),
                DialogKind::Private => Err(StateError::Forbidden(
                    "A private chat dialog cannot be unsubscribed from".to_owned(),
                )),
            }
        })
        .await
    }

    /// A page of the people in a dialog, for those in it. Of a broadcast, which has everyone, only the owner and
    /// admins may ask: the list would be one of all people there are.
    pub async fn occupants(
        &self,
        user: UserId,
        dialog: DialogId,
        limit: usize,
        skip: usize,
    ) -> Result<OccupantPage, StateError> {
        let largest = self.inner.config.limits.page;
        let limit = if limit == 0 {
            largest
        } else {
            limit.min(largest)
        };
        let page = self
            .read(move |db| {
                let place = own_place(db, dialog, user)?;
                if place.kind == DialogKind::Broadcast && !place.manages() {
                    return Err(StateError::Forbidden(
                        "Only the owner and admins can list the people of a broadcast".to_owned(),
                    ));
                }
                let total: i64 = db
                    .prepare_cached("SELECT occupant_count FROM dialogs WHERE key = ?1")?
                    .query_row([place.key], |row| row.get(0))?;
                let mut query = db.prepare_cached(&format!(
                    "SELECT {} FROM users WHERE id IN
                       (SELECT user_id FROM occupants WHERE dialog = ?1 ORDER BY user_id LIMIT ?2 OFFSET ?3)
                     ORDER BY id",
                    users::COLUMNS
                ))?;
                let rows =
                    query.query_map([place.key, to_i64(limit), to_i64(skip)], User::from_row)?;
                Ok(OccupantPage {
                    total: total.unsigned_abs(),
                    limit,
                    items: rows.collect::<Result<_, _>>()?,
                })
            })
            .await?;
        let items = page
            .items
            .into_iter()
            .map(|user| self.with_activity(user))
            .collect();
        Ok(OccupantPage { items, ..page })
    }
}
