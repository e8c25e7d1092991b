//! Whether the person looks at the app: what the accounts tell the server as active and inactive.
//!
//! Windows say when they get and lose the focus. With it the app is active at once; without it
//! only after a time the person chose, so that a glance at another program changes nothing.

use std::{collections::BTreeSet, future::Future, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

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
    /// the app ends. `patience` is the time without a focus that `choice` stands for; another choice
    /// counts at once, from the moment when the focus was lost.
    pub fn follow<Choice, Patience, Tell, Told>(
        &self,
        choice: watch::Receiver<Choice>,
        patience: Patience,
        tell: Tell,
    ) -> impl Future<Output = ()> + Send + use<Choice, Patience, Tell, Told>
    where
        Choice: Send + Sync,
        Patience: Fn(&Choice) -> Duration + Send,
        Tell: Fn(bool) -> Told + Send,
        Told: Future<Output = ()> + Send,
    {
        follow(self.0.subscribe(), choice, patience, tell)
    }
}

async fn follow<Choice: Send + Sync, Told: Future<Output = ()> + Send>(
    mut windows: watch::Receiver<BTreeSet<String>>,
    mut choice: watch::Receiver<Choice>,
    patience: impl Fn(&Choice) -> Duration + Send,
    tell: impl Fn(bool) -> Told + Send,
) {
    let mut active = true;
    let mut lost = Instant::now();
    loop {
        let focused = !windows.borrow_and_update().is_empty();
        if focused && !active {
            active = true;
            tell(true).await;
        }
        let limit = patience(&choice.borrow_and_update());
        tokio::select! {
            change = windows.changed() => {
                if change.is_err() {
                    return;
                }
                lost = Instant::now();
            }
            Ok(()) = choice.changed() => {}
            () = sleep_until(lost + limit), if active && !focused => {
                active = false;
                tell(false).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        sync::{mpsc, watch},
        time::{Instant, timeout},
    };

    use super::Focus;

    const PATIENCE: Duration = Duration::from_secs(300);

    /// What is told, and when, counted from the start.
    fn followed(focus: &Focus) -> mpsc::UnboundedReceiver<(bool, Duration)> {
        followed_with(focus, watch::channel(PATIENCE).1)
    }

    /// The same with a patience that may change.
    fn followed_with(
        focus: &Focus,
        patience: watch::Receiver<Duration>,
    ) -> mpsc::UnboundedReceiver<(bool, Duration)> {
        let (told, news) = mpsc::unbounded_channel();
        let start = Instant::now();
        tokio::spawn(focus.follow(
            patience,
            |patience| *patience,
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
    async fn another_time_that_is_chosen_counts_at_once() {
        let focus = Focus::default();
        let (chosen, patience) = watch::channel(PATIENCE);
        let mut news = followed_with(&focus, patience);
        focus.set("main", true);
        tokio::time::sleep(seconds(10)).await;
        focus.set("main", false);
        // What was chosen last may be written after the window is put aside.
        tokio::time::sleep(seconds(1)).await;
        chosen.send_replace(seconds(30));
        let (active, at) = news.recv().await.unwrap();
        assert!(!active && at >= seconds(40) && at < seconds(41), "{at:?}");
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
