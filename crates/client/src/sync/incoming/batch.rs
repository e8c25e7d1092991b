//! One batch of arrivals, from the stanzas to the tasks that must hear of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use cubist_protocol::stanza::Stanza;

use crate::connection::SendTag;
use crate::events::ClientEvent;
use crate::model::{DialogId, MessageId, UserId, is_alerting};
use crate::outbox::{self, Tagged};
use crate::store::{Error, dialogs, messages, sync_state};
use crate::sync::arrival::{self, Arrival, Content, Place};
use crate::sync::context::Context;
use crate::sync::incoming::transaction::take_in;
use crate::sync::{activity, describe, diagnostics, people, privacy, requests};

/// What one transaction is about to take in.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// In the order of arrival.
    pub(super) arrivals: Vec<Arrival>,
    /// Outbox rows the server has.
    pub(super) sent: Vec<i64>,
    /// Markers the server has.
    pub(super) told: Vec<i64>,
    /// New texts the server has.
    pub(super) edited: Vec<i64>,
}

impl Batch {
    /// Reads a stanza.
    pub(crate) fn stanza(&mut self, stanza: &Stanza, context: &Context) {
        match stanza {
            Stanza::Message(message) => match arrival::read(message, &context.who) {
                Arrival::Nothing => {}
                Arrival::Unknown { from } => {
                    let said = message.carbon.as_ref().map_or(&**message, |c| &*c.message);
                    let at = context.server_now();
                    let unknown = diagnostics::describe(said, from, at);
                    tracing::debug!(name = unknown.name, "a message of unknown meaning");
                    context.diagnostics.note(unknown);
                }
                arrival @ (Arrival::Content(_)
                | Arrival::Marker { .. }
                | Arrival::Typing { .. }
                | Arrival::Correction { .. }
                | Arrival::Reactions { .. }
                | Arrival::Removal { .. }
                | Arrival::Refusal { .. }
                | Arrival::Call { .. }
                | Arrival::News(_)) => self.arrivals.push(arrival),
            },
            Stanza::Iq(iq) => {
                activity::heard(context, iq);
                privacy::heard(context, iq);
            }
            // Presence of people is no part of the cache.
            Stanza::Presence(presence) => context.rooms.heard(presence, &context.who),
        }
    }

    /// Notes what the server has acknowledged.
    pub(crate) fn acked(&mut self, tags: &[SendTag]) {
        for &tag in tags {
            match outbox::read_tag(tag) {
                Tagged::Message { seq, .. } => self.sent.push(seq),
                Tagged::Marker { seq, .. } => self.told.push(seq),
                Tagged::Edit { seq, .. } => self.edited.push(seq),
            }
        }
    }

    /// Whether nothing in it is worth a write: people typing.
    fn is_passing(&self) -> bool {
        let typing = |arrival: &Arrival| matches!(arrival, Arrival::Typing { .. });
        self.acked_nothing() && self.arrivals.iter().all(typing)
    }

    fn is_empty(&self) -> bool {
        self.arrivals.is_empty() && self.acked_nothing()
    }

    fn acked_nothing(&self) -> bool {
        self.sent.is_empty() && self.told.is_empty() && self.edited.is_empty()
    }
}

/// What is left to do after the commit.
#[derive(Debug, Default)]
pub(super) struct Aftermath {
    /// People named by what arrived.
    pub(super) people: BTreeSet<UserId>,
    /// Dialogs of which too little is known.
    pub(super) incomplete: BTreeSet<DialogId>,
    /// Typists, by the dialog they were found in.
    pub(super) typists: Vec<(DialogId, UserId, bool)>,
    /// Private messages whose dialog nobody knows.
    pub(super) homeless: Vec<Content>,
    /// Messages of others that no server kept until now; they may have been here before.
    pub(super) prompt: BTreeSet<MessageId>,
    /// Those of them that have just come, and may be worth an alert.
    pub(super) alerts: BTreeSet<MessageId>,
    /// Whether markers were queued.
    pub(super) markers: bool,
    /// Whether a wish of this person can be uttered now: its message has come to the server, or the
    /// server asked to wait.
    pub(super) wishes: bool,
    /// Whether the server must be asked who reacted.
    pub(super) doubts: bool,
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
        if let Err(error) = describe::find_private(context, opponent).await {
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
    alert(context, after.alerts).await?;
    if after.markers {
        context.markers_wake.notify_one();
    }
    if after.wishes {
        context.wishes_wake.notify_one();
    }
    if after.doubts {
        requests::settle_reactions(context);
    }
    requests::complete(context, after.incomplete);
    people::want_unknown(context, after.people).await
}

/// Tells of those messages that are worth it as they are now.
async fn alert(context: &Context, messages: BTreeSet<MessageId>) -> Result<(), Error> {
    if messages.is_empty() {
        return Ok(());
    }
    let found = context
        .store
        .read(move |db| {
            let mut found = Vec::with_capacity(messages.len());
            for id in messages {
                if let Some(message) = messages::load(db, id)?
                    && let Some(dialog) = dialogs::load(db, message.dialog)?
                {
                    found.push((dialog, message));
                }
            }
            found.sort_by_key(|(_, message)| message.position());
            Ok(found)
        })
        .await?;
    let now = context.clock.now();
    for (dialog, message) in found {
        if is_alerting(&message, &dialog, context.who.me, now) {
            context.publish(ClientEvent::MessageAlert {
                account: context.account.clone(),
                dialog: Box::new(dialog),
                message: Box::new(message),
            });
        }
    }
    Ok(())
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
    let passing = batch.is_passing();
    context
        .store
        .write(move |tx| {
            let mut after = Aftermath::default();
            take_in(tx, &shared, batch, &mut after)?;
            if !passing && shared.progress.is_settled() {
                sync_state::set_followed_until(tx, shared.server_now())?;
            }
            Ok(after)
        })
        .await
}
