//! Files: announced, uploaded, completed, read, deleted. What is known of them is in the database, their bytes in
//! [`crate::state::blob_files`].

use std::sync::atomic::Ordering;

use cubist_protocol::ids::UserId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::fs::File;
use tokio::io::Take;

use crate::state::blob_files::Arriving;
use crate::state::passwords::random;
use crate::state::user_search::to_i64;
use crate::state::users::user_id;
use crate::state::{State, StateError};

/// Longest name, in characters: the service's published limit.
const NAME_MAX: usize = 100;
/// Longest media type, in bytes.
const CONTENT_TYPE_MAX: usize = 255;
/// The media type of a file of which nobody says what it is.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// What is known of a file. Times are unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its number; whoever counts may guess it.
    pub id: i64,
    /// Its name in links, which nobody guesses.
    pub uid: String,
    /// Who announced it.
    pub owner: UserId,
    /// As its owner calls it.
    pub name: String,
    /// Its media type as announced.
    pub content_type: String,
    /// Whether it can be downloaded without a session.
    pub is_public: bool,
    /// Bytes that arrived.
    pub size: Option<u64>,
    /// Whether it is complete: only then it can be downloaded.
    pub is_complete: bool,
    /// Announced.
    pub created_at: i64,
    /// Last change.
    pub updated_at: i64,
}

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

/// How a caller names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobName {
    /// By its number, which is for its owner, or for everyone if the file is public.
    Id(i64),
    /// By its uid: who knows it may have the file.
    Uid(String),
}

impl BlobName {
    /// Reads either. Uids are too long to be numbers.
    pub fn from_text(text: &str) -> Self {
        match text.parse() {
            Ok(id) => Self::Id(id),
            Err(_) => Self::Uid(text.to_lowercase()),
        }
    }
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
    arriving: Arriving,
    largest: u64,
}

/// A page of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPage {
    /// How many there are altogether.
    pub total: u64,
    /// Newest first.
    pub items: Vec<Blob>,
}

const COLUMNS: &str = "id, uid, owner, name, content_type, is_public, size, completed_at IS NOT NULL, created_at, updated_at";

impl Blob {
    fn from_row(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let size: Option<i64> = row.get(6)?;
        Ok(Self {
            id: row.get(0)?,
            uid: row.get(1)?,
            owner: user_id(row, 2)?,
            name: row.get(3)?,
            content_type: row.get(4)?,
            is_public: row.get(5)?,
            size: size.map(i64::unsigned_abs),
            is_complete: row.get(7)?,
            created_at: row.get(8)?,
            updated_at: row.get(9)?,
        })
    }
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
        let uid = hex(&random::<18>()?);
        let key = UploadKey(hex(&random::<16>()?));
        let secret = key.0.clone();
        let now = self.inner.clock.seconds();
        let most = to_i64(self.inner.config.limits.unfinished_blobs);
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
    /// has neither seen nor announced it learns nothing.
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
        let (id, uid) = found.ok_or_else(|| {
            StateError::Forbidden("The file's upload is over or was never announced".to_owned())
        })?;
        let arrival = self.inner.arrivals.fetch_add(1, Ordering::Relaxed);
        Ok(Upload {
            id,
            arriving: self.inner.files.receive(&uid, arrival).await?,
            largest: self.inner.config.limits.blob_bytes,
        })
    }

    /// Ends an upload: the file is at its place and on disk.
    pub async fn finish_upload(&self, upload: Upload) -> Result<(), StateError> {
        let sync = self.inner.config.storage.sync;
        let size = upload.arriving.finish(sync).await?;
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let (id, now) = (upload.id, self.inner.clock.seconds());
        self.write(move |tx| {
            tx.prepare_cached("UPDATE blobs SET size = ?2, updated_at = ?3 WHERE id = ?1")?
                .execute([id, size, now])?;
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

    /// What is known of a file, for `user` or (`None`) for anybody. [`StateError::NotFound`] also for what the caller
    /// may not know of: numbers can be counted through, and files that are not complete are their owner's.
    pub async fn blob(&self, user: Option<UserId>, name: BlobName) -> Result<Blob, StateError> {
        let by_id = matches!(name, BlobName::Id(_));
        let blob = self
            .read(move |db| load(db, &name))
            .await?
            .ok_or(StateError::NotFound)?;
        let is_visible = user == Some(blob.owner)
            || (blob.is_complete && (blob.is_public || (user.is_some() && !by_id)));
        if is_visible {
            Ok(blob)
        } else {
            Err(StateError::NotFound)
        }
    }

    /// The user's own files.
    pub async fn blobs(
        &self,
        user: UserId,
        limit: usize,
        skip: usize,
    ) -> Result<BlobPage, StateError> {
        self.read(move |db| {
            let total: i64 = db
                .prepare_cached("SELECT count(*) FROM blobs WHERE owner = ?1")?
                .query_row([user.as_i64()], |row| row.get(0))?;
            let mut query = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM blobs WHERE owner = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3"
            ))?;
            let rows =
                query.query_map([user.as_i64(), to_i64(limit), to_i64(skip)], Blob::from_row)?;
            Ok(BlobPage {
                total: total.unsigned_abs(),
                items: rows.collect::<Result<_, _>>()?,
            })
        })
        .await
    }

    /// Renames a file of the user's.
    pub async fn rename_blob(
        &self,
        user: UserId,
        name: BlobName,
        new_name: &str,
    ) -> Result<Blob, StateError> {
        let new_name = checked_name(new_name)?;
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let blob = load(tx, &name)?.ok_or(StateError::NotFound)?;
            check_owner(&blob, user)?;
            tx.prepare_cached("UPDATE blobs SET name = ?2, updated_at = ?3 WHERE id = ?1")?
                .execute(params![blob.id, new_name, now])?;
            load(tx, &BlobName::Id(blob.id))?.ok_or(StateError::NotFound)
        })
        .await
    }

    /// Deletes a file of the user's.
    pub async fn delete_blob(&self, user: UserId, name: BlobName) -> Result<(), StateError> {
        let uid = self
            .write(move |tx| {
                let blob = load(tx, &name)?.ok_or(StateError::NotFound)?;
                check_owner(&blob, user)?;
                tx.prepare_cached("DELETE FROM blobs WHERE id = ?1")?
                    .execute([blob.id])?;
                Ok(blob.uid)
            })
            .await?;
        self.remove_file(&uid).await;
        Ok(())
    }

    /// Opens `length` bytes of a complete file from `start` on.
    pub async fn read_blob(
        &self,
        blob: &Blob,
        start: u64,
        length: u64,
    ) -> Result<Take<File>, StateError> {
        Ok(self.inner.files.read(&blob.uid, start, length).await?)
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

    /// Nobody can reach the file any more; if its bytes stay, they only take room.
    async fn remove_file(&self, uid: &str) {
        if let Err(error) = self.inner.files.remove(uid).await {
            tracing::warn!(%error, "the bytes of a deleted file could not be removed");
        }
    }
}

impl Upload {
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

fn load(db: &Connection, name: &BlobName) -> Result<Option<Blob>, StateError> {
    let blob = match name {
        BlobName::Id(id) => db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM blobs WHERE id = ?1"))?
            .query_row([id], Blob::from_row),
        BlobName::Uid(uid) => db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM blobs WHERE uid = ?1"))?
            .query_row([uid], Blob::from_row),
    };
    Ok(blob.optional()?)
}

fn check_owner(blob: &Blob, user: UserId) -> Result<(), StateError> {
    if blob.owner == user {
        Ok(())
    } else {
        Err(StateError::Forbidden(
            "Only its owner can change a file".to_owned(),
        ))
    }
}

fn checked_name(name: &str) -> Result<String, StateError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 {
        return Err(StateError::invalid("name", "is required"));
    }
    if length > NAME_MAX {
        return Err(StateError::invalid(
            "name",
            format!("is too long (maximum is {NAME_MAX} characters)"),
        ));
    }
    if name.chars().any(char::is_control) {
        return Err(StateError::invalid(
            "name",
            "must not hold control characters",
        ));
    }
    Ok(name.to_owned())
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
