//! What a transaction changed, and the events that tell of it.
//!
//! Jobs only note which rows they touched. The writer loads those rows once, as the transaction
//! leaves them, so a burst of a hundred messages into one dialog is one event with one dialog in
//! it, and a reader never sees a state that was not committed.

use std::collections::{BTreeMap, BTreeSet};

use crate::events::ClientEvent;
use crate::model::{AccountId, AttachmentChange, DialogId, Message, MessageId, UserId};
use crate::store::{Error, ReadDb, dialogs, folders, messages, outbox, privacy, users};

/// Rows touched since the transaction began. What is gone by its end is reported as removed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Dialogs whose row in the list may look different.
    pub(super) dialogs: BTreeSet<DialogId>,
    /// Messages that may look different; with what they look like, when the one who made them knew.
    pub(super) messages: BTreeMap<DialogId, BTreeMap<MessageId, Option<Message>>>,
    /// Where files of messages are now.
    pub(super) attachments: BTreeMap<DialogId, BTreeMap<(MessageId, u32), AttachmentChange>>,
    /// People who may look different.
    pub(super) users: BTreeSet<UserId>,
    /// Dialogs whose known parts of the history moved.
    pub(super) history: BTreeSet<DialogId>,
    /// Whether folders may be different.
    pub(super) folders: bool,
    /// Whether privacy lists may be different.
    pub(super) privacy: bool,
    /// Whether the number of waiting messages may be different.
    pub(super) outbox: bool,
}

impl Changes {
    /// A job was undone: what was known of new messages may never have been.
    pub(super) fn forget_copies(&mut self) {
        for known in self.messages.values_mut().flat_map(BTreeMap::values_mut) {
            *known = None;
        }
    }

    /// The events that describe these changes, from the rows as they are now.
    pub(super) fn events(
        self,
        account: &AccountId,
        db: &ReadDb<'_>,
    ) -> Result<Vec<ClientEvent>, Error> {
        let mut events = Vec::new();
        if !self.users.is_empty() {
            let ids: Vec<UserId> = self.users.iter().copied().collect();
            events.push(ClientEvent::UsersChanged {
                account: account.clone(),
                users: users::load(db, &ids)?,
            });
        }
        if !self.dialogs.is_empty() {
            let mut found = Vec::with_capacity(self.dialogs.len());
            let mut removed = Vec::new();
            for id in self.dialogs {
                match dialogs::load(db, id)? {
                    Some(dialog) => found.push(dialog),
                    None => removed.push(id),
                }
            }
            events.push(ClientEvent::DialogsChanged {
                account: account.clone(),
                dialogs: found,
                removed,
            });
        }
        for (dialog, ids) in self.messages {
            let mut found = Vec::with_capacity(ids.len());
            let mut removed = Vec::new();
            for (id, known) in ids {
                let message = match known {
                    Some(message) => Some(message),
                    None => messages::load(db, id)?,
                };
                match message {
                    Some(message) => found.push(message),
                    None => removed.push(id),
                }
            }
            found.sort_by_key(Message::position);
            events.push(ClientEvent::MessagesChanged {
                account: account.clone(),
                dialog,
                messages: found,
                removed,
            });
        }
        events.extend(self.attachments.into_iter().map(|(dialog, changes)| {
            ClientEvent::AttachmentsChanged {
                account: account.clone(),
                dialog,
                changes: changes.into_values().collect(),
            }
        }));
        events.extend(
            self.history
                .into_iter()
                .map(|dialog| ClientEvent::HistoryChanged {
                    account: account.clone(),
                    dialog,
                }),
        );
        if self.folders {
            events.push(ClientEvent::FoldersChanged {
                account: account.clone(),
                folders: folders::all(db)?,
            });
        }
        if self.privacy {
            events.push(ClientEvent::PrivacyChanged {
                account: account.clone(),
                blocked: privacy::blocked(db)?,
            });
        }
        if self.outbox {
            events.push(ClientEvent::OutboxChanged {
                account: account.clone(),
                waiting: outbox::waiting(db)?,
            });
        }
        Ok(events)
    }
}
