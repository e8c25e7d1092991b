//! Who is connected, and how a stanza reaches them.
//!
//! The router knows sessions, not sockets. Handing out a stanza never waits for a receiver: it goes into the bounded
//! queue of each session, or, when a user has no session that can take it soon, into the offline queue on disk.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cubist_protocol::ids::UserId;
use cubist_protocol::xml::Framing;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::alerts::Alerts;
use crate::state::{QueueId, State, StateError};

use crate::xmpp::bounds::Bounds;
use crate::xmpp::handlers::leave_rooms;
use crate::xmpp::names::Names;
use crate::xmpp::resource;
use crate::xmpp::rooms::Rooms;
use crate::xmpp::session::Custody;
use crate::xmpp::session::Outgoing;
use crate::xmpp::session::{Kick, Link, Pushed, Session};
use crate::xmpp::watch::Watch;

/// Ended sessions whose count of handled stanzas is remembered, for clients that come too late to resume.
const REMEMBERED_SESSIONS: usize = 4_096;

/// A stanza that is ready to go out.
pub(super) struct Dispatch {
    /// The stanza without namespace, and without `to` if it goes to full addresses.
    pub(super) text: Arc<str>,
    /// Whether each resource is addressed by its full address: group messages.
    pub(super) to_resource: bool,
    /// To whom it is owed, with the entry in the offline queue if it was queued already.
    pub(super) recipients: Vec<(UserId, Option<QueueId>)>,
    /// Whether it is kept for those who are away.
    pub(super) keep: bool,
    /// What the sender's own devices get.
    pub(super) own: Own,
}

/// What the sender's own devices get of a message.
pub(super) enum Own {
    /// Nothing.
    Nothing,
    /// XEP-0280: the devices that asked for it, but not the sending one, get a copy.
    Carbon {
        /// The sender.
        user: UserId,
        /// The sending session's serial number; `None` if the message came over REST.
        except: Option<u64>,
        /// The wrapped copy, to be addressed to full addresses.
        text: Arc<str>,
    },
    /// All devices get the message itself: the reflection of a group message.
    Reflection {
        /// The sender.
        user: UserId,
    },
}

/// The shared handle; clones are cheap.
#[derive(Clone)]
pub(super) struct Router {
    inner: Arc<Inner>,
}

struct Inner {
    state: State,
    names: Names,
    bounds: Bounds,
    /// `None` if nobody is to be alerted.
    alerts: Option<Alerts>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    /// Bound sessions by user, oldest first. A user without session has no entry.
    users: Mutex<HashMap<UserId, Vec<Arc<Session>>>>,
    resumable: Mutex<Resumable>,
    /// Who is in which room.
    rooms: Rooms,
    /// Who follows whose comings and goings.
    watch: Watch,
    started: Instant,
    /// The next session's serial number.
    serial: AtomicU64,
}

/// Sessions by the name under which they can be resumed.
#[derive(Default)]
struct Resumable {
    alive: HashMap<String, Arc<Session>>,
    /// Counts of sessions that ended, with their user.
    ended: HashMap<String, (UserId, u32)>,
    /// The names in `ended`, oldest first.
    order: VecDeque<String>,
}

/// What is known of a session that a client wants to resume.
pub(super) enum Found {
    /// It is alive.
    Alive(Arc<Session>),
    /// It ended; so many of the client's stanzas were handled.
    Ended(u32),
    /// Nothing, or it is somebody else's.
    Unknown,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The maps are changed by single calls; a panic elsewhere leaves them whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Router {
    /// A router without sessions.
    pub(super) fn new(
        state: State,
        names: Names,
        bounds: Bounds,
        alerts: Option<Alerts>,
        shutdown: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        let inner = Inner {
            state,
            names,
            bounds,
            alerts,
            shutdown,
            tasks,
            users: Mutex::default(),
            resumable: Mutex::default(),
            rooms: Rooms::default(),
            watch: Watch::default(),
            started: Instant::now(),
            serial: AtomicU64::new(1),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The domain and its storage.
    pub(super) fn state(&self) -> &State {
        &self.inner.state
    }

    /// The addresses of this backend.
    pub(super) fn names(&self) -> &Names {
        &self.inner.names
    }

    /// The limits.
    pub(super) fn bounds(&self) -> &Bounds {
        &self.inner.bounds
    }

    /// The way to alert people, if there is one.
    pub(super) fn alerts(&self) -> Option<&Alerts> {
        self.inner.alerts.as_ref()
    }

    /// Cancelled when the backend stops.
    pub(super) fn shutdown(&self) -> &CancellationToken {
        &self.inner.shutdown
    }

    /// Where tasks are spawned, so that stopping can wait for them.
    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    /// Who is in which room.
    pub(super) fn rooms(&self) -> &Rooms {
        &self.inner.rooms
    }

    /// Who follows whose comings and goings.
    pub(super) fn watch(&self) -> &Watch {
        &self.inner.watch
    }

    /// How long this backend has been running.
    pub(super) fn uptime(&self) -> Duration {
        self.inner.started.elapsed()
    }

    // ---- Sessions ----

    /// RFC 6120 §7: binds a new session. `wish` begins its resource. If the user has too many sessions, one without
    /// a socket gives way, or else the oldest.
    pub(super) fn bind(&self, user: UserId, wish: Option<&str>, framing: Framing) -> Arc<Session> {
        let resource = resource::pick(wish);
        let bare = self.names().user(user);
        let jid = bare.with_resource(&resource).unwrap_or(bare);
        let serial = self.inner.serial.fetch_add(1, Ordering::Relaxed);
        let session = Arc::new(Session::new(user, jid, serial, framing, self.bounds()));
        let mut users = lock(&self.inner.users);
        let sessions = users.entry(user).or_default();
        let waiting = sessions
            .iter()
            .filter(|session| !session.is_leaving())
            .count();
        if waiting >= self.bounds().sessions_per_user {
            let present = || sessions.iter().filter(|session| !session.is_leaving());
            let victim = present()
                .find(|session| session.link() == Link::Hibernated)
                .or_else(|| present().next());
            if let Some(victim) = victim {
                victim.kick(Kick::Displaced);
            }
        }
        sessions.push(Arc::clone(&session));
        session
    }

    /// Remembers under which name a session can be resumed.
    pub(super) fn offer_resumption(&self, id: String, session: &Arc<Session>) {
        lock(&self.inner.resumable)
            .alive
            .insert(id, Arc::clone(session));
    }

    /// Looks up a session for its client.
    pub(super) fn find_resumable(&self, id: &str, user: UserId) -> Found {
        let resumable = lock(&self.inner.resumable);
        if let Some(session) = resumable.alive.get(id) {
            return if session.user == user {
                Found::Alive(Arc::clone(session))
            } else {
                Found::Unknown
            };
        }
        match resumable.ended.get(id) {
            Some((owner, handled)) if *owner == user => Found::Ended(*handled),
            Some(_) | None => Found::Unknown,
        }
    }

    /// Forgets an ended session and puts what it owed into the offline queue.
    pub(super) async fn retire(&self, session: &Session, owed: Vec<Arc<Custody>>) {
        {
            let mut users = lock(&self.inner.users);
            if let Some(sessions) = users.get_mut(&session.user) {
                sessions.retain(|known| known.serial != session.serial);
                if sessions.is_empty() {
                    users.remove(&session.user);
                }
            }
        }
        if let Some(id) = session.resumption_id() {
            let mut resumable = lock(&self.inner.resumable);
            resumable.alive.remove(&id);
            resumable.ended.insert(
                id.clone(),
                (session.user, session.handled().unwrap_or_default()),
            );
            resumable.order.push_back(id);
            if resumable.order.len() > REMEMBERED_SESSIONS
                && let Some(oldest) = resumable.order.pop_front()
            {
                resumable.ended.remove(&oldest);
            }
        }
        self.inner.watch.forget_session(session.serial);
        self.inner.watch.touch(session.user);
        if let Err(error) = self.queue(owed).await {
            tracing::error!(user = %session.user, %error, "undelivered stanzas of an ended session are lost");
        }
        leave_rooms(self, session).await;
    }

    /// Closes all sessions of a user.
    pub(super) fn close_all(&self, user: UserId) {
        for session in self.sessions(user) {
            session.kick(Kick::AccountClosed);
        }
    }

    /// The user's sessions, oldest first.
    pub(super) fn sessions(&self, user: UserId) -> Vec<Arc<Session>> {
        lock(&self.inner.users)
            .get(&user)
            .cloned()
            .unwrap_or_default()
    }

    /// How many sessions of the user have a connection and want messages.
    pub(super) fn online(&self, user: UserId) -> usize {
        self.sessions(user)
            .iter()
            .filter(|session| session.is_online())
            .count()
    }

    /// Everyone of whom [`Self::is_present`] holds, ascending.
    pub(super) fn present_people(&self) -> Vec<UserId> {
        let mut people: Vec<UserId> = lock(&self.inner.users)
            .iter()
            .filter(|(_, sessions)| sessions.iter().any(|session| session.is_present()))
            .map(|(user, _)| *user)
            .collect();
        people.sort_unstable();
        people
    }

    /// Whether a message for the user can be written soon. Otherwise it goes to disk before anyone is told that it
    /// was accepted.
    pub(super) fn is_ready(&self, user: UserId) -> bool {
        self.sessions(user).iter().any(|session| session.is_ready())
    }

    // ---- Stanzas ----

    /// Hands a stanza out. When this returns, it is in a queue in memory or on disk for everyone to whom it is owed.
    pub(super) async fn dispatch(&self, dispatch: Dispatch) -> Result<(), StateError> {
        let Dispatch {
            text,
            to_resource,
            recipients,
            keep,
            own,
        } = dispatch;
        let mut stranded = Vec::new();
        for (user, row) in recipients {
            let sessions = self.sessions(user);
            if !keep {
                for session in sessions.iter().filter(|session| session.is_online()) {
                    session.push(
                        Outgoing {
                            text: Arc::clone(&text),
                            to_resource,
                            custody: None,
                        },
                        None,
                    );
                }
                continue;
            }
            let custody = Custody::new(user, Arc::clone(&text), row);
            for session in &sessions {
                let copy = Outgoing {
                    text: Arc::clone(&text),
                    to_resource,
                    custody: Some(custody.share()),
                };
                if session.push(copy, row) != Pushed::Taken && custody.let_go() {
                    // Cannot happen while this function holds the stanza itself.
                    stranded.push(Arc::clone(&custody));
                }
            }
            if custody.let_go() {
                stranded.push(custody);
            }
        }
        match own {
            Own::Nothing => {}
            Own::Carbon { user, except, text } => {
                for session in self.sessions(user) {
                    if Some(session.serial) != except && session.wants_carbons() {
                        session.push(
                            Outgoing {
                                text: Arc::clone(&text),
                                to_resource: true,
                                custody: None,
                            },
                            None,
                        );
                    }
                }
            }
            Own::Reflection { user } => {
                for session in self.sessions(user) {
                    session.push(
                        Outgoing {
                            text: Arc::clone(&text),
                            to_resource,
                            custody: None,
                        },
                        None,
                    );
                }
            }
        }
        self.queue(stranded).await
    }

    /// Puts stanzas into the offline queue that no session could take, and tells sessions that came meanwhile.
    async fn queue(&self, owed: Vec<Arc<Custody>>) -> Result<(), StateError> {
        if owed.is_empty() {
            return Ok(());
        }
        let users: Vec<UserId> = owed.iter().map(|custody| custody.user()).collect();
        let stanzas = owed
            .iter()
            .map(|custody| (custody.user(), custody.text().to_owned()))
            .collect();
        self.inner.state.enqueue(stanzas).await?;
        for user in users {
            for session in self.sessions(user) {
                session.look_on_disk();
            }
        }
        Ok(())
    }
}
