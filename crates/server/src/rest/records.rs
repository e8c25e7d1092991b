//! `/data/{class}`: records of an app's own classes, reports among them.

use axum::http::StatusCode;
use cubist_protocol::ids::{ObjectId, UserId};
use cubist_protocol::rest::{
    DataAccess, DataBatch, DataFields, DataPage, DataPermissions, DataPermissionsAnswer,
    DataRecord, DataUpdateByCriteria, DeleteResult, ListQuery, Operator, TotalDeleted,
};
use cubist_protocol::timestamp::{UnixMillis, UnixTime};
use serde_json::{Map, Value};

use crate::rest::App;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::users::{to_u64, to_usize};
use crate::state::{Condition, Op, Record, RecordClass, RecordField, RecordQuery};

/// Parameters of lists that are no conditions.
const NO_CONDITIONS: [&str; 3] = ["permissions", "token", "force"];

/// `POST /data/{class}`
pub(super) async fn create(
    app: &App,
    mut call: Call,
    caller: Caller,
    class: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let DataFields { fields, .. } = call.read()?;
    let mut made = app.state.create_records(user, &class, vec![fields]).await?;
    match made.pop() {
        Some(record) => Answer::created(&object(record)),
        None => Err(Refusal::internal()),
    }
}

/// `POST /data/{class}/multi`
pub(super) async fn create_many(
    app: &App,
    mut call: Call,
    caller: Caller,
    class: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let DataBatch { record } = call.read()?;
    let records = record.into_values().map(|record| record.fields).collect();
    let made = app.state.create_records(user, &class, records).await?;
    Answer::created(&DataPage {
        class_name: class.name().to_owned(),
        items: made.into_iter().map(object).collect(),
        ..DataPage::default()
    })
}

/// `GET /data/{class}`
pub(super) async fn list(
    app: &App,
    call: &Call,
    caller: Caller,
    class: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let query = RecordQuery {
        conditions: conditions(&call.query)?,
        sort: call
            .query
            .sort
            .as_ref()
            .map(|sort| (RecordField::from_name(&sort.field), sort.descending)),
        limit: to_usize(call.query.limit.unwrap_or_default()),
        skip: to_usize(call.query.skip.unwrap_or_default()),
    };
    let skip = to_u64(query.skip);
    let page = app.state.records(user, &class, query).await?;
    if call.query.count {
        return Answer::ok(&cubist_protocol::rest::CountEnvelope::new(page.total));
    }
    Answer::ok(&DataPage {
        class_name: class.name().to_owned(),
        skip: Some(skip),
        limit: Some(to_u64(page.limit)),
        items: page.items.into_iter().map(object).collect(),
        ..DataPage::default()
    })
}

/// `GET /data/{class}/{ids}`, and with `permissions=1` who may do what with one.
pub(super) async fn show(
    app: &App,
    call: &Call,
    caller: Caller,
    class: &str,
    ids: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let values: Vec<String> = parse(ids)?.iter().map(ToString::to_string).collect();
    let query = RecordQuery {
        conditions: vec![Condition {
            field: RecordField::Id,
            op: Op::In,
            values,
        }],
        ..RecordQuery::default()
    };
    let mut page = app.state.records(user, &class, query).await?;
    if call.query.flag("permissions").unwrap_or_default() {
        let record = page
            .items
            .pop()
            .ok_or_else(|| Refusal::not_found("There is no such record"))?;
        return Answer::ok(&DataPermissionsAnswer {
            record_id: record.id,
            permissions: permissions(),
        });
    }
    Answer::ok(&DataPage {
        class_name: class.name().to_owned(),
        items: page.items.into_iter().map(object).collect(),
        ..DataPage::default()
    })
}

/// `PUT /data/{class}/{id}`
pub(super) async fn update(
    app: &App,
    mut call: Call,
    caller: Caller,
    class: &str,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let id = one(id)?;
    let DataFields { fields, .. } = call.read()?;
    let fields = without_id(fields);
    let mut done = app
        .state
        .update_records(user, &class, vec![(id, fields)])
        .await?;
    if !done.refused.is_empty() {
        return Err(not_yours());
    }
    match done.items.pop() {
        Some(record) => Answer::ok(&object(record)),
        None => Err(Refusal::not_found("There is no such record")),
    }
}

/// `PUT /data/{class}/multi`
pub(super) async fn update_many(
    app: &App,
    mut call: Call,
    caller: Caller,
    class: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let DataBatch { record } = call.read()?;
    let changes = record
        .into_values()
        .map(|record| {
            let id = record.fields.get("id").and_then(Value::as_str);
            let id = id.and_then(|id| id.parse().ok());
            let id: ObjectId =
                id.ok_or_else(|| Refusal::field("id", "is required for each record"))?;
            Ok((id, without_id(record.fields)))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    let done = app.state.update_records(user, &class, changes).await?;
    if !done.refused.is_empty() && done.items.is_empty() {
        return Err(not_yours());
    }
    // Somebody else's records are not this caller's to know of.
    let missing = done.not_found.iter().chain(&done.refused);
    Answer::ok(&DataPage {
        class_name: class.name().to_owned(),
        not_found: Some(missing.map(ToString::to_string).collect()),
        items: done.items.into_iter().map(object).collect(),
        ..DataPage::default()
    })
}

/// `PUT /data/{class}/by_criteria`
pub(super) async fn update_matching(
    app: &App,
    mut call: Call,
    caller: Caller,
    class: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let request: DataUpdateByCriteria = call.read()?;
    let conditions = criteria(&request.search_criteria)?;
    let fields = without_id(request.fields.fields);
    let page = app
        .state
        .update_matching_records(user, &class, &conditions, fields)
        .await?;
    Answer::ok(&DataPage {
        class_name: class.name().to_owned(),
        skip: Some(0),
        limit: Some(to_u64(page.limit)),
        total_found: Some(page.total),
        items: page.items.into_iter().map(object).collect(),
        ..DataPage::default()
    })
}

/// `DELETE /data/{class}/{ids}`: one id is answered with a status, several with three lists.
pub(super) async fn delete(
    app: &App,
    caller: Caller,
    class: &str,
    ids: &str,
) -> Result<Answer, Refusal> {
    let user = caller.user()?;
    let class = find(app, class)?;
    let wanted = parse(ids)?;
    let is_one = !ids.contains(',');
    let done = app.state.delete_records(user, &class, wanted).await?;
    if is_one {
        return match (done.deleted.is_empty(), done.refused.is_empty()) {
            (false, _) => Ok(Answer::Empty),
            (true, false) => Err(not_yours()),
            (true, true) => Err(Refusal::not_found("There is no such record")),
        };
    }
    let texts = |ids: &[ObjectId]| ids.iter().map(ToString::to_string).collect();
    Answer::ok(&DeleteResult {
        deleted: texts(&done.deleted),
        not_found: texts(&done.not_found),
        wrong_permissions: texts(&done.refused),
    })
}

/// `DELETE /data/{class}/by_criteria`
pub(super) async fn delete_matching(
    app: &App,
    call: &Call,
    caller: Caller,
    class: &str,
) -> Result<Answer, Refusal> {
    let user: UserId = caller.user()?;
    let class = find(app, class)?;
    let conditions = conditions(&call.query)?;
    if conditions.is_empty() {
        return Err(Refusal::unprocessable("At least one condition is required"));
    }
    let total_deleted = app
        .state
        .delete_matching_records(user, &class, &conditions)
        .await?;
    Answer::ok(&TotalDeleted { total_deleted })
}

fn find(app: &App, name: &str) -> Result<RecordClass, Refusal> {
    RecordClass::find(app.config(), name)
        .ok_or_else(|| Refusal::not_found("There is no such class of records"))
}

fn not_yours() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "Only its author can change a record")
}

fn one(id: &str) -> Result<ObjectId, Refusal> {
    id.parse()
        .map_err(|_| Refusal::not_found("There is no such record"))
}

/// What is no id names no record; a text without a single id is no question.
fn parse(ids: &str) -> Result<Vec<ObjectId>, Refusal> {
    let mut found: Vec<ObjectId> = ids
        .split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        return Err(Refusal::not_found("There is no such record"));
    }
    Ok(found)
}

/// The SDK repeats the id among the fields.
fn without_id(mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.remove("id");
    fields
}

fn conditions(query: &ListQuery) -> Result<Vec<Condition<RecordField>>, Refusal> {
    query
        .filters
        .iter()
        .filter(|filter| !NO_CONDITIONS.contains(&filter.field.as_str()))
        .map(|filter| {
            condition(
                &filter.field,
                filter.operator.as_str(),
                filter.values.clone(),
            )
        })
        .collect()
}

/// `{"age":{"gte":41},"name":"ann"}`
fn criteria(search: &Map<String, Value>) -> Result<Vec<Condition<RecordField>>, Refusal> {
    if search.is_empty() {
        return Err(Refusal::field("search_criteria", "is required"));
    }
    let mut found = Vec::new();
    for (field, value) in search {
        match value {
            Value::Object(operators) => {
                for (operator, value) in operators {
                    found.push(condition(field, operator, texts(value))?);
                }
            }
            Value::Array(_) => found.push(condition(field, Operator::In.as_str(), texts(value))?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                found.push(condition(field, Operator::Eq.as_str(), texts(value))?);
            }
        }
    }
    Ok(found)
}

fn condition(
    field: &str,
    operator: &str,
    values: Vec<String>,
) -> Result<Condition<RecordField>, Refusal> {
    let op = match operator {
        // Of records alone: one of.
        "or" => Op::In,
        name => Op::from_name(name)
            .ok_or_else(|| Refusal::field(field, "cannot be compared with this operator"))?,
    };
    let op = if op == Op::Equal && values.len() > 1 {
        Op::In
    } else {
        op
    };
    Ok(Condition {
        field: RecordField::from_name(field),
        op,
        values,
    })
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}

/// What holds for every record here.
fn permissions() -> DataPermissions {
    DataPermissions {
        read: DataAccess::Owner,
        update: DataAccess::Owner,
        delete: DataAccess::Owner,
    }
}

fn object(record: Record) -> DataRecord {
    let moment = |seconds| Some(UnixTime(UnixMillis::from_seconds(seconds)));
    DataRecord {
        id: record.id,
        parent_id: None,
        fields: record.fields,
        user_id: Some(record.author),
        created_at: moment(record.created_at),
        updated_at: moment(record.updated_at),
        permissions: Some(permissions()),
    }
}
