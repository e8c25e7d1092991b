//! When the app locks itself: after a time in which nobody touched it, and with the screen.

use std::{future::Future, time::Duration};

use cubist_client::{
    clock::{Clock, SystemClock},
    model::UnixMillis,
};
use tokio::{sync::watch, time::Instant};

/// A machine that slept counts no time; after this long it is looked at what the clock says.
const LOOK: Duration = Duration::from_secs(30);

/// When the person was last seen to do something in the window.
#[derive(Debug)]
pub struct Idle(watch::Sender<Seen>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    /// By the time the machine was awake.
    awake: Instant,
    /// By the time of day.
    day: UnixMillis,
}

impl Seen {
    fn now() -> Self {
        Self {
            awake: Instant::now(),
            day: SystemClock.now(),
        }
    }

    /// How long ago that was: the longer of both, for one of them may have been put back or stood
    /// still.
    fn ago(self) -> Duration {
        let day = SystemClock.now().0.saturating_sub(self.day.0).max(0);
        let day = Duration::from_millis(u64::try_from(day).unwrap_or_default());
        self.awake.elapsed().max(day)
    }
}

impl Default for Idle {
    fn default() -> Self {
        Self(watch::Sender::new(Seen::now()))
    }
}

impl Idle {
    /// The person did something, or changed after how long the app locks.
    pub fn seen(&self) {
        self.0.send_replace(Seen::now());
    }

    /// Calls `lock` once nobody was seen for the time that `patience` says, and again after they
    /// were seen and left anew; `None` never does.
    pub fn follow<Patience, Lock, Locked>(
        &self,
        patience: Patience,
        lock: Lock,
    ) -> impl Future<Output = ()> + Send + use<Patience, Lock, Locked>
    where
        Patience: Fn() -> Option<Duration> + Send,
        Lock: Fn() -> Locked + Send,
        Locked: Future<Output = ()> + Send,
    {
        follow(self.0.subscribe(), patience, lock)
    }
}

async fn follow<Locked: Future<Output = ()> + Send>(
    mut seen: watch::Receiver<Seen>,
    patience: impl Fn() -> Option<Duration> + Send,
    lock: impl Fn() -> Locked + Send,
) {
    loop {
        let last = *seen.borrow_and_update();
        let change = match patience() {
            None => seen.changed().await,
            Some(limit) => match limit.checked_sub(last.ago()).filter(|left| !left.is_zero()) {
                None => {
                    lock().await;
                    seen.changed().await
                }
                Some(left) => match tokio::time::timeout(left.min(LOOK), seen.changed()).await {
                    Ok(change) => change,
                    Err(_) => Ok(()),
                },
            },
        };
        if change.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        sync::mpsc,
        time::{Instant, timeout},
    };

    use super::Idle;

    /// When it is locked, counted from the start.
    fn followed(
        idle: &Idle,
        patience: impl Fn() -> Option<Duration> + Send + 'static,
    ) -> mpsc::UnboundedReceiver<u64> {
        let (locked, news) = mpsc::unbounded_channel();
        let start = Instant::now();
        tokio::spawn(idle.follow(patience, move || {
            locked.send(start.elapsed().as_secs()).unwrap();
            std::future::ready(())
        }));
        news
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[tokio::test(start_paused = true)]
    async fn it_locks_once_nobody_was_seen_for_the_time_and_only_once() {
        let idle = Idle::default();
        let mut news = followed(&idle, || Some(minutes(15)));
        tokio::time::sleep(minutes(10)).await;
        idle.seen();
        assert_eq!(news.recv().await, Some(25 * 60));
        assert!(timeout(minutes(600), news.recv()).await.is_err());
        idle.seen();
        assert_eq!(news.recv().await, Some((625 + 15) * 60));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_time_it_never_locks_until_one_is_chosen() {
        let idle = Idle::default();
        let (choose, chosen) = tokio::sync::watch::channel(None);
        let mut news = followed(&idle, move || *chosen.borrow());
        assert!(timeout(minutes(600), news.recv()).await.is_err());
        choose.send(Some(minutes(1))).unwrap();
        idle.seen();
        assert_eq!(news.recv().await, Some(601 * 60));
    }
}
