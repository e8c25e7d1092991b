//! Those in a dialog: added, removed, given rights; and coming and going oneself.

use std::collections::BTreeSet;

use cubist_protocol::ext::system_message::{DialogChanges, SystemEvent};
use cubist_protocol::rest::UpdateDialog;

use crate::engine::Account;
use crate::engine::account::dialogs::{heard, people_of};
use crate::engine::account::limits;
use crate::error::Error;
use crate::model::{DialogId, DialogKind, OccupantPage, User, UserId};
use crate::store::users;
use crate::sync::news::Deed;
use crate::sync::{self, describe, rooms};

impl Account {
    /// Adds people to a group, or subscribes them to a public dialog.
    pub async fn add_occupants(&self, id: DialogId, users: Vec<UserId>) -> Result<(), Error> {
        let users = several(users)?;
        let update = UpdateDialog::add_occupants(users.clone());
        self.change_members(id, &update, SystemEvent::AddParticipants(users))
            .await
    }

    /// Removes people. The owner's right.
    pub async fn remove_occupants(&self, id: DialogId, users: Vec<UserId>) -> Result<(), Error> {
        let users = several(users)?;
        // Going oneself is something else: nothing would be left to answer with.
        if users.contains(&self.inner.me) {
            return Err(Error::InvalidInput { field: "users" });
        }
        let update = UpdateDialog::remove_occupants(users.clone());
        self.change_members(id, &update, SystemEvent::RemoveParticipants(users))
            .await
    }

    async fn change_members(
        &self,
        id: DialogId,
        update: &UpdateDialog,
        event: SystemEvent,
    ) -> Result<(), Error> {
        let context = self.context()?;
        let before = self.dialog(id).await?.ok_or(Error::NotFound)?;
        if matches!(before.kind, DialogKind::Private | DialogKind::Broadcast) {
            return Err(Error::Forbidden);
        }
        let answer = context.api.update_dialog(id, update).await;
        let dialog = heard(&context, id, answer)?;
        let deed = Deed::new(&context, id, event);
        describe::adopt(&context, &dialog, deed.lines(self.inner.me)).await?;
        let people = people_of(&context, &before).await;
        deed.tell(&context, &people).await;
        Ok(())
    }

    /// Makes people admins, up to five. The owner's right.
    pub async fn add_admins(&self, id: DialogId, users: Vec<UserId>) -> Result<(), Error> {
        let users = several(users)?;
        let before = self.dialog(id).await?.ok_or(Error::NotFound)?;
        let then: BTreeSet<UserId> = before.admins.iter().chain(&users).copied().collect();
        if then.iter().filter(|&&user| user != before.owner).count() > limits::ADMINS as usize {
            return Err(Error::TooMany {
                limit: limits::ADMINS,
            });
        }
        let changes = DialogChanges {
            admins_added: users.clone(),
            ..DialogChanges::default()
        };
        self.change_admins(id, &UpdateDialog::add_admins(users), changes)
            .await
    }

    /// Takes the rights of admins back. The owner's right.
    pub async fn remove_admins(&self, id: DialogId, users: Vec<UserId>) -> Result<(), Error> {
        let users = several(users)?;
        let changes = DialogChanges {
            admins_removed: users.clone(),
            ..DialogChanges::default()
        };
        self.change_admins(id, &UpdateDialog::remove_admins(users), changes)
            .await
    }

    async fn change_admins(
        &self,
        id: DialogId,
        update: &UpdateDialog,
        changes: DialogChanges,
    ) -> Result<(), Error> {
        let context = self.context()?;
        let before = self.dialog(id).await?.ok_or(Error::NotFound)?;
        let answer = context.api.update_admins(id, update).await;
        let dialog = heard(&context, id, answer)?;
        let deed = Deed::new(&context, id, SystemEvent::UpdateDialog(changes));
        describe::adopt(&context, &dialog, deed.lines(self.inner.me)).await?;
        let people = people_of(&context, &before).await;
        deed.tell(&context, &people).await;
        Ok(())
    }

    /// Leaves a group, or unsubscribes from a public dialog. It is gone here at once.
    pub async fn leave(&self, id: DialogId) -> Result<(), Error> {
        let context = self.context()?;
        let me = self.inner.me;
        let before = self.dialog(id).await?.ok_or(Error::NotFound)?;
        let answer = match before.kind {
            DialogKind::Group => context.api.leave_dialog(id, me).await,
            DialogKind::Public => context.api.unsubscribe(id).await,
            // One is in these by being who one is.
            DialogKind::Private | DialogKind::Broadcast => return Err(Error::Forbidden),
        };
        heard(&context, id, answer)?;
        describe::remove(&context, vec![id]).await?;
        let left = SystemEvent::RemoveParticipants(vec![me]);
        Deed::new(&context, id, left)
            .tell(&context, &before.occupants)
            .await;
        Ok(())
    }

    /// A part of those in a dialog: of public and broadcast dialogs from the server, of others from
    /// the cache, whose unknown people are asked for and arrive as an event.
    pub async fn occupants(
        &self,
        id: DialogId,
        skip: u32,
        limit: u32,
    ) -> Result<OccupantPage, Error> {
        let limit = limit.clamp(1, limits::PAGE);
        let dialog = self.dialog(id).await?;
        let kind = dialog.as_ref().map(|dialog| dialog.kind);
        if let (Some(dialog), Some(DialogKind::Private | DialogKind::Group)) = (dialog, kind) {
            let rest = dialog.occupants.iter().skip(skip as usize);
            let ids: Vec<UserId> = rest.clone().take(limit as usize).copied().collect();
            let more = rest.count() > ids.len();
            let known = self.users(&ids).await?;
            let items = ids.into_iter().map(|id| {
                let known = known.iter().find(|user| user.id == id);
                known.cloned().unwrap_or_else(|| User::named(id, ""))
            });
            return Ok(OccupantPage {
                items: items.collect(),
                more,
            });
        }
        let context = self.context()?;
        let answer = context.api.occupants(id, skip, limit).await;
        let page = heard(&context, id, answer)?;
        let items: Vec<User> = page.items.iter().map(sync::user).collect();
        let seen = u64::from(skip) + items.len() as u64;
        let more = match page.total {
            Some(total) => seen < total && !items.is_empty(),
            None => items.len() >= limit as usize,
        };
        let kept = items.clone();
        let now = context.clock.now();
        self.inner
            .store
            .write(move |tx| users::save(tx, &kept, now))
            .await?;
        Ok(OccupantPage { items, more })
    }

    /// Enters the room of a group (XEP-0045). Messages come without it on this platform; other
    /// servers need it.
    pub async fn join_room(&self, id: DialogId) -> Result<(), Error> {
        Ok(rooms::join(&*self.context()?, id).await?)
    }

    /// Leaves the room, not the group.
    pub async fn leave_room(&self, id: DialogId) -> Result<(), Error> {
        Ok(rooms::leave(&*self.context()?, id).await?)
    }

    /// Who is in the room just now.
    pub async fn room_occupants(&self, id: DialogId) -> Result<Vec<UserId>, Error> {
        Ok(rooms::occupants(&*self.context()?, id).await?)
    }
}

/// Each once, and at least one.
fn several(users: Vec<UserId>) -> Result<Vec<UserId>, Error> {
    let users: BTreeSet<UserId> = users.into_iter().collect();
    if users.is_empty() {
        return Err(Error::InvalidInput { field: "users" });
    }
    Ok(users.into_iter().collect())
}
