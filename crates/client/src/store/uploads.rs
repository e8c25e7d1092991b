//! Files on their way to the server, each with how far it is: announced, uploaded, complete.
//!
//! A message whose files are not all complete has rows here and is not due in the outbox. Each step
//! is on the disk before the next one is taken, so that it goes on there after any end of the
//! program. When the last file of a message is complete, its attributes are written into the
//! message, the rows go, and the message is the newest in the outbox.

use cubist_protocol::ext::extra_params::ExtraParams;
use rusqlite::{Row, params};

use crate::attachments::sealed::ContentHash;
use crate::attachments::wire;
use crate::model::{
    Attachment, AttachmentKind, DialogId, FileProblem, FileState, MessageId, StagedId, UnixMillis,
};
use crate::store::columns::Oid;
use crate::store::staged::{hash, stored};
use crate::store::{Error, ReadDb, WriteTx, messages, outbox};

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The server has not heard of it.
    New,
    /// The server waits for it at an address.
    Announced {
        /// The server's number of it.
        blob: u64,
        /// Its name in links.
        uid: String,
        /// Where to, with a key: see `protocol::rest::blob::UploadForm`.
        address: String,
        /// Until when.
        expires: Option<UnixMillis>,
    },
    /// The server has it, but has not been told that it is all.
    Uploaded {
        /// The server's number of it.
        blob: u64,
        /// Its name in links.
        uid: String,
    },
    /// It can be sent.
    Complete {
        /// The server's number of it.
        blob: u64,
        /// Its name in links.
        uid: String,
    },
}

const NEW: i64 = 0;
const ANNOUNCED: i64 = 1;
const UPLOADED: i64 = 2;
const COMPLETE: i64 = 3;

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Place in the order of sending.
    pub seq: i64,
    /// On which message.
    pub message: MessageId,
    /// In which dialog.
    pub dialog: DialogId,
    /// Its place on the message.
    pub index: u32,
    /// The message it was first sent with: copies of that share the file.
    pub origin: MessageId,
    /// What is in it.
    pub content: ContentHash,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub step: Step,
    /// How often it was tried in vain since it came further, for whatever reason: so long is the next
    /// wait.
    pub attempts: u32,
    /// How often the server itself failed since it came further, or the line in the middle of the file.
    pub failures: u32,
    /// How often what the server had said of it was no longer so.
    pub refusals: u32,
    /// Not to be tried before this moment.
    pub not_before: UnixMillis,
}

/// A file of a new message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    /// Its place on the message.
    pub index: u32,
    /// What is in it.
    pub content: ContentHash,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// Its name.
    pub name: String,
    /// The chosen file that it was.
    pub staged: Option<StagedId>,
}

/// A file is to be uploaded before its message is sent.
pub fn add(tx: &mut WriteTx<'_>, message: MessageId, file: &NewUpload) -> Result<(), Error> {
    tx.run(
        "INSERT INTO uploads (message, place, origin, content, size, content_type, name, staged)
         VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7)",
        params![
            Oid::from(message),
            file.index,
            file.content.0.as_slice(),
            stored(file.size),
            file.content_type,
            file.name,
            file.staged.map_or(0, |id| id.0)
        ],
    )?;
    Ok(())
}

/// A message is passed on before its files are at the server: the copy waits for the same files.
pub fn copy(tx: &mut WriteTx<'_>, from: MessageId, to: MessageId) -> Result<(), Error> {
    tx.run(
        "INSERT INTO uploads (message, place, origin, content, size, content_type, name, step, blob, uid)
         SELECT ?2, place, origin, content, size, content_type, name,
           CASE step WHEN 3 THEN 3 ELSE 0 END, CASE step WHEN 3 THEN blob ELSE 0 END,
           CASE step WHEN 3 THEN uid ELSE '' END
         FROM uploads WHERE message = ?1 ORDER BY place",
        params![Oid::from(from), Oid::from(to)],
    )?;
    settle_message(tx, to)
}

/// How long before its time the files of a message that is to be sent later are uploaded at the
/// earliest: a server forgets files that no message names for a while.
const EARLY_MILLIS: i64 = 14 * 24 * 60 * 60 * 1000;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, message, m.dialog, place, origin, content, size, content_type, name,
               step, blob, uid, address, expires, uploads.attempts, not_before,
               failures, refusals
             FROM uploads CROSS JOIN messages m ON m.id = message ",
            $rest
        )
    };
}

/// Files to be taken further, in the order of sending. Those of messages for much later are not among
/// them yet.
pub fn due(db: &ReadDb<'_>, now: UnixMillis, limit: u32) -> Result<Vec<Upload>, Error> {
    db.all(
        select!(
            "WHERE step < 3 AND paused = 0 AND problem = 0 AND m.status = 1 AND m.deleted = 0
               AND m.hold_until <= ?2 ORDER BY seq LIMIT ?1"
        ),
        params![limit, now.0.saturating_add(EARLY_MILLIS)],
        read,
    )
}

/// The files of a message that are not all complete.
pub fn of_message(db: &ReadDb<'_>, message: MessageId) -> Result<Vec<Upload>, Error> {
    db.all(
        select!("WHERE message = ?1 ORDER BY place"),
        [Oid::from(message)],
        read,
    )
}

/// One file.
pub fn load(db: &ReadDb<'_>, seq: i64) -> Result<Option<Upload>, Error> {
    db.one(select!("WHERE seq = ?1"), [seq], read)
}

/// Whether files of a message are still to be uploaded.
pub fn has_any(db: &ReadDb<'_>, message: MessageId) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 FROM uploads WHERE message = ?1 LIMIT 1",
        [Oid::from(message)],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// A file came further. The step is on the disk when this is committed.
pub fn advance(tx: &mut WriteTx<'_>, seq: i64, step: &Step) -> Result<(), Error> {
    let (code, blob, uid, address, expires) = match step {
        Step::New => (NEW, 0, "", "", None),
        Step::Announced {
            blob,
            uid,
            address,
            expires,
        } => (ANNOUNCED, *blob, uid.as_str(), address.as_str(), *expires),
        Step::Uploaded { blob, uid } => (UPLOADED, *blob, uid.as_str(), "", None),
        Step::Complete { blob, uid } => (COMPLETE, *blob, uid.as_str(), "", None),
    };
    let attempts_kept = matches!(step, Step::New | Step::Announced { .. });
    tx.run(
        "UPDATE uploads SET step = ?2, blob = ?3, uid = ?4, address = ?5, expires = ?6, problem = 0,
           attempts = CASE WHEN ?7 THEN attempts ELSE 0 END,
           failures = CASE WHEN ?7 THEN failures ELSE 0 END, not_before = 0
         WHERE seq = ?1",
        params![
            seq,
            code,
            stored(blob),
            uid,
            address,
            expires.unwrap_or_default().0,
            attempts_kept
        ],
    )?;
    if code == COMPLETE {
        complete(tx, seq, blob, uid)?;
    }
    Ok(())
}

/// Copies of the file need no upload of their own, however far theirs was.
fn complete(tx: &mut WriteTx<'_>, seq: i64, blob: u64, uid: &str) -> Result<(), Error> {
    let found = tx.one(
        "SELECT content, origin, message FROM uploads WHERE seq = ?1",
        [seq],
        |row| {
            Ok((
                row.get::<_, Vec<u8>>(0)?,
                row.get::<_, Oid>(1)?,
                row.get::<_, Oid>(2)?.message(),
            ))
        },
    )?;
    let Some((content, origin, message)) = found else {
        return Ok(());
    };
    let mut messages = tx.all(
        "UPDATE uploads SET step = 3, blob = ?3, uid = ?4, problem = 0
         WHERE content = ?1 AND origin = ?2 AND step < 3 RETURNING message",
        params![content, origin, stored(blob), uid],
        |row| Ok(row.get::<_, Oid>(0)?.message()),
    )?;
    messages.push(message);
    messages.sort_unstable();
    messages.dedup();
    for message in messages {
        settle_message(tx, message)?;
    }
    Ok(())
}

/// Sends a message off to the outbox if all of its files are complete and the person did not stop them.
fn settle_message(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let Some(present) = messages::load(tx, message)? else {
        return Ok(());
    };
    tx.touch_message(present.dialog, message);
    let rows = rows(tx, message)?;
    if rows.is_empty() || rows.iter().any(|row| row.step != COMPLETE || row.paused) {
        return Ok(());
    }
    let mut attachments = wire::read(&present.extra);
    for row in rows {
        let at = usize::try_from(row.place).unwrap_or(usize::MAX);
        if let Some(attachment) = attachments.get_mut(at) {
            attachment.source.uid = Some(row.uid);
            attachment.source.id = Some(row.blob);
        }
    }
    let mut extra: ExtraParams = present.extra;
    wire::set(&mut extra, &attachments);
    messages::set_extra_of(tx, message, &extra)?;
    tx.run(
        "DELETE FROM uploads WHERE message = ?1",
        [Oid::from(message)],
    )?;
    outbox::ready(tx, present.dialog, message)
}

/// The network or the server failed: the file is tried again after `not_before`. `is_failure` if the
/// person is asked when it happens again and again.
pub fn postpone(
    tx: &mut WriteTx<'_>,
    seq: i64,
    not_before: UnixMillis,
    is_failure: bool,
) -> Result<(), Error> {
    tx.run(
        "UPDATE uploads SET attempts = attempts + 1, failures = failures + ?3, not_before = ?2
         WHERE seq = ?1",
        params![seq, not_before.0, is_failure],
    )?;
    Ok(())
}

/// What the server said of a file is no longer so: it is announced anew.
pub fn refuse(tx: &mut WriteTx<'_>, seq: i64) -> Result<(), Error> {
    advance(tx, seq, &Step::New)?;
    tx.run(
        "UPDATE uploads SET refusals = refusals + 1 WHERE seq = ?1",
        [seq],
    )?;
    Ok(())
}

/// There is a network again: nothing waits for its turn.
pub fn hurry(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    tx.run(
        "UPDATE uploads SET not_before = 0 WHERE not_before <> 0",
        [],
    )?;
    Ok(())
}

/// A file will not get there. The caller lets the message fail, too.
pub fn fail(tx: &mut WriteTx<'_>, seq: i64, problem: FileProblem) -> Result<(), Error> {
    tx.run(
        "UPDATE uploads SET problem = ?2, attempts = 0, failures = 0, refusals = 0 WHERE seq = ?1",
        params![seq, problem.code()],
    )?;
    Ok(())
}

/// The person tries again with a message. What is at the server already stays there.
pub fn retry(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    tx.run(
        "UPDATE uploads SET problem = 0, attempts = 0, failures = 0, refusals = 0, not_before = 0,
           paused = 0
         WHERE message = ?1",
        [Oid::from(message)],
    )?;
    settle_message(tx, message)
}

/// The person stops the files of a message, or lets them go on. Returns whether there were any.
pub fn pause(tx: &mut WriteTx<'_>, message: MessageId, paused: bool) -> Result<bool, Error> {
    let changed = tx.run(
        "UPDATE uploads SET paused = ?2, not_before = 0 WHERE message = ?1",
        params![Oid::from(message), paused],
    )?;
    if changed > 0 {
        // A copy of theirs may have got there meanwhile.
        settle_message(tx, message)?;
    }
    Ok(changed > 0)
}

/// A message looks different: one of its files stands still.
pub fn touch(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    if let Some((dialog, _)) = messages::place(tx, message)? {
        tx.touch_message(dialog, message);
    }
    Ok(())
}

/// Writes into the attachments of a message how far its uploads are.
pub(super) fn locate(
    db: &ReadDb<'_>,
    message: MessageId,
    attachments: &mut [Attachment],
) -> Result<(), Error> {
    let rows = rows(db, message)?;
    // All are there, and the person has stopped them: only going on sends the message.
    let is_held = rows.iter().all(|row| row.step == COMPLETE && row.paused);
    for row in rows {
        let at = usize::try_from(row.place).unwrap_or(usize::MAX);
        if let Some(attachment) = attachments.get_mut(at) {
            let total = row.size;
            attachment.file = Some(match FileProblem::from_code(row.problem) {
                Some(problem) => FileState::Failed { problem },
                None if is_held => FileState::Paused { sent: total, total },
                None if row.step == COMPLETE => FileState::Here,
                None if row.paused => FileState::Paused { sent: 0, total },
                None => FileState::Waiting,
            });
        }
    }
    Ok(())
}

/// What is to be sent with a message, and its media type, for those who show, play or save it.
pub fn content(
    db: &ReadDb<'_>,
    message: MessageId,
    index: u32,
) -> Result<Option<(ContentHash, String)>, Error> {
    db.one(
        "SELECT content, content_type FROM uploads WHERE message = ?1 AND place = ?2",
        params![Oid::from(message), index],
        |row| Ok((hash(&row.get::<_, Vec<u8>>(0)?)?, row.get(1)?)),
    )
}

/// The film on a message that was this chosen file, while it is on its way: which message, its place
/// there, and what is in it.
pub fn film(
    db: &ReadDb<'_>,
    staged: StagedId,
) -> Result<Option<(MessageId, u32, ContentHash)>, Error> {
    let found = db.one(
        "SELECT message, place, content FROM uploads WHERE staged = ?1 AND staged <> 0",
        [i64::from(staged.0)],
        |row| {
            let content = hash(&row.get::<_, Vec<u8>>(2)?)?;
            Ok((row.get::<_, Oid>(0)?.message(), row.get(1)?, content))
        },
    )?;
    let Some((message, index, content)) = found else {
        return Ok(None);
    };
    let present = messages::load(db, message)?;
    let at = usize::try_from(index).unwrap_or(usize::MAX);
    let is_film = present
        .and_then(|present| Some(present.attachments.get(at)?.kind == AttachmentKind::Video))
        .unwrap_or_default();
    Ok(is_film.then_some((message, index, content)))
}

/// A film on its way has a poster, with these colours: its message, which has not left, carries them.
/// Nothing happens when it has.
pub fn set_placeholder(
    tx: &mut WriteTx<'_>,
    staged: StagedId,
    placeholder: &str,
) -> Result<(), Error> {
    let Some((message, index, _)) = film(tx, staged)? else {
        return Ok(());
    };
    let Some(present) = messages::load(tx, message)? else {
        return Ok(());
    };
    let mut attachments = wire::read(&present.extra);
    let at = usize::try_from(index).unwrap_or(usize::MAX);
    if let Some(film) = attachments.get_mut(at) {
        film.placeholder = Some(placeholder.to_owned());
    }
    let mut extra = present.extra;
    wire::set(&mut extra, &attachments);
    messages::set_extra_of(tx, message, &extra)
}

struct Brief {
    place: i64,
    step: i64,
    blob: u64,
    uid: String,
    size: u64,
    paused: bool,
    problem: i64,
}

fn rows(db: &ReadDb<'_>, message: MessageId) -> Result<Vec<Brief>, Error> {
    db.all(
        "SELECT place, step, blob, uid, size, paused, problem FROM uploads WHERE message = ?1",
        [Oid::from(message)],
        |row| {
            Ok(Brief {
                place: row.get(0)?,
                step: row.get(1)?,
                blob: row.get::<_, i64>(2)?.unsigned_abs(),
                uid: row.get(3)?,
                size: row.get::<_, i64>(4)?.unsigned_abs(),
                paused: row.get(5)?,
                problem: row.get(6)?,
            })
        },
    )
}

fn read(row: &Row<'_>) -> Result<Upload, Error> {
    let blob = row.get::<_, i64>(10)?.unsigned_abs();
    let uid: String = row.get(11)?;
    let expires: i64 = row.get(13)?;
    let step = match row.get::<_, i64>(9)? {
        NEW => Step::New,
        ANNOUNCED => Step::Announced {
            blob,
            uid,
            address: row.get(12)?,
            expires: (expires != 0).then_some(UnixMillis(expires)),
        },
        UPLOADED => Step::Uploaded { blob, uid },
        COMPLETE => Step::Complete { blob, uid },
        _ => return Err(Error::Corrupt { what: "upload" }),
    };
    Ok(Upload {
        seq: row.get(0)?,
        message: row.get::<_, Oid>(1)?.message(),
        dialog: row.get::<_, Oid>(2)?.dialog(),
        index: row.get(3)?,
        origin: row.get::<_, Oid>(4)?.message(),
        content: hash(&row.get::<_, Vec<u8>>(5)?)?,
        size: row.get::<_, i64>(6)?.unsigned_abs(),
        content_type: row.get(7)?,
        name: row.get(8)?,
        step,
        attempts: row.get(14)?,
        not_before: UnixMillis(row.get(15)?),
        failures: row.get(16)?,
        refusals: row.get(17)?,
    })
}

#[cfg(test)]
mod tests;
