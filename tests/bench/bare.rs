//! The limit beside the store: SQLite with the same key and settings, and nothing of ours.

use std::path::Path;
use std::time::Duration;

use cubist_client::store::messages::MessageRecord;
use rusqlite::{Connection, TransactionBehavior, params};

use crate::cache::KEY;

/// One connection to a cache file, set up as the store sets up its own.
pub(crate) struct Bare {
    connection: Connection,
    /// Row number given out last.
    row: i64,
}

impl Bare {
    /// Opens the connection that writes.
    pub(crate) fn writer(path: &Path) -> Self {
        let connection = open(path);
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .unwrap();
        connection
            .pragma_update(None, "synchronous", "FULL")
            .unwrap();
        connection
            .pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)
            .unwrap();
        connection
            .pragma_update(None, "cache_size", -16 * 1024)
            .unwrap();
        Self { connection, row: 0 }
    }

    /// Opens one that only looks.
    pub(crate) fn reader(path: &Path) -> Self {
        let connection = open(path);
        connection.pragma_update(None, "query_only", true).unwrap();
        connection
            .pragma_update(None, "cache_size", -4 * 1024)
            .unwrap();
        Self { connection, row: 0 }
    }

    /// Inserts messages, their words and the markers owed for them: one transaction.
    pub(crate) fn insert(&mut self, messages: &[MessageRecord]) {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();
        {
            let mut message = transaction
                .prepare_cached(
                    "INSERT INTO messages (row, id, dialog, sender, text, date_sent, status, in_history, unread, extra)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 3, 1, 1, '')",
                )
                .unwrap();
            let mut words = transaction
                .prepare_cached("INSERT INTO messages_fts (rowid, text) VALUES (?1, ?2)")
                .unwrap();
            let mut receipt = transaction
                .prepare_cached(
                    "INSERT INTO receipts (kind, dialog, message, author) VALUES (1, ?1, ?2, ?3)",
                )
                .unwrap();
            for record in messages {
                let id = record.id.object_id().bytes();
                let dialog = record.dialog.object_id().bytes();
                let seconds = record.sent_at.seconds();
                self.row = (self.row + 1).max(seconds << 29);
                let sender = record.sender.as_i64();
                message
                    .execute(params![self.row, id, dialog, sender, record.text, seconds])
                    .unwrap();
                words.execute(params![self.row, record.text]).unwrap();
                receipt.execute(params![dialog, id, sender]).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    /// What is left to do when the server has the markers.
    pub(crate) fn forget_receipts(&self) {
        self.connection.execute("DELETE FROM receipts", []).unwrap();
    }

    /// The newest rows whose text matches, as FTS5 gives them.
    pub(crate) fn search(&self, expression: &str, limit: u32) -> Vec<i64> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?1 ORDER BY rowid DESC LIMIT ?2",
            )
            .unwrap();
        let rows = statement
            .query_map(params![expression, limit], |row| row.get(0))
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// The same with the messages themselves, as no search can do without; gives their texts.
    pub(crate) fn search_with_messages(&self, expression: &str, limit: u32) -> Vec<String> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT m.id, m.dialog, m.sender, m.text, m.date_sent, m.status
                 FROM messages_fts f JOIN messages m ON m.row = f.rowid
                 WHERE f.messages_fts MATCH ?1 ORDER BY f.rowid DESC LIMIT ?2",
            )
            .unwrap();
        let rows = statement
            .query_map(params![expression, limit], |row| row.get(3))
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    let digits: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    connection
        .pragma_update(None, "key", format!("x'{digits}'"))
        .unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    connection
        .pragma_update(None, "foreign_keys", true)
        .unwrap();
    connection
        .pragma_update(None, "temp_store", "MEMORY")
        .unwrap();
    connection.set_prepared_statement_cache_capacity(32);
    connection
}
