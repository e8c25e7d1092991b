//! Stored things as the objects of the wire.

use cubist_protocol::ext::extra_params::Attachment;
use cubist_protocol::ids::{AppId, UserId};
use cubist_protocol::jid::Jid;
use cubist_protocol::rest::{
    Dialog as DialogObject, DialogKind as WireKind, DialogPermissions, LastMessageStatus,
    Message as MessageObject, Reactions, Session as SessionObject, User as UserObject,
};
use cubist_protocol::timestamp::{IsoTime, UnixMillis, UnixTime};
use serde_json::Value;

use crate::state::{Dialog, DialogKind, Mark, MessageRecord, Session, User};

fn iso(seconds: i64) -> IsoTime {
    IsoTime(UnixMillis::from_seconds(seconds))
}

/// A person.
pub(super) fn user(user: User) -> UserObject {
    let tags = user
        .tags
        .as_deref()
        .unwrap_or_default()
        .split(',')
        .map(str::trim);
    UserObject {
        full_name: user.full_name,
        email: user.email,
        login: user.login,
        phone: user.phone,
        website: user.website,
        created_at: Some(iso(user.created_at)),
        updated_at: Some(iso(user.updated_at)),
        last_request_at: user.last_request_at.map(iso),
        external_user_id: user.external_id.as_deref().and_then(|id| id.parse().ok()),
        external_id: user.external_id,
        facebook_id: user.facebook_id,
        twitter_id: user.twitter_id,
        custom_data: user.custom_data,
        blob_id: user.blob_id.and_then(|id| id.try_into().ok()),
        avatar: user.avatar,
        user_tags: tags
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect(),
        timezone: user.timezone,
        is_guest: user.is_guest,
        ..UserObject::new(user.id)
    }
}

/// A session with its secret.
pub(super) fn session(
    session: &Session,
    token: &str,
    app: AppId,
    user: Option<UserObject>,
) -> SessionObject {
    SessionObject {
        id: session.id.unsigned_abs(),
        user_id: session.user,
        application_id: app,
        token: token.to_owned(),
        ts: Some(UnixTime(UnixMillis::from_seconds(session.created_at))),
        created_at: Some(iso(session.created_at)),
        updated_at: Some(iso(session.updated_at)),
        user,
    }
}

const fn kind(kind: DialogKind) -> WireKind {
    match kind {
        DialogKind::Broadcast => WireKind::Broadcast,
        DialogKind::Group => WireKind::Group,
        DialogKind::Private => WireKind::Private,
        DialogKind::Public => WireKind::Public,
    }
}

/// A dialog as `viewer` sees it.
pub(super) fn dialog(dialog: Dialog, viewer: UserId, app: AppId, muc_domain: &str) -> DialogObject {
    let status = dialog
        .last
        .as_ref()
        .filter(|last| last.sender == viewer)
        .map(|last| match last.reached {
            None => LastMessageStatus::Sent,
            Some(Mark::Delivered) => LastMessageStatus::Delivered,
            Some(Mark::Read) => LastMessageStatus::Read,
        });
    let room = match dialog.kind {
        DialogKind::Private => None,
        DialogKind::Broadcast | DialogKind::Group | DialogKind::Public => {
            Jid::room(app, dialog.id, muc_domain).ok()
        }
    };
    let texts = |map: serde_json::Map<String, Value>| {
        map.into_iter()
            .filter_map(|(key, value)| match value {
                Value::String(text) => Some((key, text)),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => None,
            })
            .collect()
    };
    let last = dialog.last;
    DialogObject {
        user_id: Some(dialog.owner),
        name: dialog.name,
        description: dialog.description,
        photo: dialog.photo,
        occupants_count: dialog.kind.is_open().then_some(dialog.occupant_count),
        occupants_ids: dialog.occupants,
        admins_ids: dialog.admins,
        pinned_messages_ids: dialog.pinned,
        last_message: last.as_ref().map(|last| last.body.clone()),
        last_message_id: last.as_ref().map(|last| last.id),
        last_message_user_id: last.as_ref().map(|last| last.sender),
        last_message_date_sent: last
            .as_ref()
            .map(|last| UnixTime(UnixMillis::from_seconds(last.date_sent))),
        last_message_status: status,
        unread_messages_count: u32::try_from(dialog.unread).unwrap_or(u32::MAX),
        xmpp_room_jid: room,
        extensions: dialog.extensions.map(texts),
        permissions: dialog.permissions.map(|map| DialogPermissions {
            allow_preview: map
                .get("allow_preview")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
        }),
        created_at: Some(iso(dialog.created_at)),
        updated_at: Some(iso(dialog.updated_at)),
        ..DialogObject::new(dialog.id, kind(dialog.kind))
    }
}

/// A message with what became of it.
pub(super) fn message(record: MessageRecord) -> MessageObject {
    let message = record.message;
    let date = UnixMillis::from_seconds(message.date_sent);
    MessageObject {
        message: Some(message.body),
        recipient_id: record.recipient,
        attachments: message
            .attachments
            .iter()
            .map(Attachment::from_json)
            .collect(),
        read: record
            .recipient
            .is_some_and(|recipient| record.read.binary_search(&recipient).is_ok()),
        views_count: record.views,
        read_ids: record.read,
        delivered_ids: record.delivered,
        edited_at: record.edited_at.map(iso),
        reactions: record.reactions.map(|reactions| Reactions {
            own: reactions.own,
            total: reactions.total,
        }),
        created_at: Some(iso(record.created_at)),
        updated_at: Some(iso(record.updated_at)),
        custom: message.extra,
        ..MessageObject::new(message.id, message.dialog, message.sender, date)
    }
}
