//! What the folder of the files may take up, and what goes from it.

use std::sync::PoisonError;
use std::time::UNIX_EPOCH;

use super::{Files, blocking};
use crate::model::{DialogId, FileState, Message};
use crate::store::{Error, files};

/// The part of a download that was given up is kept so long, for somebody to try again.
const PART_KEPT_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What is here of a download that nobody waits for.
pub(super) struct IdlePart {
    source: String,
    /// On the disk.
    bytes: u64,
    /// When some of it came last, in milliseconds since 1970.
    at: i64,
}

impl Files {
    /// Keeps the folder within its room.
    pub(crate) async fn make_room(&self) -> Result<(), Error> {
        let budget = self.policy().budget;
        let pins = self.pins.clone();
        let gone = self
            .store
            .write(move |tx| files::make_room(tx, budget, |content| pins.has(content)))
            .await?;
        self.remove(gone).await;
        self.tidy_parts().await
    }

    /// Removes parts of downloads that nobody waits for: those given up a week ago, and beyond that
    /// those that whole files leave no room for, the oldest first.
    pub(super) async fn tidy_parts(&self) -> Result<(), Error> {
        let (idle, whole) = self
            .store
            .read(|db| Ok((files::idle_parts(db)?, files::total(db)?)))
            .await?;
        let mut idle = self.parts_of(idle).await;
        idle.sort_by_key(|part| part.at);
        let budget = self.policy().budget;
        let oldest = self.clock.now().0.saturating_sub(PART_KEPT_MILLIS);
        let mut held = idle.iter().map(|part| part.bytes).sum::<u64>();
        for part in idle {
            if part.at > oldest && whole.saturating_add(held) <= budget {
                break;
            }
            held = held.saturating_sub(part.bytes);
            self.forget_part(part).await?;
        }
        Ok(())
    }

    /// What is on the disk of these downloads.
    async fn parts_of(&self, sources: Vec<String>) -> Vec<IdlePart> {
        if sources.is_empty() {
            return Vec::new();
        }
        let cache = self.cache.clone();
        let look = move || {
            let mut parts = Vec::new();
            for source in sources {
                let found = cache.part_size(&source)?;
                let (bytes, at) = found.unwrap_or((0, UNIX_EPOCH));
                let at = at.duration_since(UNIX_EPOCH).unwrap_or_default();
                parts.push(IdlePart {
                    source,
                    bytes,
                    at: i64::try_from(at.as_millis()).unwrap_or(i64::MAX),
                });
            }
            Ok(parts)
        };
        blocking(look).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "parts of downloads cannot be looked at");
            Vec::new()
        })
    }

    /// Removes a part unless somebody waits for it again; says how many bytes that freed.
    async fn forget_part(&self, part: IdlePart) -> Result<u64, Error> {
        let (cache, bytes) = (self.cache.clone(), part.bytes);
        self.store
            .write(move |tx| {
                if !files::forget_part(tx, &part.source)? {
                    return Ok(0);
                }
                // Here, before anybody can want the file again and write to the same place.
                match cache.drop_part(&part.source) {
                    Ok(()) => Ok(bytes),
                    Err(error) => {
                        tracing::warn!(%error, "a part of a download was not removed");
                        Ok(0)
                    }
                }
            })
            .await
    }

    /// Removes the files of dialogs from this computer, and the parts of those that did not come; says
    /// how many bytes that freed.
    pub(crate) async fn free(&self, dialogs: Vec<DialogId>) -> Result<u64, Error> {
        let of = dialogs.clone();
        let idle = self
            .store
            .read(move |db| files::idle_parts_of(db, &of))
            .await?;
        let mut freed = 0;
        for part in self.parts_of(idle).await {
            freed += self.forget_part(part).await?;
        }
        let pins = self.pins.clone();
        let (gone, bytes) = self
            .store
            .write(move |tx| files::free(tx, &dialogs, |content| pins.has(content)))
            .await?;
        self.remove(gone).await;
        Ok(freed + bytes)
    }

    /// Messages say which files their senders removed from the server.
    pub(super) fn hear_of_removed(&self, messages: &[Message]) {
        let attachments = messages.iter().flat_map(|message| &message.attachments);
        let gone = attachments.filter(|one| one.file == Some(FileState::Deleted));
        let sources: Vec<String> = gone.filter_map(|one| one.source.key()).collect();
        if !sources.is_empty() {
            self.removed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(sources);
            self.downloads.look();
        }
    }

    /// Removes what is here of files that their senders removed, unless other messages show them.
    pub(in crate::attachments) async fn forget_removed(&self) -> Result<(), Error> {
        let sources =
            std::mem::take(&mut *self.removed.lock().unwrap_or_else(PoisonError::into_inner));
        // Most were never here, and an old message may be heard of often.
        let known = self
            .store
            .read(move |db| files::of_those_known(db, sources))
            .await?;
        if known.is_empty() {
            return Ok(());
        }
        let (forgotten, gone) = self
            .store
            .write(move |tx| files::forget_unshown(tx, known))
            .await?;
        self.remove(gone).await;
        for source in forgotten {
            self.downloads.cancel(&source);
            let cache = self.cache.clone();
            if let Err(error) = blocking(move || cache.drop_part(&source)).await {
                tracing::warn!(%error, "a part of a download was not removed");
            }
        }
        self.downloads.say_settled();
        Ok(())
    }

    /// Removes what no row names. A file that is missing is noticed when somebody looks at it.
    pub(in crate::attachments) async fn sweep(&self) -> Result<(), Error> {
        let (contents, parts) = self
            .store
            .read(|db| Ok((files::contents(db)?, files::partly_here(db)?)))
            .await?;
        let cache = self.cache.clone();
        let swept = blocking(move || {
            let contents: std::collections::HashSet<String> = contents
                .into_iter()
                .map(|content| cache.name(content))
                .collect();
            let parts: std::collections::HashSet<String> =
                parts.iter().map(|source| cache.part_name(source)).collect();
            cache.sweep(|name| contents.contains(name), |name| parts.contains(name))
        })
        .await;
        match swept {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files that nothing named were removed"),
            Err(error) => tracing::warn!(%error, "the folder of the files was not swept"),
        }
        self.tidy_parts().await
    }
}
