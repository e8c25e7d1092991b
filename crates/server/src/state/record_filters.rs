//! Conditions on data records as SQL. The fields are the app's own, so their kind shows only in the value.

use rusqlite::types::Value;

use crate::state::StateError;
use crate::state::filter::{Condition, Kind, Op, Sql};

/// What of a record is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordField {
    /// `_id`
    Id,
    /// `created_at`
    CreatedAt,
    /// `updated_at`
    UpdatedAt,
    /// One of the record's own.
    Own(String),
}

impl RecordField {
    /// By the wire's name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "_id" | "id" => Self::Id,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            own => Self::Own(own.to_owned()),
        }
    }

    /// The value in SQL, with the values that the text needs.
    pub(crate) fn expression(&self) -> (&'static str, Option<Value>) {
        match self {
            Self::Id => ("r.id", None),
            Self::CreatedAt => ("r.created_at", None),
            Self::UpdatedAt => ("r.updated_at", None),
            Self::Own(name) => (
                "json_extract(r.fields, ?)",
                // The path is a value, not part of the statement: a name may hold anything.
                Some(Value::Text(format!(
                    "$.{}",
                    serde_json::Value::from(name.as_str())
                ))),
            ),
        }
    }
}

/// All conditions, each after ` AND `.
pub(crate) fn compile(conditions: &[Condition<RecordField>]) -> Result<Sql, StateError> {
    let mut sql = Sql::default();
    for Condition { field, op, values } in conditions {
        let (expression, path) = field.expression();
        match field {
            RecordField::Id => sql.compare("_id", expression, Kind::Text, *op, values)?,
            RecordField::CreatedAt => {
                sql.compare("created_at", expression, Kind::Date, *op, values)?;
            }
            RecordField::UpdatedAt => {
                sql.compare("updated_at", expression, Kind::Date, *op, values)?;
            }
            RecordField::Own(_) => own(&mut sql, expression, path.as_ref(), *op, values)?,
        }
    }
    Ok(sql)
}

fn own(
    sql: &mut Sql,
    expression: &str,
    path: Option<&Value>,
    op: Op,
    values: &[String],
) -> Result<(), StateError> {
    let needs_value = || StateError::invalid("base", "a condition needs a value to compare with");
    let first = || values.first().map(String::as_str).ok_or_else(needs_value);
    let list = || Value::Text(serde_json::Value::from(values).to_string());
    // Text and number have one form here: what came as `45` is found by `"45"` and the other way round.
    let as_text = format!("CAST({expression} AS TEXT)");
    let with = |sql: &mut Sql, text: &str, value: Value| {
        sql.push(text, path.cloned().into_iter().chain([value]));
    };
    let text = |value: &str| Value::Text(value.to_owned());
    match op {
        Op::Equal => with(sql, &format!(" AND {as_text} = ?"), text(first()?)),
        Op::NotEqual => with(sql, &format!(" AND {as_text} IS NOT ?"), text(first()?)),
        Op::In => with(
            sql,
            &format!(" AND {as_text} IN (SELECT value FROM json_each(?))"),
            list(),
        ),
        Op::NotIn => with(
            sql,
            &format!(" AND coalesce({as_text} NOT IN (SELECT value FROM json_each(?)), 1)"),
            list(),
        ),
        Op::Contains => with(
            sql,
            &format!(" AND instr({as_text}, ?) > 0"),
            text(first()?),
        ),
        Op::All => {
            let Some(path) = path.cloned() else {
                return Err(needs_value());
            };
            // The field is a list that holds each of the values.
            sql.push(
                " AND NOT EXISTS (SELECT 1 FROM json_each(?) wanted WHERE CAST(wanted.value AS TEXT) NOT IN
                   (SELECT CAST(held.value AS TEXT) FROM json_each(r.fields, ?) held))",
                [list(), path],
            );
        }
        Op::Greater | Op::GreaterOrEqual | Op::Less | Op::LessOrEqual => {
            let sign = match op {
                Op::Greater => ">",
                Op::GreaterOrEqual => ">=",
                Op::Less => "<",
                Op::LessOrEqual
                | Op::Equal
                | Op::NotEqual
                | Op::In
                | Op::NotIn
                | Op::All
                | Op::Contains => "<=",
            };
            let value = first()?;
            match value.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => with(
                    sql,
                    &format!(" AND CAST({expression} AS REAL) {sign} ?"),
                    Value::Real(number),
                ),
                Ok(_) | Err(_) => with(sql, &format!(" AND {as_text} {sign} ?"), text(value)),
            }
        }
    }
    Ok(())
}
