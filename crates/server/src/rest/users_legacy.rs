//! The older lists of people: filters as one text each, pages counted from 1, wrapped items.

use cubist_protocol::rest::{NumberedPage, Operator, UserEnvelope};

use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::users::{equal, to_u64, to_usize};
use crate::rest::{App, convert};
use crate::state::{UserCondition, UserField, UserOp, UserSearch};

/// `GET /users?filter[]=number id in 1,2&order=desc string login`
///
/// As of the newer list, at least one filter has to stand for itself.
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let filters = call
        .query
        .find("filter", Operator::Eq)
        .map(|filter| filter.values.as_slice())
        .unwrap_or_default();
    let mut conditions = Vec::new();
    for text in filters {
        conditions.extend(parse_filter(text)?);
    }
    let order = call.query.value("order").map(parse_order).transpose()?;
    page(app, call, conditions, order).await
}

/// `GET /users/by_full_name`: names are not unique, so this is a list.
pub(super) async fn by_full_name(
    app: &App,
    call: &Call,
    caller: Caller,
) -> Result<Answer, Refusal> {
    caller.session()?;
    let name = call.query.value("full_name").unwrap_or_default();
    page(app, call, vec![equal(UserField::FullName, name)], None).await
}

/// `GET /users/by_tags?tags[]=vip`: people with any of the tags.
pub(super) async fn by_tags(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let values: Vec<String> = call
        .query
        .list("tags")
        .into_iter()
        .map(str::to_owned)
        .collect();
    if values.is_empty() {
        return Err(Refusal::field("tags", "is required"));
    }
    let condition = UserCondition {
        field: UserField::Tags,
        op: UserOp::In,
        values,
    };
    page(app, call, vec![condition], None).await
}

async fn page(
    app: &App,
    call: &Call,
    conditions: Vec<UserCondition>,
    order: Option<(UserField, bool)>,
) -> Result<Answer, Refusal> {
    let (current_page, per_page) = call.numbered_page(app.config().limits.page);
    let offset = (current_page - 1).saturating_mul(per_page);
    let search = UserSearch {
        conditions,
        limit: to_usize(per_page),
        offset: to_usize(offset),
        order,
    };
    let found = app.state.search_users(search).await?;
    let items = found
        .items
        .into_iter()
        .map(|user| UserEnvelope {
            user: convert::user(user),
        })
        .collect();
    Answer::ok(&NumberedPage::new(
        items,
        current_page,
        per_page,
        to_u64(found.total),
    ))
}

/// `number id in 51946,51941`: kind, field, operator, value. `between` makes two conditions.
fn parse_filter(text: &str) -> Result<Vec<UserCondition>, Refusal> {
    let refused = || {
        Refusal::field(
            "filter[]",
            "is not understood: use a form such as `number id in 1,2`",
        )
    };
    let mut words = text.splitn(4, ' ');
    let (Some(_kind), Some(field), Some(op), Some(value)) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(refused());
    };
    let field = UserField::from_name(field).ok_or_else(refused)?;
    let list = || {
        value
            .split(',')
            .map(|item| item.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let one = |op| {
        Ok(vec![UserCondition {
            field,
            op,
            values: vec![value.to_owned()],
        }])
    };
    match op {
        "ne" => one(UserOp::NotIn),
        "ge" => one(UserOp::GreaterOrEqual),
        "le" => one(UserOp::LessOrEqual),
        "between" => match list().as_slice() {
            [from, to] => Ok([(UserOp::GreaterOrEqual, from), (UserOp::LessOrEqual, to)]
                .into_iter()
                .map(|(op, bound)| UserCondition {
                    field,
                    op,
                    values: vec![bound.clone()],
                })
                .collect()),
            _ => Err(refused()),
        },
        name => match UserOp::from_name(name).ok_or_else(refused)? {
            op @ (UserOp::In | UserOp::NotIn) => Ok(vec![UserCondition {
                field,
                op,
                values: list(),
            }]),
            op @ (UserOp::Equal
            | UserOp::StartWith
            | UserOp::Greater
            | UserOp::GreaterOrEqual
            | UserOp::Less
            | UserOp::LessOrEqual) => one(op),
        },
    }
}

/// `desc string login`: direction, kind, field.
fn parse_order(text: &str) -> Result<(UserField, bool), Refusal> {
    let refused = || {
        Refusal::field(
            "order",
            "is not understood: use a form such as `desc string login`",
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let (direction, field) = match words.as_slice() {
        [direction, _, field] | [direction, field] => (*direction, *field),
        _ => return Err(refused()),
    };
    let descending = match direction {
        "asc" => false,
        "desc" => true,
        _ => return Err(refused()),
    };
    let field = UserField::from_name(field).ok_or_else(refused)?;
    Ok((field, descending))
}
