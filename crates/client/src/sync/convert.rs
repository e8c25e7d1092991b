//! Objects of the REST API as rows of the cache.

use cubist_protocol::rest;
use cubist_protocol::rest::{DialogKind as WireKind, LastMessageStatus};

use crate::attachments::wire;
use crate::model::{DialogKind, Field, Position, Status, User, UserId};
use crate::store::dialogs::{Details, DialogRecord, LastRecord};
use crate::store::messages::MessageRecord;
use crate::store::reactions::Snapshot;

/// A person.
pub(crate) fn user(user: &rest::User) -> User {
    let text = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    let login = text(&user.login);
    User {
        id: user.id,
        name: text(&user.full_name)
            .or_else(|| login.clone())
            .unwrap_or_default(),
        login,
        avatar: text(&user.avatar),
        email: text(&user.email),
        phone: text(&user.phone),
        website: text(&user.website),
    }
}

/// A dialog; `None` for kinds this client does not show.
pub(crate) fn dialog_record(dialog: &rest::Dialog) -> Option<DialogRecord> {
    let kind = match dialog.kind {
        WireKind::Broadcast => DialogKind::Broadcast,
        WireKind::Group => DialogKind::Group,
        WireKind::Private => DialogKind::Private,
        WireKind::Public => DialogKind::Public,
        WireKind::Meeting => return None,
    };
    let last = match (dialog.last_message_id, dialog.last_message_user_id) {
        (Some(id), Some(sender)) => Some(LastRecord {
            id,
            sender,
            text: dialog.last_message.clone().unwrap_or_default(),
            sent_at: dialog
                .last_message_date_sent
                .map(|at| at.0)
                .unwrap_or_default(),
            status: dialog.last_message_status.map(|status| match status {
                LastMessageStatus::Sent => Status::Sent,
                LastMessageStatus::Delivered => Status::Delivered,
                LastMessageStatus::Read => Status::Read,
            }),
        }),
        _ => None,
    };
    Some(DialogRecord {
        id: dialog.id,
        kind,
        name: dialog.name.clone().unwrap_or_default(),
        photo: dialog.photo.clone().filter(|photo| !photo.is_empty()),
        description: dialog
            .description
            .clone()
            .filter(|description| !description.is_empty()),
        owner: dialog.user_id,
        occupants: dialog.occupants_ids.clone(),
        created_at: dialog.created_at.map(|at| at.0),
        last,
        unread: Some(dialog.unread_messages_count),
        details: details(dialog),
    })
}

fn details(dialog: &rest::Dialog) -> Details {
    let counted = dialog
        .occupants_count
        .and_then(|count| count.try_into().ok());
    let mut admins: Vec<UserId> = dialog
        .admins_ids
        .iter()
        .copied()
        .filter(|&admin| Some(admin) != dialog.user_id)
        .collect();
    admins.sort_unstable();
    admins.dedup();
    let fields = dialog.extensions.iter().flatten();
    Details {
        occupant_count: counted
            .or_else(|| dialog.occupants_ids.len().try_into().ok())
            .unwrap_or_default(),
        admins,
        fields: fields
            .map(|(name, value)| Field {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
        allow_preview: dialog
            .permissions
            .is_some_and(|permissions| permissions.allow_preview),
    }
}

/// A message of the history.
pub(crate) fn history_record(message: &rest::Message) -> MessageRecord {
    let extra = crate::sync::arrival::foreign_parameters(message.extra_params());
    MessageRecord {
        id: message.id,
        dialog: message.chat_dialog_id,
        sender: message.sender_id,
        text: wire::caption(message.message.clone().unwrap_or_default(), &extra),
        sent_at: message.date_sent.0,
        status: Status::Sent,
        in_history: true,
        extra,
        delivered_to: message.delivered_ids.clone(),
        read_by: message.read_ids.clone(),
        from_history: true,
        edited_at: message.edited_at.map(|at| at.0),
        reactions: message.reactions.as_ref().map(snapshot).unwrap_or_default(),
    }
}

fn snapshot(reactions: &rest::Reactions) -> Snapshot {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let total = reactions.total.iter();
    Snapshot {
        own: reactions.own.clone(),
        total: total
            .map(|(emoji, people)| (emoji.clone(), count(*people)))
            .collect(),
    }
}

/// Where a message of the history stands.
pub(crate) fn history_position(message: &rest::Message) -> Position {
    history_record(message).position()
}
