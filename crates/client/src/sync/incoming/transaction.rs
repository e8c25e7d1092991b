//! What a batch changes in the cache, all of it or nothing.

use crate::model::{DialogId, Failure, FailureKind, MessageId, Status, SystemLine, UnixMillis};
use crate::outbox;
use crate::store::messages::{Correction, LineRecord, MessageRecord, Stored};
use crate::store::reactions::{self, Change, Snapshot};
use crate::store::{Error, WriteTx, dialogs, messages, outbox as rows, ranges, receipts, wishes};
use crate::sync::arrival::{Arrival, Content, Place};
use crate::sync::context::Context;
use crate::sync::incoming::batch::{Aftermath, Batch};
use crate::sync::news::News;

pub(super) fn take_in(
    tx: &mut WriteTx<'_>,
    context: &Context,
    batch: Batch,
    after: &mut Aftermath,
) -> Result<(), Error> {
    for seq in batch.sent {
        if let Some(message) = rows::acked(tx, seq)? {
            continue_range(tx, context, message)?;
            after.wishes = true;
        }
    }
    receipts::done(tx, &batch.told)?;
    wishes::done(tx, &batch.edited)?;
    // Runs of content are stored together; what is about other messages sees them stored.
    let mut run: Vec<MessageRecord> = Vec::new();
    for arrival in batch.arrivals {
        if let Arrival::Content(content) = arrival {
            after.people.insert(content.sender);
            match home(tx, &content, after)? {
                Some(dialog) => {
                    after.typists.push((dialog, content.sender, false));
                    if !content.is_late && content.sender != tx.me() {
                        after.prompt.insert(content.id);
                    }
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

fn record(shared: &Context, content: Content, dialog: DialogId) -> MessageRecord {
    MessageRecord {
        id: content.id,
        dialog,
        sender: content.sender,
        text: content.text,
        sent_at: content.sent_at.unwrap_or_else(|| shared.server_now()),
        status: Status::Sent,
        in_history: content.in_history,
        extra: content.extra,
        delivered_to: Vec::new(),
        read_by: Vec::new(),
        from_history: false,
        edited_at: None,
        reactions: Snapshot::default(),
    }
}

fn store_run(
    tx: &mut WriteTx<'_>,
    context: &Context,
    run: &mut Vec<MessageRecord>,
    after: &mut Aftermath,
) -> Result<(), Error> {
    let run = std::mem::take(run);
    let is_current = |dialog| context.progress.is_current(dialog);
    let stored = messages::insert_live(tx, &run, is_current)?;
    for (record, stored) in run.iter().zip(stored) {
        after.markers |= stored == Stored::New && record.sender != tx.me();
        if stored == Stored::New && after.prompt.contains(&record.id) {
            after.alerts.insert(record.id);
        }
        // The reflection of an own message in a room stands for its acknowledgement.
        after.wishes |= record.sender == tx.me();
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
    let (dialog, incomplete) = match content.place {
        Place::Room(dialog) => (dialog, dialogs::home_of_room(tx, dialog)?),
        Place::Private { opponent, dialog } => {
            after.people.insert(opponent);
            let named = match dialog {
                Some(dialog) => dialogs::home_of_private(tx, dialog, opponent)?,
                None => None,
            };
            match dialog.zip(named) {
                Some(home) => home,
                None => return dialogs::with_opponent(tx, opponent),
            }
        }
    };
    if incomplete {
        after.incomplete.insert(dialog);
    }
    Ok(Some(dialog))
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
            at,
        } => {
            let at = at.unwrap_or_else(|| context.server_now());
            messages::marked_at(tx, message, from, status, Some(at))?;
            continue_range(tx, context, message)?;
        }
        Arrival::Typing {
            place,
            from,
            composing,
        } => {
            let dialog = dialog_of(tx, place)?;
            after
                .typists
                .extend(dialog.map(|dialog| (dialog, from, composing)));
        }
        Arrival::Correction {
            message,
            place,
            by,
            text,
            extra,
            at,
        } => {
            if let Some(dialog) = dialog_of(tx, place)? {
                let correction = Correction {
                    message,
                    dialog,
                    by,
                    text,
                    extra,
                    at: at.unwrap_or_else(|| context.server_now()),
                };
                messages::correct(tx, &correction)?;
            }
        }
        Arrival::Reactions {
            message,
            place,
            user,
            added,
            removed,
        } => {
            let added = added.into_iter().map(|emoji| (emoji, true));
            let removed = removed.into_iter().map(|emoji| (emoji, false));
            let changes = removed.chain(added);
            if let Some(dialog) = dialog_of(tx, place)? {
                for (emoji, is_on) in changes {
                    let change = Change {
                        message,
                        dialog,
                        user,
                        emoji,
                        is_on,
                    };
                    reactions::change(tx, &change)?;
                }
                after.doubts |= reactions::any_doubtful(tx)?;
            }
        }
        Arrival::Removal { message, place } => {
            if let Some(dialog) = dialog_of(tx, place)? {
                messages::remove_for_all(tx, dialog, message)?;
            }
        }
        Arrival::Refusal { message, failure } => {
            refused(tx, context, message, &failure, after)?;
        }
        Arrival::News(news) => tell(tx, context, news, after)?,
        Arrival::Call {
            id,
            from,
            video,
            at,
        } => {
            // Without a chat of the two there is no place for it.
            if let Some(dialog) = dialogs::with_opponent(tx, from)? {
                let record = LineRecord {
                    id,
                    dialog,
                    sender: from,
                    sent_at: at.unwrap_or_else(|| context.server_now()),
                    line: SystemLine::Called { video },
                };
                messages::receive_line(tx, &record)?;
            }
        }
        Arrival::Content(_) | Arrival::Nothing | Arrival::Unknown { .. } => {}
    }
    Ok(())
}

/// What happened to a dialog becomes lines, and what the dialog is now is asked for.
fn tell(
    tx: &mut WriteTx<'_>,
    context: &Context,
    news: News,
    after: &mut Aftermath,
) -> Result<(), Error> {
    let sent_at = news.sent_at.unwrap_or_else(|| context.server_now());
    for (id, line) in news.lines {
        let record = LineRecord {
            id,
            dialog: news.dialog,
            sender: news.sender,
            sent_at,
            line,
        };
        messages::receive_line(tx, &record)?;
    }
    after.people.insert(news.sender);
    after.incomplete.insert(news.dialog);
    Ok(())
}

/// The dialog a stanza about another message speaks of.
fn dialog_of(tx: &WriteTx<'_>, place: Place) -> Result<Option<DialogId>, Error> {
    Ok(match place {
        Place::Room(dialog) => Some(dialog),
        Place::Private { opponent, dialog } => dialogs::with_opponent(tx, opponent)?.or(dialog),
    })
}

fn refused(
    tx: &mut WriteTx<'_>,
    context: &Context,
    message: MessageId,
    failure: &Failure,
    after: &mut Aftermath,
) -> Result<(), Error> {
    if let Some((seq, attempts)) = wishes::by_stanza(tx, message)? {
        match outbox::next_wait(attempts).filter(|_| failure.kind == FailureKind::Server) {
            Some(wait) => {
                let not_before = UnixMillis(context.clock.now().0.saturating_add(wait));
                wishes::postpone(tx, seq, not_before)?;
                context.wishes_again.request();
                after.wishes = true;
            }
            None => wishes::refused(tx, seq, failure)?,
        }
        return Ok(());
    }
    if failure.kind == FailureKind::Server {
        let attempts = rows::attempts(tx, message)?;
        if let Some(wait) = attempts.and_then(outbox::next_wait) {
            let not_before = UnixMillis(context.clock.now().0.saturating_add(wait));
            rows::postpone(tx, message, not_before)?;
            outbox::refused_for_now(context);
            return Ok(());
        }
    }
    let failed = rows::fail(tx, message, failure)?;
    if failed && failure.kind == FailureKind::NotMember {
        // Nobody may have said that this person is out.
        let home = messages::place(tx, message)?;
        after.incomplete.extend(home.map(|(dialog, _)| dialog));
    }
    Ok(())
}
