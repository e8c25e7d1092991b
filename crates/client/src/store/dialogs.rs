//! Dialogs, with what their row in the chat list shows kept beside them.
//!
//! The newest message, the unread count and the last activity are copied into the dialog's row and
//! kept up by every write, so that a page of the list is one walk along one index however long the
//! dialogs are.

mod badge;
mod history;
mod newest;
mod place;
mod reading;
mod unread;

use rusqlite::params;

pub use self::badge::unread;
pub use self::history::{clear_history, forget_history};
pub(super) use self::newest::{
    Newcomers, add_newcomers, bump, find_last, forget_last, refresh_last, refresh_last_status,
};
pub use self::place::{behind, place_behind};
pub(super) use self::reading::name;
pub use self::reading::{
    complete_ids, incomplete, is_incomplete, is_known, load, most_recent, occupants, page,
    server_last, unsettled, with_opponent,
};
pub(super) use self::unread::change_unread;
pub use self::unread::{mark_all_read, mark_everything_read, mark_read};
use crate::model::{
    DialogId, DialogKind, Failure, FailureKind, Field, KeptDraft, MessageId, Position, Status,
    UnixMillis, UserId,
};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, WriteTx, messages, organise, outbox};

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
    /// What else it says.
    pub details: Details,
}

/// What the server says of a dialog beyond its row in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// How many are in it.
    pub occupant_count: u32,
    /// People with more rights, without the owner, ascending.
    pub admins: Vec<UserId>,
    /// Fields of the application's own, by name.
    pub fields: Vec<Field>,
    /// Whether people who are not in it may read its newest messages.
    pub allow_preview: bool,
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
            seconds: messages::stored_seconds(self.sent_at),
            id: self.id,
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
        "INSERT INTO dialogs (id, kind, name, photo, description, owner, opponent, created_at, last_activity,
           occupant_count, admins, fields, allow_preview)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
           photo = excluded.photo, description = excluded.description, owner = excluded.owner,
           opponent = excluded.opponent, created_at = excluded.created_at, incomplete = 0,
           last_activity = max(last_activity, excluded.last_activity),
           occupant_count = excluded.occupant_count, admins = excluded.admins,
           fields = excluded.fields, allow_preview = excluded.allow_preview",
        params![
            Oid::from(record.id),
            record.kind.code(),
            record.name,
            record.photo.as_deref().unwrap_or_default(),
            record.description.as_deref().unwrap_or_default(),
            record.owner.map_or(0, UserId::as_i64),
            opponent.map_or(0, UserId::as_i64),
            created.0,
            record.details.occupant_count,
            people_text(&record.details.admins),
            fields_text(&record.details.fields),
            record.details.allow_preview,
        ],
    )?;
    save_occupants(tx, record.id, &record.occupants)?;
    if let Some(last) = &record.last {
        let is_news = newest::save_server_last(tx, record.id, last)?;
        if is_news && last.sender != me && record.unread.is_some_and(|unread| unread > 0) {
            organise::bring_back(tx, record.id, last.sent_at)?;
        }
    }
    if let Some(unread) = record.unread {
        unread::reconcile_unread(
            tx,
            record.id,
            unread,
            record.last.as_ref().map(LastRecord::position),
        )?;
    }
    messages::take_early_lines(tx, record.id)?;
    tx.touch_dialog(record.id);
    Ok(())
}

/// Keeps what the server said about notifying this person of messages here.
pub fn set_notifications(tx: &mut WriteTx<'_>, id: DialogId, enabled: bool) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE dialogs SET notifications = ?2 WHERE id = ?1 AND notifications <> ?2",
        params![Oid::from(id), enabled],
    )?;
    if changed > 0 {
        tx.touch_dialog(id);
    }
    Ok(())
}

fn people_text(people: &[UserId]) -> String {
    if people.is_empty() {
        return String::new();
    }
    serde_json::json!(people).to_string()
}

fn fields_text(fields: &[Field]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let pairs = fields
        .iter()
        .map(|field| (field.name.clone(), field.value.clone().into()));
    serde_json::Value::Object(pairs.collect()).to_string()
}

/// Makes a row for a dialog of which only a message is known so far, so that the message can be
/// shown at once. What the server knows of it is fetched behind it.
fn ensure(
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

/// The home of a private message that names its dialog.
///
/// A sender can name any dialog; what is said in private stays between the two. So a dialog of
/// other people is no home, and one that nobody knows yet is made. Returns whether the server must
/// be asked for the rest of it, or `None` when the message does not belong there.
pub fn home_of_private(
    tx: &mut WriteTx<'_>,
    id: DialogId,
    opponent: UserId,
) -> Result<Option<bool>, Error> {
    let known = tx.one(
        "SELECT kind = 3 AND opponent = ?2, incomplete FROM dialogs WHERE id = ?1",
        params![Oid::from(id), opponent.as_i64()],
        |row| Ok((row.get::<_, bool>(0)?, row.get::<_, bool>(1)?)),
    )?;
    if let Some((theirs, incomplete)) = known {
        return Ok(theirs.then_some(incomplete));
    }
    ensure(tx, id, DialogKind::Private, Some(opponent))?;
    Ok(Some(true))
}

/// The home of a message of a room, made if nobody knows it yet. Returns whether the server must
/// be asked for the rest of it.
pub fn home_of_room(tx: &mut WriteTx<'_>, id: DialogId) -> Result<bool, Error> {
    let known = tx.one(
        "SELECT incomplete FROM dialogs WHERE id = ?1",
        [Oid::from(id)],
        |row| Ok(row.get::<_, bool>(0)?),
    )?;
    if known.is_none() {
        ensure(tx, id, DialogKind::Group, None)?;
    }
    Ok(known.unwrap_or(true))
}

/// The dialog that was made first: ids begin with the second of their making.
pub fn oldest(db: &ReadDb<'_>) -> Result<Option<DialogId>, Error> {
    db.one(
        "SELECT id FROM dialogs WHERE id > x'' ORDER BY id LIMIT 1",
        [],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )
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

/// Takes a dialog out of the cache that the server does not give any more. A group in which this
/// person wrote something that nobody has stays, without them among its people: what they wrote has
/// failed, with the reason, and [`let_lost_go`] takes the group along with the last of it. The other
/// kinds need nobody's leave to come back.
pub fn lose(tx: &mut WriteTx<'_>, id: DialogId) -> Result<(), Error> {
    let unsent = if is_group(tx, id)? {
        outbox::unsent_in(tx, id)?
    } else {
        Vec::new()
    };
    if unsent.is_empty() {
        return remove(tx, id);
    }
    let failure = Failure {
        kind: FailureKind::NotMember,
        text: None,
    };
    for message in unsent {
        outbox::fail(tx, message, &failure)?;
    }
    tx.run(
        "DELETE FROM occupants WHERE dialog = ?1 AND user = ?2",
        params![Oid::from(id), tx.me().as_i64()],
    )?;
    tx.touch_dialog(id);
    Ok(())
}

/// Takes a group out of the cache that was only kept for what was not sent there, if that is gone.
pub fn let_lost_go(tx: &mut WriteTx<'_>, id: DialogId) -> Result<(), Error> {
    let is_lost =
        is_group(tx, id)? && !is_incomplete(tx, id)? && !occupants(tx, id)?.contains(&tx.me());
    if is_lost && outbox::unsent_in(tx, id)?.is_empty() {
        remove(tx, id)?;
    }
    Ok(())
}

fn is_group(db: &ReadDb<'_>, id: DialogId) -> Result<bool, Error> {
    let found = db.one(
        "SELECT 1 FROM dialogs WHERE id = ?1 AND kind = ?2",
        params![Oid::from(id), DialogKind::Group.code()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Keeps what stands in the field, with what it answers or changes; an empty one is forgotten.
pub fn save_draft(tx: &mut WriteTx<'_>, dialog: DialogId, draft: &KeptDraft) -> Result<(), Error> {
    let changed = if *draft == KeptDraft::default() {
        tx.run("DELETE FROM drafts WHERE dialog = ?1", [Oid::from(dialog)])?
    } else {
        tx.run(
            "INSERT INTO drafts (dialog, text, reply, edit)
             SELECT id, ?2, ?3, ?4 FROM dialogs WHERE id = ?1
             ON CONFLICT (dialog) DO UPDATE SET text = excluded.text, reply = excluded.reply,
               edit = excluded.edit
             WHERE (text, reply, edit) <> (excluded.text, excluded.reply, excluded.edit)",
            params![
                Oid::from(dialog),
                draft.text,
                task_text(draft.reply.as_ref()),
                task_text(draft.edit.as_ref())
            ],
        )?
    };
    if changed > 0 {
        tx.touch_dialog(dialog);
    }
    Ok(())
}

/// What a draft is for, as a column keeps it.
fn task_text<T: serde::Serialize>(task: Option<&T>) -> String {
    // Texts and numbers only; there is nothing in it that JSON could not hold.
    task.map(|task| serde_json::to_string(task).unwrap_or_default())
        .unwrap_or_default()
}

fn save_occupants(tx: &mut WriteTx<'_>, id: DialogId, occupants: &[UserId]) -> Result<(), Error> {
    let present = self::occupants(tx, id)?;
    for gone in present.iter().filter(|user| !occupants.contains(user)) {
        tx.run(
            "DELETE FROM occupants WHERE dialog = ?1 AND user = ?2",
            params![Oid::from(id), gone.as_i64()],
        )?;
    }
    for occupant in occupants
        .iter()
        .filter(|user| present.binary_search(user).is_err())
    {
        tx.run(
            "INSERT INTO occupants (dialog, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![Oid::from(id), occupant.as_i64()],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
