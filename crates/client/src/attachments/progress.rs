//! How far each file on its way has come.
//!
//! The cache knows that a file is on its way, which survives the program; how many bytes of it have
//! passed is kept here and told as it changes, without a write to the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::broadcast;

use crate::events::ClientEvent;
use crate::model::{AccountId, AttachmentChange, DialogId, FileState, Message, MessageId};

/// Between two reports of one file: four in a second move a bar smoothly enough.
const REPORT_EVERY: std::time::Duration = std::time::Duration::from_millis(250);

/// Files of one account on their way. A cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    account: AccountId,
    events: broadcast::Sender<ClientEvent>,
    now: Arc<Mutex<HashMap<(MessageId, u32), Moving>>>,
}

#[derive(Clone, Copy, Debug)]
struct Moving {
    file: FileState,
    reported: Instant,
}

impl Progress {
    pub(crate) fn new(account: AccountId, events: broadcast::Sender<ClientEvent>) -> Self {
        Self {
            account,
            events,
            now: Arc::default(),
        }
    }

    /// A file is on its way and so far. What comes too soon after the last report is not told.
    pub(crate) fn report(&self, dialog: DialogId, message: MessageId, index: u32, file: FileState) {
        {
            let mut now = self.lock();
            let moving = now.get_mut(&(message, index));
            let at = Instant::now();
            match moving {
                Some(moving)
                    if std::mem::discriminant(&moving.file) == std::mem::discriminant(&file)
                        && at.duration_since(moving.reported) < REPORT_EVERY =>
                {
                    moving.file = file;
                    return;
                }
                _ => {
                    let moving = Moving { file, reported: at };
                    now.insert((message, index), moving);
                }
            }
        }
        self.tell(dialog, message, index, file);
    }

    /// A file is not on its way any more: what the cache says of it counts.
    pub(crate) fn end(&self, message: MessageId, index: u32) {
        self.lock().remove(&(message, index));
    }

    /// The state of a file changed in the cache.
    pub(crate) fn tell(&self, dialog: DialogId, message: MessageId, index: u32, file: FileState) {
        // Nobody listening is fine.
        drop(self.events.send(ClientEvent::AttachmentsChanged {
            account: self.account.clone(),
            dialog,
            changes: vec![AttachmentChange {
                message,
                index,
                file,
            }],
        }));
    }

    /// Bytes of these files that are here, and all of them, as far as they are on their way.
    pub(crate) fn received(&self, files: &[(MessageId, u32)]) -> Option<(u64, u64)> {
        let now = self.lock();
        let moving = files
            .iter()
            .filter_map(|file| received(now.get(file)?.file));
        moving.reduce(|sum, one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)))
    }

    /// Bytes of all files on their way to this computer, as far as they are here: grows as long as
    /// anything comes.
    pub(crate) fn moved(&self) -> u64 {
        let now = self.lock();
        let moving = now.values().filter_map(|moving| received(moving.file));
        moving.fold(0, |sum, (here, _)| sum.saturating_add(here))
    }

    /// Writes into messages what is known of their files here.
    pub(crate) fn overlay<'m>(&self, messages: impl IntoIterator<Item = &'m mut Message>) {
        let now = self.lock();
        if now.is_empty() {
            return;
        }
        for message in messages {
            let id = message.id;
            for (index, attachment) in (0..).zip(&mut message.attachments) {
                if let Some(moving) = now.get(&(id, index))
                    && attachment
                        .file
                        .is_some_and(|file| file != FileState::Deleted)
                {
                    attachment.file = Some(moving.file);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(MessageId, u32), Moving>> {
        // Each entry is replaced as a whole.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of a file on its way to this computer that are here, and all of them.
fn received(file: FileState) -> Option<(u64, u64)> {
    if let FileState::Downloading { received, total } = file {
        return Some((received, total));
    }
    None
}
