//! Changes this person wants and the server does not know yet.
//!
//! A row is written in the same transaction as what it makes visible, and survives the program.
//! When the server refuses, the message goes back to what it was. A new text goes over the line,
//! whose acknowledgement can come before a refusal: the row stays for a while, to go back by.

use rusqlite::params;

use crate::model::{DialogId, Failure, MessageId, Status, UnixMillis, UserId};
use crate::store::columns::{Oid, optional_user};
use crate::store::messages::{self, Wording};
use crate::store::{Error, ReadDb, WriteTx, reactions};

/// Acknowledged texts that can still be refused. A server answers within moments.
const TOLD: i64 = 100;

const EDIT: i64 = 1;
const HIDE: i64 = 2;
const REMOVE: i64 = 3;
const REACT: i64 = 4;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The message has another text. It goes over the line under an id of its own.
    Edit {
        /// That id.
        stanza: MessageId,
    },
    /// The message is deleted.
    Delete {
        /// For everyone, or for this person alone.
        for_everyone: bool,
    },
    /// This person's reaction is there, or is not.
    React {
        /// Which.
        emoji: String,
        /// Whether it is there.
        is_on: bool,
    },
}

/// A wish in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its place.
    pub seq: i64,
    /// About which message.
    pub message: MessageId,
    /// Where that stands.
    pub dialog: DialogId,
    /// The other person of a private dialog; `None` for rooms.
    pub opponent: Option<UserId>,
    /// What is wanted.
    pub wish: Wish,
    /// Not to be uttered before this moment.
    pub not_before: UnixMillis,
    /// The message's own row in the outbox, while the server has not confirmed it.
    pub unsent: Option<i64>,
}

/// This person wants another text. It is there at once.
///
/// A message that the server does not have yet simply gets it; `None` as its stanza says so.
pub fn edit(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    text: &str,
    stanza: Option<MessageId>,
    at: UnixMillis,
) -> Result<(), Error> {
    let Some(present) = messages::load(tx, message)?.filter(|present| !present.deleted) else {
        return Ok(());
    };
    let Some(stanza) = stanza else {
        return messages::edit_now(tx, message, text, None);
    };
    clear_failure(tx, message)?;
    // What an earlier change that the server has not heard of would go back to.
    let before = tx.one(
        "SELECT before_text, before_edited, before_previous FROM wishes
         WHERE message = ?1 AND kind = ?2 AND told = 0",
        params![Oid::from(message), EDIT],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let (before_text, before_edited, before_previous): (String, i64, String) = before
        .unwrap_or_else(|| {
            (
                present.text.clone(),
                present.edited_at.unwrap_or_default().0,
                present.previous_text.clone().unwrap_or_default(),
            )
        });
    messages::edit_now(tx, message, text, Some(at))?;
    tx.run(
        "INSERT OR REPLACE INTO wishes
           (kind, message, dialog, stanza, before_text, before_edited, before_previous)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            EDIT,
            Oid::from(message),
            Oid::from(present.dialog),
            Oid::from(stanza),
            before_text,
            before_edited,
            before_previous
        ],
    )?;
    Ok(())
}

/// This person wants a message deleted. It is out of sight at once. Returns whether it was there.
pub fn delete(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    for_everyone: bool,
) -> Result<bool, Error> {
    if !messages::hide(tx, message, for_everyone)? {
        return Ok(false);
    }
    // Nobody hears of anything else that was wanted of it.
    drop_all(tx, message)?;
    tx.run(
        "INSERT INTO wishes (kind, message, dialog) VALUES (?1, ?2, ?3)",
        params![
            if for_everyone { REMOVE } else { HIDE },
            Oid::from(message),
            Oid::from(dialog)
        ],
    )?;
    Ok(true)
}

/// This person reacts, or takes it back. It is shown at once; the last wish counts.
pub fn react(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    emoji: &str,
    is_on: bool,
) -> Result<(), Error> {
    clear_failure(tx, message)?;
    reactions::set_own(tx, message, emoji, is_on)?;
    tx.run(
        "INSERT OR REPLACE INTO wishes (kind, message, dialog, emoji, is_on)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![REACT, Oid::from(message), Oid::from(dialog), emoji, is_on],
    )?;
    Ok(())
}

/// The next wishes behind place `after`, in order: about messages that the server has, and to delete
/// those that it may have.
pub fn due(db: &ReadDb<'_>, after: i64, limit: u32) -> Result<Vec<Queued>, Error> {
    db.all(
        "SELECT w.seq, w.kind, w.message, w.dialog, d.opponent, w.emoji, w.is_on, w.stanza, w.not_before,
           o.seq
         FROM wishes w CROSS JOIN messages m ON m.id = w.message CROSS JOIN dialogs d ON d.id = w.dialog
         LEFT JOIN outbox o ON o.message = w.message
         WHERE w.told = 0 AND w.seq > ?1 AND (m.status >= ?2 OR w.kind IN (2, 3)) ORDER BY w.seq LIMIT ?3",
        params![after, Status::Sent.code(), limit],
        |row| {
            let wish = match row.get::<_, i64>(1)? {
                EDIT => Wish::Edit {
                    stanza: row.get::<_, Oid>(7)?.message(),
                },
                HIDE => Wish::Delete {
                    for_everyone: false,
                },
                REMOVE => Wish::Delete { for_everyone: true },
                REACT => Wish::React {
                    emoji: row.get(5)?,
                    is_on: row.get(6)?,
                },
                _ => return Err(Error::Corrupt { what: "wish" }),
            };
            Ok(Queued {
                seq: row.get(0)?,
                message: row.get::<_, Oid>(2)?.message(),
                dialog: row.get::<_, Oid>(3)?.dialog(),
                opponent: optional_user(row.get(4)?),
                wish,
                not_before: UnixMillis(row.get(8)?),
                unsent: row.get(9)?,
            })
        },
    )
}

/// The server has taken these.
pub fn done(tx: &mut WriteTx<'_>, seqs: &[i64]) -> Result<(), Error> {
    for seq in seqs {
        let Some((kind, message, dialog)) = row(tx, *seq)? else {
            continue;
        };
        match kind {
            EDIT => {
                tx.run("UPDATE wishes SET told = 1 WHERE seq = ?1", [seq])?;
                tx.run(
                    "DELETE FROM wishes
                     WHERE told = 1 AND seq <= (SELECT max(seq) FROM wishes) - ?1",
                    [TOLD],
                )?;
            }
            HIDE => messages::gone(tx, message)?,
            REMOVE => {
                tx.run("DELETE FROM wishes WHERE seq = ?1", [seq])?;
                messages::remove_for_all(tx, dialog, message)?;
            }
            _ => {
                tx.run("DELETE FROM wishes WHERE seq = ?1", [seq])?;
            }
        }
    }
    Ok(())
}

/// The server refuses a wish: the message is what it was, and says why.
pub fn refused(tx: &mut WriteTx<'_>, seq: i64, failure: &Failure) -> Result<(), Error> {
    let Some((kind, message, dialog)) = row(tx, seq)? else {
        return Ok(());
    };
    let kept = tx.one(
        "DELETE FROM wishes WHERE seq = ?1
         RETURNING before_text, before_edited, before_previous, emoji, is_on",
        [seq],
        |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, bool>(4)?,
            ))
        },
    )?;
    let Some((text, edited_at, previous, emoji, is_on)) = kept else {
        return Ok(());
    };
    match kind {
        EDIT => {
            let before = Wording {
                text: &text,
                previous: Some(&previous),
                edited_at,
            };
            messages::put_back(tx, message, &before)?;
        }
        HIDE | REMOVE => messages::show_again(tx, message)?,
        _ => reactions::set_own(tx, message, &emoji, !is_on)?,
    }
    tx.run(
        "UPDATE messages SET failure = ?2, failure_text = ?3 WHERE id = ?1",
        params![
            Oid::from(message),
            failure.kind.code(),
            failure.text.as_deref().unwrap_or_default()
        ],
    )?;
    tx.touch_message(dialog, message);
    Ok(())
}

/// The change of a text that went over the line under this id, and how often the server asked to
/// wait with it.
pub fn by_stanza(db: &ReadDb<'_>, stanza: MessageId) -> Result<Option<(i64, u32)>, Error> {
    db.one(
        "SELECT seq, attempts FROM wishes WHERE stanza = ?1 AND stanza <> x''",
        [Oid::from(stanza)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The server asked to try again later.
pub fn postpone(tx: &mut WriteTx<'_>, seq: i64, not_before: UnixMillis) -> Result<(), Error> {
    tx.run(
        "UPDATE wishes SET told = 0, attempts = attempts + 1, not_before = ?2 WHERE seq = ?1",
        params![seq, not_before.0],
    )?;
    Ok(())
}

/// Forgets what is wanted of a message.
pub(super) fn drop_all(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    tx.run(
        "DELETE FROM wishes WHERE message = ?1",
        [Oid::from(message)],
    )?;
    Ok(())
}

/// Whether the server does not know yet what this person made of a text.
pub(super) fn edit_waits(db: &ReadDb<'_>, message: MessageId) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 FROM wishes WHERE message = ?1 AND kind = ?2 AND told = 0",
        params![Oid::from(message), EDIT],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Whether the server does not know yet that this person reacts with this, or does not.
pub(super) fn reaction_waits(
    db: &ReadDb<'_>,
    message: MessageId,
    emoji: &str,
) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 FROM wishes WHERE message = ?1 AND kind = ?2 AND emoji = ?3",
        params![Oid::from(message), REACT, emoji],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Reactions of this person to a message that the server does not know yet.
pub(super) fn reactions_waiting(
    db: &ReadDb<'_>,
    message: MessageId,
) -> Result<Vec<(String, bool)>, Error> {
    db.all(
        "SELECT emoji, is_on FROM wishes WHERE message = ?1 AND kind = ?2",
        params![Oid::from(message), REACT],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

fn row(db: &ReadDb<'_>, seq: i64) -> Result<Option<(i64, MessageId, DialogId)>, Error> {
    db.one(
        "SELECT kind, message, dialog FROM wishes WHERE seq = ?1",
        [seq],
        |row| {
            Ok((
                row.get(0)?,
                row.get::<_, Oid>(1)?.message(),
                row.get::<_, Oid>(2)?.dialog(),
            ))
        },
    )
}

/// The person tries again: why it was refused before is no longer the point.
fn clear_failure(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    tx.run(
        "UPDATE messages SET failure = 0, failure_text = '' WHERE id = ?1 AND status >= 2",
        [Oid::from(message)],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;
