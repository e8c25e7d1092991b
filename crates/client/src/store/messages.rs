//! Messages: stored once, merged with every further copy, read in pages.

mod apart;
mod changes;
mod early;
mod lines;
mod marks;
mod present;
mod reading;
mod removal;
mod rows;

use std::collections::BTreeMap;

use cubist_protocol::ext::extra_params::ExtraParams;
use rusqlite::params;

pub(super) use self::apart::{insert_apart, move_to};
pub use self::changes::{Correction, correct, edit_now, set_extra_of};
pub(super) use self::changes::{Wording, put_back};
pub(super) use self::early::keep_reaction as keep_early_reaction;
pub(super) use self::lines::take_early_lines;
pub use self::lines::{LineRecord, add_line, receive_line};
pub(super) use self::marks::{confirm, seen, set_read};
pub use self::marks::{marked, marked_at};
pub use self::present::sender;
use self::present::{Present, merge, present};
pub use self::reading::{
    confirmed_above, confirmed_below, count, first_unread, load, newest_in_history, newest_place,
    page_above, page_below, place, place_in_history,
};
pub(super) use self::reading::{decode_extra, load_row, newest};
pub use self::removal::{forget, forget_missing, remove_for_all};
pub(super) use self::removal::{gone, hide, show_again};
pub(super) use self::rows::ROW_BITS;
use self::rows::{Rows, free_row};
use crate::model::{
    CustomFields, DialogId, Message, MessageId, Position, Status, UnixMillis, UserId,
};
use crate::store::columns::Oid;
use crate::store::dialogs::{self, Newcomers};
use crate::store::reactions::{self, Snapshot};
use crate::store::receipts::{self, Kind};
use crate::store::search::index::{self, Entry};
use crate::store::states::Mark;
use crate::store::{Error, WriteTx, ranges, shared, states};

/// Dates outside of 1970 to 2242 are moved to the nearest of the two: they come from strangers,
/// and a row number must hold them.
pub(super) const MAX_SECONDS: i64 = (1 << 33) - 1;

/// A message as some source tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// Its id.
    pub id: MessageId,
    /// The dialog, which must be in the cache.
    pub dialog: DialogId,
    /// Who wrote it.
    pub sender: UserId,
    /// Its text.
    pub text: String,
    /// When it was sent; kept in whole seconds.
    pub sent_at: UnixMillis,
    /// `Pending` for one that is about to be sent, `Sent` for what the server gave.
    pub status: Status,
    /// Whether the server keeps it.
    pub in_history: bool,
    /// Further parameters, as they came.
    pub extra: ExtraParams,
    /// Who has it, according to this source.
    pub delivered_to: Vec<UserId>,
    /// Who has seen it, according to this source.
    pub read_by: Vec<UserId>,
    /// Whether the source is the server's own history, whose text is the present one (edits).
    pub from_history: bool,
    /// When its author last changed it, according to this source.
    pub edited_at: Option<UnixMillis>,
    /// Reactions to it, according to this source; only the history tells.
    pub reactions: Snapshot,
}

impl MessageRecord {
    /// Its place in the dialog, as it will be stored.
    pub fn position(&self) -> Position {
        Position {
            seconds: self.seconds(),
            id: self.id,
        }
    }

    fn seconds(&self) -> i64 {
        stored_seconds(self.sent_at)
    }
}

/// The second a date is stored as.
pub(super) fn stored_seconds(date: UnixMillis) -> i64 {
    date.seconds().clamp(0, MAX_SECONDS)
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It was not here before.
    New,
    /// It was, and has been merged.
    Known,
}

/// Stores one message, or merges it with the copy that is here.
pub fn insert(tx: &mut WriteTx<'_>, record: &MessageRecord) -> Result<Stored, Error> {
    let stored = insert_batch(tx, std::slice::from_ref(record))?;
    Ok(stored.first().copied().unwrap_or(Stored::Known))
}

/// Stores messages in their order. The cost of each does not depend on how many there are already.
///
/// A message of someone else that is new here, and that no device of this person has confirmed, is
/// owed a received marker; that is queued in the same transaction.
pub fn insert_batch(tx: &mut WriteTx<'_>, records: &[MessageRecord]) -> Result<Vec<Stored>, Error> {
    let mut outcome = Vec::with_capacity(records.len());
    let mut newcomers: BTreeMap<DialogId, Newcomers> = BTreeMap::new();
    let mut rows = Rows::new(tx)?;
    let mut changed_before: Vec<MessageId> = Vec::new();
    for record in records {
        let stored = if let Some(message) = insert_row(tx, &mut rows, record)? {
            if rows.early_changes {
                changed_before.push(record.id);
            }
            newcomers
                .entry(record.dialog)
                .or_default()
                .add(tx.me(), &message);
            Stored::New
        } else {
            // What is pending for the dialog's row must be there before the row is looked at.
            if let Some(pending) = newcomers.remove(&record.dialog) {
                dialogs::add_newcomers(tx, record.dialog, &pending, rows.any_archived)?;
            }
            merge(tx, record)?;
            Stored::Known
        };
        outcome.push(stored);
    }
    for (dialog, newcomers) in newcomers {
        dialogs::add_newcomers(tx, dialog, &newcomers, rows.any_archived)?;
    }
    // Only now do the dialogs know the messages that are changed here.
    for message in changed_before {
        early::apply(tx, message)?;
    }
    Ok(outcome)
}

/// Stores messages that came on the line. In dialogs that `is_current` says nothing was missed in,
/// they continue the newest known part of the history.
pub fn insert_live(
    tx: &mut WriteTx<'_>,
    records: &[MessageRecord],
    is_current: impl Fn(DialogId) -> bool,
) -> Result<Vec<Stored>, Error> {
    let stored = insert_batch(tx, records)?;
    let mut reached: BTreeMap<DialogId, Position> = BTreeMap::new();
    for (record, stored) in records.iter().zip(&stored) {
        let place = match stored {
            Stored::New => record
                .in_history
                .then(|| (record.dialog, record.position())),
            Stored::Known => place_in_history(tx, record.id)?,
        };
        if let Some((dialog, place)) = place {
            let newest = reached.entry(dialog).or_insert(place);
            *newest = place.max(*newest);
        }
    }
    for (dialog, place) in reached {
        if is_current(dialog) {
            ranges::extend_top(tx, dialog, place)?;
        }
    }
    Ok(stored)
}

/// A row that was just made: what the dialog's own row must know of it.
pub(super) struct NewRow<'r> {
    pub(super) record: &'r MessageRecord,
    pub(super) status: Status,
    pub(super) unread: bool,
}

fn insert_row<'r>(
    tx: &mut WriteTx<'_>,
    rows: &mut Rows,
    record: &'r MessageRecord,
) -> Result<Option<NewRow<'r>>, Error> {
    let me = tx.me();
    if rows.any_gone && removal::is_gone(tx, record.dialog, record.id)? {
        return Ok(None);
    }
    let mine = record.sender == me;
    let seen = record.read_by.contains(&me);
    let status = match (mine, seen) {
        (true, _) => record.status,
        (false, true) => Status::Read,
        (false, false) => Status::Delivered,
    };
    let row = rows.free(tx, record.seconds())?;
    let inserted = tx.run(
        "INSERT INTO messages (row, id, dialog, sender, text, date_sent, status, in_history, unread, extra,
           edited_at, reactions, mentions_me)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO NOTHING",
        params![
            row,
            Oid::from(record.id),
            Oid::from(record.dialog),
            record.sender.as_i64(),
            record.text,
            record.seconds(),
            status.code(),
            record.in_history,
            !mine && !seen,
            encode_extra(&record.extra),
            record.edited_at.unwrap_or_default().0,
            reactions::encode(&record.reactions.tally()),
            !mine && mentions(&record.extra, me)
        ],
    )?;
    if inserted == 0 {
        return Ok(None);
    }
    let entry = Entry {
        row,
        dialog: record.dialog,
        sender: record.sender,
        text: &record.text,
        extra: &record.extra,
    };
    index::add(tx, &entry)?;
    let mut made = NewRow {
        record,
        status,
        unread: !mine && !seen,
    };
    shared::add(
        tx,
        &shared::Sharing {
            dialog: record.dialog,
            place: record.position(),
            text: &record.text,
            extra: &record.extra,
        },
    )?;
    let early = if rows.early_markers {
        states::take_early(tx, record.id)?
    } else {
        Vec::new()
    };
    if mine {
        made.status = apply_recipients(tx, record, status, &early)?;
    } else {
        let seen_elsewhere = early
            .iter()
            .any(|mark| mark.user == me && mark.status == Status::Read);
        if made.unread && seen_elsewhere {
            tx.run(
                "UPDATE messages SET unread = 0, status = 4 WHERE row = ?1",
                [row],
            )?;
            made.status = Status::Read;
            made.unread = false;
        }
        if !record.delivered_to.contains(&me) && !seen {
            receipts::queue(tx, Kind::Received, record.dialog, record.id, record.sender)?;
        }
    }
    if record.extra.attachments().next().is_some() || (mine && made.status >= Status::Delivered) {
        // Who has it, and where its files are, stands in tables of their own.
        tx.touch_message(record.dialog, record.id);
    } else {
        tx.touch_new_message(made.to_message());
    }
    Ok(Some(made))
}

impl NewRow<'_> {
    /// The message as reading the row would give it, while nobody has received it.
    fn to_message(&self) -> Message {
        let says = CustomFields::read(&self.record.extra);
        Message {
            id: self.record.id,
            dialog: self.record.dialog,
            sender: self.record.sender,
            text: self.record.text.clone(),
            sent_at: UnixMillis::from_seconds(self.record.seconds()),
            status: self.status,
            failure: None,
            delivered_to: Vec::new(),
            read_by: Vec::new(),
            in_history: self.record.in_history,
            attachments: Vec::new(),
            extra: self.record.extra.clone(),
            system: None,
            edited_at: self.record.edited_at,
            previous_text: None,
            deleted: false,
            reactions: reactions::shown(self.record.reactions.tally()),
            reply: says.reply,
            forwarded: says.forwarded,
            mentions: says.mentions,
            preview: says.preview,
            fields: says.fields,
            silent: says.silent,
            hold: None,
        }
    }
}

/// Notes who has a message of this person, and returns its status after that.
fn apply_recipients(
    tx: &mut WriteTx<'_>,
    record: &MessageRecord,
    status: Status,
    early: &[Mark],
) -> Result<Status, Error> {
    let told = |status: Status| {
        move |&user: &UserId| Mark {
            user,
            status,
            at: None,
        }
    };
    let delivered = record.delivered_to.iter().map(told(Status::Delivered));
    let read = record.read_by.iter().map(told(Status::Read));
    let me = tx.me();
    let mut reached = status;
    for mark in delivered.chain(read).chain(early.iter().copied()) {
        if mark.user != me {
            states::advance(tx, record.id, mark)?;
            reached = reached.advanced_to(mark.status);
        }
    }
    if reached != status {
        tx.run(
            "UPDATE messages SET status = ?2 WHERE id = ?1",
            params![Oid::from(record.id), reached.code()],
        )?;
    }
    Ok(reached)
}

/// Whether the parameters of a message name someone.
fn mentions(extra: &ExtraParams, user: UserId) -> bool {
    CustomFields::read(extra).mentions.contains(&user)
}

fn encode_extra(extra: &ExtraParams) -> String {
    if extra.entries.is_empty() {
        return String::new();
    }
    serde_json::Value::Object(extra.to_json()).to_string()
}

#[cfg(test)]
mod tests;
