//! Who follows whose comings and goings: the platform's `status_streaming`.
//!
//! A change is only noted where it happens; [`announce`] looks up how things are by then and tells the followers if
//! that is news, of each person at most once in [`QUIET`]. So a device that comes and goes many times a second costs
//! its followers little, and whatever order the notes come in, the last word is the true one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cubist_protocol::ext::xep0012_last_activity::LastActivity;
use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Iq, IqPayload};
use cubist_protocol::xml::Framing;
use tokio::sync::Notify;
use tokio::time::{Duration, Instant, sleep_until};

use crate::xmpp::resource;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;

/// For how long followers hear nothing new of a person of whom they just heard.
const QUIET: Duration = Duration::from_secs(1);

/// The followers of everyone.
#[derive(Debug, Default)]
pub(super) struct Watch {
    inner: Mutex<Inner>,
    /// Somebody may have come or gone.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    people: HashMap<UserId, Followed>,
    /// Whom each session follows, by its serial number.
    sessions: HashMap<u64, HashSet<UserId>>,
    /// Who may have come or gone since the last announcement.
    touched: HashSet<UserId>,
}

/// Somebody with followers.
#[derive(Debug)]
struct Followed {
    /// What the followers take for true.
    is_present: bool,
    /// Until when they hear nothing new.
    quiet_until: Option<Instant>,
    /// The following sessions by their serial numbers.
    followers: HashMap<u64, Arc<Session>>,
}

/// The session follows as many people as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The three maps are changed together by short calls without a panic in them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session follows `person`, who is present or not by what the caller just saw.
    pub(super) fn follow(
        &self,
        session: &Arc<Session>,
        person: UserId,
        is_present: bool,
        most: usize,
    ) -> Result<(), TooMany> {
        let mut inner = self.lock();
        let own = inner.sessions.entry(session.serial).or_default();
        if own.len() >= most && !own.contains(&person) {
            return Err(TooMany);
        }
        own.insert(person);
        let followed = inner.people.entry(person).or_insert_with(|| Followed {
            is_present,
            quiet_until: None,
            followers: HashMap::new(),
        });
        followed
            .followers
            .insert(session.serial, Arc::clone(session));
        Ok(())
    }

    /// The session no longer follows `person`.
    pub(super) fn unfollow(&self, session: &Session, person: UserId) {
        {
            let mut inner = self.lock();
            inner.forget(session.serial, person);
            if let Some(own) = inner.sessions.get_mut(&session.serial) {
                own.remove(&person);
                if own.is_empty() {
                    inner.sessions.remove(&session.serial);
                }
            }
        }
        session.forget_status(person);
    }

    /// The session ends.
    pub(super) fn forget_session(&self, serial: u64) {
        let mut inner = self.lock();
        for person in inner.sessions.remove(&serial).unwrap_or_default() {
            inner.forget(serial, person);
        }
    }

    /// Somebody may have come or gone.
    pub(super) fn touch(&self, person: UserId) {
        let mut inner = self.lock();
        if inner.people.contains_key(&person) {
            inner.touched.insert(person);
            drop(inner);
            self.changed.notify_one();
        }
    }

    /// Waits until somebody of whom followers may hear may have come or gone, and returns all of those.
    async fn touched(&self) -> Vec<UserId> {
        loop {
            let (due, next) = self.lock().take_due(Instant::now());
            if !due.is_empty() {
                return due;
            }
            match next {
                Some(next) => tokio::select! {
                    () = self.changed.notified() => {}
                    () = sleep_until(next) => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    /// The sessions to which it is news that `person` is present or not; none if they know.
    fn news(&self, person: UserId, is_present: bool, now: Instant) -> Vec<Arc<Session>> {
        match self.lock().people.get_mut(&person) {
            Some(followed) if followed.is_present != is_present => {
                followed.is_present = is_present;
                followed.quiet_until = Some(now + QUIET);
                followed.followers.values().cloned().collect()
            }
            Some(_) | None => Vec::new(),
        }
    }
}

impl Inner {
    /// Takes out the touched people of whom followers may hear now. Also says when the next of the others follows.
    fn take_due(&mut self, now: Instant) -> (Vec<UserId>, Option<Instant>) {
        let mut next = None;
        let people = &self.people;
        let due = self.touched.extract_if(|person| {
            let quiet_until = people.get(person).and_then(|followed| followed.quiet_until);
            let until = quiet_until.filter(|until| *until > now);
            next = [next, until].into_iter().flatten().min();
            until.is_none()
        });
        (due.collect(), next)
    }

    /// Takes the session from the followers of `person`.
    fn forget(&mut self, serial: u64, person: UserId) {
        if let Some(followed) = self.people.get_mut(&person) {
            followed.followers.remove(&serial);
            if followed.followers.is_empty() {
                self.people.remove(&person);
                self.touched.remove(&person);
            }
        }
    }
}

/// Tells followers who has come and who has gone. One such task runs per backend.
pub(super) async fn announce(router: Router) {
    loop {
        let touched = tokio::select! {
            () = router.shutdown().cancelled() => return,
            touched = router.watch().touched() => touched,
        };
        for person in touched {
            let is_present = router.is_present(person);
            let followers = router.watch().news(person, is_present, Instant::now());
            if followers.is_empty() {
                continue;
            }
            let seconds = if is_present {
                0
            } else {
                router.seconds_since(person).await.unwrap_or(1)
            };
            let text: Arc<str> = push(&router, person, seconds).into();
            for session in followers {
                if router.may_see(session.user, person) {
                    session.tell_status(person, &text);
                }
            }
        }
    }
}

/// What followers get, to be addressed to each of them. A result nobody asked for: the one kind of IQ to which the
/// official SDK listens without answering it with an error.
fn push(router: &Router, person: UserId, seconds: u64) -> String {
    let payload = IqPayload::LastActivity(LastActivity::seconds_ago(seconds));
    let mut iq = Iq::get(resource::random_name(), payload.clone()).result(Some(payload));
    iq.from = Some(router.names().user(person));
    iq.to_xml(Framing::Tcp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::xmpp::bounds::Bounds;

    fn user(id: u64) -> UserId {
        UserId::new(id).unwrap()
    }

    fn session(serial: u64) -> Arc<Session> {
        let jid = format!("{serial}-21@localhost/r").parse().unwrap();
        let bounds = Bounds::new(&Config::default());
        Arc::new(Session::new(
            user(serial),
            jid,
            serial,
            Framing::Tcp,
            &bounds,
        ))
    }

    #[test]
    fn followers_hear_of_a_change_once() {
        let (watch, now) = (Watch::default(), Instant::now());
        let follower = session(1);
        watch.follow(&follower, user(9), false, 10).unwrap();
        let heard = |is_present| watch.news(user(9), is_present, now).len();
        assert_eq!(
            [heard(false), heard(true), heard(true), heard(false)],
            [0, 1, 0, 1]
        );
    }

    #[test]
    fn of_a_person_who_comes_and_goes_followers_hear_after_a_quiet_time() {
        let (watch, now) = (Watch::default(), Instant::now());
        let follower = session(1);
        for person in [8, 9] {
            watch.follow(&follower, user(person), false, 10).unwrap();
        }
        watch.touch(user(9));
        assert_eq!(watch.lock().take_due(now), (vec![user(9)], None));
        assert_eq!(watch.news(user(9), true, now).len(), 1);
        watch.touch(user(8));
        watch.touch(user(9));
        let end = now + QUIET;
        assert_eq!(watch.lock().take_due(now), (vec![user(8)], Some(end)));
        assert_eq!(watch.lock().take_due(now), (Vec::new(), Some(end)));
        assert_eq!(watch.lock().take_due(end), (vec![user(9)], None));
    }

    #[test]
    fn a_session_follows_so_many_people_and_no_more_but_the_same_again() {
        let watch = Watch::default();
        let follower = session(1);
        watch.follow(&follower, user(8), true, 2).unwrap();
        watch.follow(&follower, user(9), true, 2).unwrap();
        assert_eq!(watch.follow(&follower, user(9), true, 2), Ok(()));
        assert_eq!(watch.follow(&follower, user(7), true, 2), Err(TooMany));
        watch.unfollow(&follower, user(8));
        assert_eq!(watch.follow(&follower, user(7), true, 2), Ok(()));
    }

    #[test]
    fn nothing_is_kept_of_sessions_that_ended() {
        let watch = Watch::default();
        let (one, two) = (session(1), session(2));
        watch.follow(&one, user(9), false, 10).unwrap();
        watch.follow(&two, user(9), false, 10).unwrap();
        watch.follow(&two, user(8), false, 10).unwrap();
        watch.touch(user(8));
        watch.forget_session(2);
        assert_eq!(watch.news(user(9), true, Instant::now()).len(), 1);
        watch.unfollow(&one, user(9));
        let inner = watch.lock();
        assert!(inner.people.is_empty() && inner.sessions.is_empty() && inner.touched.is_empty());
    }
}
