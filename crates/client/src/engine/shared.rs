//! What all accounts of an engine share.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Random};
use crate::connection::Timing;
use crate::events::ClientEvent;
use crate::model::AccountId;

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
    /// Everyone who shows something.
    pub(super) events: broadcast::Sender<ClientEvent>,
    /// Ends everything.
    pub(super) shutdown: CancellationToken,
}

impl Shared {
    /// The folder of an account.
    pub(super) fn account_dir(&self, id: &AccountId) -> PathBuf {
        self.data_dir.join("accounts").join(id.as_str())
    }

    /// Tells everyone who listens. Nobody listening is fine.
    pub(super) fn publish(&self, event: ClientEvent) {
        self.events.send(event).ok();
    }
}
