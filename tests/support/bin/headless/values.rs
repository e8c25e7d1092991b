//! What the engine says, as JSON.

use cubist_client::model::{
    Activity, Attachment, Block, ConnectionState, Dialog, FailureKind, FileState, Message,
    PublicDialog, Role, Status, User, UserId,
};
use cubist_client::{ClientEvent, Engine};
use serde_json::{Value, json};

pub(crate) fn accounts(engine: &Engine) -> Value {
    let one = |account: &cubist_client::model::AccountSummary| {
        json!({
            "id": account.id.as_str(),
            "user": account.user.get(),
            "name": account.name,
            "waiting": account.waiting,
            "connection": connection(account.connection),
        })
    };
    engine.accounts().iter().map(one).collect()
}

pub(crate) fn event_line(event: &ClientEvent) -> Value {
    match event {
        ClientEvent::AccountsChanged => json!({ "event": "accounts" }),
        ClientEvent::Connection { state, .. } => {
            json!({ "event": "connection", "state": connection(*state) })
        }
        ClientEvent::DialogsChanged {
            dialogs, removed, ..
        } => json!({
            "event": "dialogs",
            "dialogs": dialogs.iter().map(dialog_value).collect::<Value>(),
            "removed": removed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        ClientEvent::MessagesChanged {
            dialog,
            messages,
            removed,
            ..
        } => json!({
            "event": "messages",
            "dialog": dialog.to_string(),
            "messages": messages.iter().map(message).collect::<Value>(),
            "removed": removed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        ClientEvent::AttachmentsChanged {
            dialog, changes, ..
        } => json!({
            "event": "attachments",
            "dialog": dialog.to_string(),
            "changes": changes
                .iter()
                .map(|change| json!({
                    "message": change.message.to_string(),
                    "index": change.index,
                    "file": file_state(change.file),
                }))
                .collect::<Value>(),
        }),
        ClientEvent::TypingChanged { dialog, users, .. } => json!({
            "event": "typing",
            "dialog": dialog.to_string(),
            "users": ids(users),
        }),
        ClientEvent::UsersChanged { users, .. } => {
            json!({ "event": "users", "users": users.iter().map(user).collect::<Value>() })
        }
        ClientEvent::OutboxChanged { waiting, .. } => {
            json!({ "event": "outbox", "waiting": waiting })
        }
        ClientEvent::FoldersChanged { .. } => json!({ "event": "folders" }),
        ClientEvent::ActivityChanged { people, .. } => json!({
            "event": "activity",
            "people": people.iter().map(|(user, seen)| person(*user, *seen)).collect::<Value>(),
        }),
        ClientEvent::PrivacyChanged { blocked, .. } => {
            json!({ "event": "privacy", "blocked": blocked.iter().map(block).collect::<Value>() })
        }
        ClientEvent::MessageAlert {
            dialog,
            message: news,
            ..
        } => json!({
            "event": "alert",
            "dialog": dialog.id.to_string(),
            "message": message(news),
        }),
        ClientEvent::VoiceLevel { level, .. } => json!({ "event": "voice", "level": level }),
        ClientEvent::VoiceEnded { .. } => json!({ "event": "voice_ended" }),
        ClientEvent::HistoryChanged { dialog, .. } => {
            json!({ "event": "history", "dialog": dialog.to_string() })
        }
    }
}

pub(crate) fn connection(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Online => "online",
        ConnectionState::Connecting { .. } => "connecting",
        ConnectionState::Offline { .. } => "offline",
        ConnectionState::SignedOut { .. } => "signed_out",
    }
}

pub(crate) fn dialog_value(dialog: &Dialog) -> Value {
    json!({
        "id": dialog.id.to_string(),
        "kind": dialog.kind.code(),
        "name": dialog.name,
        "description": dialog.description,
        "photo": dialog.photo,
        "owner": dialog.owner.get(),
        "admins": ids(&dialog.admins),
        "role": match dialog.role {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Occupant => "occupant",
        },
        "can_write": dialog.can_write,
        "count": dialog.occupant_count,
        "fields": dialog.fields.iter().map(|field| [&field.name, &field.value]).collect::<Vec<_>>(),
        "preview": dialog.allow_preview,
        "notifications": dialog.notifications,
        "occupants": ids(&dialog.occupants),
        "opponent": dialog.opponent.map(UserId::get),
        "unread": dialog.unread,
        "mention": dialog.mention,
        "last": dialog.last.as_ref().map(|last| last.text.as_str()),
    })
}

pub(crate) fn message(message: &Message) -> Value {
    json!({
        "id": message.id.to_string(),
        "sender": message.sender.get(),
        "text": message.text,
        "system": message.system,
        "failure": message.failure.as_ref().map(|failure| failure_kind(failure.kind)),
        "sent_at": message.sent_at.0,
        "status": status(message.status),
        "delivered_to": ids(&message.delivered_to),
        "read_by": ids(&message.read_by),
        "attachments": message.attachments.iter().map(attachment).collect::<Value>(),
    })
}

fn attachment(attachment: &Attachment) -> Value {
    json!({
        "kind": format!("{:?}", attachment.kind).to_lowercase(),
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "width": attachment.width,
        "height": attachment.height,
        "duration": attachment.duration,
        "placeholder": attachment.placeholder,
        "uid": attachment.source.uid,
        "blob": attachment.source.id,
        "file": attachment.file.map(file_state),
        "location": attachment.location.as_ref().map(|location| json!({
            "latitude": location.point.latitude(),
            "longitude": location.point.longitude(),
            "name": location.name,
            "address": location.address,
        })),
    })
}

/// Where the bytes of a file are, in one word; amounts are for the window.
fn file_state(state: FileState) -> &'static str {
    match state {
        FileState::Remote => "remote",
        FileState::Queued => "queued",
        FileState::Downloading { .. } => "downloading",
        FileState::Here => "here",
        FileState::Waiting => "waiting",
        FileState::Uploading { .. } => "uploading",
        FileState::Paused { .. } => "paused",
        FileState::Failed { .. } => "failed",
        FileState::Deleted => "deleted",
    }
}

pub(crate) fn user(user: &User) -> Value {
    json!({ "id": user.id.get(), "name": user.name, "login": user.login })
}

pub(crate) fn ids(users: &[UserId]) -> Vec<u64> {
    users.iter().map(|user| user.get()).collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Failed => "failed",
        Status::Pending => "pending",
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
    }
}

pub(crate) fn block(block: &Block) -> Value {
    json!({ "user": block.user.get(), "mutual": block.mutual })
}

pub(crate) fn public(dialog: &PublicDialog) -> Value {
    json!({
        "id": dialog.id.to_string(),
        "name": dialog.name,
        "description": dialog.description,
        "count": dialog.occupant_count,
        "preview": dialog.allow_preview,
        "subscribed": dialog.subscribed,
    })
}

fn person(user: UserId, activity: Activity) -> Value {
    let seen = match activity {
        Activity::Online => json!("online"),
        Activity::LastSeen(at) => json!(at.0),
        Activity::Hidden => json!("hidden"),
    };
    json!({ "user": user.get(), "seen": seen })
}

fn failure_kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Refused => "refused",
        FailureKind::NotMember => "not_member",
        FailureKind::TooLarge => "too_large",
        FailureKind::Server => "server",
        FailureKind::NoAnswer => "no_answer",
        FailureKind::Blocked => "blocked",
    }
}
