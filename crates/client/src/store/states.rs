//! Who has received and who has seen a message.
//!
//! Kept per recipient, for messages of this account's person only: of other people's messages the
//! server tells their author, and what this person has seen is in the message's own row.

use rusqlite::params;

use crate::model::{MessageId, Recipient, Status, UnixMillis, UserId};
use crate::store::columns::{Oid, user};
use crate::store::{Error, ReadDb, WriteTx};

/// Markers kept for messages that have not arrived. A marker can overtake its message (a carbon of
/// the message may be on its way), but a stranger could send any number of them.
const EARLY_MARKERS: i64 = 1_000;

/// Who has a message and who has seen it, each ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Everyone on whose device it is, including those who have seen it.
    pub delivered_to: Vec<UserId>,
    /// Everyone who has seen it.
    pub read_by: Vec<UserId>,
}

/// The recipients of one message as far as they have answered.
pub fn load(db: &ReadDb<'_>, message: MessageId) -> Result<Recipients, Error> {
    let mut recipients = Recipients::default();
    db.all(
        "SELECT user, status FROM message_states WHERE message = ?1 ORDER BY user",
        [Oid::from(message)],
        |row| {
            let id = user(row.get(0)?)?;
            recipients.delivered_to.push(id);
            if row.get::<_, i64>(1)? >= Status::Read.code() {
                recipients.read_by.push(id);
            }
            Ok(())
        },
    )?;
    Ok(recipients)
}

/// How far each recipient of one message has come, and when, in the order of their ids.
pub fn recipients(db: &ReadDb<'_>, message: MessageId) -> Result<Vec<Recipient>, Error> {
    db.all(
        "SELECT user, status, received_at, seen_at FROM message_states WHERE message = ?1
         ORDER BY user",
        [Oid::from(message)],
        |row| {
            let told = |at: i64| (at != 0).then_some(UnixMillis(at));
            Ok(Recipient {
                user: user(row.get(0)?)?,
                received_at: told(row.get(2)?),
                has_seen: row.get::<_, i64>(1)? >= Status::Read.code(),
                seen_at: told(row.get(3)?),
            })
        },
    )
}

/// What is known of one recipient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Who.
    pub(super) user: UserId,
    /// How far they have come.
    pub(super) status: Status,
    /// When, if the source says; the history does not.
    pub(super) at: Option<UnixMillis>,
}

/// Moves one recipient forward. Returns whether that is news.
pub(super) fn advance(tx: &mut WriteTx<'_>, message: MessageId, mark: Mark) -> Result<bool, Error> {
    let at = mark.at.unwrap_or_default().0;
    let (received_at, seen_at) = match mark.status {
        Status::Read => (0, at),
        Status::Failed | Status::Pending | Status::Sent | Status::Delivered => (at, 0),
    };
    let changed = tx.run(
        "INSERT INTO message_states (message, user, status, received_at, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (message, user) DO UPDATE SET status = excluded.status,
           received_at = max(received_at, excluded.received_at), seen_at = excluded.seen_at
         WHERE status < excluded.status",
        params![
            Oid::from(message),
            mark.user.as_i64(),
            mark.status.code(),
            received_at,
            seen_at
        ],
    )?;
    Ok(changed > 0)
}

/// Keeps a marker whose message is not here (yet).
pub(super) fn keep_early(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    mark: Mark,
) -> Result<(), Error> {
    tx.run(
        "INSERT INTO early_markers (message, user, status, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (message, user) DO UPDATE SET status = excluded.status, at = excluded.at
         WHERE status < excluded.status",
        params![
            Oid::from(message),
            mark.user.as_i64(),
            mark.status.code(),
            mark.at.unwrap_or_default().0
        ],
    )?;
    tx.run(
        "DELETE FROM early_markers WHERE seq <= (SELECT max(seq) FROM early_markers) - ?1",
        [EARLY_MARKERS],
    )?;
    Ok(())
}

/// Whether any marker waits for its message.
pub(super) fn any_early(db: &ReadDb<'_>) -> Result<bool, Error> {
    Ok(db
        .one("SELECT 1 FROM early_markers LIMIT 1", [], |_| Ok(()))?
        .is_some())
}

/// Takes out the markers that came before this message.
pub(super) fn take_early(tx: &mut WriteTx<'_>, message: MessageId) -> Result<Vec<Mark>, Error> {
    tx.all(
        "DELETE FROM early_markers WHERE message = ?1 RETURNING user, status, at",
        [Oid::from(message)],
        |row| {
            let at = row.get::<_, i64>(2)?;
            Ok(Mark {
                user: user(row.get(0)?)?,
                status: Status::from_code(row.get(1)?).ok_or(Error::Corrupt { what: "status" })?,
                at: (at != 0).then_some(UnixMillis(at)),
            })
        },
    )
}
