//! What the server says of dialogs, fetched and stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use cubist_protocol::rest;

use crate::model::{DialogId, DialogKind, Position, UnixMillis, UserId};
use crate::rest::{DialogFilter, Page};
use crate::store::dialogs::{self, DialogRecord};
use crate::store::messages::LineRecord;
use crate::store::{self, ReadDb, WriteTx, messages, ranges};
use crate::sync::catch_up::{Error, PAGE};
use crate::sync::context::Context;
use crate::sync::requests::{complete, refresh};
use crate::sync::{convert, people};

/// A dialog with a hole before the first live message of the session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    pub(super) dialog: DialogId,
    /// When something last happened in it: what is fetched first.
    pub(super) activity: UnixMillis,
    /// Whether everything before the last session is in the cache, so that the changes alone
    /// suffice.
    pub(super) whole: bool,
}

/// A dialog as the server describes it.
pub(super) struct Described {
    pub(super) record: DialogRecord,
    /// Whether its messages may have changed while nobody watched, hole or not.
    pub(super) changed: bool,
    /// Whether the server knows of no message in it.
    empty: bool,
}

impl Described {
    /// What a dialog of the API says; `None` for kinds this client does not show.
    pub(super) fn new(dialog: &rest::Dialog, changed: bool) -> Option<Self> {
        let record = convert::dialog_record(dialog)?;
        let empty = dialog.last_message_id.is_none() && dialog.last_message.is_none();
        Some(Self {
            record,
            changed,
            empty,
        })
    }
}

/// Fetches the descriptions of at most [`PAGE`] dialogs, and asks for the histories that turn out
/// to be behind. A dialog the server does not give is gone: left, deleted, or never this person's.
pub(super) async fn describe(context: &Arc<Context>, ids: &[DialogId]) -> Result<(), Error> {
    let page = page_of(context, ids).await?;
    let there: BTreeSet<DialogId> = page.items.iter().map(|dialog| dialog.id).collect();
    // More than could be read: then what is missing is not known to be gone.
    let is_whole = page
        .total
        .is_none_or(|total| total <= page.items.len() as u64);
    for behind in save(context, described(&page.items)).await? {
        refresh(context, behind.dialog);
    }
    if is_whole {
        let gone: Vec<DialogId> = ids
            .iter()
            .filter(|id| !there.contains(id))
            .copied()
            .collect();
        if !gone.is_empty() {
            let lose =
                move |tx: &mut WriteTx<'_>| gone.iter().try_for_each(|&id| dialogs::lose(tx, id));
            context.store.write(lose).await?;
        }
    }
    Ok(())
}

/// Fetches descriptions of dialogs that are there, and tells which of them have a hole.
pub(super) async fn fetch(context: &Arc<Context>, ids: &[DialogId]) -> Result<Vec<Behind>, Error> {
    let page = page_of(context, ids).await?;
    Ok(save(context, described(&page.items)).await?)
}

async fn page_of(context: &Arc<Context>, ids: &[DialogId]) -> Result<Page<rest::Dialog>, Error> {
    let filter = DialogFilter {
        ids: ids.to_vec(),
        limit: Some(PAGE),
        ..DialogFilter::default()
    };
    Ok(context.api.dialogs(&filter).await?)
}

fn described(dialogs: &[rest::Dialog]) -> Vec<Described> {
    let described = dialogs
        .iter()
        .filter_map(|dialog| Described::new(dialog, false));
    described.collect()
}

/// The private dialog with someone, made if there is none.
pub(crate) async fn find_private(
    context: &Arc<Context>,
    opponent: UserId,
) -> Result<DialogId, Error> {
    let dialog = context.api.create_private(opponent).await?;
    adopt(context, &dialog, Vec::new()).await
}

/// Stores a dialog that the server just made, changed or found, together with the lines that this
/// left in it. Another person's change may have been fetched and stored between the server's answer
/// and this; the answer is the older one then, so the dialog is asked for once more.
pub(crate) async fn adopt(
    context: &Arc<Context>,
    dialog: &rest::Dialog,
    lines: Vec<LineRecord>,
) -> Result<DialogId, Error> {
    let dialogs = described(std::slice::from_ref(dialog));
    for behind in save_with(context, dialogs, lines).await? {
        refresh(context, behind.dialog);
    }
    complete(context, BTreeSet::from([dialog.id]));
    Ok(dialog.id)
}

/// Takes dialogs out of the cache that are not this person's any more.
pub(crate) async fn remove(
    context: &Arc<Context>,
    gone: Vec<DialogId>,
) -> Result<(), store::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    context
        .store
        .write(move |tx| {
            for &id in &gone {
                dialogs::remove(tx, id)?;
            }
            Ok(())
        })
        .await
}

/// Stores dialogs as the server describes them, one transaction for all. Returns those with a
/// hole, and those that say themselves that their messages may have changed.
pub(super) async fn save(
    context: &Arc<Context>,
    dialogs: Vec<Described>,
) -> Result<Vec<Behind>, store::Error> {
    save_with(context, dialogs, Vec::new()).await
}

async fn save_with(
    context: &Arc<Context>,
    dialogs: Vec<Described>,
    lines: Vec<LineRecord>,
) -> Result<Vec<Behind>, store::Error> {
    let mut named = BTreeSet::new();
    for Described { record, .. } in &dialogs {
        if record.kind == DialogKind::Private {
            named.extend(record.occupants.iter().copied());
        }
        named.extend(record.last.as_ref().map(|last| last.sender));
    }
    let behind = context
        .store
        .write(move |tx| {
            let mut behind = Vec::new();
            for Described {
                record,
                changed,
                empty,
            } in &dialogs
            {
                let whole = is_whole(tx, record.id)?;
                let cleared = *empty && forget(tx, record.id)?;
                dialogs::save(tx, record)?;
                if cleared || has_hole(tx, record)? || *changed {
                    let activity = record.last.as_ref().map(|last| last.sent_at);
                    behind.push(Behind {
                        dialog: record.id,
                        activity: activity.or(record.created_at).unwrap_or_default(),
                        whole: whole && !cleared,
                    });
                }
            }
            for line in &lines {
                messages::add_line(tx, line)?;
            }
            Ok(behind)
        })
        .await?;
    people::want_unknown(context, named).await?;
    Ok(behind)
}

/// Whether everything the cache has heard of is in the newest range.
fn is_whole(db: &ReadDb<'_>, dialog: DialogId) -> Result<bool, store::Error> {
    let Some(range) = ranges::top(db, dialog)? else {
        return Ok(false);
    };
    let heard = dialogs::server_last(db, dialog)?;
    let cached = messages::newest_in_history(db, dialog)?;
    Ok(heard.max(cached).is_none_or(|newest| newest <= range.to))
}

/// The server knows of no message in a dialog. If the cache does, the history was cleared on another
/// device: what is cached of it goes, and what there is now is asked for. Returns whether that was
/// so. A message that came while the server answered is among what is asked for.
fn forget(tx: &mut WriteTx<'_>, dialog: DialogId) -> Result<bool, store::Error> {
    let told = dialogs::server_last(tx, dialog)?;
    let Some(heard) = told.max(messages::newest_in_history(tx, dialog)?) else {
        return Ok(false);
    };
    dialogs::forget_history(tx, dialog, heard)?;
    Ok(true)
}

fn has_hole(tx: &mut WriteTx<'_>, record: &DialogRecord) -> Result<bool, store::Error> {
    if let Some(last) = &record.last {
        return Ok(!ranges::covers(
            tx,
            record.id,
            last.position(),
            last.position(),
        )?);
    }
    if ranges::top(tx, record.id)?.is_none() {
        // Nothing was ever stored in it: its whole history is known, and live messages go on
        // from there.
        ranges::add(tx, record.id, Position::BEGIN, Position::BEGIN)?;
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
