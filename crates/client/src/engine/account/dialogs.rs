//! Dialogs: made, changed, cleared, deleted.
//!
//! What the server holds is not guessed: its answer is stored together with the line that the deed
//! leaves, and the others are told after that.

use std::collections::BTreeSet;
use std::sync::Arc;

use cubist_protocol::ext::system_message::{DialogChanges, SystemEvent};
use cubist_protocol::rest::{Change, CreateDialog, DialogPermissions, UpdateDialog};

use crate::engine::Account;
use crate::engine::account::limits;
use crate::error::Error;
use crate::model::{
    DeleteOutcome, Dialog, DialogEdit, DialogId, DialogKind, NewDialog, PictureChange, Position,
    UserId,
};
use crate::rest;
use crate::store::{dialogs, messages};
use crate::sync::context::Context;
use crate::sync::describe;
use crate::sync::news::{Deed, TOLD_AT_MOST};
use crate::sync::requests;

/// Dialogs deleted by one call; their ids stand in its path.
const DELETED_AT_ONCE: usize = 100;

impl Account {
    /// The private dialog with someone, made when there is none.
    pub async fn create_private(&self, user: UserId) -> Result<DialogId, Error> {
        if user == self.inner.me {
            return Err(Error::InvalidInput { field: "user" });
        }
        let known = self
            .look(move |db| dialogs::with_opponent(db, user))
            .await?;
        match known {
            Some(dialog) => Ok(dialog),
            None => Ok(describe::find_private(&self.context()?, user).await?),
        }
    }

    /// A new group, or a public dialog. A picture is uploaded first; should the rest fail, nothing
    /// but that picture is left.
    pub async fn create_dialog(&self, new: NewDialog) -> Result<DialogId, Error> {
        let kind = match new.kind {
            DialogKind::Group => cubist_protocol::rest::DialogKind::Group,
            DialogKind::Public => cubist_protocol::rest::DialogKind::Public,
            DialogKind::Private | DialogKind::Broadcast => {
                return Err(Error::InvalidInput { field: "kind" });
            }
        };
        let me = self.inner.me;
        let name = limits::name(&new.name)?;
        let description = new.description.as_deref();
        let description = description.map(limits::description).transpose()?;
        let fields = limits::fields(&new.fields)?;
        let users: BTreeSet<UserId> = new.users.into_iter().filter(|&user| user != me).collect();
        let users: Vec<UserId> = users.into_iter().collect();
        let context = self.context()?;
        let photo = match new.photo {
            Some(bytes) => Some(self.upload_picture(bytes).await?),
            None => None,
        };
        let is_group = new.kind == DialogKind::Group;
        let request = CreateDialog {
            name: Some(name),
            description: description.filter(|text| !text.is_empty()),
            photo,
            occupants_ids: if is_group { users.clone() } else { Vec::new() },
            extensions: (!fields.is_empty()).then_some(fields),
            permissions: new.allow_preview.then_some(DialogPermissions {
                allow_preview: true,
            }),
            ..CreateDialog::of_kind(kind)
        };
        let dialog = context.api.create_dialog(&request).await?;
        let deed = Deed::new(&context, dialog.id, SystemEvent::NewDialog);
        let id = describe::adopt(&context, &dialog, deed.lines(me)).await?;
        if is_group {
            deed.tell(&context, &users).await;
        } else if !users.is_empty() {
            self.add_occupants(id, users).await?;
        }
        Ok(id)
    }

    /// Changes what the edit names, and nothing else.
    pub async fn update_dialog(&self, id: DialogId, edit: DialogEdit) -> Result<(), Error> {
        let context = self.context()?;
        let before = self.dialog(id).await?.ok_or(Error::NotFound)?;
        if before.kind == DialogKind::Private {
            return Err(Error::Forbidden);
        }
        let name = edit.name.as_deref().map(limits::name).transpose()?;
        let description = edit.description.as_deref();
        let description = description.map(limits::description).transpose()?;
        let fields = edit.fields.as_deref().map(limits::fields).transpose()?;
        let photo = match edit.photo {
            None => Change::Keep,
            Some(PictureChange::Remove) => Change::Clear,
            Some(PictureChange::Set(bytes)) => Change::Set(self.upload_picture(bytes).await?),
        };
        let changes = DialogChanges {
            name: name.clone().filter(|name| *name != before.name),
            photo: !photo.is_keep() && (before.photo.is_some() || photo != Change::Clear),
            description: description
                .as_ref()
                .is_some_and(|text| *text != before.description.clone().unwrap_or_default()),
            extensions: fields.as_ref().is_some_and(|fields| {
                let old = before
                    .fields
                    .iter()
                    .map(|field| (&field.name, &field.value));
                !fields.iter().eq(old)
            }),
            ..DialogChanges::default()
        };
        let update = UpdateDialog {
            name,
            description: match description {
                None => Change::Keep,
                Some(text) if text.is_empty() => Change::Clear,
                Some(text) => Change::Set(text),
            },
            photo,
            extensions: fields,
            permissions: edit
                .allow_preview
                .map(|allow_preview| DialogPermissions { allow_preview }),
            ..UpdateDialog::default()
        };
        if update == UpdateDialog::default() {
            return Ok(());
        }
        let answer = context.api.update_dialog(id, &update).await;
        let dialog = heard(&context, id, answer)?;
        let deed = Deed::new(&context, id, SystemEvent::UpdateDialog(changes));
        describe::adopt(&context, &dialog, deed.lines(self.inner.me)).await?;
        let people = people_of(&context, &before).await;
        deed.tell(&context, &people).await;
        Ok(())
    }

    /// Deletes dialogs for this person, or for everyone, which is the owner's right and in private
    /// dialogs that of both. A session that ends in the middle is renewed; what was deleted by then
    /// counts as deleted.
    pub async fn delete_dialogs(
        &self,
        ids: Vec<DialogId>,
        for_all: bool,
    ) -> Result<DeleteOutcome, Error> {
        let context = self.context()?;
        let mut outcome = DeleteOutcome::default();
        let ids: BTreeSet<DialogId> = ids.into_iter().collect();
        let ids: Vec<DialogId> = ids.into_iter().collect();
        for part in ids.chunks(DELETED_AT_ONCE) {
            let mut farewells = Vec::with_capacity(part.len());
            for &id in part {
                farewells.push(self.farewell(&context, id, for_all).await?);
            }
            let refused = delete(&context, part, for_all).await?;
            let deleted = part.iter().filter(|id| !refused.contains(id)).copied();
            let deleted: Vec<DialogId> = deleted.collect();
            describe::remove(&context, deleted.clone()).await?;
            for (&id, (event, people)) in part.iter().zip(farewells) {
                if !refused.contains(&id) {
                    Deed::new(&context, id, event).tell(&context, &people).await;
                }
            }
            outcome.deleted.extend(deleted);
            outcome.refused.extend(refused);
        }
        Ok(outcome)
    }

    /// What is to be said when a dialog is deleted, and to whom: a group that one person deletes for
    /// themselves is one they left.
    async fn farewell(
        &self,
        context: &Arc<Context>,
        id: DialogId,
        for_all: bool,
    ) -> Result<(SystemEvent, Vec<UserId>), Error> {
        Ok(match self.dialog(id).await? {
            Some(dialog) if for_all => {
                let people = people_of(context, &dialog).await;
                (SystemEvent::DeleteDialog, people)
            }
            Some(dialog) if dialog.kind == DialogKind::Group => {
                let left = SystemEvent::RemoveParticipants(vec![self.inner.me]);
                (left, dialog.occupants)
            }
            Some(_) | None => (SystemEvent::DeleteDialog, Vec::new()),
        })
    }

    /// Clears the history of a dialog for this person. What waits to be sent stays.
    pub async fn clear_history(&self, id: DialogId) -> Result<(), Error> {
        let context = self.context()?;
        // What arrives from now on is not cleared, here as there.
        let newest = self
            .look(move |db| {
                let heard = dialogs::server_last(db, id)?;
                Ok(heard.max(messages::newest_place(db, id)?))
            })
            .await?;
        let answer = context.api.clear_history(id).await;
        heard(&context, id, answer)?;
        let up_to = newest.unwrap_or(Position::BEGIN);
        self.inner
            .store
            .write(move |tx| {
                if dialogs::is_known(tx, id)? {
                    dialogs::clear_history(tx, id, up_to)?;
                }
                Ok(())
            })
            .await?;
        let nothing_said = SystemEvent::UpdateDialog(DialogChanges::default());
        Deed::new(&context, id, nothing_said)
            .tell(&context, &[])
            .await;
        Ok(())
    }

    /// Whether the server notifies this person's other devices of messages here.
    pub async fn set_notifications(&self, id: DialogId, enabled: bool) -> Result<(), Error> {
        let context = self.context()?;
        let answer = context.api.set_notifications(id, enabled).await;
        let enabled = heard(&context, id, answer)?;
        self.inner
            .store
            .write(move |tx| dialogs::set_notifications(tx, id, enabled))
            .await?;
        Ok(())
    }
}

/// Deletes some dialogs; returns those that may not be deleted.
async fn delete(
    context: &Arc<Context>,
    ids: &[DialogId],
    for_all: bool,
) -> Result<Vec<DialogId>, Error> {
    if let &[id] = ids {
        return match context.api.delete_dialog(id, for_all).await {
            // Gone already is what was wanted.
            Ok(()) | Err(rest::Error::NotFound { .. }) => Ok(Vec::new()),
            Err(rest::Error::Forbidden { .. }) => Ok(vec![id]),
            Err(error) => Err(error.into()),
        };
    }
    let result = context.api.delete_dialogs(ids, for_all).await?;
    let refused = result.wrong_permissions.ids.iter();
    let refused: BTreeSet<DialogId> = refused.filter_map(|id| id.parse().ok()).collect();
    Ok(ids
        .iter()
        .copied()
        .filter(|id| refused.contains(id))
        .collect())
}

/// The answer to a deed. A refusal says that the dialog is another one than was believed (this
/// person is no admin any more, or out): it is looked at again.
pub(super) fn heard<T>(
    context: &Context,
    id: DialogId,
    answer: Result<T, rest::Error>,
) -> Result<T, Error> {
    if let Err(rest::Error::NotFound { .. } | rest::Error::Forbidden { .. }) = &answer {
        requests::complete(context, [id].into());
    }
    Ok(answer?)
}

/// Who is to be told of what happens to a dialog. Who is in a public one only the server knows.
pub(super) async fn people_of(context: &Arc<Context>, dialog: &Dialog) -> Vec<UserId> {
    match dialog.kind {
        DialogKind::Private | DialogKind::Group => dialog.occupants.clone(),
        DialogKind::Public | DialogKind::Broadcast => {
            let mut people = Vec::new();
            while people.len() < TOLD_AT_MOST {
                let skip = u32::try_from(people.len()).unwrap_or(u32::MAX);
                let page = match context.api.occupants(dialog.id, skip, limits::PAGE).await {
                    Ok(page) => page.items,
                    Err(error) => {
                        tracing::debug!(%error, "those in a public dialog are not told");
                        break;
                    }
                };
                let is_last = page.len() < limits::PAGE as usize;
                people.extend(page.iter().map(|user| user.id));
                if is_last {
                    break;
                }
            }
            people
        }
    }
}
