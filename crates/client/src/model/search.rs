//! Searches: what is looked for, and what is found.

use std::fmt;
use std::str::FromStr;

use crate::model::{DialogId, Message, UnixMillis, UserId};

/// What a message must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Has {
    /// A file of any kind, pictures included.
    File,
    /// A picture.
    Image,
    /// A web address in its text.
    Link,
    /// A place on the map.
    Location,
}

/// What is looked for. Every part narrows the search; a part that is empty does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words; a message must have all of them. The beginning of a word is enough, and in writing
    /// without spaces any part.
    pub text: String,
    /// Written by one of these.
    pub from: Vec<UserId>,
    /// In one of these.
    pub dialogs: Vec<DialogId>,
    /// With all of these.
    pub has: Vec<Has>,
    /// Sent at this moment or later.
    pub since: Option<UnixMillis>,
    /// Sent before this moment.
    pub before: Option<UnixMillis>,
}

impl SearchQuery {
    /// Words, wherever they stand.
    pub fn words(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Whether something narrows the search beside the words.
    pub fn is_filtered(&self) -> bool {
        !self.from.is_empty()
            || !self.dialogs.is_empty()
            || !self.has.is_empty()
            || self.since.is_some()
            || self.before.is_some()
    }
}

/// A part of a text that is shown with a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetPart {
    /// The words.
    pub text: String,
    /// Whether they are what was looked for.
    pub hit: bool,
}

/// A message that matches a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// The title of its dialog.
    pub dialog_name: String,
    /// What is around the first hit; of a message found by its filters alone, its beginning. Joined
    /// it is a part of the text, or the name of an attachment. Empty when there is neither.
    pub snippet: Vec<SnippetPart>,
    /// The attachment whose name the snippet is, by its place in the message.
    pub attachment: Option<u32>,
}

/// Where a page of hits ended. Crosses to the screen as opaque text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchCursor(pub(crate) i64);

/// The text is no cursor that this engine gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position in the hits of a search")]
pub struct InvalidSearchCursor;

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SearchCursor {
    type Err = InvalidSearchCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| InvalidSearchCursor)
    }
}

/// A part of what the cache has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPage {
    /// The hits, newest first.
    pub hits: Vec<SearchHit>,
    /// How many there are in all; no more than some hundreds are counted, then
    /// [`Self::has_more_than_counted`] is set.
    pub total: u32,
    /// Whether there are more than `total`.
    pub has_more_than_counted: bool,
    /// Where to go on; `None` at the end.
    pub next: Option<SearchCursor>,
    /// Whether older messages are still being made searchable, after an update.
    pub is_indexing: bool,
}

/// A part of what the server has and the cache did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHits {
    /// The hits, newest first. They are in the cache from now on.
    pub hits: Vec<SearchHit>,
    /// Where to go on, further back in time; `None` when the server has nothing more.
    pub next: Option<UnixMillis>,
}

#[cfg(test)]
mod tests {
    use super::{InvalidSearchCursor, SearchCursor, SearchQuery};
    use crate::model::UnixMillis;

    #[test]
    fn a_cursor_survives_its_trip_as_text() {
        let cursor = SearchCursor(934_000_000_000_000_123);
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "x", "1.5", "99999999999999999999"] {
            assert_eq!(text.parse::<SearchCursor>(), Err(InvalidSearchCursor));
        }
    }

    #[test]
    fn words_alone_are_no_filter() {
        assert!(!SearchQuery::words("hut").is_filtered());
        let dated = SearchQuery {
            before: Some(UnixMillis(5)),
            ..SearchQuery::default()
        };
        assert!(dated.is_filtered());
    }
}
