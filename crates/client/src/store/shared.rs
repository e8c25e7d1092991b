//! What was shared in a dialog: pictures, files, links, places, by kind and in their order.
//!
//! An index of what stands in the messages, kept up with them, so that a screen gets its page and
//! its counts without looking through the messages.

use rusqlite::params;

use crate::attachments::wire;
use crate::model::{
    Attachment, AttachmentChange, AttachmentKind, DialogId, FileState, MessageId, Position,
    SharedCounts, SharedCursor, SharedItem, SharedKind, SharedPage,
};
use crate::store::columns::Oid;
use crate::store::messages::{self, decode_extra};
use crate::store::{Error, ReadDb, WriteTx, files};
use cubist_protocol::ext::extra_params::ExtraParams;

/// Links of one message that are kept.
const LINKS: usize = 20;

/// Key of the row below which messages are not in the index yet (messages of an older version).
const BELOW: &str = "shared_below";

impl SharedKind {
    const fn code(self) -> i64 {
        match self {
            Self::Media => 1,
            Self::Files => 2,
            Self::Links => 3,
            Self::Locations => 4,
        }
    }

    /// Under which kind an attachment is found.
    const fn of(kind: AttachmentKind) -> Self {
        match kind {
            AttachmentKind::Image | AttachmentKind::Video => Self::Media,
            AttachmentKind::Audio | AttachmentKind::Voice | AttachmentKind::File => Self::Files,
            AttachmentKind::Location => Self::Locations,
        }
    }
}

/// A message to be found by what it shares.
pub(super) struct Sharing<'m> {
    pub(super) dialog: DialogId,
    pub(super) place: Position,
    pub(super) text: &'m str,
    pub(super) extra: &'m ExtraParams,
}

/// Puts what a new message shares into the index.
pub(super) fn add(tx: &mut WriteTx<'_>, sharing: &Sharing<'_>) -> Result<(), Error> {
    let links = links(sharing.text);
    for (index, attachment) in wire::read(sharing.extra).iter().enumerate() {
        if attachment.file == Some(FileState::Deleted) {
            // There is nothing to be found any more.
            continue;
        }
        let kind = SharedKind::of(attachment.kind);
        let source = attachment.source.key().unwrap_or_default();
        insert(tx, sharing, kind, index, &source)?;
    }
    for index in 0..links {
        insert(tx, sharing, SharedKind::Links, index, "")?;
    }
    Ok(())
}

fn insert(
    tx: &mut WriteTx<'_>,
    sharing: &Sharing<'_>,
    kind: SharedKind,
    index: usize,
    source: &str,
) -> Result<(), Error> {
    tx.run(
        "INSERT INTO shared (message, kind, place, dialog, date_sent, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (message, kind, place) DO UPDATE SET source = excluded.source",
        params![
            Oid::from(sharing.place.id),
            kind.code(),
            i64::try_from(index).unwrap_or(i64::MAX),
            Oid::from(sharing.dialog),
            sharing.place.seconds,
            source
        ],
    )?;
    Ok(())
}

/// Takes a message out of the index.
pub(super) fn remove(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    tx.run(
        "DELETE FROM shared WHERE message = ?1",
        [Oid::from(message)],
    )?;
    Ok(())
}

/// A message is another one now, or is there again.
pub(super) fn renew(tx: &mut WriteTx<'_>, row: i64) -> Result<(), Error> {
    let found = tx.one(
        "SELECT id, dialog, date_sent, text, extra, deleted FROM messages WHERE row = ?1",
        [row],
        |row| {
            Ok((
                row.get::<_, Oid>(0)?.message(),
                row.get::<_, Oid>(1)?.dialog(),
                row.get::<_, i64>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(4)?,
                row.get::<_, i64>(5)? != 0,
            ))
        },
    )?;
    let Some((id, dialog, seconds, text, extra, deleted)) = found else {
        return Ok(());
    };
    remove(tx, id)?;
    if deleted {
        return Ok(());
    }
    let extra = decode_extra(&extra)?;
    let sharing = Sharing {
        dialog,
        place: Position { seconds, id },
        text: &text,
        extra: &extra,
    };
    add(tx, &sharing)
}

/// A page of what was shared, newest first.
pub fn page(
    db: &ReadDb<'_>,
    dialog: DialogId,
    kind: SharedKind,
    before: Option<SharedCursor>,
    limit: u32,
) -> Result<SharedPage, Error> {
    let before = before.unwrap_or(SharedCursor {
        position: Position::END,
        index: u32::MAX,
    });
    let mut found = db.all(
        "SELECT date_sent, message, place FROM shared
         WHERE dialog = ?1 AND kind = ?2 AND (date_sent, message, place) < (?3, ?4, ?5)
         ORDER BY date_sent DESC, message DESC, place DESC LIMIT ?6",
        params![
            Oid::from(dialog),
            kind.code(),
            before.position.seconds,
            Oid::from(before.position.id),
            before.index,
            i64::from(limit) + 1
        ],
        |row| {
            Ok(SharedCursor {
                position: Position {
                    seconds: row.get(0)?,
                    id: row.get::<_, Oid>(1)?.message(),
                },
                index: row.get(2)?,
            })
        },
    )?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().copied().filter(|_| has_more);
    let mut items = Vec::with_capacity(found.len());
    for place in found {
        if let Some(message) = messages::load(db, place.position.id)? {
            items.push(SharedItem {
                message,
                index: place.index,
            });
        }
    }
    Ok(SharedPage { items, next })
}

/// How much of each kind was shared in a dialog.
pub fn counts(db: &ReadDb<'_>, dialog: DialogId) -> Result<SharedCounts, Error> {
    let mut counts = SharedCounts::default();
    let found = db.all(
        "SELECT kind, count(*) FROM shared WHERE dialog = ?1 GROUP BY kind",
        [Oid::from(dialog)],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)),
    )?;
    for (kind, count) in found {
        match kind {
            1 => counts.media = count,
            2 => counts.files = count,
            3 => counts.links = count,
            4 => counts.locations = count,
            _ => {
                return Err(Error::Corrupt {
                    what: "kind of what is shared",
                });
            }
        }
    }
    Ok(counts)
}

/// The attachments that show a file.
pub fn places(db: &ReadDb<'_>, source: &str) -> Result<Vec<(DialogId, MessageId, u32)>, Error> {
    db.all(
        "SELECT dialog, message, place FROM shared WHERE source = ?1 AND source <> ''",
        [source],
        |row| {
            Ok((
                row.get::<_, Oid>(0)?.dialog(),
                row.get::<_, Oid>(1)?.message(),
                row.get(2)?,
            ))
        },
    )
}

/// The dialogs in which a file is shown.
pub(super) fn homes(db: &ReadDb<'_>, source: &str) -> Result<Vec<DialogId>, Error> {
    let mut homes: Vec<DialogId> = places(db, source)?
        .into_iter()
        .map(|(dialog, ..)| dialog)
        .collect();
    homes.sort_unstable();
    homes.dedup();
    Ok(homes)
}

/// A file is somewhere else now: whoever shows it must hear. Where its sender removed it, it stays so.
pub fn touch_source(tx: &mut WriteTx<'_>, source: &str) -> Result<(), Error> {
    let file = files::state(tx, source)?;
    let places = tx.all(
        "SELECT s.dialog, s.message, s.place, m.extra FROM shared s
         CROSS JOIN messages m ON m.id = s.message WHERE s.source = ?1 AND s.source <> ''",
        [source],
        |row| {
            Ok((
                row.get::<_, Oid>(0)?.dialog(),
                row.get::<_, Oid>(1)?.message(),
                row.get::<_, u32>(2)?,
                row.get::<_, String>(3)?,
            ))
        },
    )?;
    for (dialog, message, index, extra) in places {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let attachments = wire::read(&decode_extra(&extra)?);
        let is_removed = |shown: &Attachment| shown.file == Some(FileState::Deleted);
        if attachments.get(at).is_some_and(is_removed) {
            continue;
        }
        tx.touch_attachment(
            dialog,
            AttachmentChange {
                message,
                index,
                file,
            },
        );
    }
    Ok(())
}

/// Writes into attachments where their files are.
pub(super) fn locate(db: &ReadDb<'_>, attachments: &mut [Attachment]) -> Result<(), Error> {
    for attachment in attachments {
        if attachment.file != Some(FileState::Remote) {
            continue;
        }
        let row = match attachment.source.key() {
            Some(source) => files::load(db, &source)?,
            None => None,
        };
        if let Some(row) = row {
            attachment.file = Some(row.state);
            // The server has weighed it.
            attachment.size = row.total.or(attachment.size);
        }
    }
    Ok(())
}

/// Puts messages of an older version into the index, newest first. Returns whether there are more.
pub fn index_older(tx: &mut WriteTx<'_>, limit: u32) -> Result<bool, Error> {
    let below = tx.one(
        "SELECT value FROM sync_state WHERE key = ?1",
        [BELOW],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    let Some(below) = below else {
        return Ok(false);
    };
    let rows = tx.all(
        "SELECT row FROM messages WHERE row <= ?1 ORDER BY row DESC LIMIT ?2",
        params![below, limit],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    let Some(last) = rows.last().copied() else {
        tx.run("DELETE FROM sync_state WHERE key = ?1", [BELOW])?;
        return Ok(false);
    };
    for row in rows {
        renew(tx, row)?;
    }
    tx.run(
        "UPDATE sync_state SET value = ?2 WHERE key = ?1",
        params![BELOW, last - 1],
    )?;
    Ok(true)
}

/// How many web addresses a text has, as far as they say that they are some.
fn links(text: &str) -> usize {
    // Nearly every message has none.
    if !text.contains("://") && !text.contains("www.") {
        return 0;
    }
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')'))
        .filter(|word| {
            let start = |prefix: &str| {
                word.get(..prefix.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
                    && word.len() > prefix.len()
            };
            start("https://") || start("http://") || start("www.")
        })
        .take(LINKS)
        .count()
}

#[cfg(test)]
mod tests;
