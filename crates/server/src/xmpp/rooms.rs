//! Who has joined which room (XEP-0045).
//!
//! Joining is not needed to get a room's messages: those go to every occupant of the dialog. It makes the others see
//! that one is there. A person is in a room as long as one of their sessions is; which of them, the others cannot
//! tell.
//!
//! Comings and goings are told under the lock, so that everyone sees them in the same order.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cubist_protocol::ids::{DialogId, UserId};

use crate::xmpp::session::{Outgoing, Session};

/// The rooms somebody has joined.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rooms: HashMap<DialogId, Room>,
    /// The rooms of each session, by its serial number.
    sessions: HashMap<u64, HashSet<DialogId>>,
}

#[derive(Debug, Default)]
struct Room {
    /// The sessions of each person, never an empty list.
    people: BTreeMap<UserId, Vec<Arc<Session>>>,
    /// How many sessions that are.
    sessions: usize,
}

/// The session is in as many rooms as it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// Who may hear of a person in a room, and what.
pub(super) struct Notice<'a> {
    /// The presence, to be addressed to each session.
    pub(super) text: &'a Arc<str>,
    /// Whether this person is to hear of it.
    pub(super) reaches: &'a dyn Fn(UserId) -> bool,
    /// Sessions in a room beyond which nobody is told.
    pub(super) audience: usize,
}

impl Rooms {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Both maps are changed together by short calls without a panic in them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session joins. If its user was not there, the others hear of it. Returns the people who were there before.
    pub(super) fn join(
        &self,
        dialog: DialogId,
        session: &Arc<Session>,
        most: usize,
        notice: &Notice<'_>,
    ) -> Result<Vec<UserId>, TooMany> {
        let mut inner = self.lock();
        let own = inner.sessions.entry(session.serial).or_default();
        if own.len() >= most && !own.contains(&dialog) {
            return Err(TooMany);
        }
        let is_new = own.insert(dialog);
        let room = inner.rooms.entry(dialog).or_default();
        let others = if room.sessions > notice.audience {
            Vec::new()
        } else {
            let others = room.people.keys().copied();
            others.filter(|user| *user != session.user).collect()
        };
        if is_new {
            let is_first = !room.people.contains_key(&session.user);
            if is_first {
                room.tell(notice);
            }
            room.people
                .entry(session.user)
                .or_default()
                .push(Arc::clone(session));
            room.sessions += 1;
        }
        Ok(others)
    }

    /// The session leaves. If it was its user's last one there, the others hear of it.
    pub(super) fn leave(&self, dialog: DialogId, session: &Session, notice: &Notice<'_>) {
        let mut inner = self.lock();
        inner.forget(session.serial, dialog);
        inner.take_out(dialog, session, notice);
    }

    /// The rooms the session is in.
    pub(super) fn of_session(&self, serial: u64) -> Vec<DialogId> {
        let inner = self.lock();
        let rooms = inner.sessions.get(&serial);
        rooms.into_iter().flatten().copied().collect()
    }

    /// Puts a person out. Returns their sessions there; if there were any, the others hear of it.
    pub(super) fn put_out(
        &self,
        dialog: DialogId,
        user: UserId,
        notice: &Notice<'_>,
    ) -> Vec<Arc<Session>> {
        let mut inner = self.lock();
        let Some(room) = inner.rooms.get_mut(&dialog) else {
            return Vec::new();
        };
        let sessions = room.people.remove(&user).unwrap_or_default();
        if !sessions.is_empty() {
            room.sessions -= sessions.len();
            room.tell(notice);
        }
        if room.people.is_empty() {
            inner.rooms.remove(&dialog);
        }
        for session in &sessions {
            inner.forget(session.serial, dialog);
        }
        sessions
    }

    /// Puts everybody out. Returns the sessions that were there.
    pub(super) fn close(&self, dialog: DialogId) -> Vec<Arc<Session>> {
        let mut inner = self.lock();
        let room = inner.rooms.remove(&dialog).unwrap_or_default();
        let sessions: Vec<_> = room.people.into_values().flatten().collect();
        for session in &sessions {
            inner.forget(session.serial, dialog);
        }
        sessions
    }

    /// Who is in the room, ascending, at most so many.
    pub(super) fn people(&self, dialog: DialogId, most: usize) -> Vec<UserId> {
        let inner = self.lock();
        let room = inner.rooms.get(&dialog);
        let people = room.into_iter().flat_map(|room| room.people.keys());
        people.take(most).copied().collect()
    }

    /// Whether the session is in the room.
    pub(super) fn has(&self, dialog: DialogId, serial: u64) -> bool {
        let inner = self.lock();
        let rooms = inner.sessions.get(&serial);
        rooms.is_some_and(|rooms| rooms.contains(&dialog))
    }
}

impl Inner {
    /// The session is no longer in the room.
    fn forget(&mut self, serial: u64, dialog: DialogId) {
        if let Some(own) = self.sessions.get_mut(&serial) {
            own.remove(&dialog);
            if own.is_empty() {
                self.sessions.remove(&serial);
            }
        }
    }

    /// The room no longer has the session.
    fn take_out(&mut self, dialog: DialogId, session: &Session, notice: &Notice<'_>) {
        let Some(room) = self.rooms.get_mut(&dialog) else {
            return;
        };
        let Some(own) = room.people.get_mut(&session.user) else {
            return;
        };
        let before = own.len();
        own.retain(|known| known.serial != session.serial);
        room.sessions -= before - own.len();
        if own.is_empty() {
            room.people.remove(&session.user);
            room.tell(notice);
        }
        if room.people.is_empty() {
            self.rooms.remove(&dialog);
        }
    }
}

impl Room {
    /// Tells everyone in the room.
    fn tell(&self, notice: &Notice<'_>) {
        if self.sessions > notice.audience {
            return;
        }
        for (user, sessions) in &self.people {
            if !(notice.reaches)(*user) {
                continue;
            }
            for session in sessions {
                session.offer(Outgoing {
                    text: Arc::clone(notice.text),
                    to_resource: true,
                    custody: None,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use cubist_protocol::xml::Framing;
    use tokio::time::Instant;

    use super::*;
    use crate::config::Config;
    use crate::xmpp::bounds::Bounds;

    fn dialog() -> DialogId {
        "5356c64ab35c12bd3b108a41".parse().unwrap()
    }

    fn session(user: u64, serial: u64) -> Arc<Session> {
        let jid = format!("{user}-21@localhost/r").parse().unwrap();
        let bounds = Bounds::new(&Config::default());
        let user = UserId::new(user).unwrap();
        Arc::new(Session::new(user, jid, serial, Framing::Tcp, &bounds))
    }

    /// Runs with a notice of that text for everyone.
    fn say<T>(text: &str, work: impl FnOnce(&Notice<'_>) -> T) -> T {
        work(&Notice {
            text: &Arc::from(text),
            reaches: &|_| true,
            audience: 3,
        })
    }

    fn heard(session: &Session) -> usize {
        session.take_batch(Instant::now()).frames.len()
    }

    #[test]
    fn others_hear_of_the_first_session_and_of_the_end_of_the_last() {
        let rooms = Rooms::default();
        let (phone, laptop, bob) = (session(1, 1), session(1, 2), session(2, 3));
        let join = |who| {
            say("<presence/>", |notice| {
                rooms.join(dialog(), who, 10, notice)
            })
        };
        let leave = |who| say("<presence/>", |notice| rooms.leave(dialog(), who, notice));
        assert_eq!(join(&bob), Ok(Vec::new()));
        assert_eq!(join(&phone), Ok(vec![bob.user]));
        assert_eq!(heard(&bob), 1);
        join(&laptop).unwrap();
        join(&laptop).unwrap();
        leave(&phone);
        leave(&phone);
        assert_eq!(heard(&bob), 0);
        assert_eq!(rooms.people(dialog(), 10), [phone.user, bob.user]);
        leave(&laptop);
        assert_eq!(heard(&bob), 1);
        leave(&bob);
        let inner = rooms.lock();
        assert!(inner.rooms.is_empty() && inner.sessions.is_empty());
    }

    #[test]
    fn who_is_put_out_is_in_no_list_any_more() {
        let rooms = Rooms::default();
        let (alice, bob) = (session(1, 1), session(2, 2));
        for who in [&alice, &bob] {
            say("<presence/>", |notice| {
                rooms.join(dialog(), who, 10, notice)
            })
            .unwrap();
        }
        heard(&alice);
        let out = say("<presence/>", |notice| {
            rooms.put_out(dialog(), bob.user, notice)
        });
        assert_eq!(out.len(), 1);
        assert_eq!(heard(&alice), 1);
        assert!(!rooms.has(dialog(), bob.serial) && rooms.has(dialog(), alice.serial));
        assert_eq!(rooms.close(dialog()).len(), 1);
        assert_eq!(rooms.of_session(alice.serial), []);
    }

    #[test]
    fn a_full_room_is_silent_and_a_session_is_in_so_many_rooms_and_no_more() {
        let rooms = Rooms::default();
        let people: Vec<_> = (1..=6).map(|n| session(n, n)).collect();
        for who in &people {
            say("<presence/>", |notice| rooms.join(dialog(), who, 1, notice)).unwrap();
        }
        let told: Vec<_> = people.iter().map(|who| heard(who)).collect();
        assert_eq!(told, [3, 2, 1, 0, 0, 0]);
        let other = "5356c64ab35c12bd3b108a42".parse().unwrap();
        let refused = say("<presence/>", |notice| {
            rooms.join(other, &people[0], 1, notice)
        });
        assert_eq!(refused, Err(TooMany));
    }
}
