//! How files come: announced, uploaded, declared complete.

use std::collections::HashSet;

use cubist_protocol::ids::UserId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::state::arrivals::Arrival;
use crate::state::blob_files::Arriving;
use crate::state::blobs::{Blob, BlobName, check_owner, checked_name, load};
use crate::state::passwords::random;
use crate::state::user_search::to_i64;
use crate::state::{State, StateError};

/// Longest media type, in bytes.
const CONTENT_TYPE_MAX: usize = 255;
/// Bytes of a file's public name, and its characters: two hexadecimal digits for each.
const UID_BYTES: usize = 18;
const UID_CHARS: usize = 2 * UID_BYTES;
/// The media type of a file of which nobody says what it is.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file to announce.
#[derive(Clone, Debug, Default)]
pub struct NewBlob {
    /// 1 to 100 characters.
    pub name: String,
    /// `None`: unknown.
    pub content_type: Option<String>,
    /// Whether it can be downloaded without a session.
    pub is_public: bool,
}

/// The right to upload one file. Not shown by `Debug`.
#[derive(Clone)]
pub struct UploadKey(String);

impl UploadKey {
    /// The text to give to the client that announced the file.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for UploadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadKey(…)")
    }
}

/// A file on its way in.
#[derive(Debug)]
pub struct Upload {
    id: i64,
    arrival: Arrival,
    arriving: Arriving,
    largest: u64,
}

impl State {
    /// Announces a file. The key is for its upload.
    pub async fn create_blob(
        &self,
        owner: UserId,
        new: NewBlob,
    ) -> Result<(Blob, UploadKey), StateError> {
        let name = checked_name(&new.name)?;
        let content_type = match new.content_type {
            Some(given) if !given.trim().is_empty() => checked_type(given.trim())?,
            Some(_) | None => UNKNOWN_TYPE.to_owned(),
        };
        let uid = hex(&random::<UID_BYTES>()?);
        let key = UploadKey(hex(&random::<16>()?));
        let secret = key.0.clone();
        let now = self.inner.clock.seconds();
        let most = to_i64(self.inner.config.limits.unfinished_blobs);
        let room = self.inner.config.limits.blob_bytes_per_user;
        let blob = self
            .write(move |tx| {
                let unfinished: i64 = tx
                    .prepare_cached(
                        "SELECT count(*) FROM blobs INDEXED BY unfinished_blobs_by_owner
                         WHERE completed_at IS NULL AND owner = ?1",
                    )?
                    .query_row([owner.as_i64()], |row| row.get(0))?;
                if unfinished >= most {
                    return Err(StateError::invalid(
                        "base",
                        format!("too many uploads that were not completed (maximum is {most})"),
                    ));
                }
                // Before anything is sent for nothing.
                check_room(tx, owner.as_i64(), None, 1, room)?;
                let id = tx
                    .prepare_cached(
                        "INSERT INTO blobs (uid, owner, name, content_type, is_public, upload_key, created_at, updated_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
                    )?
                    .insert(params![
                        uid,
                        owner.as_i64(),
                        name,
                        content_type,
                        new.is_public,
                        secret,
                        now
                    ])?;
                load(tx, &BlobName::Id(id))?.ok_or(StateError::NotFound)
            })
            .await?;
        Ok((blob, key))
    }

    /// Begins the upload of a file. [`StateError::Forbidden`] for a wrong key and for a file that is complete: who
    /// has neither seen nor announced it learns nothing. It takes the place of an upload of the same file that is under
    /// way: a client whose connection was lost need not wait until that is noticed here.
    pub async fn begin_upload(&self, uid: &str, key: &str) -> Result<Upload, StateError> {
        let (name, key) = (uid.to_lowercase(), key.to_owned());
        let found: Option<(i64, String)> = self
            .read(move |db| {
                Ok(db
                    .prepare_cached("SELECT id, uid FROM blobs WHERE uid = ?1 AND upload_key = ?2")?
                    .query_row([name, key], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?)
            })
            .await?;
        let (id, uid) = found.ok_or_else(upload_is_over)?;
        let arrival = self.inner.arrivals.begin(id);
        Ok(Upload {
            id,
            arriving: self.inner.files.receive(&uid, arrival.number()).await?,
            arrival,
            largest: self.inner.config.limits.blob_bytes,
        })
    }

    /// Ends an upload: the file is at its place and on disk. [`StateError::Forbidden`] if it was completed, deleted or
    /// swept meanwhile, which no late upload can change; [`StateError::Replaced`] if another one began.
    pub async fn finish_upload(&self, upload: Upload) -> Result<(), StateError> {
        if upload.arrival.is_replaced() {
            return Err(StateError::Replaced);
        }
        let arrived = upload.arriving.seal(self.inner.config.storage.sync).await?;
        let size = i64::try_from(arrived.bytes()).unwrap_or(i64::MAX);
        let (id, now) = (upload.id, self.inner.clock.seconds());
        let room = self.inner.config.limits.blob_bytes_per_user;
        self.write(move |tx| {
            let owner: Option<i64> = tx
                .prepare_cached("SELECT owner FROM blobs WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            if let Some(owner) = owner {
                check_room(tx, owner, Some(id), size, room)?;
            }
            let changed = tx
                .prepare_cached(
                    "UPDATE blobs SET size = ?2, updated_at = ?3 WHERE id = ?1 AND completed_at IS NULL",
                )?
                .execute([id, size, now])?;
            if changed == 0 {
                return Err(upload_is_over());
            }
            arrived.settle()?;
            Ok(())
        })
        .await
    }

    /// Declares a file complete; `size` is what the client says it sent. A second time changes nothing.
    pub async fn complete_blob(
        &self,
        user: UserId,
        name: BlobName,
        size: Option<u64>,
    ) -> Result<Blob, StateError> {
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let blob = load(tx, &name)?.ok_or(StateError::NotFound)?;
            check_owner(&blob, user)?;
            let Some(arrived) = blob.size else {
                return Err(StateError::invalid("base", "the file was not uploaded yet"));
            };
            if size.is_some_and(|size| size != arrived) {
                return Err(StateError::invalid(
                    "size",
                    format!("is not what arrived, which is {arrived} bytes"),
                ));
            }
            tx.prepare_cached(
                "UPDATE blobs SET completed_at = ?2, updated_at = ?2, upload_key = NULL
                 WHERE id = ?1 AND completed_at IS NULL",
            )?
            .execute([blob.id, now])?;
            load(tx, &BlobName::Id(blob.id))?.ok_or(StateError::NotFound)
        })
        .await
    }

    /// Part of the periodic flush: removes some of the complete files that nobody refers to, and that are old enough
    /// for whoever uploaded them to have said so.
    pub(crate) async fn sweep_unused_blobs(&self) -> Result<(), StateError> {
        /// Files looked at in one go.
        const STEP: i64 = 100;
        /// Between two looks at a file that is in use, in seconds.
        const LOOK_AGAIN: i64 = 24 * 60 * 60;
        let age = self.inner.config.timing.unused_blob_seconds;
        if age == 0 {
            return Ok(());
        }
        let now = self.inner.clock.seconds();
        let oldest = now.saturating_sub(i64::try_from(age).unwrap_or(i64::MAX));
        // What people and records say has no index, and looking through it all takes its time: nobody who
        // writes waits for that.
        let looked: Vec<(i64, String, bool)> = self
            .read(move |db| {
                let candidates: Vec<(i64, String)> = db
                    .prepare_cached(
                        "SELECT id, uid FROM blobs
                         WHERE completed_at IS NOT NULL AND checked_at <= ?1 AND completed_at <= ?2
                         ORDER BY checked_at LIMIT ?3",
                    )?
                    .query_map([now.saturating_sub(LOOK_AGAIN), oldest, STEP], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?
                    .collect::<Result<_, _>>()?;
                let mut open = HashSet::new();
                for (id, uid) in &candidates {
                    if !is_referred_to(db, *id, uid)? {
                        open.insert(uid.clone());
                    }
                }
                let unused = unsaid(db, open)?;
                Ok(candidates
                    .into_iter()
                    .map(|(id, uid)| {
                        let is_unused = unused.contains(&uid);
                        (id, uid, is_unused)
                    })
                    .collect())
            })
            .await?;
        if looked.is_empty() {
            return Ok(());
        }
        let gone: Vec<String> = self
            .write(move |tx| {
                let mut gone = Vec::new();
                for (id, uid, is_unused) in looked {
                    // Somebody may have named it meanwhile.
                    if is_unused && !is_referred_to(tx, id, &uid)? {
                        tx.prepare_cached("DELETE FROM blobs WHERE id = ?1")?
                            .execute([id])?;
                        gone.push(uid);
                    } else {
                        tx.prepare_cached("UPDATE blobs SET checked_at = ?2 WHERE id = ?1")?
                            .execute([id, now])?;
                    }
                }
                Ok(gone)
            })
            .await?;
        for uid in gone {
            self.remove_file(&uid).await;
        }
        Ok(())
    }

    /// Part of the periodic flush: forgets uploads that were begun long ago and not completed.
    pub(crate) async fn sweep_blobs(&self) -> Result<(), StateError> {
        let age = self.inner.config.timing.unfinished_blob_seconds;
        let age = i64::try_from(age).unwrap_or(i64::MAX);
        let oldest = self.inner.clock.seconds().saturating_sub(age);
        let gone = self
            .write(move |tx| {
                let mut query = tx.prepare_cached(
                    "DELETE FROM blobs WHERE completed_at IS NULL AND created_at < ?1 RETURNING uid",
                )?;
                let uids = query.query_map([oldest], |row| row.get(0))?;
                Ok(uids.collect::<Result<Vec<String>, _>>()?)
            })
            .await?;
        for uid in gone {
            self.remove_file(&uid).await;
        }
        Ok(())
    }
}

impl Upload {
    /// Ends when another upload of the same file has begun, and not before.
    pub async fn replaced(&self) {
        self.arrival.replaced().await;
    }

    /// Adds bytes. [`StateError::TooLarge`] beyond `limits.blob_bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.arriving.write(bytes).await?;
        if self.arriving.bytes() > self.largest {
            return Err(StateError::TooLarge {
                largest: self.largest,
            });
        }
        Ok(())
    }
}

/// Whether a message, a person or a dialog refers to a file in a field that is made for it.
fn is_referred_to(db: &Connection, id: i64, uid: &str) -> Result<bool, StateError> {
    Ok(db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM file_uses WHERE uid = ?2)
               OR EXISTS (SELECT 1 FROM users WHERE avatar = ?2)
               OR EXISTS (SELECT 1 FROM users WHERE blob_id = ?1)
               OR EXISTS (SELECT 1 FROM dialogs WHERE photo = ?2)",
        )?
        .query_row(params![id, uid], |row| row.get(0))?)
}

/// Those of some files that neither people nor records name anywhere in what they say. All of it is read
/// once, however many files there are.
fn unsaid(db: &Connection, mut files: HashSet<String>) -> Result<HashSet<String>, StateError> {
    for sql in [
        "SELECT custom_data FROM users WHERE custom_data <> ''",
        "SELECT fields FROM records",
    ] {
        let mut query = db.prepare_cached(sql)?;
        let mut rows = query.query([])?;
        while !files.is_empty()
            && let Some(row) = rows.next()?
        {
            let said: Option<String> = row.get(0)?;
            for uid in uids_in(&said.unwrap_or_default()) {
                files.remove(uid);
            }
        }
    }
    Ok(files)
}

/// What may be the name of a file in a text.
fn uids_in(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.split(move |c| !is_part(c)).flat_map(|run| {
        let last = (run.len() + 1).saturating_sub(UID_CHARS);
        (0..last).filter_map(move |at| run.get(at..at + UID_CHARS))
    })
}

/// Refuses so many more bytes of a person whose files would take up more than `room` with them. What `but` names does
/// not count: it is being replaced.
fn check_room(
    tx: &rusqlite::Connection,
    owner: i64,
    but: Option<i64>,
    more: i64,
    room: u64,
) -> Result<(), StateError> {
    let held: i64 = tx
        .prepare_cached(
            "SELECT coalesce(sum(size), 0) FROM blobs INDEXED BY blobs_by_owner
             WHERE owner = ?1 AND id IS NOT ?2",
        )?
        .query_row(params![owner, but], |row| row.get(0))?;
    if held.saturating_add(more) > i64::try_from(room).unwrap_or(i64::MAX) {
        return Err(StateError::invalid(
            "base",
            format!(
                "the files of this person would take up too much room (maximum is {room} bytes)"
            ),
        ));
    }
    Ok(())
}

fn upload_is_over() -> StateError {
    StateError::Forbidden("The file's upload is over or was never announced".to_owned())
}

/// A media type becomes a header of every download, so only what can be one is taken.
fn checked_type(given: &str) -> Result<String, StateError> {
    let is_type = given.len() <= CONTENT_TYPE_MAX
        && given
            .split_once('/')
            .is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty())
        && given.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_type {
        Ok(given.to_owned())
    } else {
        Err(StateError::invalid("content_type", "is no media type"))
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    digits
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{UID_CHARS, uids_in};

    #[test]
    fn names_of_files_are_found_wherever_they_stand() {
        let (one, two) = ("a1".repeat(UID_CHARS / 2), "0f".repeat(UID_CHARS / 2));
        for (text, wanted) in [
            (format!("{{\"avatar\":\"{one}\"}}"), vec![one.as_str()]),
            (
                format!("https://h/blobs/{two}.json?a={one}"),
                vec![&two, &one],
            ),
            (one.to_uppercase(), vec![]),
            (one.chars().skip(1).collect(), vec![]),
            (format!("é{one}é"), vec![one.as_str()]),
            (String::new(), vec![]),
        ] {
            assert_eq!(uids_in(&text).collect::<Vec<_>>(), wanted, "{text}");
        }
        // In a longer number, too.
        assert!(uids_in(&format!("77{two}77")).any(|uid| uid == two));
    }
}
