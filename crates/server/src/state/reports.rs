//! Reports as the operator sees them. Reads the file directly, so that it works beside a running backend.

use std::path::Path;

use rusqlite::Connection;

use crate::state::{FILE, StateError, database};

/// A report with what is known of those in it. Times are unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportRow {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) reporter: i64,
    pub(crate) reporter_name: Option<String>,
    /// Who is reported, or whose message is.
    pub(crate) reported: Option<i64>,
    pub(crate) reported_name: Option<String>,
    /// The reported message's id.
    pub(crate) message: Option<String>,
    /// Its dialog, if it still exists.
    pub(crate) dialog: Option<String>,
    /// Its text, if it still exists.
    pub(crate) text: Option<String>,
    pub(crate) reason: String,
}

/// All reports in a data folder, newest first. `None` if there is no database in it.
pub(crate) fn read(data: &Path) -> Result<Option<Vec<ReportRow>>, StateError> {
    let path = data.join(FILE);
    if !path.is_file() {
        return Ok(None);
    }
    let db = database::open_reader(&path)?;
    database::check_version(&db)?;
    if !has_records(&db)? {
        // Made by a version that knew no reports, and not opened since.
        return Ok(Some(Vec::new()));
    }
    let mut query = db.prepare(
        "SELECT r.id, r.created_at, r.author, coalesce(nullif(trim(a.full_name), ''), a.login, a.email),
                coalesce(r.named, m.sender), coalesce(nullif(trim(u.full_name), ''), u.login, u.email),
                r.message, d.id, m.body, r.reason
         FROM (SELECT key, id, created_at, author, json_extract(fields, '$.reportedUserId') AS named,
                      json_extract(fields, '$.reportedMessageId') AS message,
                      coalesce(json_extract(fields, '$.reason'), '') AS reason
               FROM records WHERE class IN ('UserReports', 'MessageReports')) r
         LEFT JOIN users a ON a.id = r.author
         LEFT JOIN messages m ON m.id = r.message
         LEFT JOIN dialogs d ON d.key = m.dialog
         LEFT JOIN users u ON u.id = coalesce(r.named, m.sender)
         ORDER BY r.key DESC",
    )?;
    let rows = query.query_map([], |row| {
        Ok(ReportRow {
            id: row.get(0)?,
            at: row.get(1)?,
            reporter: row.get(2)?,
            reporter_name: row.get(3)?,
            reported: row.get(4)?,
            reported_name: row.get(5)?,
            message: row.get(6)?,
            dialog: row.get(7)?,
            text: row.get(8)?,
            reason: row.get(9)?,
        })
    })?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

fn has_records(db: &Connection) -> Result<bool, StateError> {
    Ok(db
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'records'")?
        .exists([])?)
}
