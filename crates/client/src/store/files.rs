//! Files of messages: which are here, which are wanted, and what makes room.
//!
//! A file is known by its source, the name that messages give it. What is in it is known by its
//! hash: the same picture sent twice is one content. The bytes themselves are in a folder beside
//! this cache (`attachments::cache`).

use std::collections::HashSet;

use rusqlite::{Row, params};

use crate::attachments::sealed::ContentHash;
use crate::model::{DialogId, FileProblem, FileState, Status, StorageUse, UnixMillis};
use crate::store::{Error, ReadDb, WriteTx, shared};

/// Nobody asked for it, or no longer; there may be a part of it.
const REMOTE: i64 = 0;
/// To be downloaded.
const QUEUED: i64 = 1;
/// Here.
const HERE: i64 = 2;
/// Given up.
const FAILED: i64 = 3;

/// Rows that are looked at in one go when room is made.
const STEP: i64 = 64;

/// How exactly it is kept when a content was last used: scrolling is no write.
const USED_STEP_MILLIS: i64 = 60 * 60 * 1000;

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Where it is.
    pub state: FileState,
    /// What is in it, if that is here. A picture that is none is here and failed.
    pub content: Option<ContentHash>,
    /// Bytes, as the server said.
    pub total: Option<u64>,
    /// The version of the part that is here, as the server named it.
    pub etag: Option<String>,
}

impl FileRow {
    /// What is known of a file that nobody asked for.
    pub const fn remote() -> Self {
        Self {
            state: FileState::Remote,
            content: None,
            total: None,
            etag: None,
        }
    }
}

/// A file to be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Which.
    pub source: String,
    /// Largest size that is downloaded; `None` when the person asked for it.
    pub limit: Option<u64>,
}

/// What is in the cache of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Bytes.
    pub size: u64,
    /// Its media type as its bytes tell; empty when they do not.
    pub content_type: String,
}

/// Where a file is.
pub fn state(db: &ReadDb<'_>, source: &str) -> Result<FileState, Error> {
    let row = load(db, source)?;
    Ok(row.map_or(FileState::Remote, |row| row.state))
}

/// What is known of a file; `None` when nobody ever asked for it.
pub fn load(db: &ReadDb<'_>, source: &str) -> Result<Option<FileRow>, Error> {
    db.one(
        "SELECT state, problem, content, total, etag FROM files WHERE source = ?1",
        [source],
        read,
    )
}

/// What is known of a content.
pub fn content(db: &ReadDb<'_>, content: ContentHash) -> Result<Option<Content>, Error> {
    db.one(
        "SELECT size, content_type FROM contents WHERE hash = ?1",
        [content.0.as_slice()],
        |row| {
            Ok(Content {
                size: bytes(row.get(0)?),
                content_type: row.get(1)?,
            })
        },
    )
}

/// Everything that is to be downloaded.
pub fn queued(db: &ReadDb<'_>) -> Result<Vec<Queued>, Error> {
    db.all(
        "SELECT source, size_limit FROM files WHERE state = 1",
        [],
        |row| {
            Ok(Queued {
                source: row.get(0)?,
                limit: row.get::<_, Option<i64>>(1)?.map(bytes),
            })
        },
    )
}

/// Wants a file. One that is here or given up stays as it is unless the person asks; what they
/// asked for has no limit any more. Returns whether it is to be downloaded.
pub fn enqueue(tx: &mut WriteTx<'_>, queued: &Queued) -> Result<bool, Error> {
    let limit = queued.limit.map(stored);
    let changed = tx.run(
        "INSERT INTO files (source, state, size_limit) VALUES (?1, 1, ?2)
         ON CONFLICT (source) DO UPDATE SET state = 1, problem = 0, size_limit = excluded.size_limit
         WHERE state = 0 OR (state = 2 AND content = x'')
            OR (excluded.size_limit IS NULL
                AND (state = 3 OR (state = 1 AND files.size_limit IS NOT NULL)))",
        params![queued.source, limit],
    )?;
    if changed > 0 {
        shared::touch_source(tx, &queued.source)?;
        return Ok(true);
    }
    Ok(state(tx, &queued.source)? == FileState::Queued)
}

/// Wants a file no longer. What is here of it stays, in case it is wanted again.
pub fn unqueue(tx: &mut WriteTx<'_>, source: &str) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE files SET state = 0 WHERE source = ?1 AND state = 1",
        [source],
    )?;
    if changed > 0 {
        shared::touch_source(tx, source)?;
    }
    Ok(())
}

/// A server said how large a file is, and which version of it comes.
pub fn announced(
    tx: &mut WriteTx<'_>,
    source: &str,
    total: Option<u64>,
    etag: Option<&str>,
) -> Result<(), Error> {
    tx.run(
        "UPDATE files SET total = ?2, etag = ?3 WHERE source = ?1",
        params![source, total.map_or(0, stored), etag.unwrap_or_default()],
    )?;
    Ok(())
}

/// A file is here.
pub fn arrived(
    tx: &mut WriteTx<'_>,
    source: &str,
    hash: ContentHash,
    what: &Content,
    now: UnixMillis,
) -> Result<(), Error> {
    tx.run(
        "INSERT INTO contents (hash, size, content_type, used_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (hash) DO UPDATE SET used_at = max(used_at, excluded.used_at)",
        params![
            hash.0.as_slice(),
            stored(what.size),
            what.content_type,
            now.0
        ],
    )?;
    tx.run(
        "INSERT INTO files (source, state, content, total) VALUES (?1, 2, ?2, ?3)
         ON CONFLICT (source) DO UPDATE SET state = 2, problem = 0, content = excluded.content,
           total = excluded.total, etag = '', size_limit = NULL",
        params![source, hash.0.as_slice(), stored(what.size)],
    )?;
    shared::touch_source(tx, source)
}

/// A file is given up. What is here of it stays.
pub fn failed(tx: &mut WriteTx<'_>, source: &str, problem: FileProblem) -> Result<(), Error> {
    tx.run(
        "UPDATE files SET state = 3, problem = ?2 WHERE source = ?1",
        params![source, problem.code()],
    )?;
    shared::touch_source(tx, source)
}

/// The line is back, or the server is another one: what the network or the server failed to give
/// can be asked for again.
pub fn forget_failures(tx: &mut WriteTx<'_>) -> Result<(), Error> {
    let sources = tx.all(
        "SELECT source FROM files WHERE state = 3 AND problem IN (7, 8)",
        [],
        |row| Ok(row.get::<_, String>(0)?),
    )?;
    for source in sources {
        tx.run(
            "UPDATE files SET state = 0, problem = 0 WHERE source = ?1",
            [&source],
        )?;
        shared::touch_source(tx, &source)?;
    }
    Ok(())
}

/// Its bytes are not where they should be: the folder was emptied, or the file is damaged.
pub fn lost(tx: &mut WriteTx<'_>, hash: ContentHash) -> Result<(), Error> {
    tx.run("DELETE FROM contents WHERE hash = ?1", [hash.0.as_slice()])?;
    let sources = tx.all(
        "SELECT source FROM files WHERE content = ?1 AND content <> x''",
        [hash.0.as_slice()],
        |row| Ok(row.get::<_, String>(0)?),
    )?;
    for source in sources {
        // One that is no picture will be none again.
        tx.run(
            "UPDATE files SET state = CASE WHEN problem = 5 THEN 3 ELSE 0 END, content = x''
             WHERE source = ?1",
            [&source],
        )?;
        shared::touch_source(tx, &source)?;
    }
    Ok(())
}

/// Whether it is worth a write that a content is used now.
pub fn is_use_news(db: &ReadDb<'_>, hash: ContentHash, now: UnixMillis) -> Result<bool, Error> {
    let used = db.one(
        "SELECT used_at FROM contents WHERE hash = ?1",
        [hash.0.as_slice()],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(used.is_some_and(|used| now.0.saturating_sub(used) >= USED_STEP_MILLIS))
}

/// A content is used now.
pub fn used(tx: &mut WriteTx<'_>, hash: ContentHash, now: UnixMillis) -> Result<(), Error> {
    tx.run(
        "UPDATE contents SET used_at = ?2 WHERE hash = ?1",
        params![hash.0.as_slice(), now.0],
    )?;
    Ok(())
}

/// What was derived from a content takes up so many bytes of its own. It is made anew for every source
/// that brings the content, and stands there once.
pub fn derived_is(tx: &mut WriteTx<'_>, hash: ContentHash, bytes: u64) -> Result<(), Error> {
    tx.run(
        "UPDATE contents SET derived = ?2 WHERE hash = ?1",
        params![hash.0.as_slice(), stored(bytes)],
    )?;
    Ok(())
}

/// Gives up the contents used longest ago until the rest fits into `budget` bytes, and says which.
/// What `is_pinned` names stays: it is being looked at. So does what is still to be sent.
pub fn make_room(
    tx: &mut WriteTx<'_>,
    budget: u64,
    is_pinned: impl Fn(ContentHash) -> bool,
) -> Result<Vec<ContentHash>, Error> {
    let mut excess = stored(total(tx)?).saturating_sub(stored(budget));
    let mut gone = Vec::new();
    let mut after = (i64::MIN, Vec::new());
    while excess > 0 {
        let oldest = tx.all(
            "SELECT used_at, hash, size + derived FROM contents
             WHERE (used_at, hash) > (?1, ?2) ORDER BY used_at, hash LIMIT ?3",
            params![after.0, after.1, STEP],
            |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            },
        )?;
        let Some((used, last, _)) = oldest.last() else {
            break;
        };
        after = (*used, last.clone());
        for (_, hash, size) in oldest {
            if excess <= 0 {
                break;
            }
            let hash = hash_of(&hash)?;
            if !is_pinned(hash) && !is_to_be_sent(tx, hash)? {
                lost(tx, hash)?;
                gone.push(hash);
                excess -= size;
            }
        }
    }
    Ok(gone)
}

/// Whether a message of this person that is not sent, or could not be, hangs on a content: here is its
/// only copy, once it is at the server, and the person may take it back.
fn is_to_be_sent(tx: &WriteTx<'_>, hash: ContentHash) -> Result<bool, Error> {
    let found = tx.one(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM uploads WHERE content = ?1)
           OR EXISTS (SELECT 1 FROM files f CROSS JOIN shared s ON s.source = f.source AND s.source <> ''
             CROSS JOIN messages m ON m.id = s.message
             WHERE f.content = ?1 AND f.content <> x'' AND m.sender = ?2 AND m.status IN (?3, ?4))",
        params![
            hash.0.as_slice(),
            tx.me().as_i64(),
            Status::Failed.code(),
            Status::Pending.code()
        ],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Gives up the contents of some dialogs, and says which and how many bytes that is. What is pinned
/// or still to be sent stays, as in [`make_room`].
pub fn free(
    tx: &mut WriteTx<'_>,
    dialogs: &[DialogId],
    is_pinned: impl Fn(ContentHash) -> bool,
) -> Result<(Vec<ContentHash>, u64), Error> {
    let mut gone = HashSet::new();
    let mut freed = 0;
    for (source, hash) in here(tx)? {
        if is_pinned(hash) || gone.contains(&hash) {
            continue;
        }
        let homes = shared::homes(tx, &source)?;
        if homes.iter().any(|home| dialogs.contains(home)) && !is_to_be_sent(tx, hash)? {
            freed += size(tx, hash)?;
            lost(tx, hash)?;
            gone.insert(hash);
        }
    }
    Ok((gone.into_iter().collect(), freed))
}

/// What the files of each dialog take up, the most first.
pub fn storage_use(db: &ReadDb<'_>) -> Result<Vec<StorageUse>, Error> {
    let mut by_dialog: std::collections::BTreeMap<DialogId, StorageUse> =
        std::collections::BTreeMap::new();
    let mut counted = std::collections::BTreeSet::new();
    for (source, hash) in here(db)? {
        for dialog in shared::homes(db, &source)? {
            if counted.insert((dialog, hash)) {
                let sum = by_dialog.entry(dialog).or_insert(StorageUse {
                    dialog,
                    bytes: 0,
                    files: 0,
                });
                sum.bytes += size(db, hash)?;
                sum.files += 1;
            }
        }
    }
    let mut all: Vec<StorageUse> = by_dialog.into_values().collect();
    all.sort_by_key(|sum| std::cmp::Reverse(sum.bytes));
    Ok(all)
}

/// Every content that is here.
pub fn contents(db: &ReadDb<'_>) -> Result<Vec<ContentHash>, Error> {
    db.all("SELECT hash FROM contents", [], |row| {
        hash_of(&row.get::<_, Vec<u8>>(0)?)
    })
}

/// Every file of which a part may be here.
pub fn partly_here(db: &ReadDb<'_>) -> Result<Vec<String>, Error> {
    db.all("SELECT source FROM files WHERE etag <> ''", [], |row| {
        Ok(row.get(0)?)
    })
}

/// Files of which a part may be here that nobody waits for: they were given up, or a restart found
/// them so.
pub fn idle_parts(db: &ReadDb<'_>) -> Result<Vec<String>, Error> {
    let mut idle = Vec::new();
    for source in partly_here(db)? {
        if is_idle_part(db, &source)? {
            idle.push(source);
        }
    }
    Ok(idle)
}

/// Those of [`idle_parts`] that some of these dialogs show.
pub fn idle_parts_of(db: &ReadDb<'_>, dialogs: &[DialogId]) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for source in idle_parts(db)? {
        let homes = shared::homes(db, &source)?;
        if homes.iter().any(|home| dialogs.contains(home)) {
            found.push(source);
        }
    }
    Ok(found)
}

/// A part that is here is to go. Returns whether it may: somebody may wait for it again.
pub fn forget_part(tx: &mut WriteTx<'_>, source: &str) -> Result<bool, Error> {
    if !is_idle_part(tx, source)? {
        return Ok(false);
    }
    tx.run("UPDATE files SET etag = '' WHERE source = ?1", [source])?;
    Ok(true)
}

fn is_idle_part(db: &ReadDb<'_>, source: &str) -> Result<bool, Error> {
    let row = load(db, source)?.filter(|row| row.etag.is_some());
    Ok(row.is_some_and(|row| {
        matches!(row.state, FileState::Remote | FileState::Failed { .. }) && row.content.is_none()
    }))
}

/// Bytes of all that is here.
pub fn total(db: &ReadDb<'_>) -> Result<u64, Error> {
    let total = db.one(
        "SELECT coalesce(sum(size + derived), 0) FROM contents",
        [],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(bytes(total.unwrap_or_default()))
}

/// Those of some files that anything is known of.
pub fn of_those_known(db: &ReadDb<'_>, sources: Vec<String>) -> Result<Vec<String>, Error> {
    let mut known = Vec::new();
    for source in sources {
        if load(db, &source)?.is_some() {
            known.push(source);
        }
    }
    Ok(known)
}

/// Forgets those of some files that no message shows any more. Says which these are, and which contents
/// went with them.
pub fn forget_unshown(
    tx: &mut WriteTx<'_>,
    sources: Vec<String>,
) -> Result<(Vec<String>, Vec<ContentHash>), Error> {
    let (mut forgotten, mut gone) = (Vec::new(), Vec::new());
    for source in sources {
        let Some(row) = load(tx, &source)? else {
            continue;
        };
        if !shared::places(tx, &source)?.is_empty() {
            continue;
        }
        tx.run("DELETE FROM files WHERE source = ?1", [&source])?;
        forgotten.push(source);
        let Some(hash) = row.content else {
            continue;
        };
        let others = tx.one(
            "SELECT 1 FROM files WHERE content = ?1 AND content <> x'' LIMIT 1",
            [hash.0.as_slice()],
            |_| Ok(()),
        )?;
        if others.is_none() && !is_to_be_sent(tx, hash)? {
            lost(tx, hash)?;
            gone.push(hash);
        }
    }
    Ok((forgotten, gone))
}

/// Sources and contents of all that is here.
fn here(db: &ReadDb<'_>) -> Result<Vec<(String, ContentHash)>, Error> {
    db.all(
        "SELECT source, content FROM files WHERE content <> x''",
        [],
        |row| Ok((row.get(0)?, hash_of(&row.get::<_, Vec<u8>>(1)?)?)),
    )
}

fn size(db: &ReadDb<'_>, hash: ContentHash) -> Result<u64, Error> {
    let size = db.one(
        "SELECT size + derived FROM contents WHERE hash = ?1",
        [hash.0.as_slice()],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(bytes(size.unwrap_or_default()))
}

fn read(row: &Row<'_>) -> Result<FileRow, Error> {
    let problem = FileProblem::from_code(row.get(1)?);
    let total: i64 = row.get(3)?;
    let etag: String = row.get(4)?;
    let state = match (row.get(0)?, problem) {
        (REMOTE, _) => FileState::Remote,
        (QUEUED, _) => FileState::Queued,
        (HERE, _) => FileState::Here,
        (FAILED, Some(problem)) => FileState::Failed { problem },
        _ => return Err(Error::Corrupt { what: "file state" }),
    };
    let content: Vec<u8> = row.get(2)?;
    Ok(FileRow {
        state,
        content: (!content.is_empty())
            .then(|| hash_of(&content))
            .transpose()?,
        total: (total > 0).then(|| bytes(total)),
        etag: (!etag.is_empty()).then_some(etag),
    })
}

fn hash_of(bytes: &[u8]) -> Result<ContentHash, Error> {
    let hash = bytes.try_into().map_err(|_| Error::Corrupt {
        what: "content hash",
    })?;
    Ok(ContentHash(hash))
}

fn bytes(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or_default()
}

fn stored(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
