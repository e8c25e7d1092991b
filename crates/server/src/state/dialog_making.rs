//! Making groups, public dialogs and broadcasts.

use std::sync::Arc;

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::params;
use serde_json::{Map, Value};

use crate::state::admins::check_number;
use crate::state::dialog_fields::{check_description, check_name, check_photo, extensions_text};
use crate::state::dialogs::{Dialog, DialogKind, load_dialog};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError, occupants, users};

/// A group or a public dialog to make.
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

/// A broadcast to make.
#[derive(Clone, Debug)]
pub struct NewBroadcast {
    /// Required.
    pub name: String,
    /// Who writes in it and names admins.
    pub owner: UserId,
    /// Free text.
    pub description: Option<String>,
}

impl State {
    /// Makes a group. The same people may have many.
    pub async fn create_group(&self, owner: UserId, new: NewGroup) -> Result<Dialog, StateError> {
        self.create(owner, DialogKind::Group, new).await
    }

    /// Makes a public dialog; its first occupants are subscribed.
    pub async fn create_public(&self, owner: UserId, new: NewGroup) -> Result<Dialog, StateError> {
        self.create(owner, DialogKind::Public, new).await
    }

    async fn create(
        &self,
        owner: UserId,
        kind: DialogKind,
        new: NewGroup,
    ) -> Result<Dialog, StateError> {
        check_name(&new.name)?;
        if let Some(photo) = &new.photo {
            check_photo(photo)?;
        }
        if let Some(description) = &new.description {
            check_description(description)?;
        }
        let allowed = self.inner.dialog_fields.as_deref();
        let extensions = new
            .extensions
            .map(|fields| extensions_text(fields, allowed))
            .transpose()?;
        let mut people = new.occupants;
        people.push(owner);
        people.sort_unstable();
        people.dedup();
        let limits = &self.inner.config.limits;
        match kind {
            DialogKind::Public => self.check_count(people.len())?,
            DialogKind::Group | DialogKind::Private | DialogKind::Broadcast => {
                if people.len() > limits.occupants {
                    return Err(occupants::too_many(limits.occupants));
                }
            }
        }
        let mut admins = new.admins;
        admins.retain(|admin| *admin != owner);
        admins.sort_unstable();
        admins.dedup();
        if let Some(stranger) = admins
            .iter()
            .find(|admin| people.binary_search(admin).is_err())
        {
            return Err(StateError::invalid(
                "admins_ids",
                format!("names {stranger}, who is no occupant"),
            ));
        }
        check_number(admins.len())?;
        let row = Row {
            id: self.inner.ids.dialog(self.inner.clock.now()),
            kind,
            owner,
            name: new.name,
            photo: new.photo,
            description: new.description,
            extensions,
            permissions: new
                .permissions
                .map(|permissions| Value::Object(permissions).to_string()),
        };
        let now = self.inner.clock.seconds();
        let view = self.view_of(owner);
        self.write(move |tx| {
            occupants::check_known(tx, &people)?;
            let key = insert(tx, &row, now)?;
            for user in &people {
                occupants::add(tx, key, kind, user.as_i64(), now)?;
            }
            for admin in admins.iter().chain([&owner]) {
                tx.prepare_cached(
                    "UPDATE occupants SET is_admin = 1 WHERE dialog = ?1 AND user_id = ?2",
                )?
                .execute([key, admin.as_i64()])?;
            }
            load_dialog(tx, &view, key)
        })
        .await
    }

    /// Makes a broadcast: everyone there is and everyone to come is in it. Only for the operator.
    pub async fn create_broadcast(&self, new: NewBroadcast) -> Result<DialogId, StateError> {
        check_name(&new.name)?;
        if let Some(description) = &new.description {
            check_description(description)?;
        }
        let owner = new.owner;
        let id = self.inner.ids.dialog(self.inner.clock.now());
        let row = Row {
            id,
            kind: DialogKind::Broadcast,
            owner,
            name: new.name,
            photo: None,
            description: new.description,
            extensions: None,
            permissions: None,
        };
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        self.write(move |tx| {
            if !users::exists(tx, owner)? {
                return Err(StateError::invalid(
                    "owner",
                    format!("is {owner}, who does not exist"),
                ));
            }
            let key = insert(tx, &row, now)?;
            tx.execute(
                "INSERT INTO occupants (dialog, user_id, joined_at, is_admin) SELECT ?1, id, ?2, id = ?3 FROM users",
                [key, now, owner.as_i64()],
            )?;
            tx.after_commit(move || inner.cards.forget(id));
            Ok(id)
        })
        .await
    }
}

/// What is stored of a new dialog.
struct Row {
    id: DialogId,
    kind: DialogKind,
    owner: UserId,
    name: String,
    photo: Option<String>,
    description: Option<String>,
    extensions: Option<String>,
    permissions: Option<String>,
}

fn insert(tx: &WriteTx<'_>, row: &Row, now: i64) -> Result<i64, StateError> {
    let key = tx
        .prepare_cached(
            "INSERT INTO dialogs
               (id, kind, owner, name, photo, description, extensions, permissions, created_at, updated_at, name_key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)",
        )?
        .insert(params![
            row.id.to_string(),
            row.kind.number(),
            row.owner.as_i64(),
            row.name.trim(),
            row.photo,
            row.description,
            row.extensions,
            row.permissions,
            now,
            users::fold(&row.name)
        ])?;
    Ok(key)
}
