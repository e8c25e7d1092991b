//! Search in the cached messages.
//!
//! Matches come newest first, straight from the order of the index: the row number of a message
//! grows with its date, so the index is walked from its new end and left as soon as the page is
//! full, and a date is a bound of the walk. Ranking by relevance would have to visit every match of
//! a common word first. What narrows a search beside its words is in the index, too (see
//! [`index`]), so that a word that is everywhere costs nothing in a chat where it is rare.

pub(in crate::store) mod index;
mod snippet;
mod words;

use rusqlite::{ToSql, params, params_from_iter};

use self::snippet::Terms;
use self::words::Piece;
use crate::model::{Message, SearchCursor, SearchHit, SearchPage, SearchQuery, UnixMillis};
use crate::store::messages::{self, MAX_SECONDS, ROW_BITS};
use crate::store::{Error, ReadDb, dialogs};

/// Most hits one page has.
pub const MAX_HITS: u32 = 200;

/// Hits that are counted, at most: the count tells how well a search is aimed, and nobody goes
/// through more.
pub const COUNTED: u32 = 999;

/// Most words taken from a query; more would not narrow what nobody typed by hand.
const MAX_WORDS: usize = 16;

/// Pairs taken from a run without spaces, for the same reason.
const MAX_PAIRS: usize = 32;

/// Words with fewer characters must match whole. Prefixes of one character match nearly
/// everything and are not indexed.
const PREFIX_CHARS: usize = 2;

/// Rounds in which a page is filled after hits that were not meant were left out. Only a dialog or
/// person that shares its word in the index with a busy one needs a second.
const ROUNDS: usize = 8;

/// The newest messages that contain every word of `text` (the start of a word is enough).
pub fn messages(db: &ReadDb<'_>, text: &str, limit: u32) -> Result<Vec<SearchHit>, Error> {
    Ok(page(db, &SearchQuery::words(text), None, limit)?.hits)
}

/// A page of what matches, newest first; `after` is where the page before ended.
pub fn page(
    db: &ReadDb<'_>,
    query: &SearchQuery,
    after: Option<SearchCursor>,
    limit: u32,
) -> Result<SearchPage, Error> {
    let limit = limit.clamp(1, MAX_HITS);
    let terms = Terms::new(&query.text, MAX_WORDS);
    let nothing_to_find = terms.is_empty() && !query.text.trim().is_empty();
    let mut found = SearchPage {
        hits: Vec::new(),
        total: 0,
        has_more_than_counted: false,
        next: None,
        is_indexing: index::is_behind(db)?,
    };
    if nothing_to_find || (terms.is_empty() && !query.is_filtered()) {
        return Ok(found);
    }
    let walk = Walk::new(query, &terms);
    let mut below = after.map_or(walk.below, |cursor| cursor.0.min(walk.below));
    let wanted = limit as usize;
    for _ in 0..ROUNDS {
        let rows = walk.rows(db, below, limit)?;
        let mut left = rows.len();
        for &row in &rows {
            if found.hits.len() >= wanted {
                break;
            }
            let message = messages::load_row(db, row)?;
            if let Some(message) = message.filter(|message| is_meant(query, message)) {
                found.hits.push(hit(db, &terms, message)?);
            }
            below = row;
            left -= 1;
        }
        let is_end = left == 0 && rows.len() < wanted;
        found.next = (!is_end).then_some(SearchCursor(below));
        if is_end || found.hits.len() >= wanted {
            break;
        }
    }
    if after.is_none() {
        let shown = u32::try_from(found.hits.len()).unwrap_or(u32::MAX);
        let counted = match found.next {
            Some(_) => walk.count(db, COUNTED + 1)?.max(shown),
            None => shown,
        };
        found.total = counted.min(COUNTED);
        found.has_more_than_counted = counted > COUNTED;
    }
    Ok(found)
}

/// Whether the words of a query are in a message, as the index would say.
pub fn matches(query: &SearchQuery, message: &Message) -> bool {
    let terms = Terms::new(&query.text, MAX_WORDS);
    !terms.is_empty() && terms.all_in(message)
}

/// A message as a hit of a query, whatever found it.
pub fn as_hit(db: &ReadDb<'_>, query: &SearchQuery, message: Message) -> Result<SearchHit, Error> {
    hit(db, &Terms::new(&query.text, MAX_WORDS), message)
}

/// Whether a message is one of those that the filters of a query are about.
pub fn is_meant(query: &SearchQuery, message: &Message) -> bool {
    let among = |wanted: bool, none: bool| none || wanted;
    let carried = index::carries(&message.text, &message.extra);
    among(query.from.contains(&message.sender), query.from.is_empty())
        && among(
            query.dialogs.contains(&message.dialog),
            query.dialogs.is_empty(),
        )
        && query.has.iter().all(|has| carried.contains(has))
        && query.since.is_none_or(|since| message.sent_at >= since)
        && query.before.is_none_or(|before| message.sent_at < before)
}

fn hit(db: &ReadDb<'_>, terms: &Terms, message: Message) -> Result<SearchHit, Error> {
    let dialog_name = dialogs::name(db, message.dialog)?.unwrap_or_default();
    let (snippet, attachment) = terms.snippet(&message);
    Ok(SearchHit {
        message,
        dialog_name,
        snippet,
        attachment,
    })
}

/// A way along the index, or along the messages themselves where nothing but dates is asked for.
struct Walk {
    expression: Option<String>,
    /// Row numbers from the first on and below the second.
    floor: i64,
    below: i64,
}

impl Walk {
    fn new(query: &SearchQuery, terms: &Terms) -> Self {
        Self {
            expression: expression(query, terms),
            floor: query.since.map_or(0, first_row),
            below: query.before.map_or(i64::MAX, first_row),
        }
    }

    fn rows(&self, db: &ReadDb<'_>, below: i64, limit: u32) -> Result<Vec<i64>, Error> {
        match &self.expression {
            Some(expression) => db.all(
                "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?1 AND rowid >= ?2 AND rowid < ?3
                 ORDER BY rowid DESC LIMIT ?4",
                params![expression, self.floor, below, limit],
                |row| Ok(row.get(0)?),
            ),
            None => db.all(
                "SELECT row FROM messages WHERE row >= ?1 AND row < ?2 AND system = '' AND deleted = 0
                 ORDER BY row DESC LIMIT ?3",
                params![self.floor, below, limit],
                |row| Ok(row.get(0)?),
            ),
        }
    }

    /// How many there are, as far as the index says, up to `most`.
    fn count(&self, db: &ReadDb<'_>, most: u32) -> Result<u32, Error> {
        let (sql, mut values): (_, Vec<&dyn ToSql>) = match &self.expression {
            Some(expression) => (
                "SELECT count(*) FROM (SELECT 1 FROM messages_fts
                   WHERE messages_fts MATCH ?1 AND rowid >= ?2 AND rowid < ?3 LIMIT ?4)",
                vec![expression],
            ),
            None => (
                "SELECT count(*) FROM (SELECT 1 FROM messages
                   WHERE row >= ?1 AND row < ?2 AND system = '' AND deleted = 0 LIMIT ?3)",
                vec![],
            ),
        };
        let bounds: [&dyn ToSql; 3] = [&self.floor, &self.below, &most];
        values.extend(bounds);
        let counted = db.one(sql, params_from_iter(values), |row| Ok(row.get(0)?))?;
        Ok(counted.unwrap_or_default())
    }
}

/// The lowest row number of a message sent at a moment or later.
fn first_row(moment: UnixMillis) -> i64 {
    let whole = moment.0.div_euclid(1_000);
    let second = whole.saturating_add(i64::from(moment.0.rem_euclid(1_000) > 0));
    second.clamp(0, MAX_SECONDS + 1) << ROW_BITS
}

/// The query in the language of FTS5: every word quoted, so that nothing in it is an operator.
/// `None` when there is nothing the index could narrow by.
fn expression(query: &SearchQuery, terms: &Terms) -> Option<String> {
    let mut parts: Vec<String> = terms.pieces().map(phrase).collect();
    parts.extend(any_of(query.dialogs.iter().map(|&id| index::of_dialog(id))));
    parts.extend(any_of(query.from.iter().map(|&id| index::of_person(id))));
    parts.extend(query.has.iter().map(|&has| quoted(index::of_content(has))));
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

fn phrase(term: &Piece) -> String {
    let text: String = if term.is_run && term.folded.len() > 1 {
        let pairs: Vec<String> = term
            .folded
            .windows(2)
            .take(MAX_PAIRS)
            .map(|pair| pair.iter().collect())
            .collect();
        return format!("\"{}\"", pairs.join(" "));
    } else {
        term.folded.iter().collect()
    };
    let star = if term.folded.len() >= PREFIX_CHARS {
        "*"
    } else {
        ""
    };
    format!("\"{text}\"{star}")
}

fn quoted(word: char) -> String {
    format!("\"{word}\"")
}

fn any_of(words: impl Iterator<Item = char>) -> Option<String> {
    let mut words: Vec<String> = words.map(quoted).collect();
    words.dedup();
    match words.len() {
        0 => None,
        1 => words.pop(),
        _ => Some(format!("({})", words.join(" OR "))),
    }
}

#[cfg(test)]
mod tests;
