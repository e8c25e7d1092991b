//! How the lines of the accounts went in this run, for the page where one looks when something is
//! wrong.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use cubist_client::{
    ClientEvent, Engine,
    clock::{Clock as _, SystemClock},
    model::{AccountId, ConnectionState, UnixMillis},
};
use tokio::sync::broadcast::error::RecvError;

/// Changes kept of one account.
const KEPT: usize = 50;

/// One change of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: UnixMillis,
    /// Into what.
    pub state: ConnectionState,
}

/// The changes of every account.
#[derive(Debug, Default)]
pub struct ConnectionHistory(Mutex<HashMap<AccountId, VecDeque<Change>>>);

impl ConnectionHistory {
    /// Notes what the engine tells until it ends.
    pub async fn follow(&self, engine: &Engine) {
        let mut events = engine.events();
        for account in engine.accounts() {
            self.note(account.id, account.connection, SystemClock.now());
        }
        loop {
            match events.recv().await {
                Ok(ClientEvent::Connection { account, state }) => {
                    self.note(account, state, SystemClock.now());
                }
                // What was missed is a gap in a list that is for orientation.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// The changes of one account, the newest first.
    pub fn of(&self, account: &AccountId) -> Vec<Change> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(account)
            .map_or_else(Vec::new, |kept| kept.iter().rev().cloned().collect())
    }

    /// A line that is tried again and again is one change, counted on.
    fn note(&self, account: AccountId, state: ConnectionState, at: UnixMillis) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry(account).or_default();
        if let Some(last) = kept.back_mut() {
            let goes_on = matches!(
                (&last.state, &state),
                (
                    ConnectionState::Connecting { .. },
                    ConnectionState::Connecting { .. }
                )
            );
            if goes_on || last.state == state {
                last.state = state;
                return;
            }
        }
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(Change { at, state });
    }
}

#[cfg(test)]
mod tests {
    use cubist_client::model::{AccountId, ConnectionState, OfflineReason, UnixMillis};

    use super::{ConnectionHistory, KEPT};

    fn connecting(attempt: u32) -> ConnectionState {
        ConnectionState::Connecting {
            attempt,
            next_in: None,
        }
    }

    fn offline() -> ConnectionState {
        ConnectionState::Offline {
            reason: OfflineReason::Unreachable,
        }
    }

    #[test]
    fn the_newest_change_comes_first_and_tries_in_a_row_are_one() {
        let history = ConnectionHistory::default();
        let account = AccountId::from_random([1; 8]);
        let states = [
            connecting(1),
            ConnectionState::Online,
            offline(),
            connecting(1),
            connecting(2),
            connecting(3),
        ];
        for (at, state) in (0..).zip(states) {
            history.note(account.clone(), state, UnixMillis(at));
        }
        let seen: Vec<_> = history
            .of(&account)
            .into_iter()
            .map(|change| (change.at.0, change.state))
            .collect();
        assert_eq!(
            seen,
            [
                (3, connecting(3)),
                (2, offline()),
                (1, ConnectionState::Online),
                (0, connecting(1)),
            ]
        );
        assert_eq!(history.of(&AccountId::from_random([2; 8])), []);
    }

    #[test]
    fn old_changes_go() {
        let history = ConnectionHistory::default();
        let account = AccountId::from_random([1; 8]);
        for at in 0..200 {
            let state = if at % 2 == 0 {
                ConnectionState::Online
            } else {
                offline()
            };
            history.note(account.clone(), state, UnixMillis(at));
        }
        let kept = history.of(&account);
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[0].at, UnixMillis(199));
    }
}
