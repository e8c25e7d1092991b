//! The dialogs of the written-down server: listed with filters, order and pages; changed by the
//! calls that change them.

use cubist_protocol::rest::{self, Change, CreateDialog, DeleteResult, DialogKind, UpdateDialog};

use crate::model::{DialogId, UnixMillis, UserId};
use crate::rest::{DialogFilter, Error, Page};
use crate::store::testing::{ME, user_id};
use crate::sync::api::Answer;
use crate::sync::dialog_api::DialogApi;
use crate::sync::testing::{TestApi, wire_dialog};

/// The dialog that the next call makes.
pub(crate) const MADE: u32 = 50;

impl TestApi {
    fn gone() -> Error {
        Error::NotFound {
            message: "no such dialog".to_owned(),
        }
    }

    /// Changes a dialog the server has.
    pub(crate) fn change(
        &self,
        id: DialogId,
        change: impl FnOnce(&mut rest::Dialog),
    ) -> Result<rest::Dialog, Error> {
        let mut dialogs = self.dialogs.lock().unwrap();
        let dialog = dialogs.iter_mut().find(|dialog| dialog.id == id);
        let dialog = dialog.ok_or_else(Self::gone)?;
        change(dialog);
        Ok(dialog.clone())
    }

    fn take_out(&self, id: DialogId) -> Result<(), Error> {
        let mut dialogs = self.dialogs.lock().unwrap();
        let before = dialogs.len();
        dialogs.retain(|dialog| dialog.id != id);
        if dialogs.len() < before {
            Ok(())
        } else {
            Err(Self::gone())
        }
    }
}

impl DialogApi for TestApi {
    fn dialogs<'a>(&'a self, filter: &'a DialogFilter) -> Answer<'a, Page<rest::Dialog>> {
        let asked = self.ask(format!(
            "dialogs {:?} since {:?} skip {}",
            filter.ids.len(),
            filter.updated_since.map(UnixMillis::seconds),
            filter.skip
        ));
        Self::done(asked.map(|()| {
            let mut found = self.dialogs.lock().unwrap().clone();
            found.retain(|dialog| {
                let since = filter.updated_since;
                (filter.ids.is_empty() || filter.ids.contains(&dialog.id))
                    && (filter.kinds.is_empty() || filter.kinds.contains(&dialog.kind))
                    && since.is_none_or(|since| dialog.updated_at.is_some_and(|at| at.0 >= since))
            });
            let total = Some(found.len() as u64 + *self.unreadable.lock().unwrap());
            let items = found
                .into_iter()
                .skip(filter.skip as usize)
                .take(filter.limit.unwrap_or(100) as usize)
                .collect();
            Page { items, total }
        }))
    }

    fn explore<'a>(&'a self, name: &'a str, skip: u32, _: u32) -> Answer<'a, Page<rest::Dialog>> {
        let asked = self.ask(format!("explore {name:?} skip {skip}"));
        Self::done(asked.map(|()| Page {
            items: Vec::new(),
            total: Some(0),
        }))
    }

    fn create_private(&self, user: UserId) -> Answer<'_, rest::Dialog> {
        let asked = self.ask(format!("private {user}"));
        Self::done(asked.map(|()| {
            self.dialogs
                .lock()
                .unwrap()
                .iter()
                .find(|dialog| {
                    dialog.kind == DialogKind::Private && dialog.occupants_ids.contains(&user)
                })
                .cloned()
                .unwrap()
        }))
    }

    fn create_dialog<'a>(&'a self, dialog: &'a CreateDialog) -> Answer<'a, rest::Dialog> {
        let name = dialog.name.clone().unwrap_or_default();
        let asked = self.ask(format!("create {name}"));
        Self::done(asked.map(|()| {
            let mut made = wire_dialog(MADE, dialog.kind, &[]);
            made.name.clone_from(&dialog.name);
            made.occupants_ids.clone_from(&dialog.occupants_ids);
            made.occupants_ids.push(user_id(ME));
            made.occupants_ids.sort_unstable();
            self.dialogs.lock().unwrap().push(made.clone());
            made
        }))
    }

    fn update_dialog<'a>(
        &'a self,
        id: DialogId,
        update: &'a UpdateDialog,
    ) -> Answer<'a, rest::Dialog> {
        let asked = self.ask(format!("update {}", serde_json::to_string(update).unwrap()));
        Self::done(asked.and_then(|()| {
            self.change(id, |dialog| {
                if update.name.is_some() {
                    dialog.name.clone_from(&update.name);
                }
                if let Change::Set(text) = &update.description {
                    dialog.description = Some(text.clone());
                }
                dialog.occupants_ids.extend(&update.push_all.occupants_ids);
                let removed = &update.pull_all.occupants_ids;
                dialog.occupants_ids.retain(|user| !removed.contains(user));
            })
        }))
    }

    fn update_admins<'a>(
        &'a self,
        id: DialogId,
        update: &'a UpdateDialog,
    ) -> Answer<'a, rest::Dialog> {
        let asked = self.ask(format!("admins {}", serde_json::to_string(update).unwrap()));
        Self::done(asked.and_then(|()| {
            self.change(id, |dialog| {
                dialog.admins_ids.extend(&update.push_all.admins_ids);
                let removed = &update.pull_all.admins_ids;
                dialog.admins_ids.retain(|user| !removed.contains(user));
            })
        }))
    }

    fn leave_dialog(&self, id: DialogId, me: UserId) -> Answer<'_, ()> {
        let asked = self.ask(format!("leave as {me}"));
        Self::done(asked.and_then(|()| self.take_out(id)))
    }

    fn delete_dialog(&self, id: DialogId, for_all: bool) -> Answer<'_, ()> {
        let asked = self.ask(format!("delete for all {for_all}"));
        Self::done(asked.and_then(|()| self.take_out(id)))
    }

    fn delete_dialogs<'a>(
        &'a self,
        ids: &'a [DialogId],
        for_all: bool,
    ) -> Answer<'a, DeleteResult> {
        let asked = self.ask(format!("delete {} for all {for_all}", ids.len()));
        Self::done(asked.map(|()| {
            let mut result = DeleteResult::default();
            for &id in ids {
                let list = match self.take_out(id) {
                    Ok(()) => &mut result.deleted,
                    Err(_) => &mut result.not_found,
                };
                list.ids.push(id.to_string());
            }
            result
        }))
    }

    fn clear_history(&self, _: DialogId) -> Answer<'_, ()> {
        Self::done(self.ask("clear".to_owned()))
    }

    fn subscribe(&self, id: DialogId) -> Answer<'_, rest::Dialog> {
        let asked = self.ask("subscribe".to_owned());
        Self::done(asked.and_then(|()| self.change(id, |_| {})))
    }

    fn unsubscribe(&self, id: DialogId) -> Answer<'_, ()> {
        let asked = self.ask("unsubscribe".to_owned());
        Self::done(asked.and_then(|()| self.take_out(id)))
    }

    fn notifications(&self, _: DialogId) -> Answer<'_, bool> {
        Self::done(self.ask("setting".to_owned()).map(|()| true))
    }

    fn set_notifications(&self, _: DialogId, enabled: bool) -> Answer<'_, bool> {
        Self::done(self.ask(format!("setting {enabled}")).map(|()| enabled))
    }

    fn occupants(&self, _: DialogId, skip: u32, _: u32) -> Answer<'_, Page<rest::User>> {
        let asked = self.ask(format!("occupants skip {skip}"));
        Self::done(asked.map(|()| Page {
            items: self.people.lock().unwrap().clone(),
            total: None,
        }))
    }

    fn preview(&self, id: DialogId) -> Answer<'_, Vec<rest::Message>> {
        let asked = self.ask("preview".to_owned());
        Self::done(asked.map(|()| {
            let mut found = self.messages.lock().unwrap().clone();
            found.retain(|message| message.chat_dialog_id == id);
            found
        }))
    }
}
