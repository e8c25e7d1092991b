//! From the connection to the cache.
//!
//! Everything that waits is taken at once and becomes one transaction: messages, markers,
//! acknowledgements. Only after its commit are the stanzas counted as handled, so what was not
//! stored is sent again when the session is resumed. While this task waits for the disk the
//! connection's queue fills and the socket is not read: back-pressure reaches the server.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cubist_protocol::stanza::Stanza;
use tokio::sync::mpsc;

use crate::connection::{ConnectionHandle, HandledToken, Incoming, SendTag};
use crate::events::ClientEvent;
use crate::model::{
    ConnectionState, DialogId, DialogKind, FailureKind, MessageId, Status, UserId,
};
use crate::outbox::{self, Tagged};
use crate::store::messages::{MessageRecord, Stored};
use crate::store::{
    Error, WriteTx, dialogs, messages, outbox as outbox_rows, ranges, receipts, sync_state,
};
use crate::sync::arrival::{self, Arrival, Content, Place};
use crate::sync::context::Context;
use crate::sync::{catch_up, people};

/// Reports of the connection that one transaction takes at most: enough to make the flush cheap,
/// few enough that the first message is not shown late.
const BATCH: usize = 256;

/// Works until the connection ends.
pub(crate) async fn run(
    context: Arc<Context>,
    connection: ConnectionHandle,
    mut incoming: mpsc::Receiver<Incoming>,
) {
    let work = async {
        let mut reports = Vec::with_capacity(BATCH);
        while incoming.recv_many(&mut reports, BATCH).await > 0 {
            let mut batch = Batch::default();
            let mut tokens: Vec<HandledToken> = Vec::new();
            for report in reports.drain(..) {
                match report {
                    Incoming::Stanza(stanza, token) => {
                        batch.stanza(&stanza, &context);
                        tokens.push(token);
                    }
                    Incoming::Acked(tags) => batch.acked(&tags),
                    Incoming::Unsent(tags) => {
                        outbox::unsent(&context, &tags);
                    }
                    Incoming::State(state) => state_changed(&context, state),
                    Incoming::SessionStarted { resumed, jid: _ } => {
                        // What came before belongs to the session before.
                        settle(&context, &mut batch, &mut tokens, &connection).await;
                        session_started(&context, resumed);
                    }
                }
            }
            settle(&context, &mut batch, &mut tokens, &connection).await;
        }
    };
    context.shutdown.run_until_cancelled(work).await;
}

async fn settle(
    context: &Arc<Context>,
    batch: &mut Batch,
    tokens: &mut Vec<HandledToken>,
    connection: &ConnectionHandle,
) {
    let batch = std::mem::take(batch);
    let tokens = std::mem::take(tokens);
    match process(context, batch).await {
        Ok(()) => {
            for token in tokens {
                connection.handled(token);
            }
        }
        Err(error) => {
            // Unhandled tokens stop the count here: the server keeps what could not be stored
            // and sends it again after the next resumption.
            tracing::error!(%error, "incoming stanzas were not stored");
        }
    }
}

fn state_changed(context: &Context, state: ConnectionState) {
    if state == ConnectionState::Online {
        context.outbox_wake.notify_one();
        context.markers_wake.notify_one();
    } else {
        for dialog in context.typing.clear() {
            context.publish(ClientEvent::TypingChanged {
                account: context.account.clone(),
                dialog,
                users: Vec::new(),
            });
        }
    }
    context.publish(ClientEvent::Connection {
        account: context.account.clone(),
        state,
    });
}

/// Stanzas can be sent from now on.
pub(crate) fn session_started(context: &Context, resumed: bool) {
    if !resumed {
        context.generation.fetch_add(1, Ordering::AcqRel);
        context.progress.begin();
        context.catch_up_wake.notify_one();
    }
    context.outbox_wake.notify_one();
    context.markers_wake.notify_one();
}

/// What one transaction is about to take in.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// In the order of arrival.
    arrivals: Vec<Arrival>,
    /// Outbox rows the server has.
    sent: Vec<i64>,
    /// Markers the server has.
    told: Vec<i64>,
}

impl Batch {
    /// Reads a stanza.
    pub(crate) fn stanza(&mut self, stanza: &Stanza, context: &Context) {
        match stanza {
            Stanza::Message(message) => match arrival::read(message, &context.who) {
                Arrival::Nothing => {}
                Arrival::Typing {
                    place: Place::Room(dialog),
                    from,
                    composing,
                } => typing(context, dialog, from, composing),
                arrival => self.arrivals.push(arrival),
            },
            // Presence of people and requests between clients are no part of the cache; the
            // connection answers what must be answered.
            Stanza::Presence(_) | Stanza::Iq(_) => {}
        }
    }

    /// Notes what the server has acknowledged.
    pub(crate) fn acked(&mut self, tags: &[SendTag]) {
        for &tag in tags {
            match outbox::read_tag(tag) {
                Tagged::Message { seq, .. } => self.sent.push(seq),
                Tagged::Marker { seq, .. } => self.told.push(seq),
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.arrivals.is_empty() && self.sent.is_empty() && self.told.is_empty()
    }
}

/// What is left to do after the commit.
#[derive(Debug, Default)]
struct Aftermath {
    /// People named by what arrived.
    people: BTreeSet<UserId>,
    /// Dialogs of which too little is known.
    incomplete: BTreeSet<DialogId>,
    /// Typists, by the dialog they were found in.
    typists: Vec<(DialogId, UserId, bool)>,
    /// Private messages whose dialog nobody knows.
    homeless: Vec<Content>,
    /// Whether markers were queued.
    markers: bool,
}

/// Stores a batch; resolves after the commit.
pub(crate) async fn process(context: &Arc<Context>, batch: Batch) -> Result<(), Error> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut after = store(context, batch).await?;
    let homeless = std::mem::take(&mut after.homeless);
    finish(context, after).await?;
    if homeless.is_empty() {
        return Ok(());
    }
    // The server names the dialog of every message; one that did not needs a question first. The
    // dialog exists by then, so asking for it with the same person finds it.
    let opponents: BTreeSet<UserId> = homeless.iter().filter_map(opponent).collect();
    for opponent in opponents {
        if let Err(error) = catch_up::find_private(context, opponent).await {
            tracing::warn!(%error, "the dialog of a message was not found; the history has it");
        }
    }
    let again = Batch {
        arrivals: homeless
            .into_iter()
            .map(|content| Arrival::Content(Box::new(content)))
            .collect(),
        ..Batch::default()
    };
    let mut after = store(context, again).await?;
    after.homeless.clear();
    finish(context, after).await
}

fn opponent(content: &Content) -> Option<UserId> {
    match content.place {
        Place::Private { opponent, .. } => Some(opponent),
        Place::Room(_) => None,
    }
}

async fn finish(context: &Arc<Context>, after: Aftermath) -> Result<(), Error> {
    for (dialog, user, composing) in after.typists {
        typing(context, dialog, user, composing);
    }
    if after.markers {
        context.markers_wake.notify_one();
    }
    catch_up::complete(context, after.incomplete);
    people::want_unknown(context, after.people).await
}

fn typing(context: &Context, dialog: DialogId, user: UserId, composing: bool) {
    if user == context.who.me {
        return;
    }
    if let Some(users) = context.typing.set(dialog, user, composing) {
        context.publish(ClientEvent::TypingChanged {
            account: context.account.clone(),
            dialog,
            users,
        });
    }
}

async fn store(context: &Arc<Context>, batch: Batch) -> Result<Aftermath, Error> {
    context.taken.confirm(&batch.sent);
    let shared = Arc::clone(context);
    context
        .store
        .write(move |tx| {
            let mut after = Aftermath::default();
            take_in(tx, &shared, batch, &mut after)?;
            if shared.progress.is_settled() {
                sync_state::set_followed_until(tx, shared.server_now())?;
            }
            Ok(after)
        })
        .await
}

fn take_in(
    tx: &mut WriteTx<'_>,
    context: &Context,
    batch: Batch,
    after: &mut Aftermath,
) -> Result<(), Error> {
    for seq in batch.sent {
        if let Some(message) = outbox_rows::acked(tx, seq)? {
            continue_range(tx, context, message)?;
        }
    }
    receipts::done(tx, &batch.told)?;
    // Runs of content are stored together; what is about other messages sees them stored.
    let mut run: Vec<MessageRecord> = Vec::new();
    for arrival in batch.arrivals {
        if let Arrival::Content(content) = arrival {
            after.people.insert(content.sender);
            match home(tx, &content, after)? {
                Some(dialog) => {
                    after.typists.push((dialog, content.sender, false));
                    run.push(record(context, *content, dialog));
                }
                None => after.homeless.push(*content),
            }
            continue;
        }
        store_run(tx, context, &mut run, after)?;
        apply(tx, context, arrival, after)?;
    }
    store_run(tx, context, &mut run, after)
}

fn record(context: &Context, content: Content, dialog: DialogId) -> MessageRecord {
    MessageRecord {
        id: content.id,
        dialog,
        sender: content.sender,
        text: content.text,
        sent_at: content.sent_at.unwrap_or_else(|| context.server_now()),
        status: Status::Sent,
        in_history: content.in_history,
        extra: content.extra,
        delivered_to: Vec::new(),
        read_by: Vec::new(),
        from_history: false,
    }
}

fn store_run(
    tx: &mut WriteTx<'_>,
    context: &Context,
    run: &mut Vec<MessageRecord>,
    after: &mut Aftermath,
) -> Result<(), Error> {
    let run = std::mem::take(run);
    let stored = messages::insert_batch(tx, &run)?;
    for (record, stored) in run.iter().zip(stored) {
        after.markers |= stored == Stored::New && record.sender != tx.me();
        continue_range(tx, context, record.id)?;
    }
    Ok(())
}

/// A message that came on the line continues the newest range, if nothing was missed before it.
fn continue_range(
    tx: &mut WriteTx<'_>,
    context: &Context,
    message: MessageId,
) -> Result<(), Error> {
    match messages::place_in_history(tx, message)? {
        Some((dialog, place)) if context.progress.is_current(dialog) => {
            ranges::extend_top(tx, dialog, place)
        }
        _ => Ok(()),
    }
}

/// The dialog a message belongs to, made if only the message is known of it.
fn home(
    tx: &mut WriteTx<'_>,
    content: &Content,
    after: &mut Aftermath,
) -> Result<Option<DialogId>, Error> {
    let dialog = match content.place {
        Place::Room(dialog) => {
            dialogs::ensure(tx, dialog, DialogKind::Group, None)?;
            Some(dialog)
        }
        Place::Private { opponent, dialog } => {
            after.people.insert(opponent);
            match dialog {
                // A sender could name any dialog; what is said in private stays between the two.
                Some(dialog) if dialogs::may_hold_private(tx, dialog, opponent)? => {
                    dialogs::ensure(tx, dialog, DialogKind::Private, Some(opponent))?;
                    Some(dialog)
                }
                _ => dialogs::with_opponent(tx, opponent)?,
            }
        }
    };
    if let Some(dialog) = dialog
        && dialogs::is_incomplete(tx, dialog)?
    {
        after.incomplete.insert(dialog);
    }
    Ok(dialog)
}

fn apply(
    tx: &mut WriteTx<'_>,
    context: &Context,
    arrival: Arrival,
    after: &mut Aftermath,
) -> Result<(), Error> {
    match arrival {
        Arrival::Marker {
            message,
            from,
            status,
        } => {
            messages::marked(tx, message, from, status)?;
            continue_range(tx, context, message)?;
        }
        Arrival::Typing {
            place,
            from,
            composing,
        } => {
            let dialog = match place {
                Place::Room(dialog) => Some(dialog),
                Place::Private { opponent, .. } => dialogs::with_opponent(tx, opponent)?,
            };
            after
                .typists
                .extend(dialog.map(|dialog| (dialog, from, composing)));
        }
        Arrival::Correction { message, by, text } => messages::correct(tx, message, by, &text)?,
        Arrival::Removal { message, place } => {
            let here = messages::place(tx, message)?.map(|(dialog, _)| dialog);
            let there = match place {
                Place::Room(dialog) => Some(dialog),
                Place::Private { opponent, .. } => dialogs::with_opponent(tx, opponent)?,
            };
            // Only from where the message is: a stranger's word deletes nothing elsewhere.
            if here.is_some() && here == there {
                messages::remove(tx, message)?;
            }
        }
        Arrival::Refusal { message, failure } => {
            refused(tx, context, message, &failure)?;
        }
        Arrival::DialogNews(dialog) => {
            after.incomplete.insert(dialog);
        }
        Arrival::Content(_) | Arrival::Nothing => {}
    }
    Ok(())
}

fn refused(
    tx: &mut WriteTx<'_>,
    context: &Context,
    message: MessageId,
    failure: &crate::model::Failure,
) -> Result<(), Error> {
    if failure.kind == FailureKind::Server {
        let attempts = outbox_rows::attempts(tx, message)?;
        if let Some(wait) = attempts.and_then(outbox::next_wait) {
            let not_before = crate::model::UnixMillis(context.clock.now().0.saturating_add(wait));
            outbox_rows::postpone(tx, message, not_before)?;
            outbox::refused_for_now(context);
            return Ok(());
        }
    }
    outbox_rows::fail(tx, message, failure)?;
    Ok(())
}

#[cfg(test)]
mod tests;
