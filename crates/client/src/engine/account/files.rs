//! Files of messages: downloaded, shown, read, counted, cleared away.

use crate::attachments::{OpenFile, PictureSize, Pixels, ShownPicture, images};
use crate::engine::Account;
use crate::error::Error;
use crate::model::{
    DialogId, FileState, MessageId, SharedCounts, SharedCursor, SharedKind, SharedPage, StorageUse,
};
use crate::store::{shared, uploads};
use crate::sync::pictures::encoding::Unusable;

/// Most things on one page of what was shared.
const MAX_PAGE: u32 = 200;

/// Most attachments that are on a screen.
const MAX_SCREEN: usize = 500;

impl Account {
    /// Downloads a file, whatever its size. Returns once that is noted: it goes on after a restart,
    /// and without a line as soon as there is one.
    pub async fn download(&self, message: MessageId, index: u32) -> Result<(), Error> {
        let attachment = self
            .look(move |db| crate::attachments::files::attachment(db, message, index))
            .await?
            .ok_or(Error::NotFound)?;
        match attachment.file {
            None | Some(FileState::Deleted) => Err(Error::NotFound),
            Some(_) => Ok(self.inner.files.want(&attachment).await?),
        }
    }

    /// Stops the download of a file; what came of it is thrown away.
    pub async fn cancel_download(&self, message: MessageId, index: u32) -> Result<(), Error> {
        let attachment = self
            .look(move |db| crate::attachments::files::attachment(db, message, index))
            .await?
            .ok_or(Error::NotFound)?;
        let source = attachment.source.key().ok_or(Error::NotFound)?;
        Ok(self.inner.files.cancel(&source).await?)
    }

    /// These attachments are on the screen, the most wanted first: what is downloaded of them comes
    /// first, and what is small enough is downloaded.
    pub async fn prioritise_downloads(
        &self,
        mut attachments: Vec<(MessageId, u32)>,
    ) -> Result<(), Error> {
        attachments.truncate(MAX_SCREEN);
        Ok(self.inner.files.prioritise(attachments).await?)
    }

    /// A picture of a message, if it is here and is one. It has been decoded and checked.
    pub async fn attachment_picture(
        &self,
        message: MessageId,
        index: u32,
        size: PictureSize,
    ) -> Result<ShownPicture, Error> {
        if let Some(picture) = self.inner.files.picture(message, index, size).await? {
            return Ok(picture);
        }
        // One that is still to be sent.
        let content = self
            .look(move |db| uploads::content(db, message, index))
            .await?
            .map(|(content, _)| content)
            .ok_or(Error::NotFound)?;
        let picture = self.outgoing_picture(content).await?;
        Ok(ShownPicture {
            content_type: picture.content_type().to_owned(),
            bytes: picture.bytes.to_vec(),
        })
    }

    /// The pixels of a picture of a message, as it is seen in the whole window.
    pub async fn attachment_pixels(&self, message: MessageId, index: u32) -> Result<Pixels, Error> {
        let picture = self
            .attachment_picture(message, index, PictureSize::Full)
            .await?;
        let decode = move || images::pixels(std::io::Cursor::new(picture.bytes));
        // A decoder that panics has read no picture.
        let decoded = tokio::task::spawn_blocking(decode).await;
        decoded
            .unwrap_or(Err(Unusable))
            .map_err(|Unusable| Error::UnsupportedPicture)
    }

    /// A file of a message, if it is here, be it that it is still to be sent. Reading it blocks: that
    /// is for a thread that may.
    pub async fn attachment_file(&self, message: MessageId, index: u32) -> Result<OpenFile, Error> {
        if let Some(file) = self.file_to_be_sent(message, index).await? {
            return Ok(file);
        }
        let file = self.inner.files.open(message, index).await?;
        file.ok_or(Error::NotFound)
    }

    /// `None` when it is sent, or is about to be and therefore in the cache by now.
    async fn file_to_be_sent(
        &self,
        message: MessageId,
        index: u32,
    ) -> Result<Option<OpenFile>, Error> {
        let found = self
            .look(move |db| {
                let Some((content, content_type)) = uploads::content(db, message, index)? else {
                    return Ok(None);
                };
                let shown = crate::attachments::files::attachment(db, message, index)?;
                Ok(shown.map(|attachment| (content, content_type, attachment)))
            })
            .await?;
        let Some((content, content_type, attachment)) = found else {
            return Ok(None);
        };
        let outgoing = self.inner.outgoing.clone();
        let opened = tokio::task::spawn_blocking(move || outgoing.open(content)).await;
        match opened {
            Ok(Ok(reader)) => Ok(Some(OpenFile::to_be_sent(reader, content_type, attachment))),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a file to be sent was not opened");
                Ok(None)
            }
            Err(error) => {
                tracing::error!(%error, "opening a file to be sent failed by itself");
                Ok(None)
            }
        }
    }

    /// Things that were shared in a dialog, newest first, from the cache alone.
    pub async fn shared_attachments(
        &self,
        dialog: DialogId,
        kind: SharedKind,
        before: Option<SharedCursor>,
        limit: u32,
    ) -> Result<SharedPage, Error> {
        let limit = limit.clamp(1, MAX_PAGE);
        self.look(move |db| shared::page(db, dialog, kind, before, limit))
            .await
    }

    /// How many things were shared in a dialog, as far as the cache knows.
    pub async fn shared_counts(&self, dialog: DialogId) -> Result<SharedCounts, Error> {
        self.look(move |db| shared::counts(db, dialog)).await
    }

    /// What the files of each dialog take up on this computer, the most first.
    pub async fn storage_use(&self) -> Result<Vec<StorageUse>, Error> {
        Ok(self.inner.files.storage_use().await?)
    }

    /// Keeps the files within their room.
    pub(in crate::engine) async fn make_room(&self) -> Result<(), Error> {
        Ok(self.inner.files.make_room().await?)
    }

    /// Removes the downloaded files of dialogs from this computer, and the parts of those that did not
    /// come; says how many bytes that freed.
    /// Those that are open or wait to be sent stay.
    pub async fn free_space(&self, dialogs: Vec<DialogId>) -> Result<u64, Error> {
        Ok(self.inner.files.free(dialogs).await?)
    }
}
