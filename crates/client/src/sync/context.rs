//! What the tasks of one account share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cubist_protocol::jid::Jid;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::attachments::downloads::Downloads;
use crate::attachments::progress::Progress as FileProgress;
use crate::attachments::uploads::Uploads;
use crate::clock::Clock;
use crate::clock::Random;
use crate::events::ClientEvent;
use crate::model::{
    AccountId, AppId, ConnectionState, DialogId, MessageId, ObjectIdGenerator, UnixMillis, UserId,
};
use crate::outbox::Taken;
use crate::store::Store;
use crate::sync::activity::Activities;
use crate::sync::api::Api;
use crate::sync::diagnostics::Diagnostics;

use crate::sync::line::Line;
use crate::sync::people::People;
use crate::sync::pictures::Pictures;
use crate::sync::privacy::Privacy;
use crate::sync::progress::Progress;
use crate::sync::requests::Requests;
use crate::sync::rooms::Rooms;
use crate::sync::typing::Typing;

/// Whose account it is, in the terms of the wire.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The person.
    pub(crate) me: UserId,
    /// Their application.
    pub(crate) app: AppId,
    /// Domain of the people's addresses.
    pub(crate) domain: String,
    /// Domain of the rooms.
    pub(crate) rooms: String,
}

impl Who {
    /// The bare address of someone; `None` when the configured domain cannot stand in an address.
    pub(crate) fn user(&self, user: UserId) -> Option<Jid> {
        Jid::user(user, self.app, &self.domain).ok()
    }

    /// The address of a room.
    pub(crate) fn room(&self, dialog: DialogId) -> Option<Jid> {
        Jid::room(self.app, dialog, &self.rooms).ok()
    }
}

/// Makes ids of messages; one per account, so that they grow in the order of writing.
pub(crate) struct Ids(Mutex<ObjectIdGenerator>);

impl Ids {
    /// A source whose ids no other program makes.
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut process = [0; 5];
        random.fill(&mut process);
        // The counter starts at zero: its three bytes then do not wrap within a second, which
        // would break the order of that second.
        Self(Mutex::new(ObjectIdGenerator::new(process, 0)))
    }

    /// The next id.
    pub(crate) fn message(&self, now: UnixMillis) -> MessageId {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_message(now)
    }
}

/// A wish that a task looks at when it wakes.
#[derive(Debug, Default)]
pub(crate) struct Again(AtomicBool);

impl Again {
    /// Utters the wish.
    pub(crate) fn request(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was uttered since the last call.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

/// Everything the tasks of one account need of one another.
pub(crate) struct Context {
    /// Which account.
    pub(crate) account: AccountId,
    /// Whose.
    pub(crate) who: Who,
    /// The cache.
    pub(crate) store: Store,
    /// The REST API.
    pub(crate) api: Arc<dyn Api>,
    /// The way out.
    pub(crate) line: Arc<dyn Line>,
    /// The time of day.
    pub(crate) clock: Arc<dyn Clock>,
    /// Everyone who shows something. Sending never waits.
    pub(crate) events: broadcast::Sender<ClientEvent>,
    /// How far files on their way have come.
    pub(crate) files: FileProgress,
    /// Files on their way to the server.
    pub(crate) uploads: Uploads,
    /// Files on their way to this computer.
    pub(crate) downloads: Arc<Downloads>,
    /// How far this session follows the server.
    pub(crate) progress: Progress,
    /// Names to be fetched.
    pub(crate) people: People,
    /// When people were last there.
    pub(crate) activity: Activities,
    /// Pictures on their way.
    pub(crate) pictures: Pictures,
    /// Changes of privacy lists.
    pub(crate) privacy: Privacy,
    /// Who is typing where.
    pub(crate) typing: Typing,
    /// What came and was not understood.
    pub(crate) diagnostics: Diagnostics,
    /// Where ids of messages come from.
    pub(crate) ids: Ids,
    /// What must be fetched because someone looks at it.
    pub(crate) requests: Requests,
    /// Rooms that are joined.
    pub(crate) rooms: Rooms,
    /// Messages on their way.
    pub(crate) taken: Taken,
    /// The connection gave back what it could not confirm: messages.
    pub(crate) outbox_again: Again,
    /// The same for markers.
    pub(crate) markers_again: Again,
    /// The same for new texts, or one is to go once more.
    pub(crate) wishes_again: Again,
    /// There may be something to send.
    pub(crate) outbox_wake: Notify,
    /// There may be a marker to send.
    pub(crate) markers_wake: Notify,
    /// There may be a wish to utter.
    pub(crate) wishes_wake: Notify,
    /// A session began that was not resumed; the holes must be filled.
    pub(crate) catch_up_wake: Notify,
    /// Counts sessions that were not resumed, for the outbox: see `outbox::tag`.
    pub(crate) generation: AtomicU64,
    /// Ends the tasks.
    pub(crate) shutdown: CancellationToken,
}

/// What a [`Context`] is made of; the rest of it begins empty.
pub(crate) struct Parts {
    pub(crate) account: AccountId,
    pub(crate) who: Who,
    pub(crate) store: Store,
    pub(crate) files: FileProgress,
    pub(crate) downloads: Arc<Downloads>,
    pub(crate) api: Arc<dyn Api>,
    pub(crate) line: Arc<dyn Line>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) events: broadcast::Sender<ClientEvent>,
    pub(crate) shutdown: CancellationToken,
}

impl Context {
    /// A context in which nothing has happened yet.
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            account: parts.account,
            who: parts.who,
            store: parts.store,
            api: parts.api,
            line: parts.line,
            clock: parts.clock,
            events: parts.events,
            files: parts.files,
            uploads: Uploads::default(),
            downloads: parts.downloads,
            progress: Progress::default(),
            people: People::default(),
            activity: Activities::default(),
            pictures: Pictures::default(),
            privacy: Privacy::default(),
            typing: Typing::default(),
            diagnostics: Diagnostics::default(),
            ids: Ids::new(parts.random.as_ref()),
            requests: Requests::default(),
            rooms: Rooms::default(),
            taken: Taken::default(),
            outbox_again: Again::default(),
            markers_again: Again::default(),
            wishes_again: Again::default(),
            outbox_wake: Notify::new(),
            markers_wake: Notify::new(),
            wishes_wake: Notify::new(),
            catch_up_wake: Notify::new(),
            generation: AtomicU64::new(0),
            shutdown: parts.shutdown,
        }
    }

    /// The time of day by the server's clock, as well as it is known.
    pub(crate) fn server_now(&self) -> UnixMillis {
        let offset = self.api.clock_offset_millis().unwrap_or_default();
        UnixMillis(self.clock.now().0.saturating_add(offset))
    }

    /// Whether the line is up.
    pub(crate) fn is_online(&self) -> bool {
        self.line.state() == ConnectionState::Online
    }

    /// Tells everyone who listens. Nobody listening is fine.
    pub(crate) fn publish(&self, event: ClientEvent) {
        drop(self.events.send(event));
    }

    /// Which non-resumed session this is.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}
