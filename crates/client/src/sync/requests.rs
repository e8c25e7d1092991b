//! What is fetched because someone looks at it, or because something about it arrived.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::model::DialogId;
use crate::store::{dialogs, reactions};
use crate::sync::context::Context;
use crate::sync::{catch_up, describe};

/// Pause after a description that failed and can succeed later.
const PAUSE: Duration = Duration::from_secs(5);

/// Messages asked about in one go.
const DOUBTS: u32 = 50;

/// What must be fetched because someone looks at it, or something about it arrived.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    wanted: Mutex<Wanted>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Wanted {
    /// Dialogs whose description is missing or out of date.
    dialogs: BTreeSet<DialogId>,
    /// Dialogs whose newest messages may be missing.
    histories: BTreeSet<DialogId>,
    /// Dialogs whose setting for notifications is to be looked up.
    settings: BTreeSet<DialogId>,
    /// Whether the server must be asked who reacted to some messages.
    doubts: bool,
}

impl Requests {
    fn add(&self, change: impl FnOnce(&mut Wanted)) {
        change(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        self.wake.notify_one();
    }

    fn take(&self) -> Wanted {
        std::mem::take(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_empty(&self) -> bool {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.dialogs.is_empty()
            && wanted.histories.is_empty()
            && wanted.settings.is_empty()
            && !wanted.doubts
    }
}

/// The newest messages of a dialog are wanted; they arrive as events.
pub(crate) fn refresh(context: &Context, dialog: DialogId) {
    context.requests.add(|wanted| {
        wanted.histories.insert(dialog);
    });
}

/// Someone opens a dialog: whether they are notified of its messages is looked up, once per
/// session, since no list tells. Returns whether it is the first time in this session.
pub(crate) fn look_up_setting(context: &Context, dialog: DialogId) -> bool {
    let is_first = context.progress.asks_setting(dialog);
    if is_first {
        context.requests.add(|wanted| {
            wanted.settings.insert(dialog);
        });
    }
    is_first
}

/// Counts and names of reactions disagree somewhere; the cache knows where.
pub(crate) fn settle_reactions(context: &Context) {
    context.requests.add(|wanted| wanted.doubts = true);
}

/// The descriptions of these dialogs are wanted; they arrive as events.
pub(crate) fn complete(context: &Context, dialogs: BTreeSet<DialogId>) {
    if !dialogs.is_empty() {
        context
            .requests
            .add(|wanted| wanted.dialogs.extend(dialogs));
    }
}

/// Fetches what is requested until the account ends.
pub(crate) async fn run(context: Arc<Context>) {
    let work = async {
        loop {
            if context.requests.is_empty() {
                context.requests.wake.notified().await;
            }
            let wanted = context.requests.take();
            let ids: Vec<DialogId> = wanted.dialogs.into_iter().collect();
            let mut failed = false;
            for part in ids.chunks(catch_up::PAGE as usize) {
                if let Err(error) = describe::describe(&context, part).await {
                    tracing::warn!(%error, "dialogs were not described");
                    if error.is_recoverable() {
                        failed = true;
                        complete(&context, part.iter().copied().collect());
                    }
                }
            }
            let epoch = context.progress.epoch();
            stream::iter(wanted.histories)
                .for_each_concurrent(catch_up::AT_ONCE, |dialog| {
                    let context = &context;
                    async move {
                        if let Err(error) = catch_up::fetch(context, epoch, dialog, None).await {
                            tracing::warn!(%error, "the newest messages were not fetched");
                        }
                    }
                })
                .await;
            for dialog in wanted.settings {
                if let Err(error) = setting(&context, dialog).await {
                    tracing::debug!(%error, "a setting was not looked up");
                }
            }
            if wanted.doubts
                && let Err(error) = settle(&context).await
            {
                tracing::warn!(%error, "the server was not asked who reacted");
                if error.is_recoverable() {
                    failed = true;
                    settle_reactions(&context);
                }
            }
            if failed {
                sleep(PAUSE).await;
            }
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

/// Asks who reacted to the messages that are in doubt. News of the same message that come meanwhile
/// put it in doubt again, and this is called again.
async fn settle(context: &Context) -> Result<(), catch_up::Error> {
    loop {
        let doubts = context
            .store
            .read(|db| reactions::doubtful(db, DOUBTS))
            .await?;
        if doubts.is_empty() {
            return Ok(());
        }
        let mut answers = Vec::with_capacity(doubts.len());
        let mut asked = stream::iter(doubts)
            .map(|(seq, message)| async move {
                match context.api.reactions(message).await {
                    Ok(who) => Ok((seq, message, Some(who.into_iter().collect::<Vec<_>>()))),
                    Err(error) if error.is_recoverable() => Err(error),
                    // Gone, or nothing of this person's: there is nothing to be settled by.
                    Err(_) => Ok((seq, message, None)),
                }
            })
            .buffer_unordered(catch_up::AT_ONCE);
        let mut failed = None;
        while let Some(answer) = asked.next().await {
            match answer {
                Ok(answer) => answers.push(answer),
                Err(error) => failed = Some(error),
            }
        }
        context
            .store
            .write(move |tx| {
                for (seq, message, who) in &answers {
                    reactions::settle(tx, *seq, *message, who.as_deref())?;
                }
                Ok(())
            })
            .await?;
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
}

async fn setting(context: &Context, dialog: DialogId) -> Result<(), catch_up::Error> {
    let enabled = context.api.notifications(dialog).await?;
    context
        .store
        .write(move |tx| dialogs::set_notifications(tx, dialog, enabled))
        .await?;
    Ok(())
}
