//! The part of a dialog that a screen shows, as far as the cache goes.
//!
//! A window never crosses a hole silently: it ends where the known part of the history ends, and
//! says whether more is cached, more is to be fetched, or nothing is there.

use crate::model::{DialogId, Message, MessageId, Position};
use crate::store::{Error, ReadDb, dialogs, messages, ranges};

/// What lies beyond an end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The dialog ends here.
    End,
    /// More is cached.
    More,
    /// The server has to be asked.
    Unknown,
}

/// A part of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Oldest first.
    pub items: Vec<Message>,
    /// Beyond the first item.
    pub before: Side,
    /// Beyond the last item.
    pub after: Side,
}

/// The newest messages.
///
/// When the server has newer ones than the cache, and some of those beyond the hole came on the
/// line already, they alone are the window; otherwise the newest known part is, with an unknown
/// end.
pub fn newest(db: &ReadDb<'_>, dialog: DialogId, limit: u32) -> Result<Window, Error> {
    let Some(top) = ranges::top(db, dialog)? else {
        return loose(db, dialog, Position::BEGIN, limit);
    };
    let missing = newest_heard(db, dialog)?.is_some_and(|heard| heard > top.to);
    if missing {
        let window = loose(db, dialog, successor(top.to), limit)?;
        if window.items.iter().any(|message| message.in_history) {
            return Ok(window);
        }
    }
    let (items, before) = down(db, dialog, Position::END, top, limit)?;
    let after = if missing { Side::Unknown } else { Side::End };
    Ok(Window {
        items,
        before,
        after,
    })
}

/// What is cached above a hole, or of a dialog whose history was never asked for.
fn loose(db: &ReadDb<'_>, dialog: DialogId, floor: Position, limit: u32) -> Result<Window, Error> {
    let items = messages::page_below(db, dialog, Position::END, floor, limit)?;
    let heard = newest_heard(db, dialog)?;
    let cached = items.last().map(Message::position);
    Ok(Window {
        items,
        before: Side::Unknown,
        after: if heard > cached {
            Side::Unknown
        } else {
            Side::End
        },
    })
}

/// The messages before a place.
pub fn below(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
    limit: u32,
) -> Result<Window, Error> {
    let range = ranges::starting_below(db, dialog, place)?;
    let (items, before) = match range.filter(|range| range.to >= place) {
        Some(range) => down(db, dialog, place, range, limit)?,
        // Above the newest range stands what is not part of the history yet (waiting messages);
        // nothing of the history is missing between.
        None => match range {
            Some(range) if !in_history_between(db, dialog, range.to, place)? => {
                down(db, dialog, place, range, limit)?
            }
            _ => (Vec::new(), Side::Unknown),
        },
    };
    Ok(Window {
        items,
        before,
        after: Side::More,
    })
}

/// The messages before a place regardless of a hole between: for when the server cannot be asked.
pub fn below_hole(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
    limit: u32,
) -> Result<Window, Error> {
    let range = ranges::starting_below(db, dialog, place)?;
    let floor = range.map_or(Position::BEGIN, |range| range.from);
    let (items, more) = page_down(db, dialog, place, floor, limit)?;
    let before = match (more, range) {
        (true, _) => Side::More,
        (false, Some(range)) if range.reaches_begin() => Side::End,
        (false, _) => Side::Unknown,
    };
    Ok(Window {
        items,
        before,
        after: Side::Unknown,
    })
}

/// The messages after a place.
pub fn above(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
    limit: u32,
) -> Result<Window, Error> {
    let heard = newest_heard(db, dialog)?;
    let known = ranges::starting_at_or_below(db, dialog, place)?.filter(|range| range.to >= place);
    let (ceiling, end) = match known {
        Some(range) if heard.is_none_or(|heard| heard <= range.to) => (Position::END, Side::End),
        Some(range) => (range.to, Side::Unknown),
        None if heard.is_none_or(|heard| heard <= place) => (Position::END, Side::End),
        None => (place, Side::Unknown),
    };
    let wanted = limit.saturating_add(1);
    let mut items = messages::page_above(db, dialog, place, ceiling, wanted)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Window {
        items,
        before: Side::More,
        after: if more { Side::More } else { end },
    })
}

/// A message in the middle of its surroundings; `None` when it is not here.
pub fn around(
    db: &ReadDb<'_>,
    dialog: DialogId,
    message: MessageId,
    limit: u32,
) -> Result<Option<Window>, Error> {
    let found = messages::load(db, message)?.filter(|found| found.dialog == dialog);
    let Some(middle) = found else {
        return Ok(None);
    };
    let place = middle.position();
    let half = limit / 2;
    let older = below(db, dialog, place, half)?;
    let newer = above(
        db,
        dialog,
        place,
        limit.saturating_sub(half).saturating_sub(1),
    )?;
    let mut items = older.items;
    items.push(middle);
    items.extend(newer.items);
    Ok(Some(Window {
        items,
        before: older.before,
        after: newer.after,
    }))
}

/// The newest place of the history that anyone has told of.
pub fn newest_heard(db: &ReadDb<'_>, dialog: DialogId) -> Result<Option<Position>, Error> {
    Ok(dialogs::server_last(db, dialog)?.max(messages::newest_in_history(db, dialog)?))
}

/// Whether it is known which message is the first at or after a place: everything from there to
/// one is cached, or there is nothing newer anywhere.
pub fn knows_next(db: &ReadDb<'_>, dialog: DialogId, place: Position) -> Result<bool, Error> {
    let heard = newest_heard(db, dialog)?;
    let Some(range) = ranges::starting_at_or_below(db, dialog, place)? else {
        return Ok(false);
    };
    if range.to < place {
        return Ok(heard.is_none_or(|heard| heard <= range.to));
    }
    let next = messages::page_above(db, dialog, place, range.to, 1)?;
    Ok(!next.is_empty() || heard.is_none_or(|heard| heard <= range.to))
}

fn in_history_between(
    db: &ReadDb<'_>,
    dialog: DialogId,
    from: Position,
    to: Position,
) -> Result<bool, Error> {
    Ok(newest_heard(db, dialog)?.is_some_and(|heard| heard > from && from < to))
}

fn down(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
    range: ranges::Range,
    limit: u32,
) -> Result<(Vec<Message>, Side), Error> {
    let (items, more) = page_down(db, dialog, place, range.from, limit)?;
    let side = match (more, range.reaches_begin()) {
        (true, _) => Side::More,
        (false, true) => Side::End,
        (false, false) => Side::Unknown,
    };
    Ok((items, side))
}

fn page_down(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
    floor: Position,
    limit: u32,
) -> Result<(Vec<Message>, bool), Error> {
    let mut items = messages::page_below(db, dialog, place, floor, limit.saturating_add(1))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    if more {
        items.remove(0);
    }
    Ok((items, more))
}

/// The place right behind another one.
fn successor(place: Position) -> Position {
    let mut bytes = place.id.object_id().bytes();
    for byte in bytes.iter_mut().rev() {
        let (next, wrapped) = byte.overflowing_add(1);
        *byte = next;
        if !wrapped {
            let id = MessageId::new(crate::model::ObjectId::from_bytes(bytes));
            return Position { id, ..place };
        }
    }
    Position::start_of(place.seconds.saturating_add(1))
}

#[cfg(test)]
mod tests;
