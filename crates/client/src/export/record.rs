//! The shape of an exported message in `messages.json`. `docs/export.md` describes it.

use serde_json::{Map, Value, json};

use super::files::{Copied, MissingFile, MissingReason};
use crate::model::{FileProblem, Message, Status, UnixMillis, UserId};

/// Version of the format; grows when a reader of the old one would go wrong.
pub(super) const VERSION: u32 = 1;

/// One message. Keys that would say nothing are left out.
pub(super) fn of(message: &Message, files: &[Option<Copied>]) -> Value {
    let ids = |people: &[UserId]| -> Value { people.iter().map(|id| id.get()).collect() };
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| {
        all.insert(name.to_owned(), value);
    };
    put("id", json!(message.id.to_string()));
    put("sender", json!(message.sender.get()));
    put("sent_at", json!(message.sent_at.to_iso8601()));
    if let Some(line) = &message.system {
        put("event", serde_json::to_value(line).unwrap_or_default());
        return Value::Object(all);
    }
    if message.deleted {
        put("deleted", json!(true));
        return Value::Object(all);
    }
    put("text", json!(message.text));
    put("status", json!(status(message.status)));
    if let Some(at) = message.edited_at {
        put("edited_at", json!(at.to_iso8601()));
    }
    if let Some(before) = &message.previous_text {
        put("previous_text", json!(before));
    }
    if let Some(quote) = &message.reply {
        let sender = quote.sender.map(UserId::get);
        put(
            "reply_to",
            json!({ "id": quote.message.to_string(), "sender": sender, "text": quote.text }),
        );
    }
    if let Some(origin) = message.forwarded {
        let sent_at = origin.sent_at.map(UnixMillis::to_iso8601);
        put(
            "forwarded",
            json!({ "sender": origin.sender.get(), "sent_at": sent_at }),
        );
    }
    if !message.mentions.is_empty() {
        put("mentions", ids(&message.mentions));
    }
    if let Some(preview) = &message.preview {
        put(
            "link_preview",
            json!({
                "url": preview.url.as_str(),
                "title": preview.title,
                "description": preview.description,
                "site": preview.site,
            }),
        );
    }
    let attachments: Vec<Value> = message
        .extra
        .attachments()
        .enumerate()
        .map(|(index, attachment)| {
            let mut said: Map<String, Value> = attachment
                .attributes
                .iter()
                // An address may carry the key of a session.
                .filter(|(name, _)| name != "url" && name != "link")
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect();
            let file = files.get(index).and_then(Option::as_ref);
            let path = file.map(|file| &file.path);
            said.insert("file".to_owned(), json!(path));
            Value::Object(said)
        })
        .collect();
    if !attachments.is_empty() {
        put("attachments", Value::Array(attachments));
    }
    if !message.reactions.is_empty() {
        let reactions = message
            .reactions
            .iter()
            .map(|each| json!({ "emoji": each.emoji, "count": each.count, "mine": each.mine }));
        put("reactions", reactions.collect());
    }
    if !message.delivered_to.is_empty() {
        put("delivered_to", ids(&message.delivered_to));
    }
    if !message.read_by.is_empty() {
        put("read_by", ids(&message.read_by));
    }
    if !message.fields.is_empty() {
        let fields: Map<String, Value> = message
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        put("fields", Value::Object(fields));
    }
    if message.silent {
        put("silent", json!(true));
    }
    Value::Object(all)
}

/// The files that are not in the folder.
pub(super) fn missing(files: &[MissingFile]) -> Value {
    let one = |file: &MissingFile| {
        json!({
            "message": file.message.to_string(),
            "attachment": file.index,
            "name": file.name,
            "reason": reason(file.reason),
        })
    };
    files.iter().map(one).collect()
}

const fn reason(reason: MissingReason) -> &'static str {
    match reason {
        MissingReason::Elsewhere => "elsewhere",
        MissingReason::Removed => "removed",
        MissingReason::Failed(problem) => match problem {
            FileProblem::TooLarge => "too_large",
            FileProblem::Refused => "refused",
            FileProblem::Gone => "gone",
            FileProblem::Damaged => "damaged",
            FileProblem::NotAnImage => "not_an_image",
            FileProblem::NoSpace => "no_space",
            FileProblem::Network => "network",
            FileProblem::Server => "server",
        },
    }
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Failed => "failed",
        Status::Pending => "pending",
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
    }
}
