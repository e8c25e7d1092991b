//! Dialog cards in memory: who is in a dialog, asked for with every message.
//!
//! Only the writer knows when a dialog changes, and it clears the entry after the commit. A reader that began before
//! that commit may come back with the old state later; the generation number keeps it from being remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cubist_protocol::ids::{DialogId, UserId};

use crate::state::DialogCard;

/// Entries kept; when full they are all dropped, which costs one query each when asked for again.
const KEPT: usize = 20_000;

#[derive(Default)]
pub(crate) struct Cards(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    /// Counts changes of any dialog.
    generation: u64,
    cards: HashMap<DialogId, Arc<DialogCard>>,
    /// Private dialogs by their pair, smaller id first.
    pairs: HashMap<(UserId, UserId), DialogId>,
}

impl Cards {
    fn with<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn get(&self, dialog: DialogId) -> Option<Arc<DialogCard>> {
        self.with(|memory| memory.cards.get(&dialog).cloned())
    }

    pub(crate) fn get_pair(&self, pair: (UserId, UserId)) -> Option<Arc<DialogCard>> {
        self.with(|memory| memory.cards.get(memory.pairs.get(&pair)?).cloned())
    }

    /// To be taken before reading a card from the database.
    pub(crate) fn generation(&self) -> u64 {
        self.with(|memory| memory.generation)
    }

    /// Remembers what was read, unless something changed since.
    pub(crate) fn remember(&self, read_at: u64, card: &Arc<DialogCard>) {
        self.with(|memory| {
            if memory.generation != read_at {
                return;
            }
            if memory.cards.len() >= KEPT {
                memory.cards.clear();
                memory.pairs.clear();
            }
            if let Some(pair) = card.pair {
                memory.pairs.insert(pair, card.id);
            }
            memory.cards.insert(card.id, Arc::clone(card));
        });
    }

    /// A dialog changed: after the commit.
    pub(crate) fn forget(&self, dialog: DialogId) {
        self.with(|memory| {
            memory.generation += 1;
            memory.cards.remove(&dialog);
        });
    }

    /// Many dialogs may have changed: after the commit.
    pub(crate) fn clear(&self) {
        self.with(|memory| {
            memory.generation += 1;
            memory.cards.clear();
            memory.pairs.clear();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::DialogKind;

    fn card(id: &str) -> Arc<DialogCard> {
        let user = |id| UserId::new(id).unwrap();
        Arc::new(DialogCard {
            id: id.parse().unwrap(),
            kind: DialogKind::Private,
            owner: user(1),
            admins: Vec::new(),
            occupants: vec![user(1), user(2)],
            pair: Some((user(1), user(2))),
        })
    }

    #[test]
    fn a_card_read_before_a_change_is_not_remembered_after_it() {
        let cards = Cards::default();
        let card = card("5356c64ab35c12bd3b108a41");
        let before = cards.generation();
        cards.forget(card.id);
        cards.remember(before, &card);
        assert_eq!(cards.get(card.id), None);
        cards.remember(cards.generation(), &card);
        assert_eq!(cards.get(card.id), Some(Arc::clone(&card)));
        assert_eq!(cards.get_pair(card.pair.unwrap()), Some(card));
    }
}
