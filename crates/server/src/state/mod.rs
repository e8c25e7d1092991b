//! The domain and its storage: people, sessions, dialogs, messages, marks, blocks, files and the offline queue.
//!
//! [`State`] is the one handle that REST and XMPP share. It knows neither HTTP nor XML. Every change goes through
//! one writer that commits many changes together, and a method that changes something returns only after its commit,
//! so whatever a caller acknowledges is on disk. Queries run on a pool of connections that cannot write.

mod activity;
mod admins;
mod arrivals;
mod blob_files;
mod blobs;
mod blocks;
mod cards;
mod clock;
mod database;
mod deletions;
mod dialog_cards;
mod dialog_changes;
mod dialog_fields;
mod dialog_list;
mod dialog_making;
mod dialog_removal;
mod dialogs;
mod edits;
mod error;
mod filter;
mod ids;
mod logins;
mod marks;
mod message_list;
mod message_loading;
mod messages;
mod notifications;
mod occupants;
mod passwords;
mod pins;
mod privacy;
mod private_dialogs;
mod queue;
mod reactions;
mod reader;
mod record_classes;
mod record_filters;
mod records;
mod reports;
mod search;
mod sessions;
mod settings;
mod subscriptions;
mod unread;
mod uploads;
mod user_fields;
mod user_removal;
mod user_search;
mod users;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex};

use cubist_protocol::ids::UserId;
use tokio_util::sync::CancellationToken;

pub use blobs::{Blob, BlobName, BlobPage};
pub use blocks::{Blocker, Passage, StanzaKind};
pub use clock::Clock;
pub use deletions::{DeletedMessages, Removal, Removed};
pub use dialog_cards::DialogCard;
pub use dialog_changes::DialogChanges;
pub use dialog_list::{DialogField, DialogPage, DialogQuery};
pub use dialog_making::{NewBroadcast, NewGroup};
pub use dialog_removal::DeletedDialogs;
pub use dialogs::{Dialog, DialogKind, LastMessage};
pub use edits::{Edit, Edited};
pub use error::StateError;
pub use filter::{Condition, Op};
pub use logins::{ChatLogin, Identity};
pub use marks::{Mark, Marked};
pub use message_list::{
    MessageField, MessageOrder, MessagePage, MessageQuery, MessageRecord, MessageSort,
};
pub use messages::{Accepted, NewMessage, QueueFor, Render, StoredMessage};
pub use occupants::OccupantPage;
pub use privacy::{PrivacyItem, PrivacyNames, PrivacyScope};
pub use queue::{QueueId, Queued};
pub use reactions::{MessageReactions, Reacted};
pub use record_classes::RecordClass;
pub use record_filters::RecordField;
pub use records::{ChangedRecords, Record, RecordPage, RecordQuery};
pub use search::{Found, Search};
pub use sessions::{Session, Token};
pub use subscriptions::{NewSubscription, Subscription};
pub use unread::Unread;
pub use uploads::{NewBlob, Upload, UploadKey};
pub use user_fields::{TextField, TextFields};
pub use user_search::{UserCondition, UserField, UserOp, UserPage, UserSearch};
pub use users::{NewUser, PasswordChange, User, UserChanges};

pub(crate) use reports::{ReportRow, read as read_reports};

use crate::config::Config;
use reader::{ReadDb, Readers};
use writer::{WriteTx, Writer};

/// The database's name in the data folder.
const FILE: &str = "cubist.db";

/// The shared handle; clones are cheap.
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

/// What the methods of [`State`] share.
struct Inner {
    config: Arc<Config>,
    clock: Clock,
    /// The one way to change the database.
    writer: Writer,
    /// The way to query it.
    readers: Readers,
    /// Names new dialogs and messages.
    ids: ids::Ids,
    /// Who is in a dialog.
    cards: cards::Cards,
    /// Who lets nothing through from whom.
    blocks: blocks::Blocks,
    /// The configured names of dialogs' own fields, ready to be shared with queries.
    dialog_fields: Option<Arc<[String]>>,
    /// Who holds which token.
    sessions: sessions::Sessions,
    passwords: passwords::Passwords,
    /// Last activity that is not on disk yet.
    activity: activity::Activity,
    /// Where files lie.
    files: blob_files::BlobFiles,
    /// The uploads that are under way.
    arrivals: Arc<arrivals::Arrivals>,
    /// Queue entries whose removal is not on disk yet.
    confirmed: Mutex<Vec<(UserId, QueueId)>>,
}

impl State {
    /// Opens or makes the database in `config.data`.
    pub async fn open(config: Arc<Config>, clock: Clock) -> Result<Self, StateError> {
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(config, clock));
        opened.await.map_err(|_| StateError::Stopping)?
    }

    fn open_blocking(config: Arc<Config>, clock: Clock) -> Result<Self, StateError> {
        make_private_folder(&config.data)?;
        let path = config.data.join(FILE);
        let writing = database::open_writer(&path, &config.storage)?;
        restrict(&path)?;
        let readers = Readers::open(&path, config.storage.readers)?;
        let grace = i64::try_from(config.timing.flush_seconds).unwrap_or(i64::MAX);
        let db = ReadDb::of(&writing);
        let sessions = sessions::Sessions::load(&db, clock.seconds(), grace)?;
        let blocks = blocks::Blocks::load(privacy::load_defaults(&db)?);
        let writer = Writer::start(writing, &config.storage)?;
        let inner = Inner {
            writer,
            readers,
            ids: ids::Ids::seeded()?,
            cards: cards::Cards::default(),
            blocks,
            dialog_fields: config.dialog_fields.clone().map(Arc::from),
            sessions,
            passwords: passwords::Passwords::new(&config.accounts, &config.limits, clock.clone())?,
            activity: activity::Activity::default(),
            files: blob_files::BlobFiles::open(&config.data)?,
            arrivals: Arc::default(),
            confirmed: Mutex::default(),
            config,
            clock,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Flushes what is allowed to lag behind, again and again until `shutdown`. One such task runs per backend.
    pub async fn keep_flushed(self, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(250));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut flushed_at = self.inner.clock.seconds();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let now = self.inner.clock.seconds();
            let due = now.saturating_sub(flushed_at) >= self.flush_seconds();
            let result = if due {
                flushed_at = now;
                self.flush().await
            } else {
                self.flush_confirmed().await
            };
            if let Err(error) = result {
                tracing::error!(%error, "flushing to the database failed; it is tried again");
            }
        }
    }

    /// Writes everything that lives in memory for a while: session expiries, activities, confirmations.
    pub async fn flush(&self) -> Result<(), StateError> {
        self.flush_confirmed().await?;
        self.flush_sessions().await?;
        self.flush_activity().await?;
        self.sweep_blobs().await?;
        self.sweep_unused_blobs().await?;
        self.forget_old_repeats().await
    }

    /// Flushes, finishes queued changes and closes the database. Later changes fail with [`StateError::Stopping`].
    pub async fn close(&self) {
        if let Err(error) = self.flush().await {
            tracing::error!(%error, "the last flush failed");
        }
        self.inner.writer.close().await;
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The configuration.
    pub fn config(&self) -> &Arc<Config> {
        &self.inner.config
    }

    /// Transactions committed since the start; compared with the number of changes it shows the batching.
    pub fn commits(&self) -> u64 {
        self.inner.writer.commits()
    }

    async fn write<T, F>(&self, work: F) -> Result<T, StateError>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, StateError> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }

    async fn read<T, F>(&self, work: F) -> Result<T, StateError>
    where
        T: Send + 'static,
        F: FnOnce(&ReadDb<'_>) -> Result<T, StateError> + Send + 'static,
    {
        self.inner.readers.read(work).await
    }

    fn flush_seconds(&self) -> i64 {
        i64::try_from(self.inner.config.timing.flush_seconds).unwrap_or(i64::MAX)
    }
}

/// A password that nobody knows.
pub(crate) fn random_secret() -> Result<String, StateError> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(passwords::random::<24>()?))
}

/// Makes the data folder for its owner only: it holds messages and a certificate authority's key.
pub(crate) fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Lets only the owner read a file.
#[cfg(unix)]
pub(crate) fn restrict(path: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

/// Elsewhere the access list of the folder keeps others out.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "another system may refuse")]
pub(crate) fn restrict(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
