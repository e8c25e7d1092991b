//! `/chat/Dialog`.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use cubist_protocol::ids::{DialogId, UserId};
use cubist_protocol::rest::{
    CountEnvelope, CreateDialog, DialogKind as WireKind, DialogPermissions, ListQuery, Operator,
    Page, UpdateDialog,
};
use serde_json::{Map, Value};

use crate::delivery::Delivery;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::users::{to_u64, to_usize};
use crate::rest::{App, convert};
use crate::state::{
    Condition, Dialog, DialogChanges, DialogField, DialogQuery, NewGroup, Op, StateError,
};

/// `POST /chat/Dialog`
pub(super) async fn create(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let request: CreateDialog = call.read()?;
    let dialog = match request.kind {
        WireKind::Private => create_private(app, user, &request).await?,
        WireKind::Group => app.state.create_group(user, group(request)).await?,
        WireKind::Public => app.state.create_public(user, group(request)).await?,
        WireKind::Broadcast => {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "Only the operator of the server can create a broadcast dialog",
            ));
        }
        WireKind::Meeting => {
            return Err(Refusal::field(
                "type",
                "is not supported by this server: 2 (group), 3 (private) and 4 (public) are",
            ));
        }
    };
    Answer::created(&object(app, dialog, user))
}

async fn create_private(
    app: &App,
    user: UserId,
    request: &CreateDialog,
) -> Result<Dialog, Refusal> {
    let missing = || Refusal::unprocessable("Occupants_ids is missing opponent ID.");
    let mut others: Vec<UserId> = request
        .occupants_ids
        .iter()
        .copied()
        .filter(|other| *other != user)
        .collect();
    others.dedup();
    let opponent = match others.as_slice() {
        [] => return Err(missing()),
        [opponent] => *opponent,
        [_, _, ..] => {
            return Err(Refusal::field(
                "occupants_ids",
                "names more than one person for a private dialog",
            ));
        }
    };
    let card = match app.state.show_private_dialog(user, opponent).await {
        Err(StateError::NotFound) => return Err(missing()),
        shown => shown?,
    };
    Ok(app.state.dialog(user, card.id).await?)
}

fn group(request: CreateDialog) -> NewGroup {
    NewGroup {
        name: request.name.unwrap_or_default(),
        occupants: request.occupants_ids,
        admins: request.admins_ids,
        photo: request.photo,
        description: request.description,
        extensions: request.extensions.map(extensions),
        permissions: request.permissions.map(permissions),
    }
}

/// `GET /chat/Dialog`
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let conditions = conditions(&call.query)?;
    if call.query.count {
        let count = app.state.count_dialogs(user, conditions).await?;
        return Answer::ok(&CountEnvelope::new(to_u64(count)));
    }
    let sort = match &call.query.sort {
        None => None,
        Some(sort) => {
            let field = DialogField::from_name(&sort.field);
            let field = field.ok_or_else(|| Refusal::field(&sort.field, "cannot be sorted by"))?;
            Some((field, sort.descending))
        }
    };
    let skip = call.query.skip.unwrap_or_default();
    let query = DialogQuery {
        conditions,
        sort,
        limit: to_usize(call.query.limit.unwrap_or_default()),
        skip: to_usize(skip),
    };
    let page = app.state.dialogs(user, query).await?;
    let items = page
        .items
        .into_iter()
        .map(|dialog| object(app, dialog, user))
        .collect();
    Answer::ok(&Page::new(
        items,
        skip,
        to_u64(page.limit),
        Some(to_u64(page.total)),
    ))
}

/// `GET /chat/Dialog/{id}`
pub(super) async fn show(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let dialog = app.state.dialog(user, parse(id)?).await?;
    Answer::ok(&object(app, dialog, user))
}

/// `PUT /chat/Dialog/{id}`
pub(super) async fn update(
    app: &App,
    mut call: Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let id = parse(id)?;
    let request: UpdateDialog = call.read()?;
    let removed = request.pull_all.occupants_ids.clone();
    let changes = DialogChanges {
        name: request.name,
        photo: request.photo,
        description: request.description,
        extensions: request.extensions.map(extensions),
        permissions: request.permissions.map(permissions),
        add: request.push_all.occupants_ids,
        remove: request.pull_all.occupants_ids,
        add_admins: request.push_all.admins_ids,
        remove_admins: request.pull_all.admins_ids,
        pin: request.push_all.pinned_messages_ids,
        unpin: request.pull_all.pinned_messages_ids,
    };
    let dialog = app.state.update_dialog(user, id, changes).await?;
    if !removed.is_empty() {
        app.deliver(Delivery::Removed {
            dialog: id,
            by: user,
            users: removed,
        })
        .await;
    }
    Answer::ok(&object(app, dialog, user))
}

/// A dialog's id in a path or parameter. What is no id names no dialog.
pub(super) fn parse(id: &str) -> Result<DialogId, Refusal> {
    id.trim()
        .parse()
        .map_err(|_| Refusal::not_found("There is no such dialog"))
}

/// A dialog as an object of the wire.
pub(super) fn object(app: &App, dialog: Dialog, viewer: UserId) -> cubist_protocol::rest::Dialog {
    convert::dialog(dialog, viewer, app.application, &app.config().muc_domain())
}

fn conditions(query: &ListQuery) -> Result<Vec<Condition<DialogField>>, Refusal> {
    let mut conditions = Vec::new();
    for filter in &query.filters {
        let field = match filter.field.strip_prefix("extensions.") {
            Some(name) => Some(DialogField::Extension(name.to_owned())),
            None => DialogField::from_name(&filter.field),
        };
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

/// The operator of a filter. `None` for a parameter that is no filter; an unknown field with an operator is refused,
/// since leaving it out would answer another question than was asked.
pub(super) fn operator(
    operator: Operator,
    values: usize,
    is_known: bool,
    field: &str,
) -> Result<Option<Op>, Refusal> {
    if !is_known {
        return if operator == Operator::Eq {
            Ok(None)
        } else {
            Err(Refusal::field(field, "cannot be filtered by"))
        };
    }
    let op = Op::from_name(operator.as_str());
    let op = op.ok_or_else(|| Refusal::field(field, "cannot be compared with this operator"))?;
    // A repeated plain key means any of its values.
    Ok(Some(if op == Op::Equal && values > 1 {
        Op::In
    } else {
        op
    }))
}

fn extensions(fields: BTreeMap<String, String>) -> Map<String, Value> {
    fields
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect()
}

fn permissions(permissions: DialogPermissions) -> Map<String, Value> {
    Map::from_iter([(
        "allow_preview".to_owned(),
        Value::Bool(permissions.allow_preview),
    )])
}
