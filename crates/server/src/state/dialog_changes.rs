//! Making groups and changing them.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::rest::Change;
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value};

use crate::state::dialogs::{
    Dialog, DialogKind, add_occupant, load_dialogs, not_a_member, remove_occupant,
};
use crate::state::users;
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// Longest name, in characters; descriptions and photos may take `accounts.field_max`.
const NAME_MAX: usize = 256;
/// The service's published limit of own fields per dialog.
const EXTENSIONS_MAX: usize = 3;
/// The service's published limit of admins besides the owner.
const ADMINS_MAX: usize = 5;

/// A group to make.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Required.
    pub name: String,
    /// Who is in it besides its maker.
    pub occupants: Vec<UserId>,
    /// Which of them get rights.
    pub admins: Vec<UserId>,
    /// A file's uid or URL.
    pub photo: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// The app's own fields; values are kept as strings.
    pub extensions: Option<Map<String, Value>>,
    /// Rights of people outside.
    pub permissions: Option<Map<String, Value>>,
}

/// Changes to a group; what is `None` or empty stays.
#[derive(Clone, Debug, Default)]
pub struct DialogChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new photo.
    pub photo: Change<String>,
    /// A new description.
    pub description: Change<String>,
    /// The app's own fields, replacing all earlier ones.
    pub extensions: Option<Map<String, Value>>,
    /// Rights of people outside.
    pub permissions: Option<Map<String, Value>>,
    /// People to add.
    pub add: Vec<UserId>,
    /// People to remove.
    pub remove: Vec<UserId>,
}

impl State {
    /// Makes a group. The same people may have many.
    pub async fn create_group(&self, owner: UserId, new: NewGroup) -> Result<Dialog, StateError> {
        check_name(&new.name)?;
        check_text(
            "photo",
            new.photo.as_deref(),
            self.inner.config.accounts.field_max,
        )?;
        check_text(
            "description",
            new.description.as_deref(),
            self.inner.config.accounts.field_max,
        )?;
        let extensions = new.extensions.map(extensions_text).transpose()?;
        let mut occupants = new.occupants;
        occupants.push(owner);
        occupants.sort_unstable();
        occupants.dedup();
        self.check_size(occupants.len())?;
        if let Some(stranger) = new
            .admins
            .iter()
            .find(|admin| occupants.binary_search(admin).is_err())
        {
            return Err(StateError::invalid(
                "admins_ids",
                format!("names {stranger}, who is no occupant"),
            ));
        }
        if new.admins.iter().filter(|admin| **admin != owner).count() > ADMINS_MAX {
            return Err(StateError::invalid(
                "admins_ids",
                format!("has too many admins (maximum is {ADMINS_MAX})"),
            ));
        }
        let now = self.inner.clock.now();
        let id = self.inner.ids.dialog(now);
        let permissions = new
            .permissions
            .map(|permissions| Value::Object(permissions).to_string());
        self.write(move |tx| {
            check_known(tx, &occupants)?;
            let seconds = now.seconds();
            let key = tx
                .prepare_cached(
                    "INSERT INTO dialogs
                       (id, kind, owner, name, photo, description, extensions, permissions, created_at, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
                )?
                .insert(params![
                    id.to_string(),
                    DialogKind::Group.number(),
                    owner.as_i64(),
                    new.name.trim(),
                    new.photo,
                    new.description,
                    extensions,
                    permissions,
                    seconds
                ])?;
            for user in &occupants {
                add_occupant(tx, key, user.as_i64(), seconds)?;
            }
            for admin in new.admins.iter().chain([&owner]) {
                tx.prepare_cached("UPDATE occupants SET is_admin = 1 WHERE dialog = ?1 AND user_id = ?2")?
                    .execute([key, admin.as_i64()])?;
            }
            load_dialogs(tx, owner, &[key])?.pop().ok_or(StateError::NotFound)
        })
        .await
    }

    /// Changes a group.
    ///
    /// Any member changes name, photo and description and adds people; the owner and admins remove people; everyone
    /// may remove themselves. A private dialog cannot be changed.
    pub async fn update_dialog(
        &self,
        user: UserId,
        dialog: DialogId,
        changes: DialogChanges,
    ) -> Result<Dialog, StateError> {
        let card = self.own_dialog_card(user, dialog).await?;
        let longest = self.inner.config.accounts.field_max;
        if let Some(name) = &changes.name {
            check_name(name)?;
        }
        for (field, change) in [
            ("photo", &changes.photo),
            ("description", &changes.description),
        ] {
            if let Change::Set(text) = change {
                check_text(field, Some(text), longest)?;
            }
        }
        let moves_people = !changes.add.is_empty() || !changes.remove.is_empty();
        if card.kind == DialogKind::Private {
            return Err(StateError::Forbidden(
                if moves_people {
                    "Updating occupants_ids is possible only for 'group' and 'public' chat dialogs"
                } else {
                    "A private chat dialog cannot be changed"
                }
                .to_owned(),
            ));
        }
        let extensions = changes
            .extensions
            .clone()
            .map(extensions_text)
            .transpose()?;
        let largest = self.inner.config.limits.occupants;
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            // Asked again inside the transaction: the card may have been overtaken.
            let own: Option<(i64, i64, bool)> = tx
                .prepare_cached(
                    "SELECT d.key, d.owner, o.is_admin FROM dialogs d
                     JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2 WHERE d.id = ?1",
                )?
                .query_row(params![dialog.to_string(), user.as_i64()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let (key, owner, is_admin) = own.ok_or_else(not_a_member)?;
            let removes_others = changes.remove.iter().any(|other| *other != user);
            if removes_others && owner != user.as_i64() && !is_admin {
                return Err(StateError::Forbidden(
                    "Only the owner or an admin can remove other occupants".to_owned(),
                ));
            }
            set_fields(tx, key, &changes, extensions.as_deref(), now)?;
            check_known(tx, &changes.add)?;
            for added in &changes.add {
                add_occupant(tx, key, added.as_i64(), now)?;
            }
            for removed in &changes.remove {
                remove_occupant(tx, key, removed.as_i64())?;
            }
            let occupants: i64 = tx
                .prepare_cached("SELECT count(*) FROM occupants WHERE dialog = ?1")?
                .query_row([key], |row| row.get(0))?;
            if !changes.add.is_empty() && usize::try_from(occupants).unwrap_or_default() > largest {
                return Err(too_many(largest));
            }
            tx.after_commit(move || inner.cards.forget(dialog));
            load_dialogs(tx, user, &[key])?
                .pop()
                .ok_or(StateError::NotFound)
        })
        .await
    }

    fn check_size(&self, occupants: usize) -> Result<(), StateError> {
        let largest = self.inner.config.limits.occupants;
        if occupants > largest {
            Err(too_many(largest))
        } else {
            Ok(())
        }
    }
}

fn set_fields(
    tx: &WriteTx<'_>,
    key: i64,
    changes: &DialogChanges,
    extensions: Option<&str>,
    now: i64,
) -> Result<(), StateError> {
    tx.prepare_cached("UPDATE dialogs SET updated_at = ?2 WHERE key = ?1")?
        .execute([key, now])?;
    let to_text =
        |text: Option<&str>| text.map_or(Change::Keep, |text| Change::Set(text.to_owned()));
    let texts = [
        ("name", &to_text(changes.name.as_deref().map(str::trim))),
        ("photo", &changes.photo),
        ("description", &changes.description),
        ("extensions", &to_text(extensions)),
    ];
    for (column, change) in texts {
        let text = match change {
            Change::Keep => continue,
            Change::Clear => None,
            Change::Set(text) => Some(text),
        };
        tx.prepare_cached(&format!("UPDATE dialogs SET {column} = ?2 WHERE key = ?1"))?
            .execute(params![key, text])?;
    }
    if let Some(permissions) = &changes.permissions {
        let text = Value::Object(permissions.clone()).to_string();
        tx.prepare_cached("UPDATE dialogs SET permissions = ?2 WHERE key = ?1")?
            .execute(params![key, text])?;
    }
    Ok(())
}

fn too_many(largest: usize) -> StateError {
    StateError::invalid(
        "occupants_ids",
        format!("has too many occupants (maximum is {largest})"),
    )
}

fn check_known(tx: &WriteTx<'_>, people: &[UserId]) -> Result<(), StateError> {
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

fn check_name(name: &str) -> Result<(), StateError> {
    let length = name.trim().chars().count();
    if length == 0 {
        return Err(StateError::invalid("name", "is required"));
    }
    if length > NAME_MAX {
        return Err(StateError::invalid(
            "name",
            format!("is too long (maximum is {NAME_MAX} characters)"),
        ));
    }
    Ok(())
}

fn check_text(field: &'static str, text: Option<&str>, longest: usize) -> Result<(), StateError> {
    if text.is_some_and(|text| text.chars().count() > longest) {
        return Err(StateError::invalid(
            field,
            format!("is too long (maximum is {longest} characters)"),
        ));
    }
    Ok(())
}

/// Values become strings, as on the service.
fn extensions_text(extensions: Map<String, Value>) -> Result<String, StateError> {
    if extensions.len() > EXTENSIONS_MAX {
        return Err(StateError::invalid(
            "extensions",
            format!("has too many fields (maximum is {EXTENSIONS_MAX})"),
        ));
    }
    let strings = extensions.into_iter().map(|(key, value)| match value {
        Value::String(text) => (key, Value::String(text)),
        Value::Null => (key, Value::String(String::new())),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            (key, Value::String(value.to_string()))
        }
    });
    Ok(Value::Object(strings.collect()).to_string())
}
