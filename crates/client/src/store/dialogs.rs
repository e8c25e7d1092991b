//! Dialogs, with what their row in the chat list shows kept beside them.
//!
//! The newest message, the unread count and the last activity are copied into the dialog's row and
//! kept up by every write, so that a page of the list is one walk along one index however long the
//! dialogs are.

use rusqlite::{Row, params};

use crate::model::{
    Cursor, Dialog, DialogId, DialogKind, DialogPage, DialogQuery, MessageId, Position, Preview,
    Status, UnixMillis, UserId,
};
use crate::store::columns::{Oid, optional_message, optional_text, optional_user, user};
use crate::store::messages::{self, NewRow};
use crate::store::receipts::{self, Kind};
use crate::store::{Error, ReadDb, WriteTx};

/// A row of the list shows no more of a message than this many characters.
const PREVIEW_CHARS: usize = 200;

/// More unread messages than this are marked by one request for the whole dialog instead of one
/// marker each.
const MARKERS_AT_ONCE: usize = 20;

/// A dialog as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogRecord {
    /// Its id.
    pub id: DialogId,
    /// Its kind.
    pub kind: DialogKind,
    /// Its title.
    pub name: String,
    /// Its picture.
    pub photo: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Who made it.
    pub owner: Option<UserId>,
    /// Who is in it.
    pub occupants: Vec<UserId>,
    /// When it was made.
    pub created_at: Option<UnixMillis>,
    /// Its newest message.
    pub last: Option<LastRecord>,
    /// Unread messages of this person as the server counts them; `None` when it does not say.
    pub unread: Option<u32>,
}

/// The newest message of a dialog as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRecord {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub sender: UserId,
    /// Its text.
    pub text: String,
    /// When it was sent.
    pub sent_at: UnixMillis,
    /// How far it has come, if it is of this person.
    pub status: Option<Status>,
}

impl LastRecord {
    /// Its place in the dialog.
    pub fn position(&self) -> Position {
        Position {
            seconds: self.sent_at.seconds(),
            id: self.id,
        }
    }
}

/// What new messages of one batch mean for the dialog's row.
#[derive(Default)]
pub(super) struct Newcomers {
    last: Option<(Position, UserId, String, Status)>,
    /// Where the unread ones stand, and whether the server counts them.
    unread: Vec<(Position, bool)>,
}

impl Newcomers {
    pub(super) fn add(&mut self, me: UserId, row: &NewRow<'_>) {
        let place = row.record.position();
        if row.unread {
            self.unread.push((place, row.record.in_history));
        }
        if self.last.as_ref().is_none_or(|(newest, ..)| place > *newest) {
            let status = if row.record.sender == me { row.status } else { Status::Failed };
            self.last = Some((place, row.record.sender, preview(&row.record.text), status));
        }
    }
}

/// Stores dialogs as the server describes them. Everything that is cached of them stays.
pub fn save(tx: &mut WriteTx<'_>, record: &DialogRecord) -> Result<(), Error> {
    let me = tx.me();
    let opponent = match record.kind {
        DialogKind::Private => record.occupants.iter().find(|&&id| id != me).copied(),
        DialogKind::Broadcast | DialogKind::Group | DialogKind::Public => None,
    };
    let created = record.created_at.unwrap_or_default();
    tx.run(
        "INSERT INTO dialogs (id, kind, name, photo, description, owner, opponent, created_at, last_activity)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
           photo = excluded.photo, description = excluded.description, owner = excluded.owner,
           opponent = excluded.opponent, created_at = excluded.created_at, incomplete = 0,
           last_activity = max(last_activity, excluded.last_activity)",
        params![
            Oid::from(record.id),
            record.kind.code(),
            record.name,
            record.photo.as_deref().unwrap_or_default(),
            record.description.as_deref().unwrap_or_default(),
            record.owner.map_or(0, UserId::as_i64),
            opponent.map_or(0, UserId::as_i64),
            created.0,
        ],
    )?;
    save_occupants(tx, record.id, &record.occupants)?;
    if let Some(last) = &record.last {
        save_server_last(tx, record.id, last)?;
    }
    if let Some(unread) = record.unread {
        reconcile_unread(tx, record.id, unread, record.last.as_ref().map(LastRecord::position))?;
    }
    tx.touch_dialog(record.id);
    Ok(())
}

/// Makes a row for a dialog of which only a message is known so far, so that the message can be
/// shown at once. What the server knows of it is fetched behind it.
pub fn ensure(
    tx: &mut WriteTx<'_>,
    id: DialogId,
    kind: DialogKind,
    opponent: Option<UserId>,
) -> Result<(), Error> {
    let made = tx.run(
        "INSERT INTO dialogs (id, kind, opponent, incomplete) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (id) DO NOTHING",
        params![
            Oid::from(id),
            kind.code(),
            opponent.map_or(0, UserId::as_i64)
        ],
    )?;
    if made > 0 {
        if let Some(opponent) = opponent {
            let me = tx.me();
            save_occupants(tx, id, &[me, opponent])?;
        }
        tx.touch_dialog(id);
    }
    Ok(())
}

/// Takes a dialog and everything in it out of the cache.
pub fn remove(tx: &mut WriteTx<'_>, id: DialogId) -> Result<(), Error> {
    tx.run(
        "DELETE FROM messages_fts WHERE rowid IN (SELECT row FROM messages WHERE dialog = ?1)",
        [Oid::from(id)],
    )?;
    tx.run("DELETE FROM receipts WHERE dialog = ?1", [Oid::from(id)])?;
    if tx.run("DELETE FROM dialogs WHERE id = ?1", [Oid::from(id)])? > 0 {
        tx.touch_dialog(id);
        tx.touch_outbox();
    }
    Ok(())
}

/// Keeps what was typed; an empty text forgets it.
pub fn save_draft(tx: &mut WriteTx<'_>, dialog: DialogId, text: &str) -> Result<(), Error> {
    let changed = if text.is_empty() {
        tx.run("DELETE FROM drafts WHERE dialog = ?1", [Oid::from(dialog)])?
    } else {
        tx.run(
            "INSERT INTO drafts (dialog, text)
             SELECT id, ?2 FROM dialogs WHERE id = ?1
             ON CONFLICT (dialog) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
            params![Oid::from(dialog), text],
        )?
    };
    if changed > 0 {
        tx.touch_dialog(dialog);
    }
    Ok(())
}

/// The person has seen everything up to `up_to`. Counts at once; what others must be told is
/// queued. Returns whether anything was unread.
pub fn mark_read(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    up_to: Position,
) -> Result<bool, Error> {
    let seen = messages::set_read(tx, dialog, up_to)?;
    change_unread(tx, dialog, -i64::try_from(seen.len()).unwrap_or(i64::MAX))?;
    let newest = tx
        .one(
            "SELECT last_date, last_id, server_last_date, server_last_id, unread_elsewhere
             FROM dialogs WHERE id = ?1",
            [Oid::from(dialog)],
            |row| {
                let last = stored_position(row.get(0)?, &row.get::<_, Vec<u8>>(1)?);
                let server = stored_position(row.get(2)?, &row.get::<_, Vec<u8>>(3)?);
                Ok((last.max(server), row.get::<_, i64>(4)?))
            },
        )?
        .unwrap_or((None, 0));
    let (newest, elsewhere) = newest;
    let everything = newest.is_some_and(|newest| up_to >= newest);
    let whole_dialog = everything && (elsewhere > 0 || seen.len() > MARKERS_AT_ONCE);
    if whole_dialog {
        tx.run(
            "UPDATE dialogs SET unread_elsewhere = 0 WHERE id = ?1",
            [Oid::from(dialog)],
        )?;
        let me = tx.me();
        let author = seen.last().map_or(me, |&(_, author, _)| author);
        receipts::queue(tx, Kind::DialogRead, dialog, up_to.id, author)?;
    }
    for &(message, author, in_history) in &seen {
        // The request for the whole dialog reaches what the server keeps, and nothing else.
        if !(whole_dialog && in_history) {
            receipts::queue(tx, Kind::Displayed, dialog, message, author)?;
        }
    }
    let any = !seen.is_empty() || whole_dialog;
    if any {
        tx.touch_dialog(dialog);
    }
    Ok(any)
}

/// Brings the unread count in line with the server's, which knows what other devices did.
///
/// The server does not know yet what waits in the queue of markers, and says nothing about what
/// arrived after its newest message `known`.
fn reconcile_unread(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    on_server: u32,
    known: Option<Position>,
) -> Result<(), Error> {
    let on_server = match receipts::displayed_waiting(tx, dialog)? {
        Some(waiting) => i64::from(on_server.saturating_sub(waiting)),
        None => 0,
    };
    let known = known.unwrap_or(Position::BEGIN);
    let here: i64 = tx
        .one(
            "SELECT count(*) FROM messages WHERE dialog = ?1 AND unread = 1 AND in_history = 1
               AND (date_sent, id) <= (?2, ?3)",
            params![Oid::from(dialog), known.seconds, Oid::from(known.id)],
            |row| Ok(row.get(0)?),
        )?
        .unwrap_or_default();
    tx.run(
        "UPDATE dialogs SET unread_elsewhere = ?2 WHERE id = ?1",
        params![Oid::from(dialog), (on_server - here).max(0)],
    )?;
    // Fewer there than here: the oldest ones have been seen on another device.
    if here > on_server {
        let place = tx.one(
            "SELECT date_sent, id FROM messages WHERE dialog = ?1 AND unread = 1 AND in_history = 1
             ORDER BY date_sent, id LIMIT 1 OFFSET ?2",
            params![Oid::from(dialog), here - on_server - 1],
            |row| {
                Ok(Position {
                    seconds: row.get(0)?,
                    id: row.get::<_, Oid>(1)?.message(),
                })
            },
        )?;
        if let Some(place) = place {
            let seen = messages::set_read(tx, dialog, place)?;
            change_unread(tx, dialog, -i64::try_from(seen.len()).unwrap_or(i64::MAX))?;
        }
    }
    Ok(())
}

fn save_occupants(tx: &mut WriteTx<'_>, id: DialogId, occupants: &[UserId]) -> Result<(), Error> {
    let present = self::occupants(tx, id)?;
    for gone in present.iter().filter(|user| !occupants.contains(user)) {
        tx.run(
            "DELETE FROM occupants WHERE dialog = ?1 AND user = ?2",
            params![Oid::from(id), gone.as_i64()],
        )?;
    }
    for occupant in occupants.iter().filter(|user| present.binary_search(user).is_err()) {
        tx.run(
            "INSERT INTO occupants (dialog, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![Oid::from(id), occupant.as_i64()],
        )?;
    }
    Ok(())
}

fn save_server_last(tx: &mut WriteTx<'_>, id: DialogId, last: &LastRecord) -> Result<(), Error> {
    let me = tx.me();
    let mine = last.sender == me;
    let status = last.status.filter(|_| mine).unwrap_or(if mine { Status::Sent } else { Status::Failed });
    tx.run(
        "UPDATE dialogs SET server_last_id = ?2, server_last_date = ?3
         WHERE id = ?1 AND (server_last_date, server_last_id) < (?3, ?2)",
        params![Oid::from(id), Oid::from(last.id), last.sent_at.seconds()],
    )?;
    if messages::sender(tx, last.id)? == Some(me) {
        // Only who has it is unknown here; how far it came is not.
        messages::confirm(tx, last.id, status)?;
    }
    set_last(tx, id, last.position(), last.sender, &preview(&last.text), status)
}

fn set_last(
    tx: &mut WriteTx<'_>,
    id: DialogId,
    place: Position,
    sender: UserId,
    text: &str,
    status: Status,
) -> Result<(), Error> {
    tx.run(
        "UPDATE dialogs SET last_id = ?2, last_date = ?3, last_sender = ?4, last_text = ?5,
           last_status = ?6, last_activity = max(last_activity, ?3 * 1000)
         WHERE id = ?1 AND (last_id = x'' OR (last_date, last_id) < (?3, ?2))",
        params![
            Oid::from(id),
            Oid::from(place.id),
            place.seconds,
            sender.as_i64(),
            text,
            status.code()
        ],
    )?;
    Ok(())
}

pub(super) fn add_newcomers(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    newcomers: &Newcomers,
) -> Result<(), Error> {
    if let Some((place, sender, text, status)) = &newcomers.last {
        set_last(tx, dialog, *place, *sender, text, *status)?;
    }
    let unread = i64::try_from(newcomers.unread.len()).unwrap_or(i64::MAX);
    change_unread(tx, dialog, unread)?;
    if unread > 0 {
        // What the server had counted already was unread elsewhere until now.
        let counted_up_to = server_last(tx, dialog)?.unwrap_or(Position::BEGIN);
        let counted = newcomers
            .unread
            .iter()
            .filter(|&&(place, in_history)| in_history && place <= counted_up_to)
            .count();
        tx.run(
            "UPDATE dialogs SET unread_elsewhere = max(0, unread_elsewhere - ?2)
             WHERE id = ?1 AND unread_elsewhere > 0",
            params![Oid::from(dialog), i64::try_from(counted).unwrap_or(i64::MAX)],
        )?;
    }
    tx.touch_dialog(dialog);
    Ok(())
}

pub(super) fn change_unread(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    by: i64,
) -> Result<(), Error> {
    if by != 0 {
        tx.run(
            "UPDATE dialogs SET unread_known = max(0, unread_known + ?2) WHERE id = ?1",
            params![Oid::from(dialog), by],
        )?;
    }
    Ok(())
}

/// The tick of the newest message, when it is this one.
pub(super) fn refresh_last_status(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    status: Status,
) -> Result<(), Error> {
    tx.run(
        "UPDATE dialogs SET last_status = ?3 WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message), status.code()],
    )?;
    Ok(())
}

/// The text of the newest message, when it is this one. Returns whether it is.
pub(super) fn refresh_last_text(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    text: &str,
) -> Result<bool, Error> {
    let changed = tx.run(
        "UPDATE dialogs SET last_text = ?3 WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message), preview(text)],
    )?;
    Ok(changed > 0)
}

/// The newest message is gone when it was this one: the one before it takes its place. The dialog
/// keeps its place in the list, which would otherwise jump.
pub(super) fn forget_last(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
) -> Result<(), Error> {
    let was_last = tx.run(
        "UPDATE dialogs SET last_id = x'', last_date = 0, last_sender = 0, last_text = '', last_status = 0
         WHERE id = ?1 AND last_id = ?2",
        params![Oid::from(dialog), Oid::from(message)],
    )? > 0;
    if !was_last {
        return Ok(());
    }
    let newest = messages::page_below(tx, dialog, Position::END, Position::BEGIN, 1)?;
    if let Some(newest) = newest.first() {
        let status = if newest.sender == tx.me() { newest.status } else { Status::Failed };
        set_last(
            tx,
            dialog,
            newest.position(),
            newest.sender,
            &preview(&newest.text),
            status,
        )?;
    }
    Ok(())
}

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
        .one("SELECT 1 FROM dialogs WHERE id = ?1", [Oid::from(id)], |_| Ok(()))?
        .is_some())
}

/// Whether a private message of this opponent can belong to the dialog: it is theirs, or unknown.
pub fn may_hold_private(
    db: &ReadDb<'_>,
    id: DialogId,
    opponent: UserId,
) -> Result<bool, Error> {
    let theirs = db.one(
        "SELECT kind = 3 AND opponent = ?2 FROM dialogs WHERE id = ?1",
        params![Oid::from(id), opponent.as_i64()],
        |row| Ok(row.get::<_, bool>(0)?),
    )?;
    Ok(theirs.unwrap_or(true))
}

/// Whether only a message is known of the dialog so far.
pub fn is_incomplete(db: &ReadDb<'_>, id: DialogId) -> Result<bool, Error> {
    let incomplete = db.one(
        "SELECT incomplete FROM dialogs WHERE id = ?1",
        [Oid::from(id)],
        |row| Ok(row.get::<_, bool>(0)?),
    )?;
    Ok(incomplete.unwrap_or(false))
}

/// Dialogs of which only a message is known so far.
pub fn incomplete(db: &ReadDb<'_>, limit: u32) -> Result<Vec<DialogId>, Error> {
    db.all(
        "SELECT id FROM dialogs WHERE incomplete = 1 LIMIT ?1",
        [limit],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
}

/// Dialogs whose counts or ticks another device or person may have changed while this one was
/// away, the most recent ones of each kind.
pub fn unsettled(db: &ReadDb<'_>, limit: u32) -> Result<Vec<DialogId>, Error> {
    let id = |row: &Row<'_>| Ok(row.get::<_, Oid>(0)?.dialog());
    let mut found = db.all(
        "SELECT id FROM dialogs WHERE unread_known + unread_elsewhere > 0
         ORDER BY last_activity DESC, id DESC LIMIT ?1",
        [limit],
        id,
    )?;
    found.extend(db.all(
        "SELECT id FROM dialogs WHERE last_status IN (2, 3)
         ORDER BY last_activity DESC, id DESC LIMIT ?1",
        [limit],
        id,
    )?);
    found.sort_unstable();
    found.dedup();
    Ok(found)
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
pub(super) fn name(db: &ReadDb<'_>, id: DialogId) -> Result<Option<String>, Error> {
    db.one(
        "SELECT coalesce(nullif(u.name, ''), d.name) FROM dialogs d
         LEFT JOIN users u ON u.id = d.opponent WHERE d.id = ?1",
        [Oid::from(id)],
        |row| Ok(row.get(0)?),
    )
}

fn with_occupants(db: &ReadDb<'_>, mut dialog: Dialog) -> Result<Dialog, Error> {
    dialog.occupants = occupants(db, dialog.id)?;
    Ok(dialog)
}

fn stored_position(seconds: i64, id: &[u8]) -> Option<Position> {
    optional_message(id).map(|id| Position { seconds, id })
}

/// The beginning of a text, cut between characters.
fn preview(text: &str) -> String {
    text.chars().take(PREVIEW_CHARS).collect()
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
        first_unread: row
            .get::<_, Option<Oid>>(14)?
            .map(Oid::message),
        draft: row.get::<_, Option<String>>(16)?,
        unsent: row.get(15)?,
    })
}

#[cfg(test)]
mod tests;
