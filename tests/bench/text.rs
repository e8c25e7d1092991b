//! Sentences of a made-up language with the frequencies of a real one.

use std::collections::BTreeSet;

use crate::random::{Random, Zipf};

/// Different words. Chats of one person hold some tens of thousands.
const WORDS: u32 = 30_000;

/// What the most frequent words of English look like: short. They fill the first ranks, so that
/// searching for a common word meets a word of its real length.
const FREQUENT: [&str; 48] = [
    "the", "to", "and", "of", "in", "is", "you", "that", "it", "for", "on", "was", "with", "as",
    "at", "be", "this", "have", "or", "one", "had", "by", "but", "not", "what", "all", "were",
    "we", "when", "can", "there", "an", "your", "which", "do", "how", "if", "will", "up", "about",
    "out", "them", "then", "so", "some", "would", "like", "today",
];

const BEGINS: [&str; 20] = [
    "b", "br", "c", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t",
    "tr", "v",
];
const MIDDLES: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ea", "ou"];
const ENDS: [&str; 12] = [
    "", "l", "m", "n", "nd", "ng", "r", "rt", "s", "st", "t", "x",
];

/// A vocabulary, and how often each of its words is used.
#[derive(Clone, Debug)]
pub(crate) struct Language {
    words: Vec<String>,
    ranks: Zipf,
}

impl Language {
    /// The same language for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut words: Vec<String> = Vec::new();
        for word in FREQUENT {
            known.insert(word.to_owned());
            words.push(word.to_owned());
        }
        let wanted = usize::try_from(WORDS).unwrap();
        while words.len() < wanted {
            let syllables = 1 + random.below(3);
            let word: String = (0..syllables)
                .map(|_| {
                    let begin = BEGINS[random.below(BEGINS.len())];
                    let middle = MIDDLES[random.below(MIDDLES.len())];
                    let end = ENDS[random.below(ENDS.len())];
                    format!("{begin}{middle}{end}")
                })
                .collect();
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        Self {
            words,
            ranks: Zipf::new(WORDS),
        }
    }

    /// A message: mostly a few words, sometimes a paragraph.
    pub(crate) fn sentence(&self, random: &mut Random) -> String {
        let length = match random.below(100) {
            0..=19 => 1 + random.below(3),
            20..=84 => 3 + random.below(12),
            85..=97 => 12 + random.below(28),
            _ => 40 + random.below(80),
        };
        let mut text = String::new();
        for _ in 0..length {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.words[self.ranks.pick(random)]);
        }
        text
    }

    /// A name of two words, each with a capital.
    pub(crate) fn name(&self, random: &mut Random) -> String {
        let word = |random: &mut Random| {
            let word =
                &self.words[FREQUENT.len() + random.below(self.words.len() - FREQUENT.len())];
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        };
        format!("{} {}", word(random), word(random))
    }

    /// The word of a rank, 0 being the most frequent one.
    pub(crate) fn word(&self, rank: usize) -> &str {
        &self.words[rank]
    }
}
