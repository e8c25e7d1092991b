//! What waits to be sent: seen, hurried, put off, taken back.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::engine::Account;
use crate::engine::account::writing::scheduled;
use crate::error::Error;
use crate::model::{
    DialogId, Hold, Message, MessageId, Outbox, OutboxItem, Recipient, Status, UnixMillis, Waiting,
};
use crate::store::outbox::Unsent;
use crate::store::{dialogs, messages, outbox, states};

/// How long closing waits for the server to take what could still be taken back. It has been
/// written and sent; the rest of the wait would be for nobody.
const LAST_WORDS: Duration = Duration::from_secs(2);

impl Account {
    /// Everything the server does not have, from the cache alone: also without a line.
    pub async fn outbox(&self) -> Result<Outbox, Error> {
        let context = self.context().ok();
        let now = self.inner.shared.clock.now();
        self.look(move |db| {
            let unsent = outbox::unsent(db)?;
            let here: BTreeSet<DialogId> = unsent.iter().map(|each| each.message.dialog).collect();
            let mut found = Vec::with_capacity(here.len());
            for id in here {
                found.extend(dialogs::load(db, id)?);
            }
            let is_taken = |seq| {
                context
                    .as_ref()
                    .is_some_and(|context| context.taken.contains(seq))
            };
            Ok(Outbox {
                items: items(unsent, now, is_taken),
                dialogs: found,
            })
        })
        .await
    }

    /// Queues a failed message again, with the same id.
    pub async fn retry(&self, message: MessageId) -> Result<(), Error> {
        let context = self.context()?;
        if !self.write(move |tx| outbox::retry(tx, message)).await? {
            return Err(Error::NotFound);
        }
        context.outbox_wake.notify_one();
        context.uploads.look();
        Ok(())
    }

    /// Tries everything now: connects, forgets how long the server asked to wait, and queues again
    /// what failed and can succeed as it is. What waits for its time goes on waiting.
    pub async fn retry_all(&self) -> Result<(), Error> {
        let context = self.context()?;
        self.write(|tx| {
            outbox::try_now(tx)?;
            outbox::retry_all(tx)
        })
        .await?;
        context.line.connect_now();
        context.outbox_wake.notify_one();
        context.uploads.look();
        Ok(())
    }

    /// Gives a message that is to be sent later another time; one that has passed means now.
    pub async fn reschedule(&self, message: MessageId, at: UnixMillis) -> Result<(), Error> {
        let context = self.context()?;
        let now = context.clock.now();
        scheduled(now, at)?;
        let at = UnixMillis(at.0.max(0));
        if !self
            .write(move |tx| outbox::reschedule(tx, message, at))
            .await?
        {
            return Err(Error::NotFound);
        }
        context.outbox_wake.notify_one();
        // Its files may have waited for that time, too.
        context.uploads.look();
        Ok(())
    }

    /// Drops a message that was not sent; gives it back if it was still there to drop. One that is
    /// on its way cannot be taken back.
    pub async fn discard_unsent(&self, message: MessageId) -> Result<Option<Message>, Error> {
        let context = self.context().ok();
        if let Some(context) = &context {
            context.uploads.stop(message);
        }
        self.write(move |tx| {
            let row = outbox::row_of(tx, message)?;
            let on_its_way = row
                .zip(context.as_ref())
                .is_some_and(|(row, context)| context.taken.contains(row));
            if on_its_way {
                return Ok(None);
            }
            outbox::discard(tx, message)
        })
        .await
    }

    /// How far each recipient has come with a message of this person, and when, as far as this
    /// device was told.
    pub async fn recipients(&self, message: MessageId) -> Result<Vec<Recipient>, Error> {
        self.look(move |db| states::recipients(db, message)).await
    }

    /// The account is about to close: what could still be taken back is sent at once. Who closes
    /// the app a moment after sending means it to be sent. Without a line it waits like everything
    /// else, and goes at the next start.
    pub(in crate::engine) async fn let_go(&self) {
        let Ok(context) = self.context() else {
            return;
        };
        let mut events = context.events.subscribe();
        let held = match self.write(outbox::let_go).await {
            Ok(held) => held,
            Err(error) => {
                tracing::warn!(%error, "what could be taken back was not let go");
                return;
            }
        };
        if held.is_empty() || !context.is_online() {
            return;
        }
        context.outbox_wake.notify_one();
        let gone = async {
            loop {
                let held = held.clone();
                let waits = self.look(move |db| {
                    for id in held {
                        let message = messages::load(db, id)?;
                        if message.is_some_and(|message| message.status == Status::Pending) {
                            return Ok(true);
                        }
                    }
                    Ok(false)
                });
                if !waits.await.unwrap_or_default()
                    || matches!(events.recv().await, Err(RecvError::Closed))
                {
                    return;
                }
            }
        };
        if timeout(LAST_WORDS, gone).await.is_err() {
            tracing::info!("the last messages go at the next start");
        }
    }
}

/// What each unsent message waits for.
fn items(unsent: Vec<Unsent>, now: UnixMillis, is_taken: impl Fn(i64) -> bool) -> Vec<OutboxItem> {
    let mut ahead: BTreeSet<DialogId> = BTreeSet::new();
    let mut items = Vec::with_capacity(unsent.len());
    for Unsent { message, row } in unsent {
        let waiting = match (row, message.hold) {
            (None, _) => Waiting::Decision,
            (_, Some(Hold::Scheduled { at })) => Waiting::Scheduled { at },
            (Some(row), _) if is_taken(row.seq) => Waiting::Answer,
            (_, Some(Hold::Undo { until })) if until > now => Waiting::Undo { until },
            (Some(row), _) if row.not_before > now => Waiting::Retry {
                at: row.not_before,
                attempts: row.attempts,
            },
            (Some(_), _) if ahead.contains(&message.dialog) => Waiting::Turn,
            (Some(_), _) => Waiting::Line,
        };
        if !matches!(waiting, Waiting::Decision | Waiting::Scheduled { .. }) {
            ahead.insert(message.dialog);
        }
        items.push(OutboxItem { message, waiting });
    }
    items
}
