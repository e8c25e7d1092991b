//! Filling what a lost session missed.
//!
//! After a session that was not resumed the server is asked which dialogs changed since the last
//! moment that was followed, with some overlap (clocks differ, and a transaction may have been on
//! its way), and then for the messages that changed in them. Live messages arrive meanwhile; the
//! ids sort out what comes twice, and [`crate::sync::progress`] what comes after a hole.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::sleep;

use crate::model::{DialogId, UnixMillis, UserId};
use crate::rest::{DialogFilter, MessageFilter};
use crate::store::dialogs::{self, DialogRecord};
use crate::store::{self, ReadDb, WriteTx, ranges, sync_state};
use crate::sync::context::Context;
use crate::sync::requests::{complete, refresh};
use crate::sync::{convert, history, people};

/// How much is asked for again: more than clocks differ and transactions take.
const OVERLAP_MILLIS: i64 = 5 * 60 * 1000;

/// Rows of one page; the limit of the API.
pub(super) const PAGE: u32 = 100;

/// Histories fetched at the same time.
pub(super) const AT_ONCE: usize = 4;

/// Histories fetched when an account is new here: what fills the first screens. The others are
/// fetched when someone looks at them.
const FIRST_HISTORIES: usize = 30;

/// Histories fetched after having been away.
const HISTORIES: usize = 200;

/// Pages of changes fetched of one dialog; after that the hole stays visible.
const CHANGE_PAGES: u32 = 5;

/// Dialogs whose counts and ticks are asked for again.
const UNSETTLED: u32 = 200;

/// Pauses between tries.
const RETRY: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
];

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server did not answer, or refused.
    #[error("the server was asked in vain")]
    Rest(#[from] crate::rest::Error),
    /// The cache failed.
    #[error("the answer could not be stored")]
    Store(#[from] store::Error),
}

/// Catches up after every session that was not resumed, until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        let mut done = 0;
        let mut failures = 0;
        loop {
            let epoch = context.progress.epoch();
            if epoch == done {
                context.catch_up_wake.notified().await;
                failures = 0;
                continue;
            }
            match session(&context, epoch).await {
                Ok(()) => done = epoch,
                Err(error) => {
                    tracing::warn!(%error, "catching up failed");
                    let pause = RETRY.get(failures).or(RETRY.last()).copied();
                    failures += 1;
                    tokio::select! {
                        () = context.catch_up_wake.notified() => failures = 0,
                        () = sleep(pause.unwrap_or_default()) => {}
                    }
                }
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// A dialog with a hole before the first live message of the session.
#[derive(Clone, Copy, Debug)]
struct Behind {
    dialog: DialogId,
    /// When something last happened in it: what is fetched first.
    activity: UnixMillis,
    /// Whether everything before `since` is in the cache, so that the changes alone suffice.
    whole: bool,
}

/// Everything there is to do for one session.
pub(crate) async fn session(context: &Arc<Context>, epoch: u64) -> Result<(), Error> {
    let started = context.server_now();
    let followed = context.store.read(sync_state::followed_until).await?;
    let since = followed.map(|moment| UnixMillis(moment.0.saturating_sub(OVERLAP_MILLIS)));

    let mut behind = changed_dialogs(context, since).await?;
    behind.extend(unsettled_dialogs(context, &behind).await?);
    context
        .progress
        .listed(epoch, behind.iter().map(|behind| behind.dialog));

    behind.sort_by_key(|behind| std::cmp::Reverse(behind.activity));
    behind.truncate(if since.is_none() {
        FIRST_HISTORIES
    } else {
        HISTORIES
    });
    let mut failed = None;
    let mut fetched = stream::iter(behind)
        .map(|behind| {
            fetch(
                context,
                epoch,
                behind.dialog,
                since.filter(|_| behind.whole),
            )
        })
        .buffer_unordered(AT_ONCE);
    while let Some(outcome) = fetched.next().await {
        if let Err(error) = outcome {
            failed = Some(error);
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    context
        .store
        .write(move |tx| sync_state::set_followed_until(tx, started))
        .await?;
    context.progress.settled(epoch);
    let incomplete = context
        .store
        .read(|db| dialogs::incomplete(db, PAGE))
        .await?;
    complete(context, incomplete.into_iter().collect());
    Ok(())
}

/// Stores the dialogs that changed, and tells which of them have a hole.
async fn changed_dialogs(
    context: &Arc<Context>,
    since: Option<UnixMillis>,
) -> Result<Vec<Behind>, Error> {
    let mut behind = Vec::new();
    let mut skip = 0;
    loop {
        let filter = DialogFilter {
            updated_since: since,
            skip,
            limit: Some(PAGE),
            ..DialogFilter::default()
        };
        let page = context.api.dialogs(&filter).await?.items;
        let got = u32::try_from(page.len()).unwrap_or(u32::MAX);
        let records: Vec<_> = page.iter().filter_map(convert::dialog_record).collect();
        // A dialog that is new here and one that changed while nobody watched are told apart by
        // what is known of their history.
        behind.extend(save(context, records, since.is_some()).await?);
        skip += got;
        if got < PAGE {
            return Ok(behind);
        }
    }
}

/// Stores dialogs that the server does not count as changed but other devices or people may have:
/// unread counts and ticks.
async fn unsettled_dialogs(context: &Arc<Context>, known: &[Behind]) -> Result<Vec<Behind>, Error> {
    let listed: BTreeSet<DialogId> = known.iter().map(|behind| behind.dialog).collect();
    let unsettled = context
        .store
        .read(|db| dialogs::unsettled(db, UNSETTLED))
        .await?;
    let ids: Vec<DialogId> = unsettled
        .into_iter()
        .filter(|id| !listed.contains(id))
        .collect();
    let mut behind = Vec::new();
    for part in ids.chunks(PAGE as usize) {
        behind.extend(fetch_dialogs(context, part).await?);
    }
    Ok(behind)
}

/// Fetches the descriptions of dialogs, and asks for the histories that turn out to be behind.
pub(super) async fn describe(context: &Arc<Context>, ids: &[DialogId]) -> Result<(), Error> {
    let behind = fetch_dialogs(context, ids).await?;
    for behind in behind {
        refresh(context, behind.dialog);
    }
    Ok(())
}

async fn fetch_dialogs(context: &Arc<Context>, ids: &[DialogId]) -> Result<Vec<Behind>, Error> {
    let filter = DialogFilter {
        ids: ids.to_vec(),
        limit: Some(PAGE),
        ..DialogFilter::default()
    };
    let page = context.api.dialogs(&filter).await?.items;
    let records: Vec<_> = page.iter().filter_map(convert::dialog_record).collect();
    Ok(save(context, records, false).await?)
}

/// The private dialog with someone, made if there is none.
pub(crate) async fn find_private(
    context: &Arc<Context>,
    opponent: UserId,
) -> Result<DialogId, Error> {
    let dialog = context.api.create_private(opponent).await?;
    adopt(context, &dialog).await
}

/// Stores a dialog that the server just made or found.
pub(crate) async fn adopt(
    context: &Arc<Context>,
    dialog: &cubist_protocol::rest::Dialog,
) -> Result<DialogId, Error> {
    let record = convert::dialog_record(dialog).into_iter().collect();
    for behind in save(context, record, false).await? {
        refresh(context, behind.dialog);
    }
    Ok(dialog.id)
}

/// Stores dialogs as the server describes them, one transaction for all. Returns those with a
/// hole; with `all` those without a visible one too, since a message with an old date may have
/// come late.
async fn save(
    context: &Arc<Context>,
    records: Vec<DialogRecord>,
    all: bool,
) -> Result<Vec<Behind>, store::Error> {
    let mut named = BTreeSet::new();
    for record in &records {
        if record.kind == crate::model::DialogKind::Private {
            named.extend(record.occupants.iter().copied());
        }
        named.extend(record.last.as_ref().map(|last| last.sender));
    }
    let behind = context
        .store
        .write(move |tx| {
            let mut behind = Vec::new();
            for record in &records {
                let whole = is_whole(tx, record.id)?;
                dialogs::save(tx, record)?;
                let hole = has_hole(tx, record)?;
                if hole || all {
                    let activity = record.last.as_ref().map(|last| last.sent_at);
                    behind.push(Behind {
                        dialog: record.id,
                        activity: activity.or(record.created_at).unwrap_or_default(),
                        whole,
                    });
                }
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
    let cached = store::messages::newest_in_history(db, dialog)?;
    Ok(heard.max(cached).is_none_or(|newest| newest <= range.to))
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
        let begin = crate::model::Position::BEGIN;
        ranges::add(tx, record.id, begin, begin)?;
    }
    Ok(false)
}

/// Fetches what changed in a dialog since a moment before which it is whole, or else its newest
/// messages, and closes its hole.
pub(super) async fn fetch(
    context: &Arc<Context>,
    epoch: u64,
    dialog: DialogId,
    since: Option<UnixMillis>,
) -> Result<(), Error> {
    let outcome = match since {
        Some(since) => changes(context, dialog, since).await,
        None => history::newest(context, dialog).await,
    };
    match outcome {
        // Gone, or no longer this person's: nothing is missing that could be had.
        Ok(())
        | Err(Error::Rest(
            crate::rest::Error::NotFound { .. } | crate::rest::Error::Forbidden { .. },
        )) => {}
        Err(error) => return Err(error),
    }
    context.progress.closed(epoch, dialog);
    Ok(())
}

/// What changed in a dialog: new messages, edits, and who has read what.
async fn changes(context: &Arc<Context>, dialog: DialogId, since: UnixMillis) -> Result<(), Error> {
    let mut records = Vec::new();
    let mut complete = false;
    for page in 0..CHANGE_PAGES {
        let filter = MessageFilter {
            updated_since: Some(since),
            skip: page * PAGE,
            ..MessageFilter::newest(dialog, PAGE)
        };
        let found = context.api.messages(&filter).await?;
        let full = found.len() >= PAGE as usize;
        records.extend(found.iter().map(convert::history_record));
        if !full {
            complete = true;
            break;
        }
    }
    history::store_changes(context, dialog, records, complete).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
