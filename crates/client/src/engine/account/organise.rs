//! How the person arranges their chats. All of it is this device's own: it needs no network, and
//! counts at once.

use crate::engine::Account;
use crate::engine::account::limits;
use crate::error::Error;
use crate::model::{Alerts, DialogId, Folder, FolderId, FolderRule, UnixMillis};
use crate::store::{folders, organise};

impl Account {
    /// Pins dialogs to the top of the list, behind those that are pinned, or takes the pins out.
    pub async fn pin(&self, dialogs: Vec<DialogId>, on: bool) -> Result<(), Error> {
        self.write(move |tx| organise::pin(tx, &dialogs, on)).await
    }

    /// Puts dialogs away, or takes them out again. A message of someone else brings one back unless
    /// it is muted.
    pub async fn archive(&self, dialogs: Vec<DialogId>, on: bool) -> Result<(), Error> {
        self.write(move |tx| organise::archive(tx, &dialogs, on))
            .await
    }

    /// Marks dialogs as unread; or, with `on` unset, takes the mark away and reads everything in
    /// them.
    pub async fn mark_unread(&self, dialogs: Vec<DialogId>, on: bool) -> Result<(), Error> {
        self.write(move |tx| organise::mark_unread(tx, &dialogs, on))
            .await?;
        if let Ok(context) = self.context() {
            context.markers_wake.notify_one();
        }
        Ok(())
    }

    /// Makes a dialog quiet until a moment ([`crate::model::Dialog::MUTED_FOR_GOOD`] for good), or
    /// heard again.
    pub async fn mute(&self, dialog: DialogId, until: Option<UnixMillis>) -> Result<(), Error> {
        found(
            self.write(move |tx| organise::mute(tx, dialog, until))
                .await?,
        )
    }

    /// Chooses which messages of a dialog are told on this computer.
    pub async fn choose_alerts(&self, dialog: DialogId, alerts: Alerts) -> Result<(), Error> {
        found(
            self.write(move |tx| organise::choose_alerts(tx, dialog, alerts))
                .await?,
        )
    }

    /// The folders of the chat list in their order.
    pub async fn folders(&self) -> Result<Vec<Folder>, Error> {
        self.look(folders::all).await
    }

    /// Makes a folder, or changes the one given. One that becomes a folder by kinds forgets what was
    /// put into it.
    pub async fn save_folder(
        &self,
        folder: Option<FolderId>,
        name: String,
        rule: FolderRule,
    ) -> Result<FolderId, Error> {
        let name = limits::folder(&name)?;
        if matches!(&rule, FolderRule::Kinds { kinds } if kinds.is_empty()) {
            return Err(Error::InvalidInput { field: "kinds" });
        }
        let saved = self
            .write(move |tx| folders::save(tx, folder, &name, &rule))
            .await?;
        saved.ok_or(Error::NotFound)
    }

    /// Takes a folder away; the dialogs in it stay.
    pub async fn delete_folder(&self, folder: FolderId) -> Result<(), Error> {
        found(self.write(move |tx| folders::delete(tx, folder)).await?)
    }

    /// Puts dialogs into a folder that is filled by hand, or takes them out of it.
    pub async fn file_dialogs(
        &self,
        folder: FolderId,
        dialogs: Vec<DialogId>,
        on: bool,
    ) -> Result<(), Error> {
        found(
            self.write(move |tx| folders::file(tx, folder, &dialogs, on))
                .await?,
        )
    }
}

fn found(was_there: bool) -> Result<(), Error> {
    if was_there {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
