//! Records of the data API: made by anyone, and afterwards only for their author (and the operator).

use cubist_protocol::ids::{ObjectId, UserId};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Map, Value};

use crate::state::filter::Condition;
use crate::state::record_classes::RecordClass;
use crate::state::record_filters::{RecordField, compile};
use crate::state::user_search::to_i64;
use crate::state::users::{self, user_id};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError};

/// A record. Times are unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: ObjectId,
    /// Who made it.
    pub author: UserId,
    /// What it holds.
    pub fields: Map<String, Value>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// What of a class's records is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordQuery {
    /// All must hold.
    pub conditions: Vec<Condition<RecordField>>,
    /// Order, and whether great values come first; oldest first by default.
    pub sort: Option<(RecordField, bool)>,
    /// Page size, 0 for the largest allowed; cut to `limits.page`.
    pub limit: usize,
    /// Records to leave out at the beginning.
    pub skip: usize,
}

/// A page of records.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPage {
    /// How many fit altogether.
    pub total: u64,
    /// The page size that was applied.
    pub limit: usize,
    /// In the order asked for.
    pub items: Vec<Record>,
}

/// What became of records that somebody wanted to change or delete.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangedRecords {
    /// Changed, as they are now; empty when they were deleted.
    pub items: Vec<Record>,
    /// Deleted.
    pub deleted: Vec<ObjectId>,
    /// Unknown.
    pub not_found: Vec<ObjectId>,
    /// Somebody else's.
    pub refused: Vec<ObjectId>,
}

const COLUMNS: &str = "r.id, r.author, r.fields, r.created_at, r.updated_at";

impl State {
    /// Makes records of a class, all or none.
    pub async fn create_records(
        &self,
        author: UserId,
        class: &RecordClass,
        records: Vec<Map<String, Value>>,
    ) -> Result<Vec<Record>, StateError> {
        self.check_count(records.len())?;
        let now = self.inner.clock.seconds();
        let mut rows = Vec::with_capacity(records.len());
        for fields in records {
            let fields = class.check(fields, true)?;
            self.check_record_size(&fields)?;
            rows.push(Record {
                id: self.inner.ids.record(self.inner.clock.now()),
                author,
                fields,
                created_at: now,
                updated_at: now,
            });
        }
        let class = class.clone();
        self.write(move |tx| {
            for record in &rows {
                check_reported(tx, &class, &record.fields)?;
                tx.prepare_cached(
                    "INSERT INTO records (id, class, author, fields, created_at, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                )?
                .execute(params![
                    record.id.to_string(),
                    class.name(),
                    author.as_i64(),
                    Value::Object(record.fields.clone()).to_string(),
                    now
                ])?;
            }
            Ok(rows)
        })
        .await
    }

    /// A page of the author's records of a class.
    pub async fn records(
        &self,
        author: UserId,
        class: &RecordClass,
        query: RecordQuery,
    ) -> Result<RecordPage, StateError> {
        let sql = compile(&query.conditions)?;
        let largest = self.inner.config.limits.page;
        let limit = if query.limit == 0 {
            largest
        } else {
            query.limit.min(largest)
        };
        let (order, path, descending) = match &query.sort {
            None => ("r.key", None, false),
            Some((field, descending)) => {
                let (expression, path) = field.expression();
                (expression, path, *descending)
            }
        };
        let direction = if descending { "DESC" } else { "ASC" };
        let text = format!(
            "SELECT {COLUMNS}{FROM}{} ORDER BY {order} {direction}, r.key {direction} LIMIT ? OFFSET ?",
            sql.text
        );
        let values = own_records(author, class, sql.values);
        let count = format!("SELECT count(*){FROM}{}", sql.text);
        let skip = query.skip;
        self.read(move |db| {
            let total: i64 = db
                .prepare_cached(&count)?
                .query_row(params_from_iter(&values), |row| row.get(0))?;
            let mut values = values;
            values.extend(path);
            values.extend([
                SqlValue::Integer(to_i64(limit)),
                SqlValue::Integer(to_i64(skip)),
            ]);
            Ok(RecordPage {
                total: total.unsigned_abs(),
                limit,
                items: load(db, &text, &values)?,
            })
        })
        .await
    }

    /// Changes fields of records that are named by their ids, each only if it is the caller's.
    pub async fn update_records(
        &self,
        user: UserId,
        class: &RecordClass,
        changes: Vec<(ObjectId, Map<String, Value>)>,
    ) -> Result<ChangedRecords, StateError> {
        self.check_count(changes.len())?;
        let changes = changes
            .into_iter()
            .map(|(id, fields)| Ok((id, class.check(fields, false)?)))
            .collect::<Result<Vec<_>, StateError>>()?;
        let most = self.inner.config.limits.extra_bytes;
        let (class, now) = (class.clone(), self.inner.clock.seconds());
        self.write(move |tx| {
            let mut done = ChangedRecords::default();
            for (id, fields) in changes {
                match author_of(tx, &class, id)? {
                    None => done.not_found.push(id),
                    Some(author) if author != user => done.refused.push(id),
                    Some(_) => {
                        check_reported(tx, &class, &fields)?;
                        done.items.push(change(tx, id, fields, most, now)?);
                    }
                }
            }
            Ok(done)
        })
        .await
    }

    /// Changes fields of all of the author's records that fit. Returns the first `limits.page` of them and how many
    /// there were.
    pub async fn update_matching_records(
        &self,
        author: UserId,
        class: &RecordClass,
        conditions: &[Condition<RecordField>],
        fields: Map<String, Value>,
    ) -> Result<RecordPage, StateError> {
        let sql = compile(conditions)?;
        let fields = class.check(fields, false)?;
        let text = format!("SELECT r.id{FROM}{} ORDER BY r.key", sql.text);
        let values = own_records(author, class, sql.values);
        let limits = &self.inner.config.limits;
        let (limit, most) = (limits.page, limits.extra_bytes);
        let (class, now) = (class.clone(), self.inner.clock.seconds());
        self.write(move |tx| {
            check_reported(tx, &class, &fields)?;
            let ids = matching(tx, &text, &values)?;
            let total = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            let mut items = Vec::new();
            for id in ids {
                let record = change(tx, id, fields.clone(), most, now)?;
                if items.len() < limit {
                    items.push(record);
                }
            }
            Ok(RecordPage {
                total,
                limit,
                items,
            })
        })
        .await
    }

    /// Deletes records that are named by their ids, each only if it is the caller's.
    pub async fn delete_records(
        &self,
        user: UserId,
        class: &RecordClass,
        ids: Vec<ObjectId>,
    ) -> Result<ChangedRecords, StateError> {
        self.check_count(ids.len())?;
        let class = class.clone();
        self.write(move |tx| {
            let mut done = ChangedRecords::default();
            for id in ids {
                match author_of(tx, &class, id)? {
                    None => done.not_found.push(id),
                    Some(author) if author != user => done.refused.push(id),
                    Some(_) => {
                        tx.prepare_cached("DELETE FROM records WHERE id = ?1")?
                            .execute([id.to_string()])?;
                        done.deleted.push(id);
                    }
                }
            }
            Ok(done)
        })
        .await
    }

    /// Deletes all of the author's records that fit. Returns how many there were.
    pub async fn delete_matching_records(
        &self,
        author: UserId,
        class: &RecordClass,
        conditions: &[Condition<RecordField>],
    ) -> Result<u64, StateError> {
        let sql = compile(conditions)?;
        let text = format!(
            "DELETE FROM records WHERE key IN (SELECT r.key{FROM}{})",
            sql.text
        );
        let values = own_records(author, class, sql.values);
        self.write(move |tx| {
            let deleted = tx
                .prepare_cached(&text)?
                .execute(params_from_iter(&values))?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
        .await
    }

    fn check_record_size(&self, fields: &Map<String, Value>) -> Result<(), StateError> {
        check_size(
            &Value::Object(fields.clone()).to_string(),
            self.inner.config.limits.extra_bytes,
        )
    }
}

const FROM: &str = " FROM records r WHERE r.class = ? AND r.author = ?";

/// The values of [`FROM`] and of the conditions after it.
fn own_records(author: UserId, class: &RecordClass, conditions: Vec<SqlValue>) -> Vec<SqlValue> {
    let mut values = vec![
        SqlValue::Text(class.name().to_owned()),
        SqlValue::Integer(author.as_i64()),
    ];
    values.extend(conditions);
    values
}

fn check_size(fields: &str, most: usize) -> Result<(), StateError> {
    if fields.len() > most {
        return Err(StateError::invalid(
            "base",
            format!("the record is too large (maximum is {most} bytes)"),
        ));
    }
    Ok(())
}

/// A report of a person has to be about one who exists.
fn check_reported(
    tx: &WriteTx<'_>,
    class: &RecordClass,
    fields: &Map<String, Value>,
) -> Result<(), StateError> {
    let reported = fields.get("reportedUserId").and_then(Value::as_u64);
    let is_known = match (class, reported.and_then(UserId::new)) {
        (RecordClass::UserReports, Some(user)) => users::exists(tx, user)?,
        (RecordClass::UserReports | RecordClass::MessageReports | RecordClass::Other(_), _) => true,
    };
    if is_known {
        Ok(())
    } else {
        Err(StateError::invalid(
            "reportedUserId",
            "names somebody who does not exist",
        ))
    }
}

fn author_of(
    db: &Connection,
    class: &RecordClass,
    id: ObjectId,
) -> Result<Option<UserId>, StateError> {
    Ok(db
        .prepare_cached("SELECT author FROM records WHERE id = ?1 AND class = ?2")?
        .query_row(params![id.to_string(), class.name()], |row| user_id(row, 0))
        .optional()?)
}

/// Writes fields over those that a record has.
fn change(
    tx: &WriteTx<'_>,
    id: ObjectId,
    fields: Map<String, Value>,
    most: usize,
    now: i64,
) -> Result<Record, StateError> {
    let mut record = tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM records r WHERE r.id = ?1"))?
        .query_row([id.to_string()], from_row)??;
    record.fields.extend(fields);
    record.updated_at = now;
    let text = Value::Object(record.fields.clone()).to_string();
    check_size(&text, most)?;
    tx.prepare_cached("UPDATE records SET fields = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute(params![id.to_string(), text, now])?;
    Ok(record)
}

fn matching(db: &Connection, sql: &str, values: &[SqlValue]) -> Result<Vec<ObjectId>, StateError> {
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        ids.push(parse_id(&id)?);
    }
    Ok(ids)
}

fn load(db: &Connection, sql: &str, values: &[SqlValue]) -> Result<Vec<Record>, StateError> {
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(from_row(row)??);
    }
    Ok(records)
}

fn from_row(row: &Row<'_>) -> Result<Result<Record, StateError>, rusqlite::Error> {
    let (id, fields): (String, String) = (row.get(0)?, row.get(2)?);
    let author = user_id(row, 1)?;
    let (created_at, updated_at) = (row.get(3)?, row.get(4)?);
    Ok(parse_id(&id).map(|id| Record {
        id,
        author,
        fields: serde_json::from_str(&fields).unwrap_or_default(),
        created_at,
        updated_at,
    }))
}

fn parse_id(text: &str) -> Result<ObjectId, StateError> {
    text.parse()
        .map_err(|_| StateError::Internal(format!("the database holds {text:?} for a record's id")))
}
