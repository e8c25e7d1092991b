//! What all accounts of an engine share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Random};
use crate::connection::Timing;
use crate::engine::registry::Registry;
use crate::events::ClientEvent;
use crate::model::{AccountId, FilePolicy, User};
use crate::network::Ways;
use crate::previews::Pages;
use crate::voice::{Limits, Microphone};

/// Handed to every account.
#[derive(Debug)]
pub(super) struct Shared {
    /// Folder of the profile.
    pub(super) data_dir: PathBuf,
    /// Time of day.
    pub(super) clock: Arc<dyn Clock>,
    /// Source of ids.
    pub(super) random: Arc<dyn Random>,
    /// Time limits of the connections.
    pub(super) timing: Timing,
    /// Reports of a connection that may wait.
    pub(super) incoming_capacity: usize,
    /// Looks at pages behind links.
    pub(super) pages: Pages,
    /// Where voice messages come from.
    pub(super) microphone: Arc<dyn Microphone>,
    /// How long they may be.
    pub(super) voice_limits: Limits,
    /// The list of accounts, in the clear.
    pub(super) registry: Mutex<Registry>,
    /// Everyone who shows something.
    pub(super) events: broadcast::Sender<ClientEvent>,
    /// What is downloaded unasked, and how much is kept.
    pub(super) files: Arc<Mutex<FilePolicy>>,
    /// The ways to the servers; replaced as a whole.
    pub(super) ways: Mutex<Ways>,
    /// Ends everything.
    pub(super) shutdown: CancellationToken,
}

impl Shared {
    /// The folder of an account.
    pub(super) fn account_dir(&self, id: &AccountId) -> PathBuf {
        self.data_dir.join("accounts").join(id.as_str())
    }

    /// The ways to the servers, as they are now.
    pub(super) fn ways(&self) -> Ways {
        self.ways
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on connections are made on these ways.
    pub(super) fn set_ways(&self, ways: Ways) {
        *self.ways.lock().unwrap_or_else(PoisonError::into_inner) = ways;
    }

    /// The list of accounts.
    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        // What is in memory is what was last written, or is written again before it is used.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The person of an account looks different: so does the account's entry in the list.
    pub(super) fn own_profile_changed(&self, account: &AccountId, person: &User) {
        match self.registry().follow(account, person) {
            Ok(true) => self.publish(ClientEvent::AccountsChanged),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the list of accounts was not written"),
        }
    }

    /// Tells everyone who listens. Nobody listening is fine.
    pub(super) fn publish(&self, event: ClientEvent) {
        self.events.send(event).ok();
    }
}
