//! `/chat/Message`.

use std::collections::HashMap;

use cubist_protocol::ext::extra_params::{Attachment, ExtraParams};
use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_protocol::rest::message::custom_keys;
use cubist_protocol::rest::{
    CountEnvelope, CreateMessage, ListQuery, Page, UnreadCounts, UpdateMessage,
};
use cubist_protocol::timestamp::UnixMillis;
use serde_json::{Map, Value};

use crate::delivery::Delivery;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::dialogs::{operator, parse};
use crate::rest::users::{to_u64, to_usize};
use crate::rest::{App, convert};
use crate::state::{
    Accepted, Condition, Edit, Edited, Mark, Marked, MessageField, MessageOrder, MessageQuery,
    MessageSort, NewMessage,
};

/// `GET /chat/Message`
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let query = &call.query;
    let Some(dialog) = query.value("chat_dialog_id") else {
        return Err(Refusal::field("chat_dialog_id", "is required"));
    };
    let dialog = parse(dialog)?;
    if query.flag("preview").unwrap_or_default() {
        // Order and paging are fixed here, so what the query says about them is not looked at.
        let records = app.state.preview(user, dialog).await?;
        let limit = to_u64(records.len());
        let items = records.into_iter().map(convert::message).collect();
        return Answer::ok(&Page::new(items, 0, limit, None));
    }
    let conditions = conditions(query)?;
    if query.count {
        let count = app.state.count_messages(user, dialog, conditions).await?;
        return Answer::ok(&CountEnvelope::new(to_u64(count)));
    }
    let sort = match &query.sort {
        None => MessageSort::default(),
        Some(sort) => {
            let by = MessageOrder::from_name(&sort.field);
            let by = by.ok_or_else(|| Refusal::field(&sort.field, "cannot be sorted by"))?;
            MessageSort {
                by,
                descending: sort.descending,
            }
        }
    };
    let skip = query.skip.unwrap_or_default();
    let wanted = MessageQuery {
        dialog,
        conditions,
        sort,
        limit: to_usize(query.limit.unwrap_or_default()),
        skip: to_usize(skip),
        mark_as_read: query.flag("mark_as_read").unwrap_or(true),
    };
    let page = app.state.messages(user, wanted).await?;
    tell_authors(app, user, Mark::Read, page.marked).await;
    let items = page.items.into_iter().map(convert::message).collect();
    Answer::ok(&Page::new(items, skip, to_u64(page.limit), None))
}

/// `POST /chat/Message`
pub(super) async fn create(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let request: CreateMessage = call.read()?;
    let dialog = match (request.chat_dialog_id, request.recipient_id) {
        (Some(dialog), _) => dialog,
        (None, Some(recipient)) => app.state.private_dialog(user, recipient).await?.id,
        (None, None) => return Err(Refusal::field("chat_dialog_id", "is required")),
    };
    let body = request.message.unwrap_or_default();
    if body.is_empty() && request.attachments.is_empty() {
        return Err(Refusal::field("message", "is required"));
    }
    let date_sent = request.custom.get("date_sent").and_then(moment);
    let own = ExtraParams::from_json(&request.custom);
    let accepted = app
        .state
        .accept_message(NewMessage {
            sender: user,
            dialog,
            stanza_id: None,
            body,
            date_sent,
            attachments: request.attachments.iter().filter_map(attributes).collect(),
            extra: custom_keys(&own),
            save: true,
            queue: None,
        })
        .await?;
    let Accepted::New { message, .. } = accepted else {
        // Only a stanza's id can repeat, and there was none.
        return Err(Refusal::internal());
    };
    let id = message.id;
    if request.send_to_chat {
        app.deliver(Delivery::Message {
            message,
            markable: request.markable,
            silent: own.silent(),
        })
        .await;
    }
    Answer::created(&convert::message(app.state.message(user, id).await?))
}

/// `PUT /chat/Message/{ids}`, and without ids for a whole dialog.
pub(super) async fn update(
    app: &App,
    mut call: Call,
    caller: Caller,
    ids: Option<&str>,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let request: UpdateMessage = call.read()?;
    let mark = match (request.read, request.delivered) {
        (true, _) => Some(Mark::Read),
        (false, true) => Some(Mark::Delivered),
        (false, false) => None,
    };
    let Some(ids) = ids else {
        let dialog = request
            .chat_dialog_id
            .ok_or_else(|| Refusal::field("chat_dialog_id", "is required"))?;
        if request.message.is_some() {
            return Err(Refusal::field(
                "message",
                "can only be changed message by message",
            ));
        }
        if let Some(mark) = mark {
            let marked = app.state.mark_all(user, mark, dialog).await?;
            tell_authors(app, user, mark, marked).await;
        }
        return Ok(Answer::Empty);
    };
    let ids: Vec<MessageId> = ids
        .split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    if ids.is_empty() {
        return Err(Refusal::not_found("There is no such message"));
    }
    if let Some(text) = request.message {
        let [id] = ids.as_slice() else {
            return Err(Refusal::field(
                "message",
                "can only be changed message by message",
            ));
        };
        let edit = Edit::text(user, *id, text);
        if let Edited::Changed {
            message, is_last, ..
        } = app.state.edit_message(edit).await?
        {
            app.deliver(Delivery::Edited {
                by: user,
                message: message.message,
                last: is_last,
            })
            .await;
        }
    }
    if let Some(mark) = mark {
        let marked = app.state.mark(user, mark, ids).await?;
        tell_authors(app, user, mark, marked).await;
    }
    Ok(Answer::Empty)
}

/// `GET /chat/Message/unread`
pub(super) async fn unread(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let names = ["chat_dialog_ids", "dialogs_ids"];
    let asked = names.iter().any(|name| call.query.value(name).is_some());
    let ids: Vec<DialogId> = names
        .iter()
        .flat_map(|name| call.query.list(name))
        .filter_map(|id| id.parse().ok())
        .collect();
    let unread = app.state.unread(user, asked.then_some(ids)).await?;
    Answer::ok(&UnreadCounts {
        total: unread.total,
        dialogs: unread.dialogs.into_iter().collect(),
    })
}

/// Tells the authors what is new about their messages.
async fn tell_authors(app: &App, by: UserId, mark: Mark, marked: Vec<Marked>) {
    let mut by_dialog: HashMap<DialogId, Vec<(MessageId, UserId)>> = HashMap::new();
    for marked in marked.into_iter().filter(|marked| marked.changed) {
        by_dialog
            .entry(marked.dialog)
            .or_default()
            .push((marked.message, marked.author));
    }
    for (dialog, messages) in by_dialog {
        app.deliver(Delivery::Marks {
            mark,
            by,
            dialog,
            messages,
        })
        .await;
    }
}

fn conditions(query: &ListQuery) -> Result<Vec<Condition<MessageField>>, Refusal> {
    let mut conditions = Vec::new();
    for filter in &query.filters {
        let field = MessageField::from_name(&filter.field);
        if let Some(op) = operator(
            filter.operator,
            filter.values.len(),
            field.is_some(),
            &filter.field,
        )? && let Some(field) = field
        {
            conditions.push(Condition {
                field,
                op,
                values: filter.values.clone(),
            });
        }
    }
    Ok(conditions)
}

fn attributes(attachment: &Attachment) -> Option<Map<String, Value>> {
    match attachment.to_json() {
        Value::Object(map) => Some(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

fn moment(value: &Value) -> Option<i64> {
    let at = match value {
        Value::Number(number) => UnixMillis::from_wire_f64(number.as_f64()?),
        Value::String(text) => UnixMillis::from_wire_number(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    at.map(UnixMillis::seconds)
}
