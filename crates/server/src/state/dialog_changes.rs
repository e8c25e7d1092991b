//! Changing a dialog: its fields and the people in it.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_protocol::rest::Change;
use rusqlite::params;
use serde_json::{Map, Value};

use crate::state::dialog_fields::{check_description, check_name, check_photo, extensions_text};
use crate::state::dialogs::{Dialog, DialogKind, load_dialog};
use crate::state::occupants::{Place, own_place};
use crate::state::users::fold;
use crate::state::writer::WriteTx;
use crate::state::{State, StateError, admins, occupants, pins};

/// Changes to a dialog; what is `None` or empty stays.
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
    /// Occupants who get rights.
    pub add_admins: Vec<UserId>,
    /// Occupants who lose them.
    pub remove_admins: Vec<UserId>,
    /// Messages to keep in sight.
    pub pin: Vec<MessageId>,
    /// Messages to keep in sight no longer.
    pub unpin: Vec<MessageId>,
}

impl DialogChanges {
    fn describes(&self) -> bool {
        self.name.is_some()
            || self.photo != Change::Keep
            || self.description != Change::Keep
            || self.extensions.is_some()
    }

    fn moves_people(&self) -> bool {
        !self.add.is_empty() || !self.remove.is_empty()
    }

    fn moves_rights(&self) -> bool {
        !self.add_admins.is_empty() || !self.remove_admins.is_empty()
    }

    fn moves_pins(&self) -> bool {
        !self.pin.is_empty() || !self.unpin.is_empty()
    }

    fn moves_pins_only(&self) -> bool {
        self.moves_pins()
            && !self.describes()
            && self.permissions.is_none()
            && !self.moves_people()
            && !self.moves_rights()
    }

    /// What is wrong with the texts.
    fn check(&self) -> Result<(), StateError> {
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        if let Change::Set(photo) = &self.photo {
            check_photo(photo)?;
        }
        if let Change::Set(description) = &self.description {
            check_description(description)?;
        }
        Ok(())
    }

    /// Whether somebody with that place may do it.
    fn check_rights(&self, user: UserId, place: &Place) -> Result<(), StateError> {
        let refused = |text: &str| Err(StateError::Forbidden(text.to_owned()));
        let listless = matches!(place.kind, DialogKind::Private | DialogKind::Broadcast);
        if self.moves_people() && listless {
            return refused(
                "Updating occupants_ids is possible only for 'group' and 'public' chat dialogs",
            );
        }
        if place.kind == DialogKind::Private && !self.moves_pins_only() {
            return refused("A private chat dialog cannot be changed");
        }
        if (self.describes() || self.moves_pins()) && place.kind.is_open() && !place.manages() {
            return refused("Only the owner and admins can change a public or broadcast dialog");
        }
        if self.permissions.is_some() && !place.manages() {
            return refused("Only the owner and admins can change the permissions of a dialog");
        }
        if self.remove.iter().any(|other| *other != user) && !place.is_owner {
            return refused("Only the owner can remove other occupants");
        }
        Ok(())
    }
}

impl State {
    /// Changes a dialog, as a whole or not at all, and returns it as the user sees it afterwards.
    ///
    /// Name, photo, description and own fields: any member of a group, in open dialogs the owner and admins.
    /// Permissions: the owner and admins. Any member adds people, the owner removes them, everyone may remove
    /// themselves (see [`State::unsubscribe`] for what follows). Admins: the owner. Pinned messages: who may change the
    /// name. A private dialog cannot be changed, but either of the two pins messages.
    pub async fn update_dialog(
        &self,
        user: UserId,
        dialog: DialogId,
        mut changes: DialogChanges,
    ) -> Result<Dialog, StateError> {
        changes.check()?;
        let people = changes.add.len() + changes.remove.len();
        let admins = changes.add_admins.len() + changes.remove_admins.len();
        self.check_count(people + admins + changes.pin.len() + changes.unpin.len())?;
        let allowed = self.inner.dialog_fields.as_deref();
        let extensions = changes
            .extensions
            .clone()
            .map(|fields| extensions_text(fields, allowed))
            .transpose()?;
        let largest = self.inner.config.limits.occupants;
        let now = self.inner.clock.seconds();
        let view = self.view_of(user);
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            let place = own_place(tx, dialog, user)?;
            changes.check_rights(user, &place)?;
            set_fields(tx, place.key, &changes, extensions.as_deref(), now)?;
            occupants::check_known(tx, &changes.add)?;
            for added in &changes.add {
                occupants::add(tx, place.key, place.kind, added.as_i64(), now)?;
            }
            if changes.moves_rights() {
                admins::change(tx, &place, &changes.add_admins, &changes.remove_admins)?;
            }
            if changes.moves_pins() {
                pins::change(tx, place.key, &changes.pin, &changes.unpin)?;
            }
            let leaves = changes.remove.contains(&user);
            changes.remove.retain(|removed| *removed != user);
            for removed in &changes.remove {
                occupants::remove(tx, place.key, place.kind, removed.as_i64())?;
            }
            if place.kind == DialogKind::Group && !changes.add.is_empty() {
                occupants::check_size(tx, place.key, largest)?;
            }
            tx.after_commit(move || inner.cards.forget(dialog));
            if !leaves {
                return load_dialog(tx, &view, place.key);
            }
            let before = load_dialog(tx, &view, place.key)?;
            if occupants::leave(tx, place.key, place.kind, user.as_i64(), now)? {
                // It went with its last occupant; the caller gets a last look at it.
                return Ok(Dialog {
                    occupants: Vec::new(),
                    occupant_count: 0,
                    admins: Vec::new(),
                    ..before
                });
            }
            load_dialog(tx, &view, place.key)
        })
        .await
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
        (
            "name_key",
            &to_text(changes.name.as_deref().map(fold).as_deref()),
        ),
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
