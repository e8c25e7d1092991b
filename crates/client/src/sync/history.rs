//! Parts of a dialog's history, fetched from the server.
//!
//! The API filters by whole seconds, and nothing says how it orders messages of one second. So a
//! page is asked for up to and including the second where the known part begins, what is known
//! already is dropped by its id, and the oldest second of a full page does not count as known: it
//! may go on behind the page. Only when a whole page lies within one second is `skip` used.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{DialogId, Position, UnixMillis, UserId};
use crate::rest::{MessageFilter, Sort};
use crate::store::messages::{self, MessageRecord};
use crate::store::ranges::Range;
use crate::store::{self, ReadDb, WriteTx, dialogs, ranges, reactions};
use crate::sync::catch_up::Error;
use crate::sync::context::Context;
use crate::sync::{convert, people, requests};

/// Rows of one page; the limit of the API.
const PAGE: u32 = 100;

/// Pages of one second before giving up: a dialog with thousands of messages in one second is no
/// conversation.
const PAGES_OF_ONE_SECOND: u32 = 20;

/// Cached messages that one part can show to be gone: more than it holds.
const JUDGED: u32 = 3 * PAGE;

/// Younger messages are not taken for gone because a part of the history does not have them.
const SETTLED_SECONDS: i64 = 30;

/// A part of the history as it was fetched.
struct Part {
    records: Vec<MessageRecord>,
    /// Where it ends without a hole, on the side that was not given.
    reach: Reach,
}

/// How far a part goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// To the beginning or the present end of the dialog.
    End,
    /// To this whole second, which itself may be incomplete.
    Second(i64),
}

/// Fetches the newest messages.
pub(crate) async fn newest(context: &Arc<Context>, dialog: DialogId) -> Result<(), Error> {
    let before = cached(context, dialog, Sort::Descending, None).await?;
    let part = walk(context, dialog, Sort::Descending, None).await?;
    store_part(context, dialog, part.records, before, move |tx, fetched| {
        let cached = messages::newest_in_history(tx, dialog)?;
        let to = fetched.last().copied().max(cached);
        // What is cached above the newest of the server came on the line after it answered.
        let to = to.unwrap_or(Position::BEGIN);
        let from = part.reach.above();
        ranges::add(tx, dialog, from, to)?;
        Ok((from, Position::END))
    })
    .await
}

/// Fetches what is older than the known part around a place.
pub(crate) async fn older(
    context: &Arc<Context>,
    dialog: DialogId,
    place: Position,
) -> Result<(), Error> {
    let known = around(context, dialog, place).await?;
    let below = known.from;
    // A part that begins with a whole second has all of it.
    let whole_second = below == Position::start_of(below.seconds);
    let bound = below.seconds.saturating_sub(i64::from(whole_second));
    let before = cached(context, dialog, Sort::Descending, Some(bound)).await?;
    let part = walk(context, dialog, Sort::Descending, Some(bound)).await?;
    store_part(context, dialog, part.records, before, move |tx, _| {
        let from = part.reach.above().min(below);
        ranges::add(tx, dialog, from, below)?;
        Ok((from, Position::end_of(bound)))
    })
    .await
}

/// Fetches what is newer than the known part around a place.
pub(crate) async fn newer(
    context: &Arc<Context>,
    dialog: DialogId,
    place: Position,
) -> Result<(), Error> {
    let known = around(context, dialog, place).await?;
    let above = known.to;
    let whole_second = above.id == Position::END.id;
    let bound = above.seconds.saturating_add(i64::from(whole_second));
    let before = cached(context, dialog, Sort::Ascending, Some(bound)).await?;
    let part = walk(context, dialog, Sort::Ascending, Some(bound)).await?;
    store_part(context, dialog, part.records, before, move |tx, fetched| {
        let to = part.reach.below(tx, dialog, fetched)?;
        let to = to.unwrap_or(above).max(above);
        ranges::add(tx, dialog, above, to)?;
        Ok((Position::start_of(bound), to))
    })
    .await
}

/// Fetches what begins with a second, whatever lies between it and what is known.
pub(crate) async fn starting_at(
    context: &Arc<Context>,
    dialog: DialogId,
    second: i64,
) -> Result<(), Error> {
    let before = cached(context, dialog, Sort::Ascending, Some(second)).await?;
    let part = walk(context, dialog, Sort::Ascending, Some(second)).await?;
    let from = Position::start_of(second);
    store_part(context, dialog, part.records, before, move |tx, fetched| {
        let to = part
            .reach
            .below(tx, dialog, fetched)?
            .unwrap_or(from)
            .max(from);
        ranges::add(tx, dialog, from, to)?;
        Ok((from, to))
    })
    .await
}

/// The known part a place belongs to; the place alone if it stands in none.
async fn around(context: &Arc<Context>, dialog: DialogId, place: Position) -> Result<Range, Error> {
    let range = context
        .store
        .read(move |db| ranges::starting_at_or_below(db, dialog, place))
        .await?;
    Ok(range.filter(|range| range.to >= place).unwrap_or(Range {
        from: place,
        to: place,
    }))
}

/// What the server had, as far as is known before it is asked for a part: what of it the part does
/// not have is gone.
async fn cached(
    context: &Arc<Context>,
    dialog: DialogId,
    sort: Sort,
    bound: Option<i64>,
) -> Result<Vec<Position>, Error> {
    let found = context
        .store
        .read(move |db| match sort {
            Sort::Descending => {
                messages::confirmed_below(db, dialog, bound.unwrap_or(i64::MAX), JUDGED)
            }
            Sort::Ascending => {
                messages::confirmed_above(db, dialog, bound.unwrap_or(i64::MIN), JUDGED)
            }
        })
        .await?;
    // A server may count a message as taken a moment before its history has it.
    let settled = context
        .server_now()
        .seconds()
        .saturating_sub(SETTLED_SECONDS);
    Ok(found
        .into_iter()
        .filter(|place| place.seconds < settled)
        .collect())
}

/// Stores what changed in a dialog whose newest range was whole before the changes.
///
/// Everything above that range is among the changes; unless there were too many (`complete` is
/// unset), in which case only what lies above the oldest of them is certain.
pub(crate) async fn store_changes(
    context: &Arc<Context>,
    dialog: DialogId,
    records: Vec<MessageRecord>,
    complete: bool,
) -> Result<(), Error> {
    // What did not change is not among them: nothing can be missed in them.
    let nothing = (Position::END, Position::BEGIN);
    store_part(context, dialog, records, Vec::new(), move |tx, fetched| {
        let cached = messages::newest_in_history(tx, dialog)?;
        let newest = fetched.last().copied().max(cached);
        let (Some(range), Some(newest)) = (ranges::top(tx, dialog)?, newest) else {
            return Ok(nothing);
        };
        let certain = match fetched.first() {
            Some(oldest) if !complete => Position::start_of(oldest.seconds.saturating_add(1)),
            _ => Position::BEGIN,
        };
        let from = certain.max(range.to);
        if from <= newest {
            ranges::add(tx, dialog, from, newest)?;
        }
        Ok(nothing)
    })
    .await
}

impl Reach {
    /// The oldest place that is certain, going down.
    fn above(self) -> Position {
        match self {
            Self::End => Position::BEGIN,
            Self::Second(second) => Position::start_of(second.saturating_add(1)),
        }
    }

    /// The newest place that is certain, going up; `None` when there is nothing there.
    fn below(
        self,
        db: &ReadDb<'_>,
        dialog: DialogId,
        fetched: &[Position],
    ) -> Result<Option<Position>, store::Error> {
        match self {
            Self::End => {
                let cached = messages::newest_in_history(db, dialog)?;
                Ok(fetched.last().copied().max(cached))
            }
            Self::Second(second) => Ok(Some(Position::end_of(second.saturating_sub(1)))),
        }
    }
}

/// Pages in one direction from a second (or from the newest message) until another second is
/// reached, so that something of it is certain.
async fn walk(
    context: &Arc<Context>,
    dialog: DialogId,
    sort: Sort,
    from: Option<i64>,
) -> Result<Part, Error> {
    let bound = from.map(UnixMillis::from_seconds);
    let mut filter = MessageFilter::newest(dialog, PAGE);
    filter.sort = sort;
    match sort {
        Sort::Descending => filter.sent_until = bound,
        Sort::Ascending => filter.sent_since = bound,
    }
    let mut start = None;
    let mut records: Vec<MessageRecord> = Vec::new();
    for _ in 0..PAGES_OF_ONE_SECOND {
        let page = context.api.messages(&filter).await?;
        let full = page.len() >= PAGE as usize;
        let seconds = page
            .iter()
            .map(|message| convert::history_position(message).seconds);
        let (start_now, reached) = match sort {
            Sort::Descending => (seconds.clone().max(), seconds.min()),
            Sort::Ascending => (seconds.clone().min(), seconds.max()),
        };
        records.extend(page.iter().map(convert::history_record));
        start = start.or(start_now);
        let reach = match (full, reached) {
            (true, Some(second)) if Some(second) != start => Reach::Second(second),
            (true, Some(_)) => {
                filter.skip += PAGE;
                continue;
            }
            _ => Reach::End,
        };
        return Ok(Part { records, reach });
    }
    let reach = Reach::Second(start.unwrap_or_default());
    Ok(Part { records, reach })
}

/// Stores messages and, in the same transaction, what is known because of them. `known` gets their
/// places, ascending, and returns from where to where the server has nothing else: what was cached
/// there `before` it was asked is gone.
async fn store_part(
    context: &Arc<Context>,
    dialog: DialogId,
    mut records: Vec<MessageRecord>,
    before: Vec<Position>,
    known: impl FnOnce(&mut WriteTx<'_>, &[Position]) -> Result<(Position, Position), store::Error>
    + Send
    + 'static,
) -> Result<(), Error> {
    // A page of one dialog holds nothing of another one, whatever a server says.
    records.retain(|record| record.dialog == dialog);
    records.sort_by_key(MessageRecord::position);
    let authors: BTreeSet<UserId> = records.iter().map(|record| record.sender).collect();
    let doubts = context
        .store
        .write(move |tx| {
            // Left or deleted while the answer was on its way.
            if !dialogs::is_known(tx, dialog)? {
                return Ok(false);
            }
            messages::insert_batch(tx, &records)?;
            let places: Vec<Position> = records.iter().map(MessageRecord::position).collect();
            let (from, to) = known(tx, &places)?;
            for place in before {
                if from <= place && place <= to && places.binary_search(&place).is_err() {
                    messages::forget_missing(tx, place.id)?;
                }
            }
            reactions::any_doubtful(tx)
        })
        .await?;
    context.markers_wake.notify_one();
    if doubts {
        requests::settle_reactions(context);
    }
    people::want_unknown(context, authors).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
