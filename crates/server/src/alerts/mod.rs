//! Telling people who are away: each alert is handed as JSON to a webhook that the operator names.
//!
//! Whom a message is to alert is decided person by person: nobody who has a device in use, nobody who switched the
//! dialog's notifications off, nobody who is kept from the sender by a block, and nobody at all if the sender asked
//! for silence. It happens beside the delivery of the message and never delays it: what does not fit into the queue,
//! or what the webhook does not take after some tries, is given up. The history has the message.

mod webhook;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config;
use crate::state::{Passage, PrivacyScope, StanzaKind, State, StateError, Subscription};

pub use webhook::AlertsError;
use webhook::{GivenUp, Hook};

/// Something that people are to be alerted of.
pub(crate) enum Occasion {
    /// A message.
    Message {
        id: MessageId,
        dialog: DialogId,
        sender: UserId,
        text: String,
        /// Whom it was not shown to.
        missing: Missing,
    },
    /// An app's own alert, ordered over REST.
    Event {
        sender: UserId,
        people: Vec<UserId>,
        /// As ordered.
        message: String,
    },
}

/// Who does not see a message on a device in use.
pub(crate) enum Missing {
    /// These, of a group or a private dialog.
    People(Vec<UserId>),
    /// Of an open dialog, which may have everybody in it: all who have a device that wants alerts, but these.
    AllBut(HashSet<UserId>),
}

/// The way to alert people; clones are cheap.
#[derive(Clone)]
pub(crate) struct Alerts {
    occasions: mpsc::Sender<Occasion>,
}

/// Occasions that are dealt with at the same time. Each hands over its alerts one by one.
const AT_ONCE: usize = 8;

/// People of an open dialog who are read at once.
const PAGE: usize = 200;

/// Characters of a message's text that an alert shows.
const TEXT: usize = 200;

impl Alerts {
    /// Begins to hand over alerts, if a webhook is configured.
    pub(crate) fn start(
        settings: &config::Alerts,
        state: State,
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Option<Self>, AlertsError> {
        let Some(webhook) = &settings.webhook else {
            return Ok(None);
        };
        let hook = Hook::new(webhook, settings)?;
        let (occasions, waiting) = mpsc::channel(settings.queue);
        let worker = Arc::new(Worker { state, hook });
        tasks.spawn(run(worker, waiting, shutdown));
        Ok(Some(Self { occasions }))
    }

    /// Has people alerted, some time. Never waits.
    pub(crate) fn tell(&self, occasion: Occasion) {
        if self.occasions.try_send(occasion).is_err() {
            tracing::warn!("too many alerts wait for the webhook: a message alerts nobody");
        }
    }
}

async fn run(
    worker: Arc<Worker>,
    mut waiting: mpsc::Receiver<Occasion>,
    shutdown: CancellationToken,
) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(()) = under_way.next() => {}
            occasion = waiting.recv(), if under_way.len() < AT_ONCE => match occasion {
                Some(occasion) => under_way.push(worker.deal_with(occasion)),
                None => break,
            },
        }
    }
    let dropped = under_way.len() + waiting.len();
    if dropped > 0 {
        tracing::warn!(dropped, "alerts were not handed over before the end");
    }
}

struct Worker {
    state: State,
    hook: Hook,
}

/// What the webhook gets.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Alert<'a> {
    Message {
        user_id: UserId,
        message_id: MessageId,
        dialog_id: DialogId,
        sender_id: UserId,
        sender_name: &'a str,
        text: &'a str,
        subscriptions: Vec<Device<'a>>,
    },
    Event {
        user_id: UserId,
        sender_id: UserId,
        sender_name: &'a str,
        message: &'a str,
        subscriptions: Vec<Device<'a>>,
    },
}

/// A device that is to show an alert.
#[derive(Serialize)]
struct Device<'a> {
    id: i64,
    notification_channel: &'a str,
    platform: &'a str,
    udid: &'a str,
    push_token: &'a Map<String, Value>,
}

/// Why an occasion came to nothing.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Webhook(#[from] GivenUp),
}

impl Worker {
    async fn deal_with(&self, occasion: Occasion) {
        if let Err(error) = self.alert(occasion).await {
            tracing::warn!(%error, "people were not alerted");
        }
    }

    async fn alert(&self, occasion: Occasion) -> Result<(), Failure> {
        match &occasion {
            Occasion::Message {
                dialog, missing, ..
            } => match missing {
                Missing::People(people) => {
                    let people = people.clone();
                    let people = self.state.wanting_alerts(*dialog, people).await?;
                    self.hand_over(&occasion, people).await
                }
                Missing::AllBut(seeing) => {
                    let mut last = None;
                    loop {
                        let page = self
                            .state
                            .subscribers_wanting_alerts(*dialog, last, PAGE)
                            .await?;
                        let Some(newest) = page.last().copied() else {
                            return Ok(());
                        };
                        last = Some(newest);
                        let away = page.into_iter().filter(|user| !seeing.contains(user));
                        self.hand_over(&occasion, away.collect()).await?;
                    }
                }
            },
            Occasion::Event { people, .. } => self.hand_over(&occasion, people.clone()).await,
        }
    }

    /// Alerts people one by one. The first one that the webhook does not take ends it: it takes the others as little.
    async fn hand_over(&self, occasion: &Occasion, mut people: Vec<UserId>) -> Result<(), Failure> {
        let (sender, scope) = match occasion {
            Occasion::Message {
                sender, missing, ..
            } => match missing {
                // Those who block the sender are not among them.
                Missing::People(_) => (*sender, None),
                Missing::AllBut(_) => (*sender, Some(PrivacyScope::Room)),
            },
            Occasion::Event { sender, .. } => (*sender, Some(PrivacyScope::Person)),
        };
        let passes = |user: UserId| {
            scope.is_none_or(|scope| {
                let kind = StanzaKind::Message;
                self.state.may_pass(scope, kind, sender, user) == Passage::Free
            })
        };
        people.retain(|user| *user != sender && passes(*user));
        if people.is_empty() {
            return Ok(());
        }
        let name = self.state.user(sender).await?.display_name();
        let devices = self.state.subscriptions(people.clone()).await?;
        for user in people {
            let own: Vec<&Subscription> = devices
                .iter()
                .filter(|device| device.user == user)
                .collect();
            let body = body(occasion, user, &name, &own)?;
            self.hook.hand_over(body).await?;
        }
        Ok(())
    }
}

/// One person's alert.
fn body(
    occasion: &Occasion,
    user_id: UserId,
    sender_name: &str,
    devices: &[&Subscription],
) -> Result<Vec<u8>, StateError> {
    let subscriptions = devices
        .iter()
        .map(|device| Device {
            id: device.id,
            notification_channel: &device.channel,
            platform: &device.platform,
            udid: &device.udid,
            push_token: &device.token,
        })
        .collect();
    let alert = match occasion {
        Occasion::Message {
            id,
            dialog,
            sender,
            text,
            missing: _,
        } => Alert::Message {
            user_id,
            message_id: *id,
            dialog_id: *dialog,
            sender_id: *sender,
            sender_name,
            text: text
                .char_indices()
                .nth(TEXT)
                .and_then(|(end, _)| text.get(..end))
                .unwrap_or(text),
            subscriptions,
        },
        Occasion::Event {
            sender,
            people: _,
            message,
        } => Alert::Event {
            user_id,
            sender_id: *sender,
            sender_name,
            message,
            subscriptions,
        },
    };
    serde_json::to_vec(&alert)
        .map_err(|error| StateError::Internal(format!("an alert cannot be written: {error}")))
}

/// The wait before a try, counted from 0.
fn wait_before(attempt: u32, first: Duration) -> Duration {
    match attempt.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => first.saturating_mul(2_u32.saturating_pow(doublings)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(id: u64) -> UserId {
        UserId::new(id).unwrap()
    }

    #[test]
    fn an_alert_says_who_wrote_what_and_which_devices_want_it() {
        let occasion = Occasion::Message {
            id: "5c094682e588ce59fff87424".parse().unwrap(),
            dialog: "5c093376e588ce6856f873fe".parse().unwrap(),
            sender: user(1),
            text: "ä".repeat(TEXT + 1),
            missing: Missing::People(Vec::new()),
        };
        let token = json!({ "environment": "production", "client_identification_sequence": "T" });
        let device = Subscription {
            id: 50,
            user: user(2),
            channel: "gcm".to_owned(),
            platform: "android".to_owned(),
            udid: "U".to_owned(),
            token: token.as_object().unwrap().clone(),
        };
        let body = body(&occasion, user(2), "Ann", &[&device]).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            json!({
                "type": "message", "user_id": 2, "message_id": "5c094682e588ce59fff87424",
                "dialog_id": "5c093376e588ce6856f873fe", "sender_id": 1, "sender_name": "Ann", "text": "ä".repeat(TEXT),
                "subscriptions": [{
                    "id": 50, "notification_channel": "gcm", "platform": "android", "udid": "U", "push_token": token,
                }],
            })
        );
    }

    #[test]
    fn each_further_try_waits_twice_as_long() {
        let waits: Vec<u64> = (0..5)
            .map(|attempt| wait_before(attempt, Duration::from_secs(1)).as_secs())
            .collect();
        assert_eq!(waits, [0, 1, 2, 4, 8]);
        assert!(wait_before(u32::MAX, Duration::from_secs(1)) > Duration::from_secs(1 << 31));
    }
}
