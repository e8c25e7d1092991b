//! Names and pictures of people, fetched in batches.
//!
//! Nobody is asked for one by one: ids gather for a moment and go in one request. Someone is asked
//! for when they are not known, or when they come into sight and the server last told of them more
//! than a day ago.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::model::{UnixMillis, UserId};
use crate::store::{Error, users};
use crate::sync::context::Context;
use crate::sync::convert;

/// How long to gather ids before asking: a screen that scrolls asks for one name per row.
const GATHER: Duration = Duration::from_millis(40);

/// Pause after a request that failed and can succeed later.
const RETRY: Duration = Duration::from_secs(10);

/// Ids of one request; the limit of the API.
const BATCH: usize = 100;

/// How long what the server told of someone is believed.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// People of whom something is to be asked.
#[derive(Debug, Default)]
pub(crate) struct People {
    wishes: Mutex<Wishes>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Wishes {
    /// To be asked for.
    wanted: BTreeSet<UserId>,
    /// When each was asked for in this run. The server does not know some of them, and would not
    /// the next moment either.
    asked: HashMap<UserId, Instant>,
}

impl Wishes {
    fn was_asked(&self, id: UserId) -> bool {
        self.asked.get(&id).is_some_and(|at| at.elapsed() < FRESH)
    }
}

impl People {
    /// Asks for those who were not asked for lately, soon. They arrive as an event.
    pub(crate) fn want(&self, ids: impl IntoIterator<Item = UserId>) {
        let mut wishes = self.lock();
        for id in ids {
            if !wishes.was_asked(id) {
                wishes.wanted.insert(id);
            }
        }
        self.wake_if_wanted(&wishes);
    }

    /// Asks for someone in any case: they are being looked at closely.
    pub(crate) fn refresh(&self, id: UserId) {
        let mut wishes = self.lock();
        wishes.wanted.insert(id);
        self.wake_if_wanted(&wishes);
    }

    fn wake_if_wanted(&self, wishes: &Wishes) {
        if !wishes.wanted.is_empty() {
            self.wake.notify_one();
        }
    }

    fn take(&self) -> Vec<UserId> {
        let mut wishes = self.lock();
        let now = Instant::now();
        let batch: Vec<UserId> = wishes.wanted.iter().take(BATCH).copied().collect();
        for id in &batch {
            wishes.wanted.remove(id);
            wishes.asked.insert(*id, now);
        }
        batch
    }

    fn give_back(&self, batch: &[UserId]) {
        let mut wishes = self.lock();
        for id in batch {
            wishes.asked.remove(id);
            wishes.wanted.insert(*id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Wishes> {
        // Ids and moments; whatever a panic elsewhere left in them is still ids and moments.
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fetches what is wanted until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        loop {
            let batch = context.people.take();
            if batch.is_empty() {
                context.people.wake.notified().await;
                sleep(GATHER).await;
                continue;
            }
            match context.api.users(&batch).await {
                Ok(found) => {
                    let found: Vec<_> = found.iter().map(convert::user).collect();
                    let now = context.clock.now();
                    let stored = context
                        .store
                        .write(move |tx| users::save(tx, &found, now))
                        .await;
                    if let Err(error) = stored {
                        tracing::warn!(%error, "people were not stored");
                    }
                }
                Err(error) if error.is_recoverable() => {
                    context.people.give_back(&batch);
                    sleep(RETRY).await;
                }
                Err(error) => tracing::warn!(%error, "people were not found"),
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Asks for those among `ids` whom the cache does not know.
pub(crate) async fn want_unknown(context: &Context, ids: BTreeSet<UserId>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<UserId> = ids.into_iter().collect();
    let unknown = context
        .store
        .read(move |db| users::unknown(db, &ids))
        .await?;
    context.people.want(unknown);
    Ok(())
}

/// The moment before which what the server told of someone has become old.
pub(crate) fn fresh_since(now: UnixMillis) -> UnixMillis {
    let day = i64::try_from(FRESH.as_millis()).unwrap_or(i64::MAX);
    UnixMillis(now.0.saturating_sub(day))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{FRESH, run, want_unknown};
    use crate::events::ClientEvent;
    use crate::store::testing::user_id;
    use crate::sync::testing::{DEADLINE, World};

    #[tokio::test]
    async fn names_are_asked_for_together_once_and_arrive_as_an_event() {
        let mut world = World::new().await;
        let bob = r#"{"id":2,"full_name":"Bob","login":"bob"}"#;
        let carol = r#"{"id":3,"login":"carol"}"#;
        for person in [bob, carol] {
            let person = serde_json::from_str(person).unwrap();
            world.api.people.lock().unwrap().push(person);
        }
        while world.events.try_recv().is_ok() {}
        tokio::spawn(run(Arc::clone(&world.context)));
        for ids in [[2, 3], [3, 4]] {
            let ids = ids.into_iter().map(user_id).collect();
            want_unknown(&world.context, ids).await.unwrap();
        }
        let users = tokio::time::timeout(DEADLINE, async {
            loop {
                if let ClientEvent::UsersChanged { users, .. } = world.events.recv().await.unwrap()
                {
                    return users;
                }
            }
        })
        .await
        .unwrap();
        let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
        assert_eq!(
            names,
            ["Bob", "carol"],
            "the login stands in for a missing name"
        );
        // Person 4 is unknown to the server, and not asked for again.
        want_unknown(&world.context, [user_id(4)].into())
            .await
            .unwrap();
        assert_eq!(world.api.asked().len(), 1);
        assert!(world.context.people.take().is_empty());
    }

    #[tokio::test]
    async fn someone_is_asked_for_again_after_a_day_or_when_looked_at_closely() {
        let world = World::new().await;
        tokio::time::pause();
        let people = &world.context.people;
        let bob = user_id(2);
        people.want([bob]);
        assert_eq!(people.take(), [bob]);
        people.want([bob]);
        assert_eq!(people.take(), []);
        people.refresh(bob);
        assert_eq!(people.take(), [bob]);
        tokio::time::advance(FRESH).await;
        people.want([bob]);
        assert_eq!(people.take(), [bob]);
    }
}
