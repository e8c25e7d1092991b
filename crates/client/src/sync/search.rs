//! Search on the server, for what the cache does not have.
//!
//! The server looks for the text as it is typed, letter case included, as a part of a message, and
//! goes back at most three months when it is given dates. What it finds is put into the cache, so
//! that one can go there, and is left out of the answer where the search in the cache tells of it
//! anyway.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{DialogId, MessageId, SearchQuery, ServerHits, UnixMillis, UserId};
use crate::rest::SearchFilter;
use crate::store::messages::MessageRecord;
use crate::store::{self, WriteTx, dialogs, messages, reactions, search};
use crate::sync::catch_up::Error;
use crate::sync::context::Context;
use crate::sync::{convert, people, requests};

/// Characters the server wants at least.
const SHORTEST: usize = 5;

/// Dialogs of one request; the limit of the API.
const DIALOGS: usize = 10;

/// Messages of one answer; the limit of the API.
const PAGE: u32 = 100;

/// Time that one request covers when dates are named: less than the shortest three months, the
/// limit of the API.
const STRETCH_MILLIS: i64 = 89 * 24 * 60 * 60 * 1_000;

/// Stretches of time that are gone through in one go.
const STRETCHES: usize = 4;

/// Hits after which it is left to the person whether to go on.
const ENOUGH: usize = 20;

/// Whether the server would look for this at all.
pub(crate) fn is_long_enough(query: &SearchQuery) -> bool {
    query.text.trim().chars().count() >= SHORTEST
}

/// What the server has, further back than `before` or from the newest on.
pub(crate) async fn on_server(
    context: &Arc<Context>,
    query: &SearchQuery,
    before: Option<UnixMillis>,
) -> Result<ServerHits, Error> {
    let is_undated = query.since.is_none() && query.before.is_none() && before.is_none();
    if is_undated {
        let found = ask(context, query, None).await?;
        let next = found.next;
        let hits = keep(context, query, found.records).await?;
        return Ok(ServerHits { hits, next });
    }
    let floor = floor(context, query).await?;
    let now = UnixMillis(context.server_now().0.saturating_add(1_000));
    let begin = [query.before, before].into_iter().flatten().min();
    let mut next = Some(begin.map_or(now, |begin| begin.min(now)));
    let mut records = Vec::new();
    for _ in 0..STRETCHES {
        let Some(below) = next.filter(|below| *below > floor) else {
            next = None;
            break;
        };
        let oldest = UnixMillis((below.0 - STRETCH_MILLIS).max(floor.0));
        // Whole seconds, and the bound itself is not meant.
        let newest = UnixMillis(below.0 - 1);
        let found = ask(context, query, Some((oldest, newest))).await?;
        records.extend(found.records);
        next = Some(found.next.unwrap_or(oldest)).filter(|next| *next > floor);
        if records.len() >= ENOUGH {
            break;
        }
    }
    let hits = keep(context, query, records).await?;
    Ok(ServerHits { hits, next })
}

/// What the server answered.
struct Found {
    records: Vec<MessageRecord>,
    /// Below which moment there may be more, when an answer was full.
    next: Option<UnixMillis>,
}

/// Asks once for each way to write the text, and for each ten dialogs.
async fn ask(
    context: &Arc<Context>,
    query: &SearchQuery,
    sent: Option<(UnixMillis, UnixMillis)>,
) -> Result<Found, Error> {
    let parts: Vec<Vec<DialogId>> = if query.dialogs.is_empty() {
        vec![Vec::new()]
    } else {
        query.dialogs.chunks(DIALOGS).map(<[_]>::to_vec).collect()
    };
    let mut records: Vec<MessageRecord> = Vec::new();
    let mut next: Option<UnixMillis> = None;
    for text in ways_to_write(query.text.trim()) {
        for dialogs in &parts {
            let filter = SearchFilter {
                text: text.clone(),
                dialogs: dialogs.clone(),
                sent,
                limit: PAGE,
            };
            let found = context.api.search(&filter).await?;
            let oldest = found.iter().map(|message| message.date_sent.0).min();
            if found.len() >= PAGE as usize
                && let Some(oldest) = oldest
            {
                // The rest of that second comes with the next stretch; a second that fills a whole
                // answer is left behind.
                let bound = UnixMillis(oldest.0.saturating_add(1_000));
                let moves = sent.is_none_or(|(_, newest)| bound.0 <= newest.0);
                let bound = if moves { bound } else { oldest };
                next = Some(next.map_or(bound, |next| next.max(bound)));
            }
            records.extend(found.iter().map(convert::history_record));
        }
    }
    Ok(Found { records, next })
}

/// The text, and the same with its first letter in the other case: the server knows no difference
/// between two words but that.
fn ways_to_write(text: &str) -> Vec<String> {
    let mut ways = vec![text.to_owned()];
    let mut chars = text.chars();
    if let Some(first) = chars.next() {
        let rest = chars.as_str();
        let other: String = if first.is_lowercase() {
            first.to_uppercase().collect()
        } else {
            first.to_lowercase().collect()
        };
        let other = other + rest;
        if other != text {
            ways.push(other);
        }
    }
    ways
}

/// Before which moment there can be nothing: no message is older than its dialog, and the id of a
/// dialog begins with the second it was made in.
async fn floor(context: &Arc<Context>, query: &SearchQuery) -> Result<UnixMillis, Error> {
    let oldest = match query.dialogs.iter().min() {
        Some(&oldest) => Some(oldest),
        None => context.store.read(dialogs::oldest).await?,
    };
    let made = oldest.map_or(0, |dialog| {
        let [a, b, c, d, ..] = dialog.object_id().bytes();
        i64::from(u32::from_be_bytes([a, b, c, d]))
    });
    // An id that was made up otherwise says nothing; its date may lie ahead.
    let made = Some(made)
        .filter(|made| *made < context.server_now().seconds())
        .unwrap_or_default();
    let made = UnixMillis::from_seconds(made.saturating_sub(24 * 60 * 60));
    Ok(query.since.map_or(made, |since| since.max(made)))
}

/// Stores what was found, and describes what of it the search in the cache does not tell of.
async fn keep(
    context: &Arc<Context>,
    query: &SearchQuery,
    mut records: Vec<MessageRecord>,
) -> Result<Vec<crate::model::SearchHit>, Error> {
    records.sort_by_key(MessageRecord::position);
    records.dedup_by_key(|record| record.id);
    let authors: BTreeSet<UserId> = records.iter().map(|record| record.sender).collect();
    let query = query.clone();
    let (hits, doubts) = context
        .store
        .write(move |tx| {
            let known = store_all(tx, records)?;
            let mut hits = Vec::new();
            for (id, was_here) in known.into_iter().rev() {
                let Some(message) = messages::load(tx, id)? else {
                    continue;
                };
                let told_of = was_here && search::matches(&query, &message);
                if !message.deleted && !told_of && search::is_meant(&query, &message) {
                    hits.push(search::as_hit(tx, &query, message)?);
                }
            }
            Ok((hits, reactions::any_doubtful(tx)?))
        })
        .await?;
    context.markers_wake.notify_one();
    if doubts {
        requests::settle_reactions(context);
    }
    people::want_unknown(context, authors).await?;
    Ok(hits)
}

/// Puts messages into the cache; of each that is there now, whether it was there before.
fn store_all(
    tx: &mut WriteTx<'_>,
    mut records: Vec<MessageRecord>,
) -> Result<Vec<(MessageId, bool)>, store::Error> {
    let mut homes: BTreeSet<DialogId> = BTreeSet::new();
    for dialog in records
        .iter()
        .map(|record| record.dialog)
        .collect::<BTreeSet<_>>()
    {
        // Left or deleted here, or not told of yet.
        if dialogs::is_known(tx, dialog)? {
            homes.insert(dialog);
        }
    }
    records.retain(|record| homes.contains(&record.dialog));
    let mut known = Vec::with_capacity(records.len());
    for record in &records {
        known.push((record.id, messages::place(tx, record.id)?.is_some()));
    }
    messages::insert_batch(tx, &records)?;
    Ok(known)
}

#[cfg(test)]
mod tests;
