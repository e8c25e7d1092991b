//! Finding people: the rules of the users v2 list.
//!
//! A search names at least one field that stands for itself, with `eq`, `in` or `start_with`; `nin` and date
//! comparisons narrow it. This keeps a search an index lookup and nobody can page through everyone.

use cubist_protocol::ids::UserId;
use cubist_protocol::timestamp::UnixMillis;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::state::user_fields::telephone_key;
use crate::state::users::{self, COLUMNS, User, fold};
use crate::state::{State, StateError};

/// Shortest text of a `start_with`, in characters.
const START_WITH_MIN: usize = 4;
/// Results of a `start_with`, whatever limit was asked for.
const START_WITH_LIMIT: usize = 5;

/// A search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSearch {
    /// All must hold.
    pub conditions: Vec<UserCondition>,
    /// Page size; cut to `limits.page`.
    pub limit: usize,
    /// Results to skip.
    pub offset: usize,
    /// Order, and whether great values come first; by id if none. Ties go by id in the same direction.
    pub order: Option<(UserField, bool)>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCondition {
    /// What is compared.
    pub field: UserField,
    /// How.
    pub op: UserOp,
    /// With what; several only for `In` and `NotIn`.
    pub values: Vec<String>,
}

/// The fields a search may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field of `User` with that name")]
pub enum UserField {
    Id,
    Login,
    Email,
    FullName,
    Phone,
    ExternalId,
    FacebookId,
    TwitterId,
    Tags,
    LastRequestAt,
    CreatedAt,
    UpdatedAt,
}

/// The comparisons a search may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserOp {
    /// `eq`, and a bare `field=value`.
    Equal,
    /// `in`
    In,
    /// `nin`
    NotIn,
    /// `start_with`
    StartWith,
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
}

/// A page of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPage {
    /// How many fit altogether.
    pub total: usize,
    /// The page size that was applied.
    pub limit: usize,
    /// In the order asked for.
    pub items: Vec<User>,
}

impl UserField {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "login" => Self::Login,
            "email" => Self::Email,
            "full_name" => Self::FullName,
            "phone" => Self::Phone,
            "external_id" | "external_user_id" => Self::ExternalId,
            "facebook_id" => Self::FacebookId,
            "twitter_id" => Self::TwitterId,
            "user_tags" => Self::Tags,
            "last_request_at" => Self::LastRequestAt,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Login => "login",
            Self::Email => "email",
            Self::FullName => "full_name",
            Self::Phone => "phone",
            Self::ExternalId => "external_id",
            Self::FacebookId => "facebook_id",
            Self::TwitterId => "twitter_id",
            Self::Tags => "user_tags",
            Self::LastRequestAt => "last_request_at",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// The column to compare.
    const fn column(self) -> &'static str {
        match self {
            Self::Login => "login_key",
            Self::Email => "email_key",
            Self::FullName => "full_name_key",
            Self::Phone => "phone_key",
            Self::Tags => "tags",
            Self::Id
            | Self::ExternalId
            | Self::FacebookId
            | Self::TwitterId
            | Self::LastRequestAt
            | Self::CreatedAt
            | Self::UpdatedAt => self.name(),
        }
    }

    /// A value in the form that the column has.
    fn key(self, value: &str) -> String {
        match self {
            Self::Login | Self::Email | Self::FullName => fold(value),
            Self::Phone => telephone_key(value),
            Self::Id
            | Self::ExternalId
            | Self::FacebookId
            | Self::TwitterId
            | Self::Tags
            | Self::LastRequestAt
            | Self::CreatedAt
            | Self::UpdatedAt => value.to_owned(),
        }
    }

    const fn is_date(self) -> bool {
        matches!(
            self,
            Self::LastRequestAt | Self::CreatedAt | Self::UpdatedAt
        )
    }
}

impl UserOp {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Equal,
            "in" => Self::In,
            "nin" => Self::NotIn,
            "start_with" => Self::StartWith,
            "gt" => Self::Greater,
            "gte" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "lte" => Self::LessOrEqual,
            _ => return None,
        })
    }
}

impl State {
    /// Several people by id, ordered by id; unknown ids are left out.
    pub async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>, StateError> {
        let users = self.read(move |db| users::load_many(db, &ids)).await?;
        Ok(users
            .into_iter()
            .map(|user| self.with_activity(user))
            .collect())
    }

    /// Finds people.
    pub async fn search_users(&self, search: UserSearch) -> Result<UserPage, StateError> {
        let limits = &self.inner.config.limits;
        let query = compile(&search.conditions, limits.ids_per_request)?;
        let limit = if query.starts_with {
            START_WITH_LIMIT
        } else {
            search.limit.clamp(1, limits.page)
        };
        let (field, descending) = search.order.unwrap_or((UserField::Id, false));
        let column = field.column();
        let direction = if descending { "DESC" } else { "ASC" };
        if query.about_activity || field == UserField::LastRequestAt {
            // The newest activity is in memory; the search compares what is on disk.
            self.flush_activity().await?;
        }
        let page = self
            .read(move |db| {
                let total: i64 = db
                    .prepare_cached(&format!("SELECT count(*) FROM users WHERE {}", query.sql))?
                    .query_row(params_from_iter(&query.values), |row| row.get(0))?;
                let mut values = query.values;
                values.push(Value::Integer(to_i64(limit)));
                values.push(Value::Integer(to_i64(search.offset)));
                let sql = format!(
                    "SELECT {COLUMNS} FROM users WHERE {} ORDER BY {column} {direction}, id {direction}
                     LIMIT ? OFFSET ?",
                    query.sql
                );
                let mut statement = db.prepare_cached(&sql)?;
                let rows = statement.query_map(params_from_iter(&values), User::from_row)?;
                let items = rows.collect::<Result<Vec<_>, _>>()?;
                let total = usize::try_from(total).unwrap_or_default();
                Ok(UserPage {
                    total: if query.starts_with {
                        total.min(limit)
                    } else {
                        total
                    },
                    limit,
                    items,
                })
            })
            .await?;
        let items = page
            .items
            .into_iter()
            .map(|user| self.with_activity(user))
            .collect();
        Ok(UserPage { items, ..page })
    }
}

/// A search as SQL.
struct Compiled {
    sql: String,
    values: Vec<Value>,
    starts_with: bool,
    about_activity: bool,
}

impl Compiled {
    /// Adds a condition; all must hold.
    fn push(&mut self, condition: &str) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(condition);
    }
}

fn compile(conditions: &[UserCondition], most_values: usize) -> Result<Compiled, StateError> {
    let stands_alone = |condition: &UserCondition| {
        !condition.field.is_date()
            && matches!(condition.op, UserOp::Equal | UserOp::In | UserOp::StartWith)
    };
    if !conditions.iter().any(stands_alone) {
        return Err(StateError::invalid(
            "base",
            "a search needs at least one of id, login, email, full_name, phone, external_id, facebook_id, twitter_id \
             or user_tags with eq, in or start_with",
        ));
    }
    let mut compiled = Compiled {
        sql: String::new(),
        values: Vec::new(),
        starts_with: false,
        about_activity: false,
    };
    for condition in conditions {
        let UserCondition { field, op, values } = condition;
        let wrong = |problem: &str| Err(StateError::invalid(field.name(), problem));
        if values.len() > most_values {
            return wrong("has too many values");
        }
        compiled.starts_with |= *op == UserOp::StartWith;
        compiled.about_activity |= *field == UserField::LastRequestAt;
        let column = field.column();
        match op {
            UserOp::Greater | UserOp::GreaterOrEqual | UserOp::Less | UserOp::LessOrEqual => {
                if !field.is_date() {
                    return wrong("can only be compared with eq, in, nin or start_with");
                }
                let Some(at) = values.first().and_then(|value| seconds(value)) else {
                    return wrong("must be compared with a date");
                };
                compiled.push(&format!("{column} {} ?", sign(*op)));
                compiled.values.push(Value::Integer(at));
            }
            UserOp::StartWith => {
                let value = values
                    .first()
                    .map(|value| field.key(value))
                    .unwrap_or_default();
                if *field == UserField::Id || field.is_date() || *field == UserField::Tags {
                    return wrong("cannot be searched by its beginning");
                }
                if value.chars().count() < START_WITH_MIN {
                    return wrong(
                        "must be given with at least 4 characters to search by its beginning",
                    );
                }
                compiled.push(&format!("{column} >= ? AND {column} < ?"));
                // The last code point closes the range of all texts with this beginning.
                let end = format!("{value}{}", char::MAX);
                compiled
                    .values
                    .extend([Value::Text(value), Value::Text(end)]);
            }
            UserOp::Equal | UserOp::In | UserOp::NotIn => {
                let list: serde_json::Value = match field {
                    // What is no number is nobody's id.
                    UserField::Id => values
                        .iter()
                        .filter_map(|value| value.trim().parse::<i64>().ok())
                        .collect(),
                    UserField::LastRequestAt | UserField::CreatedAt | UserField::UpdatedAt => {
                        return wrong("can only be compared with gt, gte, lt or lte");
                    }
                    UserField::Tags => values
                        .iter()
                        .map(|value| format!(",{},", value.trim()))
                        .collect(),
                    UserField::Login
                    | UserField::Email
                    | UserField::FullName
                    | UserField::Phone
                    | UserField::ExternalId
                    | UserField::FacebookId
                    | UserField::TwitterId => values.iter().map(|value| field.key(value)).collect(),
                };
                compiled.push(&membership(*field, column, *op));
                compiled.values.push(Value::Text(list.to_string()));
            }
        }
    }
    Ok(compiled)
}

/// The list comes as one JSON value, so that its length does not make a new statement.
fn membership(field: UserField, column: &str, op: UserOp) -> String {
    let within = if field == UserField::Tags {
        "EXISTS (SELECT 1 FROM json_each(?) WHERE \
           instr(',' || replace(coalesce(tags, ''), ', ', ',') || ',', value) > 0)"
            .to_owned()
    } else {
        format!("coalesce({column} IN (SELECT value FROM json_each(?)), 0)")
    };
    match op {
        UserOp::NotIn => format!("NOT {within}"),
        UserOp::Equal
        | UserOp::In
        | UserOp::StartWith
        | UserOp::Greater
        | UserOp::GreaterOrEqual
        | UserOp::Less
        | UserOp::LessOrEqual => {
            // Without `coalesce` the comparison can use the column's index.
            if field == UserField::Tags {
                within
            } else {
                format!("{column} IN (SELECT value FROM json_each(?))")
            }
        }
    }
}

const fn sign(op: UserOp) -> &'static str {
    match op {
        UserOp::Greater => ">",
        UserOp::GreaterOrEqual => ">=",
        UserOp::Less => "<",
        UserOp::LessOrEqual => "<=",
        UserOp::Equal | UserOp::In | UserOp::NotIn | UserOp::StartWith => "=",
    }
}

/// A date filter's value: unix seconds or an ISO date.
pub(crate) fn seconds(value: &str) -> Option<i64> {
    UnixMillis::from_number_or_iso8601(value).map(UnixMillis::seconds)
}

/// A count for SQLite.
pub(crate) fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
