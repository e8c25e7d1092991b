//! What is asked of the REST API about dialogs and those in them, as a trait so that tests can
//! answer.

use cubist_protocol::rest::{CreateDialog, DeleteResult, Dialog, Message, UpdateDialog, User};

use crate::model::{DialogId, UserId};
use crate::rest::{Client, DialogFilter, Page};
use crate::sync::api::Answer;

/// The requests; each is described at the [`Client`] method of the same name.
pub(crate) trait DialogApi: Send + Sync + 'static {
    fn dialogs<'a>(&'a self, filter: &'a DialogFilter) -> Answer<'a, Page<Dialog>>;
    fn explore<'a>(&'a self, name: &'a str, skip: u32, limit: u32) -> Answer<'a, Page<Dialog>>;
    fn create_private(&self, user: UserId) -> Answer<'_, Dialog>;
    fn create_dialog<'a>(&'a self, dialog: &'a CreateDialog) -> Answer<'a, Dialog>;
    fn update_dialog<'a>(&'a self, id: DialogId, update: &'a UpdateDialog) -> Answer<'a, Dialog>;
    fn update_admins<'a>(&'a self, id: DialogId, update: &'a UpdateDialog) -> Answer<'a, Dialog>;
    fn leave_dialog(&self, id: DialogId, me: UserId) -> Answer<'_, ()>;
    fn delete_dialog(&self, id: DialogId, for_all: bool) -> Answer<'_, ()>;
    fn delete_dialogs<'a>(&'a self, ids: &'a [DialogId], for_all: bool)
    -> Answer<'a, DeleteResult>;
    fn clear_history(&self, id: DialogId) -> Answer<'_, ()>;
    fn subscribe(&self, id: DialogId) -> Answer<'_, Dialog>;
    fn unsubscribe(&self, id: DialogId) -> Answer<'_, ()>;
    fn notifications(&self, id: DialogId) -> Answer<'_, bool>;
    fn set_notifications(&self, id: DialogId, enabled: bool) -> Answer<'_, bool>;
    fn occupants(&self, id: DialogId, skip: u32, limit: u32) -> Answer<'_, Page<User>>;
    fn preview(&self, id: DialogId) -> Answer<'_, Vec<Message>>;
}

impl DialogApi for Client {
    fn dialogs<'a>(&'a self, filter: &'a DialogFilter) -> Answer<'a, Page<Dialog>> {
        Box::pin(self.dialogs(filter))
    }

    fn explore<'a>(&'a self, name: &'a str, skip: u32, limit: u32) -> Answer<'a, Page<Dialog>> {
        Box::pin(self.explore(name, skip, limit))
    }

    fn create_private(&self, user: UserId) -> Answer<'_, Dialog> {
        Box::pin(self.create_private(user))
    }

    fn create_dialog<'a>(&'a self, dialog: &'a CreateDialog) -> Answer<'a, Dialog> {
        Box::pin(self.create_dialog(dialog))
    }

    fn update_dialog<'a>(&'a self, id: DialogId, update: &'a UpdateDialog) -> Answer<'a, Dialog> {
        Box::pin(self.update_dialog(id, update))
    }

    fn update_admins<'a>(&'a self, id: DialogId, update: &'a UpdateDialog) -> Answer<'a, Dialog> {
        Box::pin(self.update_admins(id, update))
    }

    fn leave_dialog(&self, id: DialogId, me: UserId) -> Answer<'_, ()> {
        Box::pin(self.leave_dialog(id, me))
    }

    fn delete_dialog(&self, id: DialogId, for_all: bool) -> Answer<'_, ()> {
        Box::pin(self.delete_dialog(id, for_all))
    }

    fn delete_dialogs<'a>(
        &'a self,
        ids: &'a [DialogId],
        for_all: bool,
    ) -> Answer<'a, DeleteResult> {
        Box::pin(self.delete_dialogs(ids, for_all))
    }

    fn clear_history(&self, id: DialogId) -> Answer<'_, ()> {
        Box::pin(self.clear_history(id))
    }

    fn subscribe(&self, id: DialogId) -> Answer<'_, Dialog> {
        Box::pin(self.subscribe(id))
    }

    fn unsubscribe(&self, id: DialogId) -> Answer<'_, ()> {
        Box::pin(self.unsubscribe(id))
    }

    fn notifications(&self, id: DialogId) -> Answer<'_, bool> {
        Box::pin(self.notifications(id))
    }

    fn set_notifications(&self, id: DialogId, enabled: bool) -> Answer<'_, bool> {
        Box::pin(self.set_notifications(id, enabled))
    }

    fn occupants(&self, id: DialogId, skip: u32, limit: u32) -> Answer<'_, Page<User>> {
        Box::pin(self.occupants(id, skip, limit))
    }

    fn preview(&self, id: DialogId) -> Answer<'_, Vec<Message>> {
        Box::pin(self.preview(id))
    }
}
