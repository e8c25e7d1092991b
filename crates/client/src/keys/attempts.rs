//! Wrong entries, and how long the next one has to wait.
//!
//! Whoever copied the files tries elsewhere, against the cost of argon2id; this is against the one
//! who sits at the machine. The count is on disk, so that starting the program again does not help.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::keys::error::Error;
use crate::keys::files::{read_limited, write_private};
use crate::model::UnixMillis;

/// The file, beside the slots.
const FILE: &str = "attempts.json";

/// Wrong entries that cost nothing: people mistype.
const FREE: u32 = 3;

/// The longest wait, seconds. Somebody who forgot is not to be kept out for a day.
const LONGEST_S: u64 = 300;

/// Wrong entries since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempts {
    /// How many.
    wrong: u32,
    /// When the next one is listened to.
    next: i64,
}

impl Attempts {
    /// What the file says; one that cannot be read counts as none.
    pub(super) fn read(folder: &Path) -> Self {
        match read_limited(&path(folder), 256) {
            Ok(Some(bytes)) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Ok(None) => Self::default(),
            Err(error) => {
                tracing::warn!(%error, "the count of wrong entries cannot be read");
                Self::default()
            }
        }
    }

    /// How long it still takes until an entry is listened to.
    pub(super) fn wait(self, now: UnixMillis) -> Duration {
        // A clock that was put back does not lock anybody out for longer than the longest wait.
        let left = self.next.saturating_sub(now.0).max(0);
        Duration::from_millis(u64::try_from(left).unwrap_or_default()).min(longest(self.wrong))
    }

    /// Counts one more wrong entry, on disk first.
    pub(super) fn count(&mut self, folder: &Path, now: UnixMillis) -> Result<(), Error> {
        let wrong = self.wrong.saturating_add(1);
        let wait = i64::try_from(longest(wrong).as_millis()).unwrap_or(i64::MAX);
        let counted = Self {
            wrong,
            next: now.0.saturating_add(wait),
        };
        let json = serde_json::to_vec(&counted).map_err(|_| Error::Damaged)?;
        write_private(&path(folder), &json)?;
        *self = counted;
        Ok(())
    }

    /// Forgets them: an entry was right.
    pub(super) fn forget(&mut self, folder: &Path) {
        *self = Self::default();
        match std::fs::remove_file(path(folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the count of wrong entries was not taken away");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// The wait after so many wrong entries: doubled with each, up to the longest.
fn longest(wrong: u32) -> Duration {
    let Some(beyond) = wrong.checked_sub(FREE).filter(|beyond| *beyond > 0) else {
        return Duration::ZERO;
    };
    let seconds = 1_u64.checked_shl(beyond).unwrap_or(LONGEST_S);
    Duration::from_secs(seconds.min(LONGEST_S))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Attempts;
    use crate::model::UnixMillis;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn after(wrong: u32) -> (tempfile::TempDir, Attempts) {
        let folder = tempfile::tempdir().unwrap();
        let mut attempts = Attempts::default();
        for _ in 0..wrong {
            attempts.count(folder.path(), NOW).unwrap();
        }
        (folder, attempts)
    }

    #[test]
    fn the_first_entries_are_free_and_the_next_ones_wait_longer_and_longer() {
        let waits: Vec<u64> = [0, 1, 3, 4, 5, 6, 11, 12, 200]
            .into_iter()
            .map(|wrong| after(wrong).1.wait(NOW).as_secs())
            .collect();
        assert_eq!(waits, [0, 0, 0, 2, 4, 8, 256, 300, 300]);
    }

    #[test]
    fn the_wait_is_over_in_its_time_and_survives_a_restart() {
        let (folder, attempts) = after(5);
        let read = Attempts::read(folder.path());
        assert_eq!(read, attempts);
        assert_eq!(read.wait(UnixMillis(NOW.0 + 3_000)), Duration::from_secs(1));
        assert_eq!(read.wait(UnixMillis(NOW.0 + 4_000)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_longer() {
        let (_folder, attempts) = after(5);
        assert_eq!(attempts.wait(UnixMillis(0)), Duration::from_secs(4));
    }

    #[test]
    fn a_right_entry_forgets_the_wrong_ones() {
        let (folder, mut attempts) = after(8);
        attempts.forget(folder.path());
        assert_eq!(attempts, Attempts::default());
        assert_eq!(Attempts::read(folder.path()), Attempts::default());
        std::fs::write(folder.path().join(super::FILE), "no json").unwrap();
        assert_eq!(Attempts::read(folder.path()), Attempts::default());
    }
}
