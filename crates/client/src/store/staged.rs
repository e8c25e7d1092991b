//! Files that are chosen for a dialog and not sent yet. They are kept with its draft.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use crate::attachments::sealed::ContentHash;
use crate::model::{AttachmentKind, DialogId, Staged, StagedId};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, WriteTx};

/// A content in the folder of what is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What is in it.
    pub hash: ContentHash,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// Pixels, for what is shown.
    pub pixels: Option<(u32, u32)>,
}

/// A chosen file, with what the disk has of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedFile {
    /// What the person sees of it; its id is given by [`add`].
    pub shown: Staged,
    /// The file as it was chosen.
    pub original: ContentHash,
    /// The picture made of it for sending, without what stood beside its pixels.
    pub picture: Option<Content>,
    /// A `thumbhash` in Base64.
    pub placeholder: Option<String>,
}

/// Keeps a chosen file, behind those that are there.
pub fn add(tx: &mut WriteTx<'_>, file: &StagedFile) -> Result<StagedId, Error> {
    let shown = &file.shown;
    let picture = file.picture.as_ref();
    let pixels = picture.and_then(|picture| picture.pixels);
    let id = tx.one(
        "INSERT INTO staged (dialog, kind, name, content, size, content_type, width, height, duration,
           placeholder, waveform, picture, picture_size, picture_type, picture_width, picture_height,
           as_file, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
           (SELECT coalesce(max(place), 0) + 1 FROM staged WHERE dialog = ?1)) RETURNING id",
        params![
            Oid::from(shown.dialog),
            shown.kind.code(),
            shown.name,
            file.original.0.as_slice(),
            stored(shown.size),
            shown.content_type,
            shown.width.unwrap_or_default(),
            shown.height.unwrap_or_default(),
            stored(shown.duration.unwrap_or_default()),
            file.placeholder.as_deref().unwrap_or_default(),
            shown.waveform,
            picture.map_or(&[][..], |picture| picture.hash.0.as_slice()),
            stored(picture.map_or(0, |picture| picture.size)),
            picture.map_or("", |picture| picture.content_type.as_str()),
            pixels.map_or(0, |(width, _)| width),
            pixels.map_or(0, |(_, height)| height),
            shown.as_file,
        ],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    id.and_then(|id| id.try_into().ok())
        .map(StagedId)
        .ok_or(Error::Corrupt {
            what: "staged file",
        })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, dialog, kind, name, content, size, content_type, width, height, duration, placeholder,
               waveform, picture, picture_size, picture_type, picture_width, picture_height, as_file
             FROM staged ",
            $rest
        )
    };
}

/// The files chosen for a dialog, in their order.
pub fn of_dialog(db: &ReadDb<'_>, dialog: DialogId) -> Result<Vec<StagedFile>, Error> {
    db.all(
        select!("WHERE dialog = ?1 ORDER BY place, id"),
        [Oid::from(dialog)],
        read,
    )
}

/// Puts the files chosen for a dialog into an order, and keeps which of them go as they are. What is not chosen for it is passed over.
pub fn arrange(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    order: &[StagedId],
    as_files: &BTreeSet<StagedId>,
) -> Result<(), Error> {
    for (place, id) in (1_i64..).zip(order) {
        tx.run(
            "UPDATE staged SET place = ?3, as_file = ?4 WHERE id = ?1 AND dialog = ?2",
            params![
                i64::from(id.0),
                Oid::from(dialog),
                place,
                as_files.contains(id)
            ],
        )?;
    }
    Ok(())
}

/// A film has a poster, with these colours. Returns whether it is still chosen.
pub fn set_placeholder(
    tx: &mut WriteTx<'_>,
    id: StagedId,
    placeholder: &str,
) -> Result<bool, Error> {
    let changed = tx.run(
        "UPDATE staged SET placeholder = ?2 WHERE id = ?1",
        params![i64::from(id.0), placeholder],
    )?;
    Ok(changed > 0)
}

/// How many files are chosen for a dialog's next message. What was said is a message of its own.
pub fn count(db: &ReadDb<'_>, dialog: DialogId) -> Result<usize, Error> {
    let found = db.one(
        "SELECT count(*) FROM staged WHERE dialog = ?1 AND kind <> ?2",
        params![Oid::from(dialog), AttachmentKind::Voice.code()],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(found
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or_default())
}

/// One chosen file.
pub fn load(db: &ReadDb<'_>, id: StagedId) -> Result<Option<StagedFile>, Error> {
    db.one(select!("WHERE id = ?1"), [i64::from(id.0)], read)
}

/// Forgets a chosen file: it was put away, or is on a message now.
pub fn remove(tx: &mut WriteTx<'_>, id: StagedId) -> Result<(), Error> {
    tx.run("DELETE FROM staged WHERE id = ?1", [i64::from(id.0)])?;
    Ok(())
}

/// Every content that a chosen file or an upload needs.
pub fn contents(db: &ReadDb<'_>) -> Result<Vec<ContentHash>, Error> {
    db.all(
        "SELECT content FROM staged
         UNION ALL SELECT picture FROM staged WHERE picture <> x''
         UNION ALL SELECT content FROM uploads",
        [],
        |row| hash(&row.get::<_, Vec<u8>>(0)?),
    )
}

/// Whether a chosen file or an upload needs a content.
pub fn needs(db: &ReadDb<'_>, content: ContentHash) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM staged WHERE content = ?1 OR picture = ?1)
           OR EXISTS (SELECT 1 FROM uploads WHERE content = ?1)",
        [content.0.as_slice()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

fn read(row: &Row<'_>) -> Result<StagedFile, Error> {
    let id: i64 = row.get(0)?;
    let kind = AttachmentKind::from_code(row.get(2)?).ok_or(Error::Corrupt { what: "kind" })?;
    let size: i64 = row.get(5)?;
    let duration: i64 = row.get(9)?;
    let placeholder: String = row.get(10)?;
    let picture: Vec<u8> = row.get(12)?;
    let picture = if picture.is_empty() {
        None
    } else {
        Some(Content {
            hash: hash(&picture)?,
            size: row.get::<_, i64>(13)?.unsigned_abs(),
            content_type: row.get(14)?,
            pixels: Some((row.get(15)?, row.get(16)?)),
        })
    };
    let pixels = |pixels: u32| (pixels > 0).then_some(pixels);
    Ok(StagedFile {
        shown: Staged {
            id: StagedId(id.try_into().map_err(|_| Error::Corrupt {
                what: "staged file",
            })?),
            dialog: row.get::<_, Oid>(1)?.dialog(),
            kind,
            name: row.get(3)?,
            size: size.unsigned_abs(),
            content_type: row.get(6)?,
            width: pixels(row.get(7)?),
            height: pixels(row.get(8)?),
            duration: (duration > 0).then_some(duration.unsigned_abs()),
            waveform: row.get(11)?,
            can_be_image: picture.is_some(),
            as_file: row.get(17)?,
            has_picture: !placeholder.is_empty(),
        },
        original: hash(&row.get::<_, Vec<u8>>(4)?)?,
        picture,
        placeholder: Some(placeholder).filter(|hash| !hash.is_empty()),
    })
}

pub(super) fn hash(bytes: &[u8]) -> Result<ContentHash, Error> {
    bytes
        .try_into()
        .map(ContentHash)
        .map_err(|_| Error::Corrupt { what: "hash" })
}

pub(super) fn stored(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
