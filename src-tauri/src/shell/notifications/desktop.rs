//! Notifications on the desktop, through `notify-rust`.
//!
//! On Linux and the BSDs they have actions and can be changed and withdrawn (Desktop Notifications
//! Specification 1.2). On Windows they have actions, on macOS they are only shown: the library can
//! take them back on neither.

use std::{collections::HashMap, time::Duration};

use cubist_client::model::{MessageId, Picture};
use futures::future::join_all;
use notify_rust::{CloseReason, Notification, NotificationResponse};
use tokio::{sync::mpsc, time::timeout};

use super::board::Place;
use crate::ipc::types::{notifications::NotifySound, words::DesktopWords};

#[cfg(all(unix, not(target_os = "macos")))]
#[path = "desktop/freedesktop.rs"]
mod system;
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[path = "desktop/other.rs"]
mod system;

/// A service that has not answered by then is not waited for: what else is to be told or taken away
/// must not hang on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether what stands can be taken back, when it was read or the app is locked.
pub(super) const CAN_WITHDRAW: bool = cfg!(all(unix, not(target_os = "macos")));

/// What a person did with a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Clicked it: show the message.
    Open,
    /// Wants to answer.
    Reply,
    /// Has seen enough.
    MarkRead,
    /// Wants to hear nothing of this dialog for a while.
    Mute,
    /// Put it away.
    Closed,
    /// Let its time pass. Some desktops keep it in a list then, from where it is still to be taken away.
    Expired,
}

impl From<&NotificationResponse> for Act {
    fn from(response: &NotificationResponse) -> Self {
        match response {
            NotificationResponse::Default => Self::Open,
            NotificationResponse::Action(name) => match name.as_str() {
                "reply" => Self::Reply,
                "mark-read" => Self::MarkRead,
                "mute" => Self::Mute,
                _ => Self::Open,
            },
            NotificationResponse::Reply(_) => Self::Reply,
            NotificationResponse::Closed(CloseReason::Expired) => Self::Expired,
            NotificationResponse::Closed(_) => Self::Closed,
        }
    }
}

/// One act and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The dialog.
    pub(super) place: Place,
    /// The newest message the notification showed.
    pub(super) newest: MessageId,
    /// The act.
    pub(super) act: Act,
    /// Which of the notifications that stood for this dialog, one after the other.
    serial: u64,
}

/// One notification as it is to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'a> {
    /// Its heading, plain.
    pub(super) title: &'a str,
    /// Its text, plain.
    pub(super) body: &'a str,
    /// The newest message in it: where a click leads.
    pub(super) newest: MessageId,
    /// Words of its actions.
    #[cfg_attr(target_os = "macos", expect(dead_code, reason = "no actions there"))]
    pub(super) words: &'a DesktopWords,
    /// The sender's picture, or the dialog's.
    #[cfg_attr(
        not(all(unix, not(target_os = "macos"))),
        expect(dead_code, reason = "no pictures there")
    )]
    pub(super) picture: Option<&'a Picture>,
    /// What is heard; one that only changed is never.
    pub(super) sound: NotifySound,
}

/// The desktop's notifications of this app.
#[derive(Debug)]
pub(super) struct Desktop {
    standing: HashMap<Place, (u64, system::Standing)>,
    /// What the desktop can do; asked once.
    ability: Option<system::Ability>,
    answers: mpsc::UnboundedSender<Answer>,
    /// Notifications so far.
    serial: u64,
}

impl Desktop {
    /// What people do with the notifications is told over the channel.
    pub(super) fn new(answers: mpsc::UnboundedSender<Answer>) -> Self {
        Self {
            standing: HashMap::new(),
            ability: None,
            answers,
            serial: 0,
        }
    }

    /// Shows a notification, in place of the one that stands for the same dialog.
    pub(super) async fn show(&mut self, place: &Place, sheet: Sheet<'_>) {
        let ability = match &self.ability {
            Some(ability) => ability.clone(),
            None => timeout(PATIENCE, system::ability())
                .await
                .unwrap_or_default(),
        };
        let mut notification = Notification::new();
        notification.appname("Cubist").summary(sheet.title);
        system::dress(&mut notification, sheet, &ability);
        self.serial = self.serial.wrapping_add(1);
        let (serial, newest) = (self.serial, sheet.newest);
        let (place, answers) = (place.clone(), self.answers.clone());
        let before = self.standing.remove(&place).map(|(_, standing)| standing);
        let about = place.clone();
        let answer = move |response: &NotificationResponse| {
            let answer = Answer {
                place: about,
                newest,
                act: response.into(),
                serial,
            };
            // Nobody listens when the app ends.
            answers.send(answer).ok();
        };
        match timeout(PATIENCE, system::show(notification, before, answer)).await {
            Ok(Ok(standing)) => {
                self.ability = Some(ability);
                self.standing.insert(place, (serial, standing));
            }
            // A desktop without notifications is no reason to stop; perhaps its service comes yet.
            Ok(Err(error)) => tracing::debug!(%error, "no notification"),
            Err(_) => tracing::debug!("the desktop does not answer"),
        }
    }

    /// Whether the answer is of the notification that stands now. One that came too late, after
    /// another took its place, says nothing about the new one.
    pub(super) fn is_current(&self, answer: &Answer) -> bool {
        let standing = self.standing.get(&answer.place);
        standing.is_some_and(|(serial, _)| *serial == answer.serial)
    }

    /// Takes a notification away.
    pub(super) async fn close(&mut self, place: &Place) {
        if let Some((_, standing)) = self.standing.remove(place) {
            close(standing).await;
        }
    }

    /// The desktop has taken it away.
    pub(super) fn forget(&mut self, place: &Place) {
        self.standing.remove(place);
    }

    /// Takes all of them away: the app ends.
    pub(super) async fn close_all(&mut self) {
        let all = self.standing.drain().map(|(_, (_, standing))| standing);
        join_all(all.map(close)).await;
    }
}

async fn close(standing: system::Standing) {
    if timeout(PATIENCE, system::close(standing)).await.is_err() {
        tracing::debug!("the desktop does not take a notification away");
    }
}
