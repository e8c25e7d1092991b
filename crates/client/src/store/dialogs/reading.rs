//! Reading dialogs: one, a page of the list, those that need something.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, params};

use crate::model::{
    Alerts, Cursor, Dialog, DialogId, DialogKind, DialogPage, DialogQuery, Field, FolderId,
    KeptDraft, Position, Preview, Role, Status, UnixMillis, UserId,
};
use crate::store::columns::{Oid, optional_message, optional_text, optional_user, user};
use crate::store::dialogs::newest::decode_attachment;
use crate::store::{Error, ReadDb, organise};

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
               f.text, u.name, u.avatar,
               d.occupant_count, d.admins, d.fields, d.allow_preview, d.notifications,
               o.pinned, o.archived, o.marked_unread, o.muted_until,
               CASE WHEN o.dialog IS NOT NULL THEN
                 (SELECT group_concat(g.folder) FROM folder_dialogs g WHERE g.dialog = d.id) END,
               EXISTS (SELECT 1 FROM messages m
                WHERE m.dialog = d.id AND m.mentions_me = 1 AND m.unread = 1),
               (SELECT count(*) FROM messages m WHERE m.dialog = d.id AND m.hold = 2 AND m.hold <> 0),
               f.reply, f.edit, d.last_attachment, o.alerts
             FROM dialogs d
             LEFT JOIN drafts f ON f.dialog = d.id
             LEFT JOIN users u ON u.id = d.opponent
             LEFT JOIN organised o ON o.dialog = d.id ",
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

/// A page of the chat list, last activity first. The first page has the pinned dialogs as well,
/// behind the others if their own place is further down: a list shows them at once.
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
    let mut items = found
        .into_iter()
        .take(limit)
        .map(|dialog| with_occupants(db, dialog))
        .collect::<Result<Vec<_>, _>>()?;
    let next = items.last().filter(|_| more).map(|last| Cursor {
        last_activity: last.last_activity,
        dialog: last.id,
    });
    if query.after.is_none() && more {
        for id in organise::pinned(db)? {
            if items.iter().all(|dialog| dialog.id != id) {
                items.extend(load(db, id)?);
            }
        }
    }
    Ok(DialogPage { items, next })
}

/// Every dialog whose description is in the cache, last activity first.
pub fn complete_ids(db: &ReadDb<'_>) -> Result<Vec<DialogId>, Error> {
    let all = db.all(
        "SELECT id FROM dialogs ORDER BY last_activity DESC, id DESC",
        [],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    let incomplete: BTreeSet<DialogId> = incomplete(db, u32::MAX)?.into_iter().collect();
    Ok(all
        .into_iter()
        .filter(|id| !incomplete.contains(id))
        .collect())
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

/// Whether only a message is known of the dialog so far.
pub fn is_incomplete(db: &ReadDb<'_>, id: DialogId) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 FROM dialogs WHERE id = ?1 AND incomplete = 1",
        [Oid::from(id)],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
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
    if !dialog.occupants.is_empty() {
        dialog.occupant_count = u32::try_from(dialog.occupants.len()).unwrap_or(u32::MAX);
    }
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
                attachment: decode_attachment(&row.get::<_, String>(33)?)?,
                sent_at: UnixMillis::from_seconds(place.seconds),
                status: (sender == me).then_some(status),
            })
        }
        _ => None,
    };
    let opponent_name: Option<String> = row.get(17)?;
    let opponent_photo: Option<String> = row.get(18)?;
    let owner = optional_user(row.get(5)?);
    let admins: Vec<UserId> = json(&row.get::<_, String>(20)?, "list of admins")?;
    let role = if owner == Some(me) {
        Role::Owner
    } else if admins.contains(&me) {
        Role::Admin
    } else {
        Role::Occupant
    };
    let muted_until = UnixMillis(row.get::<_, Option<i64>>(27)?.unwrap_or_default());
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
        owner: owner.or(opponent).unwrap_or(me),
        occupants: Vec::new(),
        occupant_count: row.get(19)?,
        admins,
        role,
        can_write: kind != DialogKind::Broadcast || role != Role::Occupant,
        fields: fields(&row.get::<_, String>(21)?)?,
        allow_preview: row.get(22)?,
        notifications: row.get(23)?,
        opponent,
        last,
        last_activity: UnixMillis(row.get(7)?),
        unread: row.get::<_, u32>(13)?,
        first_unread: row.get::<_, Option<Oid>>(14)?.map(Oid::message),
        mention: row.get(29)?,
        scheduled: row.get(30)?,
        draft: draft(row)?,
        unsent: row.get(15)?,
        pinned: row.get(24)?,
        archived: row.get::<_, Option<bool>>(25)?.unwrap_or_default(),
        marked_unread: row.get::<_, Option<bool>>(26)?.unwrap_or_default(),
        muted_until: (muted_until > UnixMillis(0)).then_some(muted_until),
        alerts: Alerts::from_code(row.get::<_, Option<i64>>(34)?.unwrap_or_default()).ok_or(
            Error::Corrupt {
                what: "choice of alerts",
            },
        )?,
        folders: folders(&row.get::<_, Option<String>>(28)?.unwrap_or_default())?,
    })
}

/// What was typed and not sent, if a row of it is there.
fn draft(row: &Row<'_>) -> Result<Option<KeptDraft>, Error> {
    let Some(text) = row.get::<_, Option<String>>(16)? else {
        return Ok(None);
    };
    Ok(Some(KeptDraft {
        text,
        reply: task(&row.get::<_, String>(31)?)?,
        edit: task(&row.get::<_, String>(32)?)?,
    }))
}

/// A value kept as JSON; empty text is none.
fn task<T: serde::de::DeserializeOwned>(text: &str) -> Result<Option<T>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| Error::Corrupt { what: "draft" })
}

/// A list kept as JSON; empty text is an empty list.
fn json<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<Vec<T>, Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(|_| Error::Corrupt { what })
}

fn fields(text: &str) -> Result<Vec<Field>, Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let pairs: BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|_| Error::Corrupt {
            what: "set of fields",
        })?;
    Ok(pairs
        .into_iter()
        .map(|(name, value)| Field { name, value })
        .collect())
}

/// Numbers joined with commas.
fn folders(text: &str) -> Result<Vec<FolderId>, Error> {
    let numbers = text.split(',').filter(|number| !number.is_empty());
    let mut folders = numbers
        .map(|number| number.parse().map(FolderId))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Error::Corrupt { what: "folder" })?;
    folders.sort_unstable();
    Ok(folders)
}
