//! Texts that change after they were sent.
//!
//! News of a change come as corrections on the line, in the order of writing, and as rows of the
//! history, which can be older than what the line has told meanwhile. A row says when its text was
//! last changed: one that knows less than is known here does not bring an old text back.

use cubist_protocol::ext::extra_params::{ExtraEntry, ExtraParams};
use rusqlite::params;

use crate::attachments::wire;
use crate::model::{MessageId, UnixMillis, UserId};
use crate::store::messages::reading::decode_extra;
use crate::store::messages::{MessageRecord, Present, early, encode_extra, mentions, present};
use crate::store::search::index;
use crate::store::{Error, ReadDb, WriteTx, dialogs, shared, wishes};

/// How far the moment a correction was heard of here and the one the server noted for it can lie
/// apart: the server counts in whole seconds, and its clock is known within one.
const MOMENTS_DIFFER_MILLIS: i64 = 2_000;

/// What an author made of a message (XEP-0308).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Which message.
    pub message: MessageId,
    /// Where it stands, as far as the stanza says.
    pub dialog: crate::model::DialogId,
    /// Who changed it.
    pub by: UserId,
    /// The new text.
    pub text: String,
    /// Parameters that take the place of those of the same name.
    pub extra: ExtraParams,
    /// When this was heard of, by the server's clock.
    pub at: UnixMillis,
}

/// The author corrected a message. Anyone else's correction is ignored; one of a message that is
/// not here waits for it.
pub fn correct(tx: &mut WriteTx<'_>, correction: &Correction) -> Result<(), Error> {
    let Some(present) = present(tx, correction.message)? else {
        return early::keep_correction(tx, correction);
    };
    if present.sender != correction.by || present.is_deleted() {
        return Ok(());
    }
    // What this person wrote last, here, is what they want; the server will hear of it.
    if correction.by == tx.me() && wishes::edit_waits(tx, correction.message)? {
        return Ok(());
    }
    let extra = merged(&extra_of(tx, present.row)?, &correction.extra);
    let text = match &extra {
        Some(extra) => wire::caption(correction.text.clone(), extra),
        None => wire::caption(correction.text.clone(), &extra_of(tx, present.row)?),
    };
    let same_text = present.text == text;
    if same_text && extra.is_none() && present.edited_at != 0 {
        return Ok(());
    }
    let new = Wording {
        text: &text,
        previous: (!same_text).then_some(present.text.as_str()),
        edited_at: correction.at.0,
    };
    if let Some(extra) = extra {
        set_extra(tx, &present, &extra)?;
    }
    set_text(tx, &present, correction.message, &new)
}

/// This person writes another text, or takes back that they did.
pub fn edit_now(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    text: &str,
    at: Option<UnixMillis>,
) -> Result<(), Error> {
    let Some(present) = present(tx, message)? else {
        return Ok(());
    };
    let new = Wording {
        text,
        // What was never sent has no past.
        previous: (at.is_some() && present.text != text).then_some(present.text.as_str()),
        edited_at: at.map_or(present.edited_at, |at| at.0),
    };
    set_text(tx, &present, message, &new)
}

/// A message goes back to what it was before a change that was refused.
pub(in crate::store) fn put_back(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    before: &Wording<'_>,
) -> Result<(), Error> {
    match present(tx, message)? {
        Some(present) if !present.is_deleted() => set_text(tx, &present, message, before),
        _ => Ok(()),
    }
}

/// What a further copy of a message says about its text.
pub(super) fn compare(
    tx: &mut WriteTx<'_>,
    present: &Present,
    record: &MessageRecord,
) -> Result<(), Error> {
    let same_text = record.text == present.text;
    if !record.from_history {
        // The first text comes late: a page of the history was quicker.
        if !same_text && present.edited_at != 0 {
            tx.run(
                "UPDATE messages SET previous_text = ?2 WHERE row = ?1 AND previous_text = ''",
                params![present.row, record.text],
            )?;
            tx.touch_message(present.dialog, record.id);
        }
        return Ok(());
    }
    let told = record.edited_at.unwrap_or_default().0;
    if same_text && (told == present.edited_at || told == 0) {
        return Ok(());
    }
    let is_older = told.saturating_add(MOMENTS_DIFFER_MILLIS) < present.edited_at;
    if is_older || (record.sender == tx.me() && wishes::edit_waits(tx, record.id)?) {
        return Ok(());
    }
    let mut extra = record.extra.clone();
    // The history does not keep it.
    let stored = extra_of(tx, present.row)?;
    if stored.silent() {
        extra.set("silent", "1");
    }
    if extra != stored {
        set_extra(tx, present, &extra)?;
    }
    let new = Wording {
        text: &record.text,
        previous: (!same_text && told != 0).then_some(present.text.as_str()),
        edited_at: told,
    };
    set_text(tx, present, record.id, &new)
}

/// A text and what is known of the one before.
pub(in crate::store) struct Wording<'t> {
    pub(in crate::store) text: &'t str,
    /// `None` keeps what is stored.
    pub(in crate::store) previous: Option<&'t str>,
    /// Unix milliseconds; 0 when the text is the first one.
    pub(in crate::store) edited_at: i64,
}

pub(in crate::store) fn set_text(
    tx: &mut WriteTx<'_>,
    present: &Present,
    message: MessageId,
    new: &Wording<'_>,
) -> Result<(), Error> {
    tx.run(
        "UPDATE messages SET text = ?2, edited_at = ?3, previous_text = coalesce(?4, previous_text)
         WHERE row = ?1",
        params![present.row, new.text, new.edited_at, new.previous],
    )?;
    if new.text != present.text {
        index::renew(tx, present.row)?;
        shared::renew(tx, present.row)?;
    }
    if dialogs::refresh_last(tx, present.dialog, message)? {
        tx.touch_dialog(present.dialog);
    }
    tx.touch_message(present.dialog, message);
    Ok(())
}

/// What a message of this person says beyond its text changes.
pub fn set_extra_of(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    extra: &ExtraParams,
) -> Result<(), Error> {
    match present(tx, message)? {
        Some(present) => set_extra(tx, &present, extra),
        None => Ok(()),
    }
}

fn extra_of(db: &ReadDb<'_>, row: i64) -> Result<ExtraParams, Error> {
    let text = db.one("SELECT extra FROM messages WHERE row = ?1", [row], |row| {
        Ok(row.get::<_, String>(0)?)
    })?;
    decode_extra(&text.unwrap_or_default())
}

fn set_extra(tx: &mut WriteTx<'_>, present: &Present, extra: &ExtraParams) -> Result<(), Error> {
    let me = tx.me();
    tx.run(
        "UPDATE messages SET extra = ?2, mentions_me = ?3 WHERE row = ?1",
        params![
            present.row,
            encode_extra(extra),
            present.sender != me && mentions(extra, me)
        ],
    )?;
    if present.unread {
        // The row of the list shows whether an unread message names this person.
        tx.touch_dialog(present.dialog);
    }
    // What the message carries is found and listed, too.
    index::renew(tx, present.row)?;
    shared::renew(tx, present.row)
}

/// Parameters after a correction: what it names takes the place of the old, its attachments that
/// of all attachments; everything else stays. `None` when nothing is different.
fn merged(old: &ExtraParams, new: &ExtraParams) -> Option<ExtraParams> {
    let mut merged = old.clone();
    if new.attachments().next().is_some() {
        merged
            .entries
            .retain(|entry| !matches!(entry, ExtraEntry::Attachment(_)));
    }
    for entry in &new.entries {
        if let Some(name) = entry.name() {
            merged.remove(name);
        }
        merged.entries.push(entry.clone());
    }
    // Stored as JSON, whose keys have no order.
    (merged.to_json() != old.to_json()).then_some(merged)
}

#[cfg(test)]
mod tests;
