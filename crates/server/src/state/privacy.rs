//! Privacy lists (XEP-0016) as stored: named lists of a person, one of which may be the default.
//!
//! What the default lists forbid is decided in memory, see [`crate::state::blocks`].

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::state::reader::ReadDb;
use crate::state::{State, StateError};

/// Longest name of a list, in bytes.
const NAME_MAX: usize = 255;

/// One rule of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyItem {
    /// The first item that fits decides; unique within a list.
    pub order: u32,
    /// Which of a person's addresses is meant.
    pub scope: PrivacyScope,
    /// Whom it is about.
    pub user: UserId,
    /// Whether it forbids or allows.
    pub deny: bool,
    /// Which stanzas, a sum of the constants below; 0 is all of them, in both directions.
    pub stanzas: u8,
}

impl PrivacyItem {
    /// Messages from the person.
    pub const MESSAGE: u8 = 1;
    /// Presence from the person.
    pub const PRESENCE_IN: u8 = 2;
    /// Presence to the person.
    pub const PRESENCE_OUT: u8 = 4;
    /// Questions and answers from the person.
    pub const IQ: u8 = 8;
}

/// Which of a person's addresses an item is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivacyScope {
    /// Their own address.
    Person,
    /// Their place in any room.
    Room,
}

/// The names of a person's lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivacyNames {
    /// The one that counts.
    pub default: Option<String>,
    /// All of them, ascending.
    pub lists: Vec<String>,
}

impl State {
    /// The names of the user's lists.
    pub async fn privacy_names(&self, user: UserId) -> Result<PrivacyNames, StateError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT name, is_default FROM privacy_lists WHERE user_id = ?1 ORDER BY name",
            )?;
            let mut rows = query.query([user.as_i64()])?;
            let mut names = PrivacyNames::default();
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                if row.get(1)? {
                    names.default = Some(name.clone());
                }
                names.lists.push(name);
            }
            Ok(names)
        })
        .await
    }

    /// The items of a list by their order; `None` if the user has no such list.
    pub async fn privacy_list(
        &self,
        user: UserId,
        name: impl Into<String>,
    ) -> Result<Option<Vec<PrivacyItem>>, StateError> {
        let name: String = name.into();
        self.read(move |db| {
            let items: Option<String> = db
                .prepare_cached("SELECT items FROM privacy_lists WHERE user_id = ?1 AND name = ?2")?
                .query_row(params![user.as_i64(), name], |row| row.get(0))
                .optional()?;
            items.as_deref().map(parse).transpose()
        })
        .await
    }

    /// Stores a list, replacing all of an earlier one of that name. The default list takes effect at once.
    pub async fn set_privacy_list(
        &self,
        user: UserId,
        name: impl Into<String>,
        mut items: Vec<PrivacyItem>,
    ) -> Result<(), StateError> {
        let name: String = name.into();
        let limits = &self.inner.config.limits;
        let most_lists = limits.privacy_lists;
        if name.is_empty() || name.len() > NAME_MAX {
            return Err(StateError::invalid(
                "name",
                format!("must have between 1 and {NAME_MAX} bytes"),
            ));
        }
        if items.len() > limits.privacy_items {
            return Err(StateError::invalid(
                "items",
                format!("are too many (maximum is {})", limits.privacy_items),
            ));
        }
        items.sort_by_key(|item| item.order);
        if items
            .iter()
            .zip(items.iter().skip(1))
            .any(|(one, next)| one.order == next.order)
        {
            return Err(StateError::invalid("items", "share an order"));
        }
        let text = serde_json::to_string(&items)
            .map_err(|error| StateError::Internal(error.to_string()))?;
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let is_default: bool = tx
                .prepare_cached(
                    "INSERT INTO privacy_lists (user_id, name, items) VALUES (?1, ?2, ?3)
                     ON CONFLICT (user_id, name) DO UPDATE SET items = excluded.items
                     RETURNING is_default",
                )?
                .query_row(params![user.as_i64(), name, text], |row| row.get(0))?;
            let lists: i64 = tx
                .prepare_cached("SELECT count(*) FROM privacy_lists WHERE user_id = ?1")?
                .query_row([user.as_i64()], |row| row.get(0))?;
            if usize::try_from(lists).unwrap_or_default() > most_lists {
                return Err(StateError::invalid(
                    "name",
                    format!("would be one list too many (maximum is {most_lists})"),
                ));
            }
            if is_default {
                tx.after_commit(move || inner.blocks.set(user, &items));
            }
            Ok(())
        })
        .await
    }

    /// Deletes a list. If it was the default, there is none afterwards.
    pub async fn delete_privacy_list(
        &self,
        user: UserId,
        name: impl Into<String>,
    ) -> Result<(), StateError> {
        let name: String = name.into();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let was_default: Option<bool> = tx
                .prepare_cached(
                    "DELETE FROM privacy_lists WHERE user_id = ?1 AND name = ?2 RETURNING is_default",
                )?
                .query_row(params![user.as_i64(), name], |row| row.get(0))
                .optional()?;
            if was_default.ok_or(StateError::NotFound)? {
                tx.after_commit(move || inner.blocks.forget(user));
            }
            Ok(())
        })
        .await
    }

    /// Makes a list the default, or (`None`) lets none be it.
    pub async fn set_default_privacy_list(
        &self,
        user: UserId,
        name: Option<impl Into<String>>,
    ) -> Result<(), StateError> {
        let name: Option<String> = name.map(Into::into);
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE privacy_lists SET is_default = 0 WHERE user_id = ?1 AND is_default",
            )?
            .execute([user.as_i64()])?;
            let Some(name) = name else {
                tx.after_commit(move || inner.blocks.forget(user));
                return Ok(());
            };
            let items: Option<String> = tx
                .prepare_cached(
                    "UPDATE privacy_lists SET is_default = 1 WHERE user_id = ?1 AND name = ?2
                     RETURNING items",
                )?
                .query_row(params![user.as_i64(), name], |row| row.get(0))
                .optional()?;
            let items = parse(&items.ok_or(StateError::NotFound)?)?;
            tx.after_commit(move || inner.blocks.set(user, &items));
            Ok(())
        })
        .await
    }
}

/// The default lists of everyone, for the start.
pub(crate) fn load_defaults(
    db: &ReadDb<'_>,
) -> Result<Vec<(UserId, Vec<PrivacyItem>)>, StateError> {
    let connection: &Connection = db;
    let mut query =
        connection.prepare("SELECT user_id, items FROM privacy_lists WHERE is_default")?;
    let mut rows = query.query([])?;
    let mut lists = Vec::new();
    while let Some(row) = rows.next()? {
        let items: String = row.get(1)?;
        lists.push((crate::state::users::user_id(row, 0)?, parse(&items)?));
    }
    Ok(lists)
}

fn parse(items: &str) -> Result<Vec<PrivacyItem>, StateError> {
    serde_json::from_str(items).map_err(|error| {
        StateError::Internal(format!(
            "the database holds a damaged privacy list: {error}"
        ))
    })
}
