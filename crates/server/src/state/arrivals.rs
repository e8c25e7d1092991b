//! Which uploads are under way: at most one of each file.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// The uploads of this backend.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// How many began since the start.
    begun: u64,
    /// By the file's number.
    under_way: HashMap<i64, (u64, CancellationToken)>,
}

impl Arrivals {
    /// Begins the upload of a file, in place of one that is under way.
    pub(crate) fn begin(self: &Arc<Self>, file: i64) -> Arrival {
        let mut known = self.known();
        known.begun = known.begun.wrapping_add(1);
        let arrival = Arrival {
            file,
            number: known.begun,
            replaced: CancellationToken::new(),
            all: Arc::clone(self),
        };
        let entry = (arrival.number, arrival.replaced.clone());
        if let Some((_, earlier)) = known.under_way.insert(file, entry) {
            earlier.cancel();
        }
        arrival
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Each change is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An upload, until it is dropped.
#[derive(Debug)]
pub(crate) struct Arrival {
    file: i64,
    number: u64,
    replaced: CancellationToken,
    all: Arc<Arrivals>,
}

impl Arrival {
    /// Tells uploads of the same file apart.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether another upload of the file has begun.
    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced.is_cancelled()
    }

    /// Ends when another upload of the file has begun.
    pub(crate) async fn replaced(&self) {
        self.replaced.cancelled().await;
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let mut known = self.all.known();
        let is_own = |(number, _): &(u64, CancellationToken)| *number == self.number;
        if known.under_way.get(&self.file).is_some_and(is_own) {
            known.under_way.remove(&self.file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_upload_of_a_file_stands_and_nothing_is_kept_of_those_that_ended() {
        let all = Arc::new(Arrivals::default());
        let (first, other) = (all.begin(1), all.begin(2));
        let second = all.begin(1);
        assert!(first.is_replaced());
        assert!(!other.is_replaced());
        // Its end does not make room for a third one beside the second.
        drop(first);
        assert!(!second.is_replaced());
        let third = all.begin(1);
        assert!(second.is_replaced());
        assert!(!third.is_replaced());
        drop((second, third, other));
        assert!(all.known().under_way.is_empty());
    }
}
