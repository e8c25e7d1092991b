//! A message that was not sent becomes what is being written again, files and all.

use std::collections::BTreeMap;

use crate::attachments::outgoing::Chosen;
use crate::engine::Account;
use crate::error::Error;
use crate::model::{Attachment, AttachmentKind, DialogId, MessageId, Staged, StagedId, TakenBack};
use crate::store::staged::{Content, StagedFile};
use crate::store::uploads::Upload;
use crate::store::{dialogs, messages, outbox, staged, uploads};

impl Account {
    /// Drops a message that was not sent, as [`Self::discard_unsent`] does, and chooses its files
    /// again for the same dialog, in their order: those on their way from the copies that were made
    /// for sending, those that are at the server already from the cache. What the cache does not have
    /// any more is counted; places come back with the message alone.
    pub async fn take_back(&self, message: MessageId) -> Result<Option<TakenBack>, Error> {
        let context = self.context().ok();
        if let Some(context) = &context {
            context.uploads.stop(message);
        }
        let _choosing = self.inner.outgoing.choosing().await;
        let mut cached = self.cached_files(message).await?;
        self.write(move |tx| {
            let row = outbox::row_of(tx, message)?;
            let on_its_way = row
                .zip(context.as_ref())
                .is_some_and(|(row, context)| context.taken.contains(row));
            if on_its_way {
                return Ok(None);
            }
            let waiting = uploads::of_message(tx, message)?;
            let Some(dropped) = outbox::discard(tx, message)? else {
                return Ok(None);
            };
            let mut lost_files = 0;
            // A group that was kept for this message alone has gone with it.
            if dialogs::is_known(tx, dropped.dialog)? {
                for (index, attachment) in (0..).zip(&dropped.attachments) {
                    let upload = waiting.iter().find(|upload| upload.index == index);
                    let file = match upload {
                        Some(upload) => Some(chosen_again(dropped.dialog, attachment, upload)),
                        None => cached.remove(&index),
                    };
                    match file {
                        Some(file) => {
                            staged::add(tx, &file)?;
                        }
                        None if attachment.file.is_some() => lost_files += 1,
                        None => {}
                    }
                }
            }
            Ok(Some(TakenBack {
                message: dropped,
                lost_files,
            }))
        })
        .await
    }

    /// Copies of the files of a message that are at the server already. If the message is sent after
    /// all, they are swept with what was sent.
    async fn cached_files(&self, message: MessageId) -> Result<BTreeMap<u32, StagedFile>, Error> {
        let (present, waiting) = self
            .look(move |db| {
                Ok((
                    messages::load(db, message)?,
                    uploads::of_message(db, message)?,
                ))
            })
            .await?;
        let mut cached = BTreeMap::new();
        let Some(present) = present else {
            return Ok(cached);
        };
        for (index, attachment) in (0..).zip(&present.attachments) {
            let is_there = attachment.source.uid.is_some()
                && waiting.iter().all(|upload| upload.index != index);
            if !is_there {
                continue;
            }
            let Some(file) = self.inner.files.open(message, index).await? else {
                continue;
            };
            let chosen = Chosen::Cached(attachment.name.clone(), Box::new(file));
            match self.inner.outgoing.take(present.dialog, chosen).await {
                Ok(mut file) => {
                    if attachment.kind == AttachmentKind::Voice {
                        file.shown.kind = AttachmentKind::Voice;
                        file.shown.duration = attachment.duration;
                        file.shown.waveform.clone_from(&attachment.waveform);
                    }
                    cached.insert(index, file);
                }
                Err(reason) => {
                    tracing::warn!(?reason, "a file that was taken back is not chosen again");
                }
            }
        }
        Ok(cached)
    }
}

/// The copy that was made for sending is what is chosen now: what it was made of is not kept.
fn chosen_again(dialog: DialogId, attachment: &Attachment, upload: &Upload) -> StagedFile {
    let is_picture = attachment.kind == AttachmentKind::Image;
    let picture = is_picture.then(|| Content {
        hash: upload.content,
        size: upload.size,
        content_type: upload.content_type.clone(),
        pixels: attachment.width.zip(attachment.height),
    });
    StagedFile {
        shown: Staged {
            id: StagedId(0),
            dialog,
            kind: attachment.kind,
            name: upload.name.clone(),
            size: upload.size,
            content_type: upload.content_type.clone(),
            width: attachment.width,
            height: attachment.height,
            duration: attachment.duration,
            waveform: attachment.waveform.clone(),
            can_be_image: is_picture,
            as_file: false,
            has_picture: attachment.placeholder.is_some(),
        },
        original: upload.content,
        picture,
        placeholder: attachment.placeholder.clone(),
    }
}
