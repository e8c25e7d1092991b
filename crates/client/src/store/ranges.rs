//! Which parts of each dialog's history are in the cache without a hole.
//!
//! A range `[from, to]` says: every stored message of the server whose position lies between the
//! two, ends included, is in `messages`. Ranges of a dialog never touch; one that would is merged.
//! What lies between two ranges is a gap. Messages may be cached outside every range (a live one
//! that came before the gap behind it was closed); they are known, their neighbourhood is not.

use rusqlite::{Row, params};

use crate::model::{DialogId, MessageId, Position};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, WriteTx};

/// A part of the history without a hole. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Its oldest place; [`Position::BEGIN`] when the dialog begins inside.
    pub from: Position,
    /// Its newest place.
    pub to: Position,
}

impl Range {
    /// Whether the dialog has nothing older than this range.
    pub fn reaches_begin(&self) -> bool {
        self.from == Position::BEGIN
    }
}

/// The range that ends newest.
pub fn top(db: &ReadDb<'_>, dialog: DialogId) -> Result<Option<Range>, Error> {
    starting_at_or_below(db, dialog, Position::END)
}

/// The range with the newest start that is not newer than `place`.
pub fn starting_at_or_below(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
) -> Result<Option<Range>, Error> {
    db.one(
        "SELECT from_date, from_id, to_date, to_id FROM ranges
         WHERE dialog = ?1 AND (from_date, from_id) <= (?2, ?3)
         ORDER BY from_date DESC, from_id DESC LIMIT 1",
        params![Oid::from(dialog), place.seconds, Oid::from(place.id)],
        read,
    )
}

/// The range with the newest start that is older than `place`.
pub fn starting_below(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
) -> Result<Option<Range>, Error> {
    db.one(
        "SELECT from_date, from_id, to_date, to_id FROM ranges
         WHERE dialog = ?1 AND (from_date, from_id) < (?2, ?3)
         ORDER BY from_date DESC, from_id DESC LIMIT 1",
        params![Oid::from(dialog), place.seconds, Oid::from(place.id)],
        read,
    )
}

/// The range with the oldest start that is newer than `place`.
pub fn starting_above(
    db: &ReadDb<'_>,
    dialog: DialogId,
    place: Position,
) -> Result<Option<Range>, Error> {
    db.one(
        "SELECT from_date, from_id, to_date, to_id FROM ranges
         WHERE dialog = ?1 AND (from_date, from_id) > (?2, ?3)
         ORDER BY from_date, from_id LIMIT 1",
        params![Oid::from(dialog), place.seconds, Oid::from(place.id)],
        read,
    )
}

/// Whether everything between the two places (ends included) is known.
pub fn covers(
    db: &ReadDb<'_>,
    dialog: DialogId,
    from: Position,
    to: Position,
) -> Result<bool, Error> {
    Ok(starting_at_or_below(db, dialog, from)?.is_some_and(|range| range.to >= to))
}

/// Everything from `from` to `to` is known now. Returns whether that is news.
pub fn add(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    from: Position,
    to: Position,
) -> Result<bool, Error> {
    if from > to || covers(tx, dialog, from, to)? {
        return Ok(false);
    }
    let mut whole = Range { from, to };
    while let Some(touched) =
        starting_at_or_below(tx, dialog, whole.to)?.filter(|range| range.to >= whole.from)
    {
        whole.from = whole.from.min(touched.from);
        whole.to = whole.to.max(touched.to);
        remove(tx, dialog, touched.from)?;
    }
    tx.run(
        "INSERT INTO ranges (dialog, from_date, from_id, to_date, to_id) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            Oid::from(dialog),
            whole.from.seconds,
            Oid::from(whole.from.id),
            whole.to.seconds,
            Oid::from(whole.to.id)
        ],
    )?;
    tx.touch_history(dialog);
    Ok(true)
}

/// The newest range goes on to `to`: a message arrived on a line that has missed nothing.
///
/// Without any range nothing is known to go on from, and nothing happens.
pub fn extend_top(tx: &mut WriteTx<'_>, dialog: DialogId, to: Position) -> Result<(), Error> {
    tx.run(
        "UPDATE ranges SET to_date = ?2, to_id = ?3
         WHERE dialog = ?1 AND (to_date, to_id) < (?2, ?3) AND (from_date, from_id) =
           (SELECT from_date, from_id FROM ranges WHERE dialog = ?1
            ORDER BY from_date DESC, from_id DESC LIMIT 1)",
        params![Oid::from(dialog), to.seconds, Oid::from(to.id)],
    )?;
    Ok(())
}

fn remove(tx: &mut WriteTx<'_>, dialog: DialogId, from: Position) -> Result<(), Error> {
    tx.run(
        "DELETE FROM ranges WHERE dialog = ?1 AND from_date = ?2 AND from_id = ?3",
        params![Oid::from(dialog), from.seconds, Oid::from(from.id)],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Range, Error> {
    let id = |column| -> Result<MessageId, Error> { Ok(row.get::<_, Oid>(column)?.message()) };
    Ok(Range {
        from: Position {
            seconds: row.get(0)?,
            id: id(1)?,
        },
        to: Position {
            seconds: row.get(2)?,
            id: id(3)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Range, add, covers, extend_top, starting_above, top};
    use crate::model::Position;
    use crate::store::testing::{TestDb, dialog_id, message_id};

    fn place(n: u8) -> Position {
        Position {
            seconds: i64::from(n / 2),
            id: message_id(u32::from(n % 2)),
        }
    }

    #[test]
    fn touching_ranges_become_one() {
        let db = TestDb::with_dialog();
        db.write(|tx| {
            assert!(add(tx, dialog_id(1), place(1), place(3))?);
            assert!(add(tx, dialog_id(1), place(6), place(9))?);
            assert!(!covers(tx, dialog_id(1), place(1), place(9))?);
            assert!(add(tx, dialog_id(1), place(3), place(6))?);
            assert!(!add(tx, dialog_id(1), place(2), place(8))?, "already known");
            let whole = Range {
                from: place(1),
                to: place(9),
            };
            assert_eq!(top(tx, dialog_id(1))?, Some(whole));
            Ok(())
        });
    }

    #[test]
    fn the_top_is_extended_only_where_there_is_one() {
        let db = TestDb::with_dialog();
        db.write(|tx| {
            extend_top(tx, dialog_id(1), place(5))?;
            assert_eq!(top(tx, dialog_id(1))?, None);
            add(tx, dialog_id(1), Position::BEGIN, place(2))?;
            extend_top(tx, dialog_id(1), place(5))?;
            extend_top(tx, dialog_id(1), place(3))?;
            let range = top(tx, dialog_id(1))?.unwrap();
            assert_eq!(range.to, place(5));
            assert!(range.reaches_begin());
            Ok(())
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever is added in whatever order: what is covered is exactly the union, and the
        /// ranges stay apart.
        #[test]
        fn ranges_are_the_union_of_what_was_added(parts in prop::collection::vec((0u8..40, 0u8..8), 0..20)) {
            let db = TestDb::with_dialog();
            db.write(|tx| {
                let mut known = [false; 50];
                for (from, length) in parts {
                    add(tx, dialog_id(1), place(from), place(from + length))?;
                    // Two neighbouring places with nothing known between them stay apart.
                    for n in from..=from + length {
                        known[usize::from(n)] = true;
                    }
                }
                for n in 0..50u8 {
                    assert_eq!(covers(tx, dialog_id(1), place(n), place(n))?, known[usize::from(n)]);
                }
                let mut previous: Option<Range> = None;
                let mut at = Position::start_of(-1);
                while let Some(range) = starting_above(tx, dialog_id(1), at)? {
                    assert!(previous.is_none_or(|previous| previous.to < range.from));
                    at = range.from;
                    previous = Some(range);
                }
                Ok(())
            });
        }
    }
}
