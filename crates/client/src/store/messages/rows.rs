//! Where new messages go: their row numbers, and what is the same for all of a batch.

use std::collections::HashMap;

use crate::store::messages::{early, removal};
use crate::store::{Error, ReadDb, organise, states};

/// Low bits of a row number that tell messages of one second apart.
pub(in crate::store) const ROW_BITS: u32 = 29;

/// What a batch of inserts asks the tables once instead of once per message.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the answer to one question, and none follows from another"
)]
pub(super) struct Rows {
    /// Next free row number by second.
    next: HashMap<i64, i64>,
    /// Whether any marker waits for its message; nearly always none does.
    pub(super) early_markers: bool,
    /// Whether any correction or reaction waits for its message; nearly always none does.
    pub(super) early_changes: bool,
    /// Whether any message is not to come back.
    pub(super) any_gone: bool,
    /// Whether any dialog is put away, and may come back.
    pub(super) any_archived: bool,
}

impl Rows {
    pub(super) fn new(db: &ReadDb<'_>) -> Result<Self, Error> {
        Ok(Self {
            next: HashMap::new(),
            early_markers: states::any_early(db)?,
            early_changes: early::any(db)?,
            any_gone: removal::any_gone(db)?,
            any_archived: organise::any_archived(db)?,
        })
    }

    /// A free row number for a message of this second.
    pub(super) fn free(&mut self, db: &ReadDb<'_>, second: i64) -> Result<i64, Error> {
        let free = match self.next.get(&second) {
            Some(next) => *next,
            None => free_row(db, second)?,
        };
        self.next.insert(second, free + 1);
        Ok(free)
    }
}

/// The first free row number of a second.
pub(super) fn free_row(db: &ReadDb<'_>, second: i64) -> Result<i64, Error> {
    let lowest = second << ROW_BITS;
    let free = db.one(
        "SELECT coalesce(max(row) + 1, ?1) FROM messages WHERE row BETWEEN ?1 AND ?2",
        [lowest, lowest | ((1 << ROW_BITS) - 1)],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    Ok(free.unwrap_or(lowest))
}
