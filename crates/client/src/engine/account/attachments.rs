//! Files a person sends: chosen, put away, paused, removed.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crate::attachments::outgoing::{Chosen, NoPoster, picture_name};
use crate::attachments::{MOST_ON_MESSAGE, Reader, wire};
use crate::engine::Account;
use crate::error::Error;
use crate::model::{
    Attachment, AttachmentKind, DialogId, FileSource, FileState, Location, MessageId,
    NewAttachment, Picture, PictureKind, Staged, StagedId, Staging, Unstageable,
};
use crate::store::staged::StagedFile;
use crate::store::uploads::NewUpload;
use crate::store::{self, ReadDb, WriteTx, messages, staged, uploads, wishes};
use crate::voice::Recorded;

/// Name of a voice message, as others see who have no player for it.
const VOICE_NAME: &str = "voice-message.ogg";

/// Its media type (RFC 7845, section 9).
const VOICE_TYPE: &str = "audio/ogg";

impl Account {
    /// Takes files for a message that is being written. Each is copied, so that what is sent is
    /// what was chosen; they are kept with the draft.
    pub async fn stage(&self, dialog: DialogId, paths: Vec<PathBuf>) -> Result<Staging, Error> {
        self.take(dialog, paths.into_iter().map(Chosen::Path).collect())
            .await
    }

    /// Takes a file that has no place on the disk, as what was pasted.
    pub async fn stage_bytes(
        &self,
        dialog: DialogId,
        name: String,
        bytes: Vec<u8>,
    ) -> Result<Staging, Error> {
        self.take(dialog, vec![Chosen::Bytes(name, bytes)]).await
    }

    /// Takes a recording of the microphone, and removes its file once it is kept.
    pub(in crate::engine) async fn stage_recording(
        &self,
        dialog: DialogId,
        recorded: Recorded,
    ) -> Result<Staged, Error> {
        let path = recorded.path;
        let chosen = Chosen::Path(path.clone());
        let _choosing = self.inner.outgoing.choosing().await;
        let taken = self.inner.outgoing.take(dialog, chosen).await;
        let mut file = taken.map_err(unkept)?;
        VOICE_NAME.clone_into(&mut file.shown.name);
        VOICE_TYPE.clone_into(&mut file.shown.content_type);
        file.shown.kind = AttachmentKind::Voice;
        file.shown.duration = u64::try_from(recorded.duration.as_millis()).ok();
        file.shown.waveform = recorded.waveform;
        let mut shown = file.shown.clone();
        shown.id = self.write(move |tx| staged::add(tx, &file)).await?;
        if let Err(error) = tokio::fs::remove_file(path).await {
            tracing::warn!(%error, "a recording that is kept was not removed");
        }
        Ok(shown)
    }

    /// A chosen file, to be heard or looked at before it is sent.
    pub async fn staged_file(&self, id: StagedId) -> Result<(Staged, Reader), Error> {
        let found = self.look(move |db| staged::load(db, id)).await?;
        let file = found.ok_or(Error::NotFound)?;
        let outgoing = self.inner.outgoing.clone();
        let opened = tokio::task::spawn_blocking(move || outgoing.open(file.original)).await;
        match opened {
            Ok(Ok(reader)) => Ok((file.shown, reader)),
            _ => Err(Error::NotFound),
        }
    }

    async fn take(&self, dialog: DialogId, all: Vec<Chosen>) -> Result<Staging, Error> {
        if self.dialog(dialog).await?.is_none() {
            return Err(Error::NotFound);
        }
        let _choosing = self.inner.outgoing.choosing().await;
        let mut staging = Staging::default();
        let mut all = all.into_iter();
        while let Some(chosen) = all.next() {
            let name = chosen.name();
            // What would not fit on the message is not even read.
            if self.look(move |db| staged::count(db, dialog)).await? >= MOST_ON_MESSAGE {
                let rest = all.map(|chosen| chosen.name());
                let refused = std::iter::once(name).chain(rest);
                let refused = refused.map(|name| (name, Unstageable::TooMany));
                staging.refused.extend(refused);
                break;
            }
            match self.inner.outgoing.take(dialog, chosen).await {
                Ok(file) => {
                    let mut shown = file.shown.clone();
                    shown.id = self.write(move |tx| staged::add(tx, &file)).await?;
                    staging.staged.push(shown);
                }
                Err(reason) => staging.refused.push((name, reason)),
            }
        }
        Ok(staging)
    }

    /// The files chosen for a dialog, in their order.
    pub async fn staged(&self, dialog: DialogId) -> Result<Vec<Staged>, Error> {
        let found = self.look(move |db| staged::of_dialog(db, dialog)).await?;
        Ok(found.into_iter().map(|file| file.shown).collect())
    }

    /// A small picture of a chosen file, if there is one.
    pub async fn staged_picture(&self, id: StagedId) -> Result<Picture, Error> {
        let found = self.look(move |db| staged::load(db, id)).await?;
        let file = found.ok_or(Error::NotFound)?;
        self.outgoing_picture(file.original).await
    }

    /// Takes a frame of a chosen film, which whoever plays it has drawn: there is no decoder of films
    /// here. It is the film's small picture from now on, and its colours go along. One that comes after
    /// the message was sent is in time as long as the film is on its way.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when that is no chosen film, or it has left; [`Error::UnsupportedPicture`]
    /// when `frame` is no PNG, JPEG, GIF or WebP of at most two megapixels.
    pub async fn set_poster(&self, id: StagedId, frame: Vec<u8>) -> Result<(), Error> {
        let _choosing = self.inner.outgoing.choosing().await;
        let film = self
            .look(move |db| match staged::load(db, id)? {
                Some(file) => {
                    let is_film = file.shown.kind == AttachmentKind::Video;
                    Ok(is_film.then_some(file.original))
                }
                None => Ok(uploads::film(db, id)?.map(|(_, _, content)| content)),
            })
            .await?
            .ok_or(Error::NotFound)?;
        let kept = self.inner.outgoing.keep_poster(film, frame).await;
        let placeholder = kept.map_err(|problem| match problem {
            NoPoster::NoPicture => Error::UnsupportedPicture,
            NoPoster::Disk(error) if error.kind() == io::ErrorKind::NotFound => Error::NotFound,
            NoPoster::Disk(error) => store::Error::from(error).into(),
        })?;
        self.write(move |tx| {
            if staged::set_placeholder(tx, id, &placeholder)? {
                return Ok(());
            }
            uploads::set_placeholder(tx, id, &placeholder)
        })
        .await
    }

    /// Puts the files chosen for a dialog into this order, and keeps which of them are to be sent as
    /// they are.
    pub async fn arrange_staged(
        &self,
        dialog: DialogId,
        order: Vec<StagedId>,
        as_files: BTreeSet<StagedId>,
    ) -> Result<(), Error> {
        self.write(move |tx| staged::arrange(tx, dialog, &order, &as_files))
            .await
    }

    /// A small picture of what is to be sent.
    pub(super) async fn outgoing_picture(
        &self,
        content: crate::attachments::sealed::ContentHash,
    ) -> Result<Picture, Error> {
        let outgoing = self.inner.outgoing.clone();
        let read = tokio::task::spawn_blocking(move || outgoing.thumbnail(content)).await;
        let Ok(Ok(bytes)) = read else {
            return Err(Error::NotFound);
        };
        // Made here: one of these two.
        let kind = if bytes.starts_with(b"\x89PNG") {
            PictureKind::Png
        } else {
            PictureKind::Jpeg
        };
        Ok(Picture {
            bytes: bytes.into(),
            kind,
        })
    }

    /// Puts chosen files away again.
    pub async fn unstage(&self, ids: Vec<StagedId>) -> Result<(), Error> {
        let unchosen = self.inner.outgoing.unchosen();
        let gone = self
            .write(move |tx| {
                let mut gone = Vec::new();
                for id in ids {
                    if let Some(file) = staged::load(tx, id)? {
                        staged::remove(tx, id)?;
                        gone.push(file.original);
                        gone.extend(file.picture.map(|picture| picture.hash));
                    }
                }
                let mut unneeded = Vec::new();
                for content in gone {
                    if !staged::needs(tx, content)? {
                        unneeded.push(content);
                    }
                }
                Ok(unneeded)
            })
            .await?;
        let Some(unchosen) = unchosen else {
            // It is swept with what was sent.
            return Ok(());
        };
        let outgoing = self.inner.outgoing.clone();
        let removed = tokio::task::spawn_blocking(move || {
            let removed = gone
                .into_iter()
                .try_for_each(|content| outgoing.remove(content));
            drop(unchosen);
            removed
        })
        .await;
        if let Ok(Err(error)) = removed {
            // It is swept with what was sent.
            tracing::warn!(%error, "a file that was put away was not removed");
        }
        Ok(())
    }

    /// Stops the upload of a message's files, or goes on with it.
    pub async fn pause_upload(&self, message: MessageId, paused: bool) -> Result<(), Error> {
        let found = self
            .write(move |tx| uploads::pause(tx, message, paused))
            .await?;
        if !found {
            return Err(Error::NotFound);
        }
        if let Ok(context) = self.context() {
            if paused {
                context.uploads.stop(message);
            }
            context.uploads.look();
        }
        Ok(())
    }

    /// Removes a file this person sent from the server. Everyone who has the message is told by a
    /// change of it.
    pub async fn delete_file(&self, message: MessageId, index: u32) -> Result<(), Error> {
        let context = self.context()?;
        let client = self.client()?;
        let me = self.inner.me;
        let present = self
            .look(move |db| messages::load(db, message))
            .await?
            .ok_or(Error::NotFound)?;
        if present.sender != me || present.deleted {
            return Err(Error::Forbidden);
        }
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let source = match present.attachments.get(at) {
            Some(attachment) if attachment.file == Some(FileState::Deleted) => return Ok(()),
            Some(attachment) if attachment.file.is_some() => attachment.source.clone(),
            _ => return Err(Error::NotFound),
        };
        if source.uid.is_none() && source.id.is_none() {
            // Not there yet: the message can be taken back.
            return Err(Error::NotFound);
        }
        client.remove_file(source.id, source.uid.as_deref()).await?;
        let now = context.server_now();
        let stanza = context.ids.message(now);
        self.write(move |tx| {
            let Some(present) = messages::load(tx, message)? else {
                return Ok(());
            };
            let mut extra = present.extra;
            wire::set_removed(&mut extra, index);
            messages::set_extra_of(tx, message, &extra)?;
            wishes::edit(tx, message, &present.text, Some(stanza), now)
        })
        .await?;
        context.wishes_wake.notify_one();
        Ok(())
    }
}

/// What is to hang on a new message, with the files that must be uploaded first. The caller takes
/// the chosen files away once the message stands.
pub(super) struct Hung {
    pub(super) attachments: Vec<Attachment>,
    pub(super) uploads: Vec<NewUpload>,
    pub(super) taken: Vec<StagedId>,
}

impl Hung {
    /// Looks the chosen files up; `None` when one is not there, or is for another dialog.
    pub(super) fn find(
        db: &ReadDb<'_>,
        dialog: DialogId,
        wanted: &[NewAttachment],
    ) -> Result<Option<Self>, store::Error> {
        let mut hung = Self {
            attachments: Vec::with_capacity(wanted.len()),
            uploads: Vec::new(),
            taken: Vec::new(),
        };
        for (index, wanted) in (0..).zip(wanted) {
            match wanted {
                NewAttachment::Location(location) => {
                    hung.attachments.push(place(location.clone()));
                }
                NewAttachment::Staged { id, as_file } => {
                    let found = staged::load(db, *id)?;
                    let Some(file) = found.filter(|file| file.shown.dialog == dialog) else {
                        return Ok(None);
                    };
                    if hung.taken.contains(id) {
                        return Ok(None);
                    }
                    let (attachment, upload) = file_of(index, file, *as_file);
                    hung.attachments.push(attachment);
                    hung.uploads.push(upload);
                    hung.taken.push(*id);
                }
            }
        }
        Ok(Some(hung))
    }

    /// The message stands: its files are to be uploaded, and are chosen no more.
    pub(super) fn queue(
        &self,
        tx: &mut WriteTx<'_>,
        message: MessageId,
    ) -> Result<(), store::Error> {
        for upload in &self.uploads {
            uploads::add(tx, message, upload)?;
        }
        for id in &self.taken {
            staged::remove(tx, *id)?;
        }
        Ok(())
    }
}

/// A recording that could not be kept stays where it is: the next start finds it.
fn unkept(reason: Unstageable) -> Error {
    let kind = match reason {
        Unstageable::NoSpace => io::ErrorKind::StorageFull,
        Unstageable::TooLarge
        | Unstageable::Empty
        | Unstageable::Unreadable
        | Unstageable::Folder
        | Unstageable::TooMany => io::ErrorKind::Other,
    };
    store::Error::from(io::Error::from(kind)).into()
}

fn place(location: Location) -> Attachment {
    Attachment {
        kind: AttachmentKind::Location,
        name: String::new(),
        content_type: String::new(),
        size: None,
        width: None,
        height: None,
        duration: None,
        placeholder: None,
        waveform: Vec::new(),
        file: None,
        location: Some(location),
        source: FileSource::default(),
    }
}

fn file_of(index: u32, file: StagedFile, as_file: bool) -> (Attachment, NewUpload) {
    let shown = file.shown;
    let (content, size, content_type, pixels, kind, name) = match file.picture {
        Some(picture) if !as_file => {
            let name = picture_name(&shown.name, &picture.content_type);
            (
                picture.hash,
                picture.size,
                picture.content_type,
                picture.pixels,
                AttachmentKind::Image,
                name,
            )
        }
        picture => (
            file.original,
            shown.size,
            shown.content_type,
            shown.width.zip(shown.height),
            // Untouched, and not drawn either.
            if picture.is_some() {
                AttachmentKind::File
            } else {
                shown.kind
            },
            shown.name,
        ),
    };
    let attachment = Attachment {
        kind,
        name: name.clone(),
        content_type: content_type.clone(),
        size: Some(size),
        width: pixels.map(|(width, _)| width),
        height: pixels.map(|(_, height)| height),
        duration: shown.duration,
        placeholder: file.placeholder.filter(|_| kind != AttachmentKind::File),
        waveform: shown.waveform,
        file: Some(FileState::Waiting),
        location: None,
        source: FileSource::default(),
    };
    let upload = NewUpload {
        index,
        content,
        size,
        content_type,
        name,
        staged: Some(shown.id),
    };
    (attachment, upload)
}
