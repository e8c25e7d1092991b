//! Files that came to the window and wait to be taken: dropped on it, chosen in the system's dialog, or
//! handed over by another program. The page names them by number; where they are it never learns.

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

#[derive(Debug)]
struct Offer {
    id: u32,
    paths: Vec<PathBuf>,
    /// Another program handed them over: the page must be told until it has taken them.
    is_shared: bool,
}

#[derive(Debug, Default)]
struct State {
    last: u32,
    waiting: VecDeque<Offer>,
}

impl Offers {
    /// Keeps files that were dropped on the window, or chosen; the number to take them by.
    pub fn drop(&self, paths: Vec<PathBuf>) -> u32 {
        self.put(paths, false)
    }

    /// Keeps files that another program handed over; the number to take them by.
    pub fn share(&self, paths: Vec<PathBuf>) -> u32 {
        self.put(paths, true)
    }

    /// The numbers of what other programs handed over and nobody took, and how many files each is.
    pub fn shared(&self) -> Vec<(u32, usize)> {
        let state = self.lock();
        let shared = state.waiting.iter().filter(|offer| offer.is_shared);
        shared.map(|offer| (offer.id, offer.paths.len())).collect()
    }

    fn put(&self, paths: Vec<PathBuf>, is_shared: bool) -> u32 {
        let mut state = self.lock();
        state.last = state.last.wrapping_add(1);
        let id = state.last;
        if state.waiting.len() == KEPT {
            state.waiting.pop_front();
        }
        state.waiting.push_back(Offer {
            id,
            paths,
            is_shared,
        });
        id
    }

    /// The files of this number, once.
    pub fn take(&self, id: u32) -> Option<Vec<PathBuf>> {
        let mut state = self.lock();
        let place = state.waiting.iter().position(|offer| offer.id == id)?;
        state.waiting.remove(place).map(|offer| offer.paths)
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
        let first = offers.drop(vec![PathBuf::from("/a")]);
        let second = offers.drop(vec![PathBuf::from("/b")]);
        assert_eq!(offers.take(second), Some(vec![PathBuf::from("/b")]));
        assert_eq!(offers.take(second), None);
        assert_eq!(offers.take(first), Some(vec![PathBuf::from("/a")]));
        assert_eq!(offers.take(99), None);
    }

    #[test]
    fn what_nobody_takes_is_forgotten() {
        let offers = Offers::default();
        let first = offers.drop(vec![]);
        for _ in 0..KEPT {
            offers.drop(vec![]);
        }
        assert_eq!(offers.take(first), None);
    }

    #[test]
    fn what_was_shared_is_told_until_it_is_taken() {
        let offers = Offers::default();
        offers.drop(vec![PathBuf::from("/a")]);
        let shared = offers.share(vec![PathBuf::from("/b"), PathBuf::from("/c")]);
        assert_eq!(offers.shared(), [(shared, 2)]);
        offers.take(shared);
        assert_eq!(offers.shared(), []);
    }
}
