//! System messages: headlines by which apps tell one another about dialogs (guide: "System messages").
//!
//! The platform relays them and knows nothing of their words. The words here are those of the
//! platform's own apps and of its guide, and two parameters of ours (`addedAdminsIds`,
//! `removedAdminsIds`) that others ignore. What is not understood is kept.

use crate::ext::extra_params::{ExtraEntry, ExtraParams, ExtraValue};
use crate::ids::{DialogId, UserId};
use crate::jid::Jid;
use crate::stanza::{Message, MessageKind};
use crate::timestamp::UnixMillis;

/// Names the channel within headlines; calls have another one.
const MODULE: (&str, &str) = ("moduleIdentifier", "SystemNotifications");
const DIALOG: &str = "dialogId";
const DATE: &str = "date_sent";
const ADDED: &str = "addedParticipantsIds";
const REMOVED: &str = "removedParticipantsIds";
const ADDED_ADMINS: &str = "addedAdminsIds";
const REMOVED_ADMINS: &str = "removedAdminsIds";
const NAME: &str = "name";
const PHOTO: &str = "photo";
const DESCRIPTION: &str = "description";
const EXTENSIONS: &str = "extensions";

/// What happened to a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemEvent {
    /// `dialog/NEW_DIALOG`: it was made.
    NewDialog,
    /// `dialog/ADDED_TO_DIALOG`, to the person who was added.
    AddedToDialog,
    /// `dialog/REMOVED_FROM_DIALOG`, to the person who was removed.
    RemovedFromDialog,
    /// `dialog/DELETE_DIALOG`: it is gone for everyone.
    DeleteDialog,
    /// `dialog/ADD_PARTICIPANTS`, to the others.
    AddParticipants(Vec<UserId>),
    /// `dialog/REMOVE_PARTICIPANTS`, to the others; the sender alone among them has left.
    RemoveParticipants(Vec<UserId>),
    /// `dialog/UPDATE_DIALOG`: something of it changed.
    UpdateDialog(DialogChanges),
    /// Any other body, empty when there is none; its parameters are in [`SystemMessage::extra`].
    Other(String),
}

/// What changed, as far as the sender tells. All of it may be absent: then anything may have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogChanges {
    /// The new name.
    pub name: Option<String>,
    /// The picture; senders write the new one or `1`.
    pub photo: bool,
    /// The description.
    pub description: bool,
    /// The fields of the app's own.
    pub extensions: bool,
    /// Ours: who got more rights.
    pub admins_added: Vec<UserId>,
    /// Ours: who lost them.
    pub admins_removed: Vec<UserId>,
}

/// A system message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemMessage {
    /// The dialog; senders other than us may leave it out.
    pub dialog: Option<DialogId>,
    /// What happened to it.
    pub event: SystemEvent,
    /// When, by the sender's clock.
    pub date_sent: Option<UnixMillis>,
    /// All further parameters, as they came.
    pub extra: ExtraParams,
}

impl SystemEvent {
    /// The body.
    pub fn word(&self) -> &str {
        match self {
            Self::NewDialog => "dialog/NEW_DIALOG",
            Self::AddedToDialog => "dialog/ADDED_TO_DIALOG",
            Self::RemovedFromDialog => "dialog/REMOVED_FROM_DIALOG",
            Self::DeleteDialog => "dialog/DELETE_DIALOG",
            Self::AddParticipants(_) => "dialog/ADD_PARTICIPANTS",
            Self::RemoveParticipants(_) => "dialog/REMOVE_PARTICIPANTS",
            Self::UpdateDialog(_) => "dialog/UPDATE_DIALOG",
            Self::Other(word) => word,
        }
    }

    /// Reads the body, and takes what belongs to it out of the parameters.
    fn take(word: &str, params: &mut ExtraParams) -> Self {
        match word {
            "dialog/NEW_DIALOG" => Self::NewDialog,
            "dialog/ADDED_TO_DIALOG" => Self::AddedToDialog,
            "dialog/REMOVED_FROM_DIALOG" => Self::RemovedFromDialog,
            "dialog/DELETE_DIALOG" => Self::DeleteDialog,
            "dialog/ADD_PARTICIPANTS" => Self::AddParticipants(take_users(params, ADDED)),
            "dialog/REMOVE_PARTICIPANTS" => Self::RemoveParticipants(take_users(params, REMOVED)),
            "dialog/UPDATE_DIALOG" => Self::UpdateDialog(DialogChanges {
                name: take(params, NAME),
                // The guide's own example names the new picture instead.
                photo: take_flag(params, PHOTO) | take_flag(params, "photo_uid"),
                description: take_flag(params, DESCRIPTION),
                extensions: take_flag(params, EXTENSIONS),
                admins_added: take_users(params, ADDED_ADMINS),
                admins_removed: take_users(params, REMOVED_ADMINS),
            }),
            other => Self::Other(other.to_owned()),
        }
    }

    fn put(&self, params: &mut ExtraParams) {
        match self {
            Self::AddParticipants(users) => put_users(params, ADDED, users),
            Self::RemoveParticipants(users) => put_users(params, REMOVED, users),
            Self::UpdateDialog(changes) => {
                if let Some(name) = &changes.name {
                    params.set(NAME, name.as_str());
                }
                let flags = [
                    (PHOTO, changes.photo),
                    (DESCRIPTION, changes.description),
                    (EXTENSIONS, changes.extensions),
                ];
                for (name, _) in flags.into_iter().filter(|(_, changed)| *changed) {
                    params.set(name, "1");
                }
                put_users(params, ADDED_ADMINS, &changes.admins_added);
                put_users(params, REMOVED_ADMINS, &changes.admins_removed);
            }
            Self::NewDialog
            | Self::AddedToDialog
            | Self::RemovedFromDialog
            | Self::DeleteDialog
            | Self::Other(_) => {}
        }
    }
}

impl SystemMessage {
    /// What happened to a dialog and when.
    pub const fn new(dialog: DialogId, event: SystemEvent, date_sent: UnixMillis) -> Self {
        Self {
            dialog: Some(dialog),
            event,
            date_sent: Some(date_sent),
            extra: ExtraParams::new(),
        }
    }

    /// Reads a headline of this channel; `None` for all other messages.
    pub fn from_message(message: &Message) -> Option<Self> {
        let mut params = message.extra.clone()?;
        let is_ours = message.kind == MessageKind::Headline
            && params.text(MODULE.0).as_deref() == Some(MODULE.1);
        if !is_ours {
            return None;
        }
        params.remove(MODULE.0);
        // Servers may add theirs to every message.
        let dialog = params
            .text(DIALOG)
            .and_then(|id| id.trim().parse().ok())
            .or_else(|| params.dialog_id());
        if dialog.is_some() {
            params.remove(DIALOG);
            params.remove("dialog_id");
        }
        let date_sent = params.date_sent();
        if date_sent.is_some() {
            params.remove(DATE);
        }
        let word = message.body.as_deref().unwrap_or_default();
        Some(Self {
            dialog,
            event: SystemEvent::take(word.trim(), &mut params),
            date_sent,
            extra: params,
        })
    }

    /// The headline to send to one person; `id` is an object id, the same for all receivers.
    pub fn to_message(&self, id: impl Into<String>, to: Jid) -> Message {
        let mut params = ExtraParams::new().with(MODULE.0, MODULE.1);
        if let Some(dialog) = self.dialog {
            params.set(DIALOG, dialog.to_string());
        }
        self.event.put(&mut params);
        if let Some(date) = self.date_sent {
            params.set_date_sent(date);
        }
        // What is further there never takes the place of what the message says itself.
        let further = self.extra.entries.iter().filter(|entry| {
            entry
                .name()
                .is_none_or(|name| !params.entries.iter().any(|own| own.name() == Some(name)))
        });
        let further: Vec<ExtraEntry> = further.cloned().collect();
        params.entries.extend(further);
        let word = self.event.word();
        Message {
            id: Some(id.into()),
            body: Some(word.to_owned()).filter(|word| !word.is_empty()),
            extra: Some(params),
            ..Message::new(MessageKind::Headline, to)
        }
    }
}

/// Takes a text parameter out.
fn take(params: &mut ExtraParams, name: &str) -> Option<String> {
    let text = params.text(name)?;
    params.remove(name);
    Some(text)
}

/// Takes a parameter out that says by being there, whatever its value, that something changed.
fn take_flag(params: &mut ExtraParams, name: &str) -> bool {
    let changed = match params.value(name) {
        Some(ExtraValue::Text(text)) => text != "0",
        Some(ExtraValue::Nested(_)) => true,
        None => return false,
    };
    params.remove(name);
    changed
}

/// Takes a list of people out: `1,2`, or elements named by their index.
fn take_users(params: &mut ExtraParams, name: &str) -> Vec<UserId> {
    let texts = match params.value(name) {
        Some(ExtraValue::Text(text)) => vec![text.clone()],
        Some(ExtraValue::Nested(entries)) => entries.iter().filter_map(text_of).collect(),
        None => return Vec::new(),
    };
    params.remove(name);
    let items = texts.iter().flat_map(|text| text.split(','));
    items.filter_map(|item| item.trim().parse().ok()).collect()
}

fn text_of(entry: &ExtraEntry) -> Option<String> {
    match entry {
        ExtraEntry::Param {
            value: ExtraValue::Text(text),
            ..
        } => Some(text.clone()),
        ExtraEntry::Param { .. } | ExtraEntry::Attachment(_) | ExtraEntry::Other(_) => None,
    }
}

fn put_users(params: &mut ExtraParams, name: &str, users: &[UserId]) {
    if !users.is_empty() {
        let texts: Vec<String> = users.iter().map(ToString::to_string).collect();
        params.set(name, texts.join(","));
    }
}

#[cfg(test)]
mod tests;
