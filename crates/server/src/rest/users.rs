//! `/users`.

use cubist_protocol::ids::UserId;
use cubist_protocol::rest::{
    Change, Filter, NewUserEnvelope, Operator, Page, UpdateUserEnvelope, UserEnvelope,
};

use crate::delivery::Delivery;
use crate::rest::answer::{Answer, Refusal};
use crate::rest::auth::Caller;
use crate::rest::call::Call;
use crate::rest::sessions::same_secret;
use crate::rest::{App, convert};
use crate::state::{
    NewUser, PasswordChange, TextField, TextFields, UserChanges, UserCondition, UserField, UserOp,
    UserSearch,
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
            session: call.token.clone(),
        }),
    };
    let has_new_password = changes.password.is_some();
    let user = app.state.update_user(user, changes).await?;
    if has_new_password {
        // A line that somebody opened with the old one must not outlive it.
        app.deliver(Delivery::Disconnect { user: user.id }).await;
    }
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

/// `GET /users/by_login`, `by_email`, `external/{id}` and the like.
pub(super) async fn by_field(
    app: &App,
    caller: Caller,
    field: UserField,
    value: &str,
) -> Result<Answer, Refusal> {
    caller.session()?;
    let search = UserSearch {
        conditions: vec![equal(field, value)],
        limit: 1,
        ..UserSearch::default()
    };
    let found = app.state.search_users(search).await?;
    let user = found
        .items
        .into_iter()
        .next()
        .ok_or_else(|| Refusal::not_found("There is no such user"))?;
    Answer::ok(&UserEnvelope {
        user: convert::user(user),
    })
}

/// `GET /users/v2`
pub(super) async fn list(app: &App, call: &Call, caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    let mut conditions = Vec::new();
    for filter in &call.query.filters {
        conditions.extend(condition(filter)?);
    }
    let skip = call.query.skip.unwrap_or_default();
    let search = UserSearch {
        conditions,
        limit: call.query.limit.map_or(usize::MAX, to_usize),
        offset: to_usize(skip),
        order: None,
    };
    let page = app.state.search_users(search).await?;
    let items = page.items.into_iter().map(convert::user).collect();
    Answer::ok(&Page::new(
        items,
        skip,
        to_u64(page.limit),
        Some(to_u64(page.total)),
    ))
}

/// `POST /users/password/reset`
///
/// The service sends a letter; this backend cannot, and an answer as if it had would let people wait for it.
pub(super) fn reset_password(caller: Caller) -> Result<Answer, Refusal> {
    caller.session()?;
    Err(Refusal::unprocessable(
        "This server sends no e-mail: ask its operator for help with a forgotten password",
    ))
}

pub(super) fn equal(field: UserField, value: &str) -> UserCondition {
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
