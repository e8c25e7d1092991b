//! Every statement any test runs is asked for its plan, and must not walk a whole table.
//!
//! Tables grow with a person's history; a statement that scans one is fast on the day it is
//! written and slow for everyone a year later.

use rusqlite::Connection;

/// Plans that walk an index from one end and stop at a LIMIT, or a virtual table by its own index,
/// or a queue that is emptied all the time.
const ALLOWED: &[&str] = &[
    "SCAN d USING INDEX dialogs_by_activity",
    "SCAN dialogs USING INDEX dialogs_by_activity",
    "SCAN dialogs USING COVERING INDEX dialogs_by_activity",
    "SCAN dialogs USING COVERING INDEX dialogs_incomplete",
    // Only what is unread.
    "SCAN d USING INDEX dialogs_unread",
    "SCAN o USING INDEX organised_unread",
    "SCAN messages_fts VIRTUAL TABLE",
    "SCAN outbox",
    // What failed waits for a decision of the person, who sees it.
    "SCAN messages USING INDEX messages_failed",
    "SCAN messages USING COVERING INDEX messages_failed",
    "SCAN uploads",
    "SCAN receipts",
    "SCAN search_backlog",
    "SCAN early_markers",
    "SCAN early_changes",
    "SCAN gone_messages",
    "SCAN reaction_doubts",
    "SCAN account",
    // As many rows as fit into the budget of the pictures; without their bytes.
    "SCAN pictures USING COVERING INDEX pictures_by_use",
    // What is to be downloaded, what failed with the line, and what is in the folder of the files:
    // as many rows as there are files on this computer.
    "SCAN files USING COVERING INDEX files_queued",
    "SCAN files USING COVERING INDEX files_by_content",
    "SCAN files USING COVERING INDEX files_in_part",
    "SCAN contents",
    // The few files chosen for messages that are not sent yet.
    "SCAN staged",
    // The few lists of one person.
    "SCAN privacy_lists",
    "SCAN privacy_restore",
    // The few folders of one person.
    "SCAN folders",
    "SCAN CONSTANT ROW",
    // The outer query over at most as many rows as the LIMIT of the inner one lets through.
    "SCAN (subquery-1)",
];

/// Panics when a statement would scan or sort what grows.
pub(super) fn check(conn: &Connection, sql: &str) {
    for step in steps(conn, sql) {
        let scans = step.starts_with("SCAN") && !ALLOWED.iter().any(|ok| step.starts_with(ok));
        assert!(
            !scans && !step.contains("TEMP B-TREE") && !step.contains("AUTOMATIC"),
            "`{step}` in the plan of\n{sql}"
        );
    }
}

fn steps(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Unbound parameters are NULL, which does not change a plan.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

mod tests {
    use rusqlite::Connection;

    use super::check;

    fn schema() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        crate::store::migrations::apply(&mut conn).unwrap();
        conn
    }

    #[test]
    #[should_panic(expected = "SCAN messages")]
    fn a_full_scan_is_noticed() {
        check(&schema(), "SELECT id FROM messages WHERE text = 'x'");
    }

    #[test]
    #[should_panic(expected = "TEMP B-TREE")]
    fn a_sort_is_noticed() {
        check(
            &schema(),
            "SELECT id FROM messages WHERE dialog = x'00' ORDER BY text",
        );
    }
}
