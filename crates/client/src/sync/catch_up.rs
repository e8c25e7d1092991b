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

use crate::model::{DialogId, UnixMillis};
use crate::rest::{DialogFilter, MessageFilter};
use crate::store::{self, dialogs, sync_state};
use crate::sync::context::Context;
use crate::sync::describe::{self, Behind, Described};
use crate::sync::requests::{complete, refresh};
use crate::sync::{convert, gone, history, rooms};

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

/// How often the server is asked what changed without a word on the line: one small request.
const LOOK_AGAIN: Duration = Duration::from_secs(5 * 60);

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

impl Error {
    /// Whether the same can succeed later without anybody changing anything.
    pub(crate) fn is_recoverable(&self) -> bool {
        match self {
            Self::Rest(error) => error.is_recoverable(),
            Self::Store(_) => false,
        }
    }
}

/// Catches up after every session that was not resumed, until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        // The sessions for which everything is done, and for which the numbers of dialogs agree.
        let (mut done, mut compared) = (0, 0);
        let mut failures = 0;
        loop {
            let epoch = context.progress.epoch();
            let outcome = if epoch != done {
                let outcome = session(&context, epoch).await;
                outcome.map(|()| done = epoch)
            } else if epoch != compared {
                let outcome = gone::compare(&context).await;
                outcome.map(|()| compared = epoch)
            } else {
                failures = 0;
                tokio::select! {
                    () = context.catch_up_wake.notified() => continue,
                    () = sleep(LOOK_AGAIN) => look_again(&context).await,
                }
            };
            if let Err(error) = outcome {
                tracing::warn!(%error, "catching up failed");
                let pause = RETRY.get(failures).or(RETRY.last()).copied();
                failures += 1;
                tokio::select! {
                    () = context.catch_up_wake.notified() => failures = 0,
                    () = sleep(pause.unwrap_or_default()) => {}
                }
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Everything there is to do for one session.
pub(crate) async fn session(context: &Arc<Context>, epoch: u64) -> Result<(), Error> {
    rooms::join_again(context).await;
    let started = context.server_now();
    let (followed, listed) = context
        .store
        .read(|db| {
            Ok((
                sync_state::followed_until(db)?,
                sync_state::listed_until(db)?,
            ))
        })
        .await?;
    let since = followed.map(overlapping);

    // What changed in a long session without a word on the line is no older than its beginning.
    let list_since = listed.or(followed).map(overlapping).min(since);
    let mut behind = changed_dialogs(context, list_since, since).await?;
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
        .write(move |tx| {
            sync_state::set_followed_until(tx, started)?;
            sync_state::set_listed_until(tx, started)
        })
        .await?;
    context.progress.settled(epoch);
    let incomplete = context
        .store
        .read(|db| dialogs::incomplete(db, PAGE))
        .await?;
    complete(context, incomplete.into_iter().collect());
    Ok(())
}

/// Asks once more what changed while the session goes on: whoever changes a dialog need not say so
/// on the line.
async fn look_again(context: &Arc<Context>) -> Result<(), Error> {
    if !context.is_online() || !context.progress.is_settled() {
        return Ok(());
    }
    let started = context.server_now();
    let listed = context.store.read(sync_state::listed_until).await?;
    for behind in changed_dialogs(context, listed.map(overlapping), None).await? {
        refresh(context, behind.dialog);
    }
    context
        .store
        .write(move |tx| sync_state::set_listed_until(tx, started))
        .await?;
    Ok(())
}

/// Stores every dialog there is: a list that changed while it was read has left some out.
pub(super) async fn list_again(context: &Arc<Context>) -> Result<(), Error> {
    for behind in changed_dialogs(context, None, None).await? {
        refresh(context, behind.dialog);
    }
    Ok(())
}

fn overlapping(moment: UnixMillis) -> UnixMillis {
    UnixMillis(moment.0.saturating_sub(OVERLAP_MILLIS))
}

/// Stores the dialogs that changed since a moment (all without one), and tells which of them have a
/// hole, or changed after `watched`, up to which their messages are known.
async fn changed_dialogs(
    context: &Arc<Context>,
    since: Option<UnixMillis>,
    watched: Option<UnixMillis>,
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
        let described = page.iter().filter_map(|dialog| {
            // A message with an old date may have come late: there is no hole to be seen then.
            let changed = watched.is_some_and(|watched| {
                dialog
                    .updated_at
                    .is_none_or(|at| at.0.seconds() >= watched.seconds())
            });
            Described::new(dialog, changed)
        });
        behind.extend(describe::save(context, described.collect()).await?);
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
        behind.extend(describe::fetch(context, part).await?);
    }
    Ok(behind)
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
