//! What is shown of a hit: the words around what was looked for, and which of them it is.

use std::ops::Range;

use crate::model::{Message, SnippetPart};
use crate::store::search::index::{names, shown_text};
use crate::store::search::words::{self, Piece};

/// Characters before the first hit, at most.
const BEFORE: usize = 40;

/// Characters in all, at most: two lines of the widest list.
const LENGTH: usize = 200;

/// The words that are looked for.
#[derive(Clone, Debug)]
pub(super) struct Terms(Vec<Piece>);

impl Terms {
    /// Those of a query; `most` of them.
    pub(super) fn new(query: &str, most: usize) -> Self {
        let mut pieces = words::pieces(query);
        pieces.truncate(most);
        Self(pieces)
    }

    /// What is looked for, each as its characters and whether it is a run without spaces.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.0.iter()
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a message has all of them, as the index would say.
    pub(super) fn all_in(&self, message: &Message) -> bool {
        let text = shown_text(&message.text, &message.extra);
        let mut texts = vec![words::pieces(text)];
        texts.extend(names(&message.extra).map(|name| words::pieces(&name)));
        self.0.iter().all(|term| {
            let mut pieces = texts.iter().flatten();
            pieces.any(|piece| !places(term, piece).is_empty())
        })
    }

    /// What to show of a message: parts, and the attachment whose name they are.
    pub(super) fn snippet(&self, message: &Message) -> (Vec<SnippetPart>, Option<u32>) {
        let text = shown_text(&message.text, &message.extra);
        let hits = self.in_text(text);
        if !hits.is_empty() {
            return (cut(text, &hits), None);
        }
        for (index, name) in (0..).zip(names(&message.extra)) {
            let hits = self.in_text(&name);
            // Of one that is found by its filters alone, the name is better than nothing.
            if !hits.is_empty() || (text.trim().is_empty() && !name.is_empty()) {
                return (cut(&name, &hits), Some(index));
            }
        }
        (cut(text, &[]), None)
    }

    /// Where they stand in a text, in order and without overlaps.
    fn in_text(&self, text: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let pieces = words::pieces(text);
        let mut found: Vec<Range<usize>> = self
            .0
            .iter()
            .flat_map(|term| pieces.iter().flat_map(|piece| places(term, piece)))
            .collect();
        found.sort_unstable_by_key(|place| (place.start, place.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for place in found {
            match merged.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => merged.push(place),
            }
        }
        merged
    }
}

/// Where a piece of a text is what a term means: its beginning, or any part of a run.
fn places(term: &Piece, piece: &Piece) -> Vec<Range<usize>> {
    let length = term.folded.len();
    if term.is_run != piece.is_run || length == 0 {
        return Vec::new();
    }
    let stretch = |at: usize| {
        let begin = piece.places.get(at)?.start;
        let end = piece.places.get(at + length - 1)?.end;
        Some(begin..end)
    };
    if term.is_run {
        let windows = piece.folded.windows(length).enumerate();
        return windows
            .filter(|(_, window)| *window == term.folded)
            .filter_map(|(at, _)| stretch(at))
            .collect();
    }
    let fits = if length < super::PREFIX_CHARS {
        piece.folded == term.folded
    } else {
        piece.folded.starts_with(&term.folded)
    };
    if fits {
        stretch(0).into_iter().collect()
    } else {
        Vec::new()
    }
}

/// The stretch around the first hit, in parts.
fn cut(text: &str, hits: &[Range<usize>]) -> Vec<SnippetPart> {
    let first = hits.first().map_or(0, |hit| hit.start);
    let begin = begin_before(text, first);
    let rest = text.get(begin..).unwrap_or_default();
    let end = rest
        .char_indices()
        .nth(LENGTH)
        .map_or(text.len(), |(at, _)| begin + at);
    let mut parts = Vec::new();
    let mut push = |text: &str, hit: bool| {
        if !text.is_empty() {
            parts.push(SnippetPart {
                text: text.to_owned(),
                hit,
            });
        }
    };
    if begin > 0 {
        push("… ", false);
    }
    let mut at = begin;
    for hit in hits {
        let stop = hit.end.min(end);
        if hit.start >= stop {
            break;
        }
        push(text.get(at..hit.start).unwrap_or_default(), false);
        push(text.get(hit.start..stop).unwrap_or_default(), true);
        at = stop;
    }
    push(text.get(at..end).unwrap_or_default(), false);
    if end < text.len() {
        push("…", false);
    }
    parts
}

/// Where to begin so that `first` is seen with what is before it: at a word, if one begins near.
fn begin_before(text: &str, first: usize) -> usize {
    let before = text.get(..first).unwrap_or_default();
    let mut earlier = before.char_indices().rev();
    let Some((far, _)) = earlier.nth(BEFORE) else {
        return 0;
    };
    let stretch = before.get(far..).unwrap_or_default();
    let word = stretch
        .char_indices()
        .find(|(_, char)| char.is_whitespace())
        .map(|(at, space)| far + at + space.len_utf8());
    word.unwrap_or(far)
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, LENGTH, Terms, cut};

    /// The text with hits in brackets.
    fn shown(query: &str, text: &str) -> String {
        let hits = Terms::new(query, 16).in_text(text);
        cut(text, &hits)
            .iter()
            .map(|part| {
                if part.hit {
                    format!("[{}]", part.text)
                } else {
                    part.text.clone()
                }
            })
            .collect()
    }

    #[test]
    fn hits_are_marked_as_they_are_written() {
        assert_eq!(shown("hut", "Hut committee"), "[Hut] committee");
        assert_eq!(shown("cafe open", "The Café opens"), "The [Café] [open]s");
        assert_eq!(shown("strass", "in der Straße"), "in der [Straß]e");
        assert_eq!(shown("a", "a cat"), "[a] cat", "one letter only as a word");
        assert_eq!(shown("京大", "北京大学"), "北[京大]学");
        assert_eq!(shown("学", "大学の学"), "大[学]の[学]");
        assert_eq!(shown("สวัส", "สวัสดีครับ"), "[สวัส]ดีครับ");
        assert_eq!(shown("nothing", "else here"), "else here");
    }

    #[test]
    fn overlapping_hits_are_one() {
        assert_eq!(shown("hut hutte", "hutten"), "[hutte]n");
        assert_eq!(shown("山山", "山山山"), "[山山山]");
    }

    #[test]
    fn a_long_text_is_cut_at_words_around_the_first_hit() {
        let text = format!("{} needle {}", "word ".repeat(50), "after ".repeat(80));
        let shown = shown("needle", &text);
        assert!(shown.starts_with("… word "), "{shown}");
        assert!(shown.contains("[needle]"), "{shown}");
        assert!(shown.ends_with('…'), "{shown}");
        assert!(shown.find("[needle]").unwrap() <= BEFORE + 8, "{shown}");
        assert!(shown.chars().count() <= LENGTH + 8, "{shown}");
    }

    #[test]
    fn a_text_without_spaces_is_cut_between_characters() {
        let text = format!("{}針{}", "山".repeat(100), "川".repeat(300));
        let shown = shown("針", &text);
        assert!(shown.starts_with("… 山"), "{shown}");
        assert!(shown.contains("[針]"), "{shown}");
    }
}
