//! Names of people, fetched in batches.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::model::UserId;
use crate::store::{Error, users};
use crate::sync::context::Context;
use crate::sync::convert;

/// How long to gather ids before asking: a screen that scrolls asks for one name per row.
const GATHER: Duration = Duration::from_millis(40);

/// Pause after a request that failed and can succeed later.
const RETRY: Duration = Duration::from_secs(10);

/// Ids of one request; the limit of the API.
const BATCH: usize = 100;

/// Names that are wanted and not known.
#[derive(Debug, Default)]
pub(crate) struct People {
    wishes: Mutex<Wishes>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Wishes {
    /// To be asked for.
    wanted: BTreeSet<UserId>,
    /// Asked for once in this run; the server does not know some of them, and would not the next
    /// time either.
    asked: BTreeSet<UserId>,
}

impl People {
    /// Asks for those who are not known, soon. They arrive as an event.
    pub(crate) fn want(&self, ids: impl IntoIterator<Item = UserId>) {
        let mut wishes = self.lock();
        let Wishes { wanted, asked } = &mut *wishes;
        wanted.extend(ids.into_iter().filter(|id| !asked.contains(id)));
        if !wanted.is_empty() {
            self.wake.notify_one();
        }
    }

    fn take(&self) -> Vec<UserId> {
        let mut wishes = self.lock();
        let batch: Vec<UserId> = wishes.wanted.iter().take(BATCH).copied().collect();
        for id in &batch {
            wishes.wanted.remove(id);
            wishes.asked.insert(*id);
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
        // Two sets of ids; whatever a panic elsewhere left in them is still two sets of ids.
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
                    if let Err(error) = context.store.write(move |tx| users::save(tx, &found)).await
                    {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{run, want_unknown};
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
}
