//! Reading dialogs: one, a page of the list, those that need something.

use rusqlite::{Row, params};

use crate::model::{
    Cursor, Dialog, DialogId, DialogKind, DialogPage, DialogQuery, Position, Preview, Status,
    UnixMillis, UserId,
};
use crate::store::columns::{Oid, optional_message, optional_text, optional_user, user};
use crate::store::{Error, ReadDb};

/// The columns every dialog is read from.
macro_rules! select_dialog {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.kind, d.name, d.photo, d.description, d.owner, d.opponent, d.last_activity,
               d.last_id, d.last_date, d.last_sender, d.last_text, d.last_status,
               d.unread_known + d.unread_elsewhere,
               (SELECT m.id FROM messages m WHERE m.dialog = d.id AND m.unread = 1
                ORDER BY m.date_sent, m.id LIMIT 1),
               EXISTS (SELECT 1 FROM messages m WHERE m.dialog = d.id AND m.status = 0),
               f.text, u.name, u.avatar
             FROM dialogs d
             LEFT JOIN drafts f ON f.dialog = d.id
             LEFT JOIN users u ON u.id = d.opponent ",
            $rest
        )
    };
}

/// One dialog.
pub fn load(db: &ReadDb<'_>, id: DialogId) -> Result<Option<Dialog>, Error> {
    let me = db.me();
    db.one(select_dialog!("WHERE d.id = ?1"), [Oid::from(id)], |row| {
        read(row, me)
    })?
    .map(|dialog| with_occupants(db, dialog))
    .transpose()
}

/// A page of the chat list, last activity first.
pub fn page(db: &ReadDb<'_>, query: DialogQuery) -> Result<DialogPage, Error> {
    let me = db.me();
    // One more than asked for tells whether there is a next page.
    let wanted = query.limit.saturating_add(1);
    let found = match query.after {
        None => db.all(
            select_dialog!("ORDER BY d.last_activity DESC, d.id DESC LIMIT ?1"),
            [wanted],
            |row| read(row, me),
        )?,
        Some(after) => db.all(
            select_dialog!(
                "WHERE (d.last_activity, d.id) < (?1, ?2)
                 ORDER BY d.last_activity DESC, d.id DESC LIMIT ?3"
            ),
            params![after.last_activity.0, Oid::from(after.dialog), wanted],
            |row| read(row, me),
        )?,
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    let items = found
        .into_iter()
        .take(limit)
        .map(|dialog| with_occupants(db, dialog))
        .collect::<Result<Vec<_>, _>>()?;
    let next = items.last().filter(|_| more).map(|last| Cursor {
        last_activity: last.last_activity,
        dialog: last.id,
    });
    Ok(DialogPage { items, next })
}

/// The private dialog with someone, if it is known.
pub fn with_opponent(db: &ReadDb<'_>, opponent: UserId) -> Result<Option<DialogId>, Error> {
    db.one(
        "SELECT id FROM dialogs WHERE opponent = ?1 AND opponent <> 0 LIMIT 1",
        [opponent.as_i64()],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
}

/// Whether the dialog is in the cache.
pub fn is_known(db: &ReadDb<'_>, id: DialogId) -> Result<bool, Error> {
    Ok(db
        .one(
            "SELECT 1 FROM dialogs WHERE id = ?1",
            [Oid::from(id)],
            |_| Ok(()),
        )?
        .is_some())
}

/// Dialogs of which only a message is known so far.
pub fn incomplete(db: &ReadDb<'_>, limit: u32) -> Result<Vec<DialogId>, Error> {
    db.all(
        "SELECT id FROM dialogs WHERE incomplete = 1 LIMIT ?1",
        [limit],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
}

/// How many of the most recent dialogs are looked through for counts and ticks that may be out of
/// date. An index of those alone would have to be kept up with every message.
const UNSETTLED_AMONG: u32 = 500;

/// Dialogs whose counts or ticks another device or person may have changed while this one was
/// away: among the most recent ones, those with unread messages or with a newest message of this
/// person that has not been read.
pub fn unsettled(db: &ReadDb<'_>, limit: u32) -> Result<Vec<DialogId>, Error> {
    db.all(
        "SELECT id FROM
           (SELECT id, unread_known + unread_elsewhere AS unread, last_status FROM dialogs
            ORDER BY last_activity DESC, id DESC LIMIT ?1)
         WHERE unread > 0 OR last_status IN (2, 3) LIMIT ?2",
        [UNSETTLED_AMONG, limit],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
}

/// The most recently active dialogs.
pub fn most_recent(db: &ReadDb<'_>, limit: u32) -> Result<Vec<DialogId>, Error> {
    db.all(
        "SELECT id FROM dialogs ORDER BY last_activity DESC, id DESC LIMIT ?1",
        [limit],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
}

/// The newest place the server has told of, by its description of the dialog.
pub fn server_last(db: &ReadDb<'_>, id: DialogId) -> Result<Option<Position>, Error> {
    let found = db.one(
        "SELECT server_last_date, server_last_id FROM dialogs WHERE id = ?1",
        [Oid::from(id)],
        |row| Ok(stored_position(row.get(0)?, &row.get::<_, Vec<u8>>(1)?)),
    )?;
    Ok(found.flatten())
}

/// Who is in the dialog, ascending.
pub fn occupants(db: &ReadDb<'_>, id: DialogId) -> Result<Vec<UserId>, Error> {
    db.all(
        "SELECT user FROM occupants WHERE dialog = ?1 ORDER BY user",
        [Oid::from(id)],
        |row| user(row.get(0)?),
    )
}

/// The title of a dialog.
pub(in crate::store) fn name(db: &ReadDb<'_>, id: DialogId) -> Result<Option<String>, Error> {
    db.one(
        "SELECT coalesce(nullif(u.name, ''), d.name) FROM dialogs d
         LEFT JOIN users u ON u.id = d.opponent WHERE d.id = ?1",
        [Oid::from(id)],
        |row| Ok(row.get(0)?),
    )
}

fn with_occupants(db: &ReadDb<'_>, mut dialog: Dialog) -> Result<Dialog, Error> {
    dialog.occupants = match (dialog.kind, dialog.opponent) {
        // Most dialogs are private, and who is in those needs no question.
        (DialogKind::Private, Some(opponent)) => {
            let mut both = vec![db.me(), opponent];
            both.sort_unstable();
            both
        }
        _ => occupants(db, dialog.id)?,
    };
    Ok(dialog)
}

pub(super) fn stored_position(seconds: i64, id: &[u8]) -> Option<Position> {
    optional_message(id).map(|id| Position { seconds, id })
}

fn read(row: &Row<'_>, me: UserId) -> Result<Dialog, Error> {
    let kind = DialogKind::from_code(row.get(1)?).ok_or(Error::Corrupt {
        what: "kind of dialog",
    })?;
    let opponent = optional_user(row.get(6)?);
    let last = match (
        stored_position(row.get(9)?, &row.get::<_, Vec<u8>>(8)?),
        optional_user(row.get(10)?),
    ) {
        (Some(place), Some(sender)) => {
            let status =
                Status::from_code(row.get(12)?).ok_or(Error::Corrupt { what: "status" })?;
            Some(Preview {
                id: place.id,
                sender,
                text: row.get(11)?,
                sent_at: UnixMillis::from_seconds(place.seconds),
                status: (sender == me).then_some(status),
            })
        }
        _ => None,
    };
    let opponent_name: Option<String> = row.get(17)?;
    let opponent_photo: Option<String> = row.get(18)?;
    Ok(Dialog {
        id: row.get::<_, Oid>(0)?.dialog(),
        kind,
        name: match opponent_name.and_then(optional_text) {
            Some(name) => name,
            None => row.get(2)?,
        },
        photo: opponent_photo
            .and_then(optional_text)
            .or(optional_text(row.get(3)?)),
        description: optional_text(row.get(4)?),
        owner: optional_user(row.get(5)?).or(opponent).unwrap_or(me),
        occupants: Vec::new(),
        opponent,
        last,
        last_activity: UnixMillis(row.get(7)?),
        unread: row.get::<_, u32>(13)?,
        first_unread: row.get::<_, Option<Oid>>(14)?.map(Oid::message),
        draft: row.get::<_, Option<String>>(16)?,
        unsent: row.get(15)?,
    })
}
