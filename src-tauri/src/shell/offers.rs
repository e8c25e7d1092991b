//! Files that came to the window and wait to be taken: dropped on it, or handed over by another
//! program. The page names them by number; where they are it never learns.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Offers that nobody took are forgotten when so many came after them.
const KEPT: usize = 16;

/// The offers that wait.
#[derive(Debug, Default)]
pub struct Offers(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: u32,
    waiting: VecDeque<(u32, Vec<PathBuf>)>,
}

impl Offers {
    /// Keeps files; the number to take them by.
    pub fn put(&self, paths: Vec<PathBuf>) -> u32 {
        let mut state = self.lock();
        state.last = state.last.wrapping_add(1);
        let id = state.last;
        if state.waiting.len() == KEPT {
            state.waiting.pop_front();
        }
        state.waiting.push_back((id, paths));
        id
    }

    /// The files of this number, once.
    pub fn take(&self, id: u32) -> Option<Vec<PathBuf>> {
        let mut state = self.lock();
        let place = state.waiting.iter().position(|(known, _)| *known == id)?;
        state.waiting.remove(place).map(|(_, paths)| paths)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the list whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{KEPT, Offers};

    #[test]
    fn an_offer_is_taken_once() {
        let offers = Offers::default();
        let first = offers.put(vec![PathBuf::from("/a")]);
        let second = offers.put(vec![PathBuf::from("/b")]);
        assert_eq!(offers.take(second), Some(vec![PathBuf::from("/b")]));
        assert_eq!(offers.take(second), None);
        assert_eq!(offers.take(first), Some(vec![PathBuf::from("/a")]));
        assert_eq!(offers.take(99), None);
    }

    #[test]
    fn what_nobody_takes_is_forgotten() {
        let offers = Offers::default();
        let first = offers.put(vec![]);
        for _ in 0..KEPT {
            offers.put(vec![]);
        }
        assert_eq!(offers.take(first), None);
    }
}
