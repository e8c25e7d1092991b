//! Files that people have: found, read, renamed, deleted. How they come is in [`crate::state::uploads`]; their bytes
//! lie in [`crate::state::blob_files`].

use cubist_protocol::ids::UserId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::fs::File;
use tokio::io::Take;

use crate::state::user_search::to_i64;
use crate::state::users::user_id;
use crate::state::{State, StateError};

/// Longest name, in characters: the service's published limit.
const NAME_MAX: usize = 100;
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

    /// Nobody can reach the file any more; if its bytes stay, they only take room.
    pub(crate) async fn remove_file(&self, uid: &str) {
        if let Err(error) = self.inner.files.remove(uid).await {
            tracing::warn!(%error, "the bytes of a deleted file could not be removed");
        }
    }
}

pub(crate) fn load(db: &Connection, name: &BlobName) -> Result<Option<Blob>, StateError> {
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

pub(crate) fn check_owner(blob: &Blob, user: UserId) -> Result<(), StateError> {
    if blob.owner == user {
        Ok(())
    } else {
        Err(StateError::Forbidden(
            "Only its owner can change a file".to_owned(),
        ))
    }
}

pub(crate) fn checked_name(name: &str) -> Result<String, StateError> {
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
