//! `/users`.

use cubist_protocol::ids::UserId;
use cubist_protocol::rest::{
    Change, Filter, ListQuery, NewUserEnvelope, Operator, Page, UpdateUserEnvelope, UserEnvelope,
};
use serde::Serialize;

use crate::delivery::Delivery;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::sessions::same_secret;
use crate::rest::{App, convert};
use crate::state::{
    NewUser, PasswordChange, TextField, TextFields, User, UserChanges, UserCondition, UserField,
    UserOp, UserPage, UserSearch,
};

impl App {
    /// Prepares what a new person finds.
    pub(super) async fn greet(&self, newcomer: UserId) {
        if let Some(welcome) = &self.welcome {
            welcome.welcome(newcomer).await;
        }
    }
}

/// `POST /users`, with a session or with the application's key.
pub(super) async fn sign_up(app: &App, mut call: Call, caller: Caller) -> Result<Answer, Refusal> {
    let has_key = call
        .auth_key
        .as_deref()
        .is_some_and(|key| same_secret(key, &app.auth_key));
    if !has_key {
        caller.session()?;
    }
    let NewUserEnvelope { user: new } = call.read()?;
    let mut texts = TextFields::new();
    let given = [
        (TextField::Login, new.login),
        (TextField::Email, new.email),
        (TextField::FullName, new.full_name),
        (TextField::Phone, new.phone),
        (TextField::Website, new.website),
        (TextField::CustomData, new.custom_data),
        (TextField::ExternalId, new.external_id),
        (TextField::Avatar, new.avatar),
        (TextField::Tags, tags(&new.tag_list)),
    ];
    for (field, text) in given {
        // Forms send what was not filled in as an empty text.
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            texts.insert(field, Some(text));
        }
    }
    let user = app
        .state
        .create_user(NewUser {
            texts,
            timezone: new.timezone,
            password: new.password,
            is_guest: false,
        })
        .await?;
    app.greet(user.id).await;
    Answer::created(&UserEnvelope {
        user: convert::user(user),
    })
}

/// `PUT /users/{id}`: one's own.
pub(super) async fn update(
    app: &App,
    mut call: Call,
    caller: Caller,
    id: &str,
) -> Result<Answer, Refusal> {
    let user = own(caller, id)?;
    let UpdateUserEnvelope { user: update } = call.read()?;
    let mut texts = TextFields::new();
    let given = [
        (TextField::Login, update.login),
        (TextField::Email, update.email),
        (TextField::FullName, update.full_name),
        (TextField::Phone, update.phone),
        (TextField::Website, update.website),
        (TextField::CustomData, update.custom_data),
        (TextField::ExternalId, update.external_id),
        (TextField::Avatar, update.avatar),
    ];
    for (field, change) in given {
        match change {
            Change::Keep => {}
            Change::Clear => {
                texts.insert(field, None);
            }
            Change::Set(text) => {
                texts.insert(field, Some(text).filter(|text| !text.is_empty()));
            }
        }
    }
    if let Some(list) = update.tag_list {
        texts.insert(TextField::Tags, tags(&list));
    }
    let changes = UserChanges {
        texts,
        timezone: update.timezone,
        password: update.password.map(|new| PasswordChange {
            old: update.old_password,
            new,
        }),
    };
    let user = app.state.update_user(user, changes).await?;
    Answer::ok(&UserEnvelope {
        user: convert::user(user),
    })
}

/// `DELETE /users/{id}`: one's own.
pub(super) async fn delete(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    let user = own(caller, id)?;
    app.state.delete_user(user).await?;
    app.deliver(Delivery::Disconnect { user }).await;
    Ok(Answer::Empty)
}

/// `GET /users/{id}`
pub(super) async fn show(app: &App, caller: Caller, id: &str) -> Result<Answer, Refusal> {
    caller.session()?;
    let id = id
        .parse()
        .map_err(|_| Refusal::not_found("There is no such user"))?;
    Answer::ok(&UserEnvelope {
        user: convert::user(app.state.user(id).await?),
    })
}

/// `GET /users/by_login`, `by_email`, `by_full_name`, `external/{id}` and the like.
pub(super) async fn by_field(
    app: &App,
    caller: Caller,
    field: UserField,
    value: &str,
) -> Result<Answer, Refusal> {
    caller.session()?;
    let found = search(app, vec![equal(field, value)], 1, 0).await?;
    let user = found
        .items
        .into_iter()
        .next()
        .ok_or_else(|| Refusal::not_found("There is no such user"))?;
    Answer::ok(&UserEnvelope {
        user: convert::user(user),
    })
}

/// `GET /users/by_full_name`: names are not unique, so this one is a list.
pub(super) async fn by_full_name(
    app: &App,
    call: &Call,
    caller: Caller,
) -> Result<Answer, Refusal> {
    caller.session()?;
    let name = call.query.value("full_name").unwrap_or_default();
    wrapped_page(app, vec![equal(UserField::FullName, name)], &call.query).await
}

/// `GET /users/v2`
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let mut conditions = Vec::new();
    for filter in &call.query.filters {
        conditions.extend(condition(filter)?);
    }
    let limit = call.query.limit.map_or(usize::MAX, to_usize);
    let skip = call.query.skip.unwrap_or_default();
    let page = search(app, conditions, limit, to_usize(skip)).await?;
    let items = page.items.into_iter().map(convert::user).collect();
    Answer::ok(&Page::new(
        items,
        skip,
        to_u64(page.limit),
        Some(to_u64(page.total)),
    ))
}

/// `GET /users?filter[]=number id in 1,2`: the older list. Its filters are read as far as the newer one has them.
pub(super) async fn legacy_list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let filters = call
        .query
        .find("filter", Operator::Eq)
        .map(|filter| filter.values.as_slice())
        .unwrap_or_default();
    let conditions = filters
        .iter()
        .map(|text| legacy_condition(text))
        .collect::<Result<Vec<_>, _>>()?;
    wrapped_page(app, conditions, &call.query).await
}

/// The older list's page: counted from 1, with wrapped items.
#[derive(Serialize)]
struct WrappedPage {
    current_page: u64,
    per_page: u64,
    total_entries: u64,
    items: Vec<UserEnvelope>,
}

async fn wrapped_page(
    app: &App,
    conditions: Vec<UserCondition>,
    query: &ListQuery,
) -> Result<Answer, Refusal> {
    let number = |name| {
        query
            .value(name)
            .and_then(|text| text.trim().parse::<u64>().ok())
            .filter(|value| *value > 0)
    };
    let current_page = number("page").unwrap_or(1);
    let per_page = number("per_page")
        .unwrap_or(10)
        .min(to_u64(app.config().limits.page));
    let offset = (current_page - 1).saturating_mul(per_page);
    let found = search(app, conditions, to_usize(per_page), to_usize(offset)).await?;
    let items = found
        .items
        .into_iter()
        .map(|user: User| UserEnvelope {
            user: convert::user(user),
        })
        .collect();
    Answer::ok(&WrappedPage {
        current_page,
        per_page,
        total_entries: to_u64(found.total),
        items,
    })
}

async fn search(
    app: &App,
    conditions: Vec<UserCondition>,
    limit: usize,
    offset: usize,
) -> Result<UserPage, Refusal> {
    Ok(app
        .state
        .search_users(UserSearch {
            conditions,
            limit,
            offset,
        })
        .await?)
}

fn equal(field: UserField, value: &str) -> UserCondition {
    UserCondition {
        field,
        op: UserOp::Equal,
        values: vec![value.to_owned()],
    }
}

/// A filter of the list; `None` for a parameter that is none.
fn condition(filter: &Filter) -> Result<Option<UserCondition>, Refusal> {
    let Some(field) = UserField::from_name(&filter.field) else {
        return if filter.operator == Operator::Eq {
            Ok(None)
        } else {
            Err(Refusal::field(&filter.field, "cannot be searched by"))
        };
    };
    let op = UserOp::from_name(filter.operator.as_str())
        .ok_or_else(|| Refusal::field(&filter.field, "cannot be compared with this operator"))?;
    // A repeated plain key means any of its values.
    let op = if op == UserOp::Equal && filter.values.len() > 1 {
        UserOp::In
    } else {
        op
    };
    Ok(Some(UserCondition {
        field,
        op,
        values: filter.values.clone(),
    }))
}

/// `number id in 51946,51941`
fn legacy_condition(text: &str) -> Result<UserCondition, Refusal> {
    let refused = || {
        Refusal::field(
            "filter[]",
            "is not understood: use a form such as `number id in 1,2`",
        )
    };
    let mut words = text.splitn(4, ' ');
    let (_kind, field, op, value) = (
        words.next(),
        words.next().ok_or_else(refused)?,
        words.next().ok_or_else(refused)?,
        words.next(),
    );
    let field = UserField::from_name(field).ok_or_else(refused)?;
    let op = UserOp::from_name(op).ok_or_else(refused)?;
    let value = value.ok_or_else(refused)?;
    let values = match op {
        UserOp::In | UserOp::NotIn => value
            .split(',')
            .map(|item| item.trim().to_owned())
            .collect(),
        UserOp::Equal
        | UserOp::StartWith
        | UserOp::Greater
        | UserOp::GreaterOrEqual
        | UserOp::Less
        | UserOp::LessOrEqual => vec![value.to_owned()],
    };
    Ok(UserCondition { field, op, values })
}

fn own(caller: Caller, id: &str) -> Result<UserId, Refusal> {
    let user = caller.user()?;
    if id.parse() == Ok(user) {
        Ok(user)
    } else {
        Err(Refusal::new(
            axum::http::StatusCode::FORBIDDEN,
            "Only one's own account can be changed",
        ))
    }
}

fn tags(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join(","))
}

/// A number of the wire.
pub(super) fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A number for the wire.
pub(super) fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
