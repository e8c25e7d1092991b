//! Files a person sends: chosen, put away, paused, removed.

#![allow(clippy::unused_async, reason = "what these do will wait for the disk")]

use std::path::PathBuf;

use crate::engine::Account;
use crate::error::Error;
use crate::model::{DialogId, MessageId, Picture, Staged, StagedId, Staging};

impl Account {
    /// Takes files for a message that is being written. Each is copied, so that what is sent is
    /// what was chosen; they are kept with the draft.
    pub async fn stage(&self, dialog: DialogId, paths: Vec<PathBuf>) -> Result<Staging, Error> {
        self.context()?;
        tracing::debug!(%dialog, files = paths.len(), "nothing is taken yet");
        Ok(Staging::default())
    }

    /// Takes a file that has no place on the disk, as what was pasted.
    pub async fn stage_bytes(
        &self,
        dialog: DialogId,
        name: String,
        bytes: Vec<u8>,
    ) -> Result<Staging, Error> {
        self.context()?;
        tracing::debug!(%dialog, name, bytes = bytes.len(), "nothing is taken yet");
        Ok(Staging::default())
    }

    /// The files chosen for a dialog, in their order.
    pub async fn staged(&self, dialog: DialogId) -> Result<Vec<Staged>, Error> {
        self.context()?;
        tracing::debug!(%dialog, "nothing is taken yet");
        Ok(Vec::new())
    }

    /// A small picture of a chosen file.
    pub async fn staged_picture(&self, id: StagedId) -> Result<Picture, Error> {
        tracing::debug!(?id, "nothing is taken yet");
        Err(Error::NotFound)
    }

    /// Puts chosen files away again.
    pub async fn unstage(&self, ids: Vec<StagedId>) -> Result<(), Error> {
        tracing::debug!(?ids, "nothing is taken yet");
        Ok(())
    }

    /// Stops the upload of a message's files, or goes on with it.
    pub async fn pause_upload(&self, message: MessageId, paused: bool) -> Result<(), Error> {
        tracing::debug!(%message, paused, "nothing is uploaded yet");
        Err(Error::NotFound)
    }

    /// Removes a file this person sent from the server, and tells everyone who has the message.
    pub async fn delete_file(&self, message: MessageId, index: u32) -> Result<(), Error> {
        tracing::debug!(%message, index, "nothing is uploaded yet");
        Err(Error::NotFound)
    }
}
