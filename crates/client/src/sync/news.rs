//! System messages about dialogs: what they say, and saying it.
//!
//! The platform tells nobody that a dialog was made, changed or left; its apps tell one another
//! (xmpp.md §10 of the platform). One action is told to everyone under one id, which is the id of
//! the line that it leaves in the conversation, so that every device has the same line once.

use std::collections::BTreeSet;

use cubist_protocol::ext::system_message::{DialogChanges, SystemEvent, SystemMessage};
use cubist_protocol::jid::Jid;
use cubist_protocol::stanza::{Message, Stanza};
use sha2::{Digest, Sha256};

use crate::model::{DialogId, MessageId, ObjectId, SystemLine, UnixMillis, UserId};
use crate::store::messages::LineRecord;
use crate::sync::context::Context;

/// The people told by a message each. More would be a flood; the others learn of it by their own
/// synchronisation.
pub(crate) const TOLD_AT_MOST: usize = 200;

/// People named by one line; a stranger could name any number.
const USERS_AT_MOST: usize = 1_000;

/// Characters of a name in a line: as many as the platform gives a name.
const NAME_CHARS: usize = 200;

/// Added people are named to themselves, too: their own line says who else came.
const ADDED: &str = "addedParticipantsIds";

/// The same for removed ones, for the sender's other devices.
const REMOVED: &str = "removedParticipantsIds";

/// What a system message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// About which dialog.
    pub(crate) dialog: DialogId,
    /// Who says it.
    pub(crate) sender: UserId,
    /// When it happened; `None` means now.
    pub(crate) sent_at: Option<UnixMillis>,
    /// The lines it leaves, each with its id.
    pub(crate) lines: Vec<(MessageId, SystemLine)>,
}

/// Something this person did to a dialog.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// Names it everywhere.
    pub(crate) id: MessageId,
    pub(crate) dialog: DialogId,
    pub(crate) at: UnixMillis,
    pub(crate) event: SystemEvent,
}

/// Reads a headline. `id` is the stanza's, or stands for it.
pub(crate) fn read(message: &Message, id: MessageId, sender: UserId, me: UserId) -> Option<News> {
    let to = message.to.as_ref().and_then(Jid::user_id).unwrap_or(me);
    let said = SystemMessage::from_message(message)?;
    let dialog = said.dialog?;
    let named = |name: &str| -> Vec<UserId> {
        let text = said.extra.text(name).unwrap_or_default();
        let named = text.split(',').filter_map(|id| id.trim().parse().ok());
        named.collect()
    };
    let named_or_told = |name: &str| {
        let named = named(name);
        if named.is_empty() { vec![to] } else { named }
    };
    let event = match said.event {
        SystemEvent::AddedToDialog => SystemEvent::AddParticipants(named_or_told(ADDED)),
        SystemEvent::RemovedFromDialog if sender == me => {
            SystemEvent::RemoveParticipants(named_or_told(REMOVED))
        }
        SystemEvent::Other(_) => return None,
        known @ (SystemEvent::NewDialog
        | SystemEvent::DeleteDialog
        // The one who was removed has no dialog left to show it in.
        | SystemEvent::RemovedFromDialog
        | SystemEvent::AddParticipants(_)
        | SystemEvent::RemoveParticipants(_)
        | SystemEvent::UpdateDialog(_)) => known,
    };
    let sent_at = said
        .date_sent
        .or_else(|| message.delay.as_ref().map(|delay| delay.stamp));
    Some(News {
        dialog,
        sender,
        sent_at,
        lines: lines(&event, id, sender),
    })
}

impl Deed {
    /// Something done now.
    pub(crate) fn new(context: &Context, dialog: DialogId, event: SystemEvent) -> Self {
        let at = context.server_now();
        Self {
            id: context.ids.message(at),
            dialog,
            at,
            event,
        }
    }

    /// The lines it leaves.
    pub(crate) fn lines(&self, me: UserId) -> Vec<LineRecord> {
        let lines = lines(&self.event, self.id, me);
        lines
            .into_iter()
            .map(|(id, line)| LineRecord {
                id,
                dialog: self.dialog,
                sender: me,
                sent_at: self.at,
                line,
            })
            .collect()
    }

    /// Tells people, and this person's other devices: those see the copies of what is sent, or get
    /// one of their own when there is nobody else. Without a line nobody is told; everyone's own
    /// synchronisation finds it.
    pub(crate) async fn tell(&self, context: &Context, people: &[UserId]) {
        let me = context.who.me;
        let affected: &[UserId] = match &self.event {
            SystemEvent::AddParticipants(users) | SystemEvent::RemoveParticipants(users) => users,
            SystemEvent::NewDialog
            | SystemEvent::AddedToDialog
            | SystemEvent::RemovedFromDialog
            | SystemEvent::DeleteDialog
            | SystemEvent::UpdateDialog(_)
            | SystemEvent::Other(_) => &[],
        };
        let told: BTreeSet<UserId> = people.iter().chain(affected).copied().collect();
        let mut told: Vec<UserId> = told.into_iter().filter(|&user| user != me).collect();
        // Those it is about come first, should there be too many.
        told.sort_by_key(|user| !affected.contains(user));
        told.truncate(TOLD_AT_MOST);
        if told.is_empty() {
            told.push(me);
        }
        for user in told {
            let said = self.said(affected.contains(&user) && user != me);
            let Some(address) = context.who.user(user) else {
                continue;
            };
            let stanza = Stanza::Message(Box::new(said.to_message(self.id.to_string(), address)));
            if context.line.send(stanza, None).await.is_err() {
                break;
            }
        }
    }

    /// What one person is told; those it is about hear it in other words.
    fn said(&self, is_affected: bool) -> SystemMessage {
        let (event, extra) = match &self.event {
            SystemEvent::AddParticipants(users) if is_affected => {
                (SystemEvent::AddedToDialog, Some((ADDED, users)))
            }
            SystemEvent::RemoveParticipants(users) if is_affected => {
                (SystemEvent::RemovedFromDialog, Some((REMOVED, users)))
            }
            other @ (SystemEvent::NewDialog
            | SystemEvent::AddedToDialog
            | SystemEvent::RemovedFromDialog
            | SystemEvent::DeleteDialog
            | SystemEvent::AddParticipants(_)
            | SystemEvent::RemoveParticipants(_)
            | SystemEvent::UpdateDialog(_)
            | SystemEvent::Other(_)) => (other.clone(), None),
        };
        let mut said = SystemMessage::new(self.dialog, event, self.at);
        if let Some((name, users)) = extra {
            let ids: Vec<String> = users.iter().map(ToString::to_string).collect();
            said.extra.set(name, ids.join(","));
        }
        said
    }
}

/// The lines an event leaves in the conversation.
fn lines(event: &SystemEvent, id: MessageId, sender: UserId) -> Vec<(MessageId, SystemLine)> {
    let some = |users: &[UserId], line: fn(Vec<UserId>) -> SystemLine| {
        let users: Vec<UserId> = users.iter().take(USERS_AT_MOST).copied().collect();
        (!users.is_empty()).then(|| line(users))
    };
    let lines: Vec<SystemLine> = match event {
        SystemEvent::NewDialog => vec![SystemLine::Created],
        SystemEvent::AddParticipants(users) => some(users, |users| SystemLine::Added { users })
            .into_iter()
            .collect(),
        SystemEvent::RemoveParticipants(users) if *users == [sender] => vec![SystemLine::Left],
        SystemEvent::RemoveParticipants(users) => {
            some(users, |users| SystemLine::Removed { users })
                .into_iter()
                .collect()
        }
        SystemEvent::UpdateDialog(changes) => changed(changes, some),
        SystemEvent::AddedToDialog
        | SystemEvent::RemovedFromDialog
        | SystemEvent::DeleteDialog
        | SystemEvent::Other(_) => Vec::new(),
    };
    let ids = (0u8..).map(|n| derived(id, n));
    ids.zip(lines).collect()
}

fn changed(
    changes: &DialogChanges,
    some: impl Fn(&[UserId], fn(Vec<UserId>) -> SystemLine) -> Option<SystemLine>,
) -> Vec<SystemLine> {
    let name = changes.name.as_ref().map(|name| SystemLine::Renamed {
        name: name.chars().take(NAME_CHARS).collect(),
    });
    name.into_iter()
        .chain(changes.photo.then_some(SystemLine::PhotoChanged))
        .chain(
            changes
                .description
                .then_some(SystemLine::DescriptionChanged),
        )
        .chain(changes.extensions.then_some(SystemLine::FieldsChanged))
        .chain(some(&changes.admins_added, |users| {
            SystemLine::AdminsAdded { users }
        }))
        .chain(some(&changes.admins_removed, |users| {
            SystemLine::AdminsRemoved { users }
        }))
        .collect()
}

/// The id of the n-th line of one message: the same on every device.
fn derived(id: MessageId, n: u8) -> MessageId {
    if n == 0 {
        return id;
    }
    let mut hash = Sha256::new();
    hash.update(id.object_id().bytes());
    hash.update([n]);
    let digest = hash.finalize();
    let mut bytes = [0; 12];
    for (byte, source) in bytes.iter_mut().zip(digest) {
        *byte = source;
    }
    MessageId::new(ObjectId::from_bytes(bytes))
}

#[cfg(test)]
mod tests;
