//! Whether the person looks at the app: what the accounts tell the server as active and inactive.
//!
//! Windows say when they get and lose the focus. With it the app is active at once; without it
//! only after a time the person chose, so that a glance at another program changes nothing.

use std::{collections::BTreeSet, future::Future, time::Duration};

use tokio::sync::watch;

/// The windows that have the focus now: none or one in practice, but they come and go in any order.
#[derive(Debug)]
pub struct Focus(watch::Sender<BTreeSet<String>>);

impl Default for Focus {
    /// No window has reported yet. The app counts as active until the time without a focus is over.
    fn default() -> Self {
        Self(watch::Sender::new(BTreeSet::new()))
    }
}

impl Focus {
    /// The window of this label got or lost the focus.
    pub fn set(&self, label: &str, focused: bool) {
        self.0.send_if_modified(|windows| {
            if focused {
                windows.insert(label.to_owned())
            } else {
                windows.remove(label)
            }
        });
    }

    /// Whether one of the windows has the focus.
    pub fn is_here(&self) -> bool {
        !self.0.borrow().is_empty()
    }

    /// Calls `tell` with each change between active (the state at the start) and inactive, until
    /// the app ends. `patience` is asked each time the last window loses the focus.
    pub fn follow<Patience, Tell, Told>(
        &self,
        patience: Patience,
        tell: Tell,
    ) -> impl Future<Output = ()> + Send + use<Patience, Tell, Told>
    where
        Patience: Fn() -> Duration + Send,
        Tell: Fn(bool) -> Told + Send,
        Told: Future<Output = ()> + Send,
    {
        follow(self.0.subscribe(), patience, tell)
    }
}

async fn follow<Told: Future<Output = ()> + Send>(
    mut windows: watch::Receiver<BTreeSet<String>>,
    patience: impl Fn() -> Duration + Send,
    tell: impl Fn(bool) -> Told + Send,
) {
    let mut active = true;
    loop {
        let focused = !windows.borrow_and_update().is_empty();
        if focused && !active {
            active = true;
            tell(true).await;
        }
        let change = if focused || !active {
            windows.changed().await
        } else if let Ok(change) = tokio::time::timeout(patience(), windows.changed()).await {
            change
        } else {
            active = false;
            tell(false).await;
            Ok(())
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

    use super::Focus;

    const PATIENCE: Duration = Duration::from_secs(300);

    /// What is told, and when, counted from the start.
    fn followed(focus: &Focus) -> mpsc::UnboundedReceiver<(bool, Duration)> {
        let (told, news) = mpsc::unbounded_channel();
        let start = Instant::now();
        tokio::spawn(focus.follow(
            || PATIENCE,
            move |active| {
                told.send((active, start.elapsed())).unwrap();
                std::future::ready(())
            },
        ));
        news
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[tokio::test(start_paused = true)]
    async fn without_focus_it_is_inactive_after_the_time_and_active_at_once_with_it() {
        let focus = Focus::default();
        let mut news = followed(&focus);
        focus.set("main", true);
        tokio::time::advance(seconds(1000)).await;
        focus.set("main", false);
        let (active, at) = news.recv().await.unwrap();
        assert!(
            !active && at >= seconds(1300) && at < seconds(1301),
            "{at:?}"
        );
        let before = Instant::now();
        focus.set("main", true);
        assert!(news.recv().await.unwrap().0);
        assert_eq!(before.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_glance_at_another_program_is_not_told() {
        let focus = Focus::default();
        let mut news = followed(&focus);
        for _ in 0..10 {
            focus.set("main", false);
            tokio::time::sleep(seconds(299)).await;
            focus.set("main", true);
            tokio::time::sleep(seconds(1)).await;
        }
        assert!(timeout(seconds(3000), news.recv()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn one_focused_window_of_several_is_enough() {
        let focus = Focus::default();
        let mut news = followed(&focus);
        focus.set("main", true);
        focus.set("second", true);
        focus.set("main", false);
        assert!(timeout(seconds(3000), news.recv()).await.is_err());
        focus.set("second", false);
        assert!(!news.recv().await.unwrap().0);
    }
}
