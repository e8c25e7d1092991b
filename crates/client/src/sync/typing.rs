//! Who is typing where.
//!
//! Never stored: after a minute it is not true any more. Someone who stops without saying so is
//! forgotten after [`EXPIRY`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::events::ClientEvent;
use crate::model::{DialogId, UserId};
use crate::sync::context::Context;

/// How long "typing" holds without being repeated.
pub(crate) const EXPIRY: Duration = Duration::from_secs(30);

/// Everyone who types, with the moment when that is no longer believed.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    dialogs: Mutex<HashMap<DialogId, BTreeMap<UserId, Instant>>>,
    wake: Notify,
}

impl Typing {
    /// Notes what someone does. Returns everyone who types there now, if that is different.
    pub(crate) fn set(
        &self,
        dialog: DialogId,
        user: UserId,
        composing: bool,
    ) -> Option<Vec<UserId>> {
        let mut dialogs = self.lock();
        let users = dialogs.entry(dialog).or_default();
        let changed = if composing {
            self.wake.notify_one();
            users.insert(user, Instant::now() + EXPIRY).is_none()
        } else {
            users.remove(&user).is_some()
        };
        let now = users.keys().copied().collect();
        if users.is_empty() {
            dialogs.remove(&dialog);
        }
        changed.then_some(now)
    }

    /// The line broke: nobody is known to type. Returns where somebody was.
    pub(crate) fn clear(&self) -> Vec<DialogId> {
        self.lock().drain().map(|(dialog, _)| dialog).collect()
    }

    /// Forgets those who stopped without saying so. Returns who types where that changed, and when
    /// to look again.
    fn expire(&self) -> (Vec<(DialogId, Vec<UserId>)>, Option<Instant>) {
        let now = Instant::now();
        let mut changed = Vec::new();
        let mut next = None;
        self.lock().retain(|&dialog, users| {
            let before = users.len();
            users.retain(|_, until| *until > now);
            if users.len() != before {
                changed.push((dialog, users.keys().copied().collect()));
            }
            next = next.into_iter().chain(users.values().copied()).min();
            !users.is_empty()
        });
        (changed, next)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DialogId, BTreeMap<UserId, Instant>>> {
        // Presence of typists is believed for seconds; no panic can make it worse than stale.
        self.dialogs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets typists in time, until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        loop {
            let (changed, next) = context.typing.expire();
            for (dialog, users) in changed {
                context.publish(ClientEvent::TypingChanged {
                    account: context.account.clone(),
                    dialog,
                    users,
                });
            }
            let news = context.typing.wake.notified();
            match next {
                None => news.await,
                Some(at) => {
                    tokio::select! {
                        () = news => {}
                        () = sleep_until(at) => {}
                    }
                }
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::{EXPIRY, Typing};
    use crate::store::testing::{dialog_id, user_id};

    #[tokio::test(start_paused = true)]
    async fn typing_is_told_once_and_forgotten_after_its_time() {
        let typing = Typing::default();
        assert_eq!(
            typing.set(dialog_id(1), user_id(2), true),
            Some(vec![user_id(2)])
        );
        assert_eq!(
            typing.set(dialog_id(1), user_id(2), true),
            None,
            "nothing new"
        );
        advance(EXPIRY / 2).await;
        assert_eq!(typing.expire().0, []);
        advance(EXPIRY / 2).await;
        assert_eq!(typing.expire(), (vec![(dialog_id(1), vec![])], None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_repeated_notice_prolongs_the_time() {
        let typing = Typing::default();
        typing.set(dialog_id(1), user_id(2), true);
        advance(EXPIRY / 2).await;
        typing.set(dialog_id(1), user_id(2), true);
        advance(EXPIRY / 2).await;
        let (changed, next) = typing.expire();
        assert_eq!(changed, []);
        assert!(next.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_is_told_at_once() {
        let typing = Typing::default();
        typing.set(dialog_id(1), user_id(2), true);
        typing.set(dialog_id(1), user_id(3), true);
        assert_eq!(
            typing.set(dialog_id(1), user_id(2), false),
            Some(vec![user_id(3)])
        );
        assert_eq!(typing.set(dialog_id(1), user_id(2), false), None);
    }
}
