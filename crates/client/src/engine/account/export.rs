//! One chat as a folder.

use tokio_util::sync::CancellationToken;

use crate::engine::Account;
use crate::export::{self, Export, ExportError, ExportProgress, Exported};

impl Account {
    /// Writes a dialog with its whole history, and its files if they are wanted, into a new folder,
    /// fetching what is not cached. Says how far it is; once cancelled, nothing is left of it.
    pub async fn export(
        &self,
        export: Export,
        progress: impl Fn(ExportProgress),
        cancelled: CancellationToken,
    ) -> Result<Exported, ExportError> {
        let source = export::Source {
            store: &self.inner.store,
            files: &self.inner.files,
            outgoing: &self.inner.outgoing,
            me: self.inner.me,
            now: self.inner.shared.clock.now(),
            context: self.context().ok(),
        };
        export::run(source, export, progress, cancelled).await
    }
}
