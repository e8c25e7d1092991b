//! List filters as SQL: the operators that dialog and message lists share.

use rusqlite::types::Value;

use crate::state::StateError;
use crate::state::user_search::seconds;

/// One condition on a list; `F` names the list's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition<F> {
    /// What is compared.
    pub field: F,
    /// How.
    pub op: Op,
    /// With what; several only for the operators on lists.
    pub values: Vec<String>,
}

/// The comparisons of chat lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A bare `field=value`, and `eq`.
    Equal,
    /// `ne`
    NotEqual,
    /// `in`
    In,
    /// `nin`
    NotIn,
    /// `all`: a list that holds every value.
    All,
    /// `ctn`: a text that holds the value, letter case included (but for names of dialogs).
    Contains,
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
}

impl Op {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "in" => Self::In,
            "nin" => Self::NotIn,
            "all" => Self::All,
            "ctn" => Self::Contains,
            "gt" => Self::Greater,
            "gte" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "lte" => Self::LessOrEqual,
            _ => return None,
        })
    }
}

/// What a field holds, which decides how values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Compared as it is.
    Text,
    /// A number.
    Number,
    /// Unix seconds; values may be ISO dates.
    Date,
}

/// SQL under construction.
#[derive(Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Sql {
    pub(crate) fn push(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(text);
        self.values.extend(values);
    }

    /// Adds `AND` and the comparison of `expression` (which gives a value, or NULL) by `op`.
    pub(crate) fn compare(
        &mut self,
        name: &'static str,
        expression: &str,
        kind: Kind,
        op: Op,
        values: &[String],
    ) -> Result<(), StateError> {
        let one = || -> Result<Value, StateError> {
            values
                .first()
                .and_then(|value| read(kind, value))
                .ok_or_else(|| bad_value(name, kind))
        };
        let list = || -> Result<Value, StateError> {
            let read = values.iter().map(|value| read(kind, value).map(to_json));
            let list = read
                .collect::<Option<serde_json::Value>>()
                .ok_or_else(|| bad_value(name, kind))?;
            Ok(Value::Text(list.to_string()))
        };
        match op {
            Op::Equal => self.push(&format!(" AND {expression} = ?"), [one()?]),
            Op::NotEqual => self.push(&format!(" AND {expression} IS NOT ?"), [one()?]),
            Op::Greater => self.push(&format!(" AND {expression} > ?"), [one()?]),
            Op::GreaterOrEqual => self.push(&format!(" AND {expression} >= ?"), [one()?]),
            Op::Less => self.push(&format!(" AND {expression} < ?"), [one()?]),
            Op::LessOrEqual => self.push(&format!(" AND {expression} <= ?"), [one()?]),
            Op::In => self.push(
                &format!(" AND {expression} IN (SELECT value FROM json_each(?))"),
                [list()?],
            ),
            Op::NotIn => {
                let sql = format!(
                    " AND coalesce({expression} NOT IN (SELECT value FROM json_each(?)), 1)"
                );
                self.push(&sql, [list()?]);
            }
            Op::Contains if kind == Kind::Text => {
                self.push(&format!(" AND instr({expression}, ?) > 0"), [one()?]);
            }
            Op::Contains => {
                return Err(StateError::invalid(
                    name,
                    "is no text, so ctn does not apply",
                ));
            }
            Op::All => {
                return Err(StateError::invalid(
                    name,
                    "is no list, so all does not apply",
                ));
            }
        }
        Ok(())
    }
}

fn read(kind: Kind, value: &str) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::Text(value.to_owned())),
        Kind::Number => value.trim().parse().ok().map(Value::Integer),
        Kind::Date => seconds(value).map(Value::Integer),
    }
}

fn to_json(value: Value) -> serde_json::Value {
    match value {
        Value::Integer(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Real(number) => number.into(),
        Value::Null | Value::Blob(_) => serde_json::Value::Null,
    }
}

fn bad_value(name: &'static str, kind: Kind) -> StateError {
    StateError::invalid(
        name,
        match kind {
            Kind::Text => "needs a value to compare with",
            Kind::Number => "must be compared with a whole number",
            Kind::Date => "must be compared with unix seconds or an ISO 8601 date",
        },
    )
}
