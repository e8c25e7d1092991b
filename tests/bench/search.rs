//! Search in a large cache, beside the bare query of FTS5.

use std::path::Path;
use std::time::{Duration, Instant};

use cubist_client::store::search;

use crate::bare::Bare;
use crate::cache;
use crate::corpus::Corpus;
use crate::figures::{progress, report_millis};
use crate::incoming::{CHATS, ensure_full_cache};
use crate::text::Language;

/// Hits of one page, as the engine is asked for them.
const HITS: u32 = 50;

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    messages: usize,
    /// Different queries of each kind.
    queries: usize,
    /// How often each is made.
    rounds: usize,
}

impl Plan {
    /// The whole measurement, or a short look.
    pub(crate) const fn new(quick: bool) -> Self {
        if quick {
            Self {
                messages: 100_000,
                queries: 10,
                rounds: 2,
            }
        } else {
            Self {
                messages: 1_000_000,
                queries: 50,
                rounds: 6,
            }
        }
    }
}

/// Measures each kind of query.
pub(crate) async fn measure(work: &Path, plan: Plan) {
    let path = ensure_full_cache(work, plan.messages).await;
    let corpus = Corpus::new(cache::me(), CHATS);
    let store = cache::open(&path).await;
    // Two connections, so that each has read only what is its own.
    let (bare, beside) = (Bare::reader(&path), Bare::reader(&path));
    for kind in [Kind::Rare, Kind::Common, Kind::Prefix, Kind::TwoWords] {
        progress(&format!("search: {}", kind.name()));
        let queries: Vec<_> = (0..plan.queries)
            .map(|n| kind.query(&corpus.language, n))
            .collect();
        let mut ours: Vec<Duration> = Vec::new();
        let (mut limit, mut with_messages) = (Vec::new(), Vec::new());
        let mut hits = 0;
        for _ in 0..plan.rounds {
            for (query, expression) in &queries {
                let text = query.clone();
                let started = Instant::now();
                let found = store
                    .read(move |db| search::messages(db, &text, HITS))
                    .await
                    .unwrap();
                ours.push(started.elapsed());

                let started = Instant::now();
                let rows = bare.search(expression, HITS);
                limit.push(started.elapsed());
                assert_eq!(found.len(), rows.len(), "{query}: both find the same");
                hits += rows.len();

                let started = Instant::now();
                let texts = beside.search_with_messages(expression, HITS);
                with_messages.push(started.elapsed());
                assert_eq!(texts.len(), rows.len(), "{query}: each row has a message");
            }
        }
        assert!(hits > 0, "{}: something is found", kind.name());
        let name = kind.name();
        report_millis(&format!("search.{name}"), &ours);
        report_millis(&format!("search.{name}.limit"), &limit);
        report_millis(&format!("search.{name}.messages"), &with_messages);
    }
    store.close().await;
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Rare,
    Common,
    Prefix,
    TwoWords,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Rare => "rare",
            Self::Common => "common",
            Self::Prefix => "prefix",
            Self::TwoWords => "two_words",
        }
    }

    /// What a person types, and the same in the language of FTS5.
    fn query(self, language: &Language, n: usize) -> (String, String) {
        let words = match self {
            // Some tens of messages in a million have such a word.
            Self::Rare => vec![language.word(20_000 + n * 150).to_owned()],
            Self::Common => vec![language.word(n % 40).to_owned()],
            Self::Prefix => {
                let word = language.word(1_000 + n * 40);
                vec![word.chars().take(3).collect()]
            }
            Self::TwoWords => vec![
                language.word(n % 20).to_owned(),
                language.word(300 + n * 20).to_owned(),
            ],
        };
        let expression: Vec<_> = words
            .iter()
            .map(|word| {
                format!(
                    "\"{word}\"{}",
                    if word.chars().count() < 2 { "" } else { "*" }
                )
            })
            .collect();
        (words.join(" "), expression.join(" "))
    }
}
