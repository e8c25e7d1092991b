//! How far the present session follows each dialog.
//!
//! After a session that could not be resumed, a live message says nothing about what was missed
//! before it. A dialog is *current* once the server's answer has closed that hole; from then on
//! every live message extends its newest range.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::DialogId;

/// Shared by the tasks of one account.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Counts sessions that were not resumed; what was asked in an earlier one closes nothing.
    epoch: u64,
    /// Whether the changed dialogs of this session are known: `behind` is complete then.
    listed: bool,
    /// Whether everything that was to be fetched has been: what is still behind is a visible gap.
    settled: bool,
    /// Dialogs with a hole before their first live message of this session.
    behind: HashSet<DialogId>,
    /// Dialogs whose setting for notifications was asked for in this session.
    asked_settings: HashSet<DialogId>,
}

impl Progress {
    /// A new session began and nothing was resumed. Returns its number.
    pub(crate) fn begin(&self) -> u64 {
        let mut state = self.lock();
        state.epoch += 1;
        state.listed = false;
        state.settled = false;
        state.behind.clear();
        state.asked_settings.clear();
        state.epoch
    }

    /// The number of the present session; 0 before the first.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    /// The server told which dialogs changed: all others are current.
    pub(crate) fn listed(&self, epoch: u64, behind: impl IntoIterator<Item = DialogId>) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.listed = true;
            state.behind = behind.into_iter().collect();
        }
    }

    /// The hole of a dialog is closed. Called after the commit that closed it: a live message
    /// stored in between is newer than the range, and the next one extends the range over it.
    pub(crate) fn closed(&self, epoch: u64, dialog: DialogId) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.behind.remove(&dialog);
        }
    }

    /// Whether a live message in the dialog continues what is known of it.
    pub(crate) fn is_current(&self, dialog: DialogId) -> bool {
        let state = self.lock();
        state.listed && !state.behind.contains(&dialog)
    }

    /// Whether the setting of a dialog is still to be asked for in this session; it counts as asked
    /// for then.
    pub(crate) fn asks_setting(&self, dialog: DialogId) -> bool {
        self.lock().asked_settings.insert(dialog)
    }

    /// Everything that was to be fetched has been.
    pub(crate) fn settled(&self, epoch: u64) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.settled = true;
        }
    }

    /// Whether the cache follows the server from here on by what comes on the line.
    pub(crate) fn is_settled(&self) -> bool {
        self.lock().settled
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment, so a panic elsewhere left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;
    use crate::store::testing::dialog_id;

    #[test]
    fn a_dialog_is_current_once_its_hole_is_closed() {
        let progress = Progress::default();
        assert!(!progress.is_current(dialog_id(1)));
        let epoch = progress.begin();
        progress.listed(epoch, [dialog_id(1)]);
        assert!(!progress.is_current(dialog_id(1)) && progress.is_current(dialog_id(2)));
        progress.closed(epoch, dialog_id(1));
        assert!(progress.is_current(dialog_id(1)));
    }

    #[test]
    fn answers_of_an_earlier_session_close_nothing() {
        let progress = Progress::default();
        let old = progress.begin();
        progress.begin();
        progress.listed(old, []);
        progress.settled(old);
        assert!(!progress.is_current(dialog_id(1)) && !progress.is_settled());
    }
}
