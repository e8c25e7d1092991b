//! The last lines of the log, to be read and copied from the diagnostics page.
//!
//! Secrets never reach a log: their type does not print. A report goes to strangers, though, so
//! whatever looks like a secret, an address of a person or the name of their home folder is left
//! out once more here.

use std::{
    collections::VecDeque,
    fmt::{self, Write as _},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cubist_client::clock::{Clock as _, SystemClock};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

/// Lines kept.
const KEPT: usize = 300;

/// Characters of a line.
const LINE_CHARS: usize = 400;

/// A word of so many characters or more, with letters and digits in it, may be a key or a token.
const SECRET_CHARS: usize = 20;

/// What names a value that nobody is to see.
const SECRET_NAMES: [&str; 9] = [
    "token",
    "password",
    "passphrase",
    "bearer",
    "cookie",
    "secret",
    "key",
    "signature",
    "authorization",
];

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, in unix milliseconds.
    pub at: i64,
    /// `ERROR`, `WARN` or `INFO`.
    pub level: &'static str,
    /// Where in the program it comes from.
    pub target: String,
    /// What it says.
    pub text: String,
}

/// The last lines. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct RecentLog(Arc<Mutex<VecDeque<Line>>>);

impl RecentLog {
    /// All of them, the oldest first.
    pub fn lines(&self) -> Vec<Line> {
        self.lock().iter().cloned().collect()
    }

    fn push(&self, line: Line) {
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(line);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Line>> {
        // A list that is whole after every step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for RecentLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        self.push(Line {
            at: SystemClock.now().0,
            level: event.metadata().level().as_str(),
            target: event.metadata().target().to_owned(),
            text: without_secrets(&words.0, home().as_deref()),
        });
    }
}

/// The message of an event, with its fields behind it.
#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a text cannot fail.
        if field.name() == "message" {
            self.0.insert_str(0, &format!("{value:?} "));
        } else {
            write!(self.0, "{}={value:?} ", field.name()).ok();
        }
    }
}

fn home() -> Option<String> {
    directories::BaseDirs::new().map(|dirs| path_text(dirs.home_dir()))
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The text as it may be shown to anybody.
fn without_secrets(text: &str, home: Option<&str>) -> String {
    let text = match home {
        Some(home) if home.len() > 1 => text.replace(home, "~"),
        _ => text.to_owned(),
    };
    let mut shown = String::with_capacity(text.len());
    let mut hides_next = false;
    for word in
        text.split_inclusive(|c: char| c.is_whitespace() || "=:,;&?\"'()[]{}<>/".contains(c))
    {
        let end = word
            .char_indices()
            .next_back()
            .filter(|(_, last)| !is_of_word(*last))
            .map_or(word.len(), |(at, _)| at);
        let (body, tail) = word.split_at(end);
        if body.is_empty() {
            shown.push_str(tail);
            continue;
        }
        shown.push_str(if hides_next || looks_secret(body) {
            "…"
        } else {
            body
        });
        shown.push_str(tail);
        let lower = body.to_lowercase();
        // "Bearer" alone stands before its token with nothing but a blank between them (RFC 6750 §2.1).
        hides_next = lower == "bearer"
            || SECRET_NAMES.iter().any(|name| lower.ends_with(name))
                && (tail == "=" || tail == ":" || tail == "\"");
    }
    shown.trim_end().chars().take(LINE_CHARS).collect()
}

fn is_of_word(c: char) -> bool {
    !(c.is_whitespace() || "=:,;&?\"'()[]{}<>/".contains(c))
}

fn looks_secret(word: &str) -> bool {
    if word.contains('@') {
        return true;
    }
    let is_long = word.chars().count() >= SECRET_CHARS;
    is_long && word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::{KEPT, RecentLog, without_secrets};

    #[test]
    fn the_last_lines_are_kept_with_their_fields() {
        let log = RecentLog::default();
        let subscriber = tracing_subscriber::registry().with(log.clone());
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..KEPT + 5 {
                tracing::warn!(number, host = %"chat.example.org", "the server did not answer");
            }
        });
        let lines = log.lines();
        assert_eq!(lines.len(), KEPT);
        let last = lines.last().unwrap();
        assert_eq!(
            last.text,
            format!(
                "the server did not answer number={} host=chat.example.org",
                KEPT + 4
            )
        );
        assert_eq!(last.level, "WARN");
        assert!(last.target.contains("recent_log"));
    }

    #[test]
    fn what_may_be_a_secret_is_left_out() {
        for (said, shown) in [
            ("token=abc next=1", "token=… next=1"),
            ("session_token: abc", "session_token: …"),
            ("{\"password\":\"hunter2\"}", "{\"password\":\"…\"}"),
            ("GET /x?auth_key=kq12&page=2", "GET /x?auth_key=…&page=2"),
            ("Authorization: Bearer abc.def", "Authorization: … …"),
            ("said Bearer abc to it", "said Bearer … to it"),
            ("passphrase=\"two words\"", "passphrase=\"… words\""),
            ("for ann@example.org here", "for … here"),
            ("id 6749ab12cd34ef56ab78cd90 gone", "id … gone"),
            ("/home/ann/cubist/cache.db", "~/cubist/cache.db"),
            (
                "the line is lost, next try in 4 s",
                "the line is lost, next try in 4 s",
            ),
        ] {
            assert_eq!(without_secrets(said, Some("/home/ann")), shown, "{said}");
        }
    }
}
