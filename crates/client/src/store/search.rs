//! Search in the cached messages.
//!
//! Matches come newest first, straight from the order of the index: the row number of a message
//! grows with its date, so the index is walked from its new end and left as soon as the page is
//! full. Ranking by relevance would have to visit every match of a common word first.

use rusqlite::params;

use crate::model::SearchHit;
use crate::store::{Error, ReadDb, messages};

/// Most hits one search returns.
pub const MAX_HITS: u32 = 200;

/// Most words taken from a query; more would not narrow what nobody typed by hand.
const MAX_WORDS: usize = 16;

/// Words with fewer characters must match whole. Prefixes of one character match nearly
/// everything and are not indexed.
const PREFIX_CHARS: usize = 2;

/// The newest messages that contain every word of `query` (the start of a word is enough).
pub fn messages(db: &ReadDb<'_>, query: &str, limit: u32) -> Result<Vec<SearchHit>, Error> {
    let Some(expression) = expression(query) else {
        return Ok(Vec::new());
    };
    let rows = db.all(
        "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?1 ORDER BY rowid DESC LIMIT ?2",
        params![expression, limit.min(MAX_HITS)],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    let mut hits = Vec::with_capacity(rows.len());
    for row in rows {
        hits.extend(messages::load_hit(db, row)?);
    }
    Ok(hits)
}

/// The query in the language of FTS5: every word quoted, so that nothing in it is an operator.
fn expression(query: &str) -> Option<String> {
    let words: Vec<String> = query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(|word| {
            let star = if word.chars().count() < PREFIX_CHARS {
                ""
            } else {
                "*"
            };
            format!("\"{word}\"{star}")
        })
        .collect();
    if words.is_empty() {
        None
    } else {
        Some(words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::{expression, messages};
    use crate::store::testing::{TestDb, incoming, message_id};

    #[test]
    fn nothing_in_a_query_is_an_operator() {
        assert_eq!(
            expression(r#"a" OR NEAR(b*) -cd"#).unwrap(),
            r#""a" "OR"* "NEAR"* "b" "cd"*"#
        );
        assert_eq!(expression(" \"*-()^ "), None);
    }

    #[test]
    fn search_finds_word_starts_without_accents_newest_first() {
        let db = TestDb::with_dialog();
        db.write(|tx| {
            crate::store::messages::insert_batch(
                tx,
                &[
                    incoming(1, 100, "The Café opens"),
                    incoming(2, 300, "cafeteria closed"),
                    incoming(3, 200, "tea only"),
                ],
            )?;
            Ok(())
        });
        let ids = |query: &str| -> Vec<_> {
            db.read(|db| messages(db, query, 10))
                .into_iter()
                .map(|hit| hit.message.id)
                .collect()
        };
        assert_eq!(ids("CAFE"), [message_id(2), message_id(1)]);
        assert_eq!(ids("cafe open"), [message_id(1)]);
        assert_eq!(ids("cofe"), []);
        assert_eq!(ids("''"), []);
    }

    #[test]
    fn an_older_message_found_later_still_comes_after_newer_ones() {
        let db = TestDb::with_dialog();
        db.write(|tx| {
            for (n, seconds) in [(1, 500), (2, 100), (3, 300)] {
                crate::store::messages::insert_batch(tx, &[incoming(n, seconds, "word")])?;
            }
            Ok(())
        });
        let seconds: Vec<i64> = db
            .read(|db| messages(db, "word", 10))
            .into_iter()
            .map(|hit| hit.message.sent_at.seconds())
            .collect();
        assert_eq!(seconds, [500, 300, 100]);
    }
}
