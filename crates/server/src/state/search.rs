//! Searching what a person may see: texts of messages and names of dialogs, letter case included.

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::{Connection, params};

use crate::state::dialog_list::NAME;
use crate::state::dialogs::{View, load_dialogs};
use crate::state::message_loading::load_messages;
use crate::state::user_search::to_i64;
use crate::state::{Dialog, MessageRecord, State, StateError};

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// A part of a text or a name, of at least five characters.
    pub text: String,
    /// Where; everywhere if empty.
    pub dialogs: Vec<DialogId>,
    /// When messages were sent: not before the first and not after the second, unix seconds.
    pub sent: Option<(i64, i64)>,
    /// At most so many of each, 0 for the most allowed; cut to `limits.page`.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Dialogs by their names, those with the newest messages first.
    pub dialogs: Vec<Dialog>,
    /// Messages by their texts, newest first.
    pub messages: Vec<MessageRecord>,
}

/// Characters that a search needs at least.
const SHORTEST: usize = 5;

/// Dialogs that a search may name at most.
const DIALOGS: usize = 10;

/// The longest time that a search may name: three months, the longest ones.
const LONGEST_TIME: i64 = 92 * 24 * 60 * 60;

/// Runs of three characters that are looked up. More of them narrow hardly anything down any further.
const RUNS: usize = 24;

impl State {
    /// Searches the user's dialogs and what they see of their histories.
    pub async fn search(&self, user: UserId, search: Search) -> Result<Found, StateError> {
        check(&search)?;
        let largest = self.inner.config.limits.page;
        let limit = if search.limit == 0 {
            largest
        } else {
            search.limit.min(largest)
        };
        let view = self.view_of(user);
        self.read(move |db| {
            let scope = scope(db, user, &search.dialogs)?;
            Ok(Found {
                dialogs: dialogs(db, &view, &search.text, &scope, limit)?,
                messages: messages(db, user, &search, &scope, limit)?,
            })
        })
        .await
    }
}

fn check(search: &Search) -> Result<(), StateError> {
    if search.text.chars().count() < SHORTEST {
        return Err(StateError::invalid(
            "search_text",
            format!("is too short (minimum is {SHORTEST} characters)"),
        ));
    }
    if search.dialogs.len() > DIALOGS {
        return Err(StateError::invalid(
            "chat_dialog_ids",
            format!("has too many dialogs (maximum is {DIALOGS})"),
        ));
    }
    match search.sent {
        Some((from, to)) if from > to => Err(StateError::invalid(
            "end_date",
            "must not be later than start_date: the search goes back in time",
        )),
        Some((from, to)) if to.saturating_sub(from) > LONGEST_TIME => Err(StateError::invalid(
            "end_date",
            "is more than three months before start_date",
        )),
        Some(_) | None => Ok(()),
    }
}

/// The keys of the user's dialogs that are searched, as JSON.
fn scope(db: &Connection, user: UserId, dialogs: &[DialogId]) -> Result<String, StateError> {
    let mut query = db.prepare_cached(
        "SELECT o.dialog FROM occupants o JOIN dialogs d ON d.key = o.dialog
         WHERE o.user_id = ?1 AND NOT o.hidden
           AND (?2 IS NULL OR d.id IN (SELECT value FROM json_each(?2)))",
    )?;
    let wanted = (!dialogs.is_empty()).then(|| {
        dialogs
            .iter()
            .map(ToString::to_string)
            .collect::<serde_json::Value>()
            .to_string()
    });
    let keys = query
        .query_map(params![user.as_i64(), wanted], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    Ok(serde_json::Value::from(keys).to_string())
}

fn dialogs(
    db: &Connection,
    view: &View,
    text: &str,
    scope: &str,
    limit: usize,
) -> Result<Vec<Dialog>, StateError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT d.key FROM json_each(?1) j CROSS JOIN dialogs d ON d.key = j.value
         LEFT JOIN users u ON u.id = CASE WHEN d.pair_low = ?2 THEN d.pair_high ELSE d.pair_low END
         WHERE instr({NAME}, ?3) ORDER BY coalesce(d.last_sent, d.created_at) DESC, d.id DESC LIMIT ?4"
    ))?;
    let keys = query
        .query_map(
            params![scope, view.viewer.as_i64(), text, to_i64(limit)],
            |row| row.get(0),
        )?
        .collect::<Result<Vec<i64>, _>>()?;
    load_dialogs(db, view, &keys)
}

/// Messages by the index of runs of three characters. It knows neither the order of the characters nor who may see
/// a message, so both are checked; the newest come first, and the walk ends with the last one wanted.
fn messages(
    db: &Connection,
    user: UserId,
    search: &Search,
    scope: &str,
    limit: usize,
) -> Result<Vec<MessageRecord>, StateError> {
    let mut query = db.prepare_cached(
        "SELECT m.key FROM message_search s CROSS JOIN messages m ON m.key = s.rowid
         CROSS JOIN occupants o ON o.dialog = m.dialog AND o.user_id = ?2
         WHERE s.message_search MATCH ?1 AND m.dialog IN (SELECT value FROM json_each(?3))
           AND m.key > o.cleared_to AND m.date_sent BETWEEN ?4 AND ?5 AND instr(m.body, ?6)
           AND NOT EXISTS (SELECT 1 FROM hidden_messages h
                           WHERE h.user_id = ?2 AND h.dialog = m.dialog AND h.message = m.key)
         ORDER BY s.rowid DESC LIMIT ?7",
    )?;
    let (from, to) = search.sent.unwrap_or((i64::MIN, i64::MAX));
    let keys = query
        .query_map(
            params![
                runs(&search.text),
                user.as_i64(),
                scope,
                from,
                to,
                search.text,
                to_i64(limit)
            ],
            |row| row.get(0),
        )?
        .collect::<Result<Vec<i64>, _>>()?;
    let mut found = load_messages(db, user, &keys)?;
    found.sort_by_key(|record| {
        std::cmp::Reverse((record.message.date_sent, record.message.id.to_string()))
    });
    Ok(found)
}

/// The search for all runs of three characters of a text.
fn runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut terms: Vec<String> = chars
        .windows(3)
        .map(|run| {
            format!(
                "\"{}\"",
                run.iter().collect::<String>().replace('"', "\"\"")
            )
        })
        .collect();
    terms.sort_unstable();
    terms.dedup();
    terms.truncate(RUNS);
    terms.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_up_by_its_runs_of_three_characters() {
        assert_eq!(runs("abcde"), r#""abc" AND "bcd" AND "cde""#);
        assert_eq!(runs("aaaaa"), r#""aaa""#);
        assert_eq!(runs("a\"b*c"), r#""""b*" AND "a""b" AND "b*c""#);
    }

    #[test]
    fn a_very_long_text_is_looked_up_by_some_of_them() {
        let text: String = ('a'..='z').chain('A'..='Z').collect();
        assert_eq!(runs(&text).matches(" AND ").count(), RUNS - 1);
    }
}
