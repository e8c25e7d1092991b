//! A user's list of dialogs: filters, order and paging.

use cubist_protocol::ids::UserId;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::state::dialogs::{Dialog, DialogKind, load_dialogs};
use crate::state::filter::{Condition, Kind, Op, Sql};
use crate::state::user_search::to_i64;
use crate::state::{State, StateError};

/// What of the list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogQuery {
    /// All must hold.
    pub conditions: Vec<Condition<DialogField>>,
    /// Order, newest last message first by default.
    pub sort: Option<(DialogField, bool)>,
    /// Page size, 0 for the largest allowed; cut to `limits.page`.
    pub limit: usize,
    /// Dialogs to leave out at the beginning.
    pub skip: usize,
}

/// The fields that a filter or an order may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogField {
    /// `_id`
    Id,
    /// `type`
    Kind,
    /// `name`: of a private dialog the other person's. `ctn` finds it in any letter case.
    Name,
    /// `last_message_date_sent`
    LastSent,
    /// `created_at`
    CreatedAt,
    /// `updated_at`
    UpdatedAt,
    /// `user_id`
    Owner,
    /// `occupants_ids`
    Occupants,
    /// `extensions[field]`
    Extension(String),
}

/// A page of dialogs.
#[derive(Clone, Debug, PartialEq)]
pub struct DialogPage {
    /// How many fit altogether.
    pub total: usize,
    /// The page size that was applied.
    pub limit: usize,
    /// In the order asked for; ties go by id in the same direction.
    pub items: Vec<Dialog>,
}

impl DialogField {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "_id" | "id" => Self::Id,
            "type" => Self::Kind,
            "name" => Self::Name,
            // The guide and the vendor's own hooks write the message's field.
            "last_message_date_sent" | "date_sent" => Self::LastSent,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "user_id" => Self::Owner,
            "occupants_ids" => Self::Occupants,
            _ => return None,
        })
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Id => "_id",
            Self::Kind => "type",
            Self::Name => "name",
            Self::LastSent => "last_message_date_sent",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Owner => "user_id",
            Self::Occupants => "occupants_ids",
            Self::Extension(_) => "extensions",
        }
    }

    const fn expression(&self) -> (&'static str, Kind) {
        match self {
            Self::Id => ("d.id", Kind::Text),
            Self::Kind => ("d.kind", Kind::Number),
            Self::Name => (NAME, Kind::Text),
            Self::LastSent => ("d.last_sent", Kind::Date),
            Self::CreatedAt => ("d.created_at", Kind::Date),
            Self::UpdatedAt => ("d.updated_at", Kind::Date),
            Self::Owner => ("d.owner", Kind::Number),
            Self::Occupants => ("d.key", Kind::Number),
            Self::Extension(_) => ("d.extensions", Kind::Text),
        }
    }
}

pub(crate) const NAME: &str = "CASE WHEN d.pair_low IS NULL THEN d.name ELSE coalesce(nullif(trim(u.full_name), ''), u.login) END";

/// The same in lower case: whoever looks for a name does not know how it is written.
const NAME_KEY: &str = "CASE WHEN d.pair_low IS NULL THEN d.name_key ELSE coalesce(nullif(u.full_name_key, ''), u.login_key) END";

/// The dialogs that somebody is in.
const OWN: &str = " FROM occupants o JOIN dialogs d ON d.key = o.dialog
     LEFT JOIN users u ON u.id = CASE WHEN d.pair_low = o.user_id THEN d.pair_high ELSE d.pair_low END
     WHERE o.user_id = ? AND NOT o.hidden";

/// Every public dialog of the application, whoever looks. Written so that it takes the same value as [`OWN`].
const PUBLIC: &str = " FROM dialogs d LEFT JOIN users u ON u.id = d.pair_low
     WHERE d.kind = 4 AND ? IS NOT NULL";

impl State {
    /// A page of the user's dialogs; of all public ones if the conditions ask for the kind 4 and no other.
    pub async fn dialogs(
        &self,
        user: UserId,
        query: DialogQuery,
    ) -> Result<DialogPage, StateError> {
        let sql = self.compile(user, &query.conditions)?;
        let largest = self.inner.config.limits.page;
        let limit = if query.limit == 0 {
            largest
        } else {
            query.limit.min(largest)
        };
        let (field, descending) = query.sort.unwrap_or((DialogField::LastSent, true));
        let direction = if descending { "DESC" } else { "ASC" };
        let (expression, _) = field.expression();
        let order = match field {
            // A dialog without messages takes the place of its creation.
            DialogField::LastSent => "coalesce(d.last_sent, d.created_at)",
            DialogField::Id
            | DialogField::Kind
            | DialogField::Name
            | DialogField::CreatedAt
            | DialogField::UpdatedAt
            | DialogField::Owner => expression,
            DialogField::Occupants | DialogField::Extension(_) => {
                return Err(StateError::invalid(field.name(), "cannot be sorted by"));
            }
        };
        let from = source(&query.conditions);
        let text = format!(
            "SELECT d.key{from}{} ORDER BY {order} {direction}, d.id {direction} LIMIT ? OFFSET ?",
            sql.text
        );
        let view = self.view_of(user);
        self.read(move |db| {
            let total = count(db, from, &sql)?;
            let mut values = sql.values;
            values.extend([
                Value::Integer(to_i64(limit)),
                Value::Integer(to_i64(query.skip)),
            ]);
            let mut statement = db.prepare_cached(&text)?;
            let keys = statement
                .query_map(params_from_iter(&values), |row| row.get(0))?
                .collect::<Result<Vec<i64>, _>>()?;
            Ok(DialogPage {
                total,
                limit,
                items: load_dialogs(db, &view, &keys)?,
            })
        })
        .await
    }

    /// How many of the dialogs that [`Self::dialogs`] looks through fit.
    pub async fn count_dialogs(
        &self,
        user: UserId,
        conditions: Vec<Condition<DialogField>>,
    ) -> Result<usize, StateError> {
        let sql = self.compile(user, &conditions)?;
        let from = source(&conditions);
        self.read(move |db| count(db, from, &sql)).await
    }

    fn compile(
        &self,
        user: UserId,
        conditions: &[Condition<DialogField>],
    ) -> Result<Sql, StateError> {
        compile(user, conditions, self.inner.dialog_fields.as_deref())
    }
}

/// Where to look: people explore public dialogs by naming that kind alone.
fn source(conditions: &[Condition<DialogField>]) -> &'static str {
    let public = DialogKind::Public.number().to_string();
    let mut on_kind = conditions
        .iter()
        .filter(|condition| condition.field == DialogField::Kind);
    match (on_kind.next(), on_kind.next()) {
        (Some(condition), None)
            if matches!(condition.op, Op::Equal | Op::In)
                && !condition.values.is_empty()
                && condition.values.iter().all(|value| value.trim() == public) =>
        {
            PUBLIC
        }
        _ => OWN,
    }
}

fn count(db: &rusqlite::Connection, from: &str, sql: &Sql) -> Result<usize, StateError> {
    let total: i64 = db
        .prepare_cached(&format!("SELECT count(*){from}{}", sql.text))?
        .query_row(params_from_iter(&sql.values), |row| row.get(0))?;
    Ok(usize::try_from(total).unwrap_or_default())
}

fn compile(
    user: UserId,
    conditions: &[Condition<DialogField>],
    fields: Option<&[String]>,
) -> Result<Sql, StateError> {
    let mut sql = Sql {
        text: String::new(),
        values: vec![Value::Integer(user.as_i64())],
    };
    for Condition { field, op, values } in conditions {
        match field {
            DialogField::Occupants => occupants(&mut sql, *op, values)?,
            // A field that is not shown cannot be found by either.
            DialogField::Extension(key) if fields.is_some_and(|names| !names.contains(key)) => {
                sql.compare(field.name(), "NULL", Kind::Text, *op, values)?;
            }
            DialogField::Extension(key) => {
                // The path is a value, not part of the statement: a key may hold anything.
                sql.values.push(Value::Text(format!(
                    "$.{}",
                    serde_json::Value::from(key.as_str())
                )));
                let mut rest = Sql::default();
                rest.compare(
                    field.name(),
                    "json_extract(d.extensions, ?)",
                    Kind::Text,
                    *op,
                    values,
                )?;
                sql.push(&rest.text, rest.values);
            }
            DialogField::Name if *op == Op::Contains => {
                let values: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
                sql.compare(field.name(), NAME_KEY, Kind::Text, *op, &values)?;
            }
            DialogField::Id
            | DialogField::Kind
            | DialogField::Name
            | DialogField::LastSent
            | DialogField::CreatedAt
            | DialogField::UpdatedAt
            | DialogField::Owner => {
                let (expression, kind) = field.expression();
                sql.compare(field.name(), expression, kind, *op, values)?;
            }
        }
    }
    Ok(sql)
}

fn occupants(sql: &mut Sql, op: Op, values: &[String]) -> Result<(), StateError> {
    let ids = values
        .iter()
        .map(|value| value.trim().parse::<i64>().ok())
        .collect::<Option<Vec<_>>>();
    let Some(mut ids) = ids else {
        return Err(StateError::invalid(
            "occupants_ids",
            "must be compared with user ids",
        ));
    };
    ids.sort_unstable();
    ids.dedup();
    let list = Value::Text(serde_json::Value::from(ids.as_slice()).to_string());
    let among =
        "FROM occupants x WHERE x.dialog = d.key AND x.user_id IN (SELECT value FROM json_each(?))";
    match op {
        Op::In | Op::Equal => sql.push(&format!(" AND EXISTS (SELECT 1 {among})"), [list]),
        Op::NotIn | Op::NotEqual => {
            sql.push(&format!(" AND NOT EXISTS (SELECT 1 {among})"), [list]);
        }
        Op::All => {
            let wanted = Value::Integer(to_i64(ids.len()));
            sql.push(
                &format!(" AND (SELECT count(*) {among}) = ?"),
                [list, wanted],
            );
        }
        Op::Contains | Op::Greater | Op::GreaterOrEqual | Op::Less | Op::LessOrEqual => {
            return Err(StateError::invalid(
                "occupants_ids",
                "can be compared with in, nin and all",
            ));
        }
    }
    Ok(())
}
