//! The export that runs, and where the last one went.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// One export at a time: a new one stops the one before.
#[derive(Debug, Default)]
pub struct Exports(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    running: CancellationToken,
    last: Option<PathBuf>,
}

impl Exports {
    /// Begins one; the token says when it is to stop.
    pub fn begin(&self) -> CancellationToken {
        let mut state = self.lock();
        state.running.cancel();
        state.running = CancellationToken::new();
        state.running.clone()
    }

    /// Stops the one that runs.
    pub fn cancel(&self) {
        self.lock().running.cancel();
    }

    /// Remembers where one went.
    pub fn finished(&self, folder: PathBuf) {
        self.lock().last = Some(folder);
    }

    /// Where the last one went, in this run of the app.
    pub fn last(&self) -> Option<PathBuf> {
        self.lock().last.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Both fields are replaced as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Exports;

    #[test]
    fn a_new_export_stops_the_one_before_and_cancelling_stops_it_in_turn() {
        let exports = Exports::default();
        let first = exports.begin();
        assert!(!first.is_cancelled());
        let second = exports.begin();
        assert!(first.is_cancelled() && !second.is_cancelled());
        exports.cancel();
        assert!(second.is_cancelled());
        assert_eq!(exports.last(), None);
        exports.finished("/a".into());
        assert_eq!(exports.last(), Some("/a".into()));
    }
}
