//! What people reported, for the operator: read from the data folder, whether or not a backend runs on it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::state::{ReportRow, StateError, read_reports};

/// Characters of a message or a reason that a line of the table shows.
const EXCERPT: usize = 60;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The record's id.
    pub id: String,
    /// `user` or `message`.
    pub kind: &'static str,
    /// When, in ISO 8601.
    pub at: String,
    /// Who reported.
    pub reporter: Person,
    /// Who is reported, or whose message is; `null` if the message is gone.
    pub reported: Option<Person>,
    /// The reported message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<ReportedMessage>,
    /// Why, in the reporter's words.
    pub reason: String,
}

/// Somebody in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their id.
    pub id: i64,
    /// Their name, if they still exist.
    pub name: Option<String>,
}

/// The message of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportedMessage {
    /// Its id.
    pub id: String,
    /// Its dialog, if it is still in the history.
    pub dialog: Option<String>,
    /// Its text, if it is still in the history.
    pub text: Option<String>,
}

/// Why reports cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum ReportsError {
    /// There is no database.
    #[error("there is no backend's database in {0}")]
    NoDatabase(PathBuf),
    /// It cannot be read.
    #[error("cannot read the database: {0}")]
    State(#[from] StateError),
}

/// All reports, newest first.
pub fn list(data: &Path) -> Result<Vec<Report>, ReportsError> {
    let rows = read_reports(data)?.ok_or_else(|| ReportsError::NoDatabase(data.to_owned()))?;
    Ok(rows.into_iter().map(report).collect())
}

fn report(row: ReportRow) -> Report {
    let message = row.message.map(|id| ReportedMessage {
        id,
        dialog: row.dialog,
        text: row.text,
    });
    Report {
        id: row.id,
        kind: if message.is_some() { "message" } else { "user" },
        at: cubist_protocol::timestamp::UnixMillis::from_seconds(row.at).to_iso8601(),
        reporter: Person {
            id: row.reporter,
            name: row.reporter_name,
        },
        reported: row.reported.map(|id| Person {
            id,
            name: row.reported_name,
        }),
        message,
        reason: row.reason,
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({})", shown(name), self.id),
            None => write!(f, "{} (gone)", self.id),
        }
    }
}

/// The reports as a table for people, one line each.
pub fn table(reports: &[Report]) -> String {
    let head = ["When", "Reported", "By", "Reason", "Message"].map(str::to_owned);
    let rows = reports.iter().map(|report| {
        let message = report.message.as_ref().map(|message| {
            let text = message.text.as_deref().unwrap_or("no longer there");
            format!("{}: {}", message.id, shown(text))
        });
        [
            report.at.clone(),
            report
                .reported
                .as_ref()
                .map_or_else(|| "unknown".to_owned(), ToString::to_string),
            report.reporter.to_string(),
            shown(&report.reason),
            message.unwrap_or_default(),
        ]
    });
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    let widths = rows.iter().fold([0_usize; 5], |mut widths, row| {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
        widths
    });
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A text in one line and without control characters: it was written by anyone, and terminals obey some of them.
fn shown(text: &str) -> String {
    let mut words: String = text
        .chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                ' '
            } else {
                c
            }
        })
        .take(EXCERPT + 1)
        .collect();
    if words.chars().count() > EXCERPT {
        words.pop();
        words.push('…');
    }
    words
}

/// Characters that turn the direction of a line or hide in it.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(reason: &str) -> Report {
        Report {
            id: "5c09798aca8bf468ab8d2936".to_owned(),
            kind: "user",
            at: "2026-01-01T00:00:00Z".to_owned(),
            reporter: Person {
                id: 1001,
                name: Some("Ann".to_owned()),
            },
            reported: Some(Person { id: 7, name: None }),
            message: None,
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn columns_line_up_and_each_report_is_a_line() {
        let text = table(&[one("spam"), one("longer words\nin two lines")]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "When                  Reported  By          Reason                     Message",
                "2026-01-01T00:00:00Z  7 (gone)  Ann (1001)  spam",
                "2026-01-01T00:00:00Z  7 (gone)  Ann (1001)  longer words in two lines",
            ]
        );
    }

    #[test]
    fn a_reason_cannot_command_the_terminal_and_is_cut() {
        let text = table(&[one(&format!("\u{1b}[2J\u{202e}{}", "x".repeat(200)))]);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        assert!(text.contains('…') && text.lines().all(|line| line.chars().count() < 120));
    }
}
