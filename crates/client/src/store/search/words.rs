//! A text as the words it is found by.
//!
//! Words are runs of letters and digits, without case and accents: what a person types to find
//! something rarely has the right ones. Chinese, Japanese, Korean, Thai and their like are written
//! without spaces, or with endings glued on, so that nobody's beginning of a word says anything;
//! they are found by any part, however short. Such a run is indexed by the pairs of its characters,
//! so that a part of it is a row of neighbouring pairs, and by each character alone: looked up as
//! the beginning of pairs, a frequent one would make the index gather thousands of them first.
//!
//! A dictionary would cut these runs into real words and make a smaller index, but every dictionary
//! misses names, and nobody could say why a part of one is not found.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A piece of a text that is looked for as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its characters without case and accents.
    pub(super) folded: Vec<char>,
    /// Whether it is a run of a writing without spaces.
    pub(super) is_run: bool,
    /// For each character the part of the text it comes from, in bytes.
    pub(super) places: Vec<Range<usize>>,
}

/// Cuts a text into its pieces, in their order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut open = false;
    clusters(text, |folded, place| {
        for char in folded.chars() {
            if is_joiner(char) {
                continue;
            }
            if !is_part_of_word(char) {
                open = false;
                continue;
            }
            let is_run = is_without_spaces(char);
            match found.last_mut() {
                Some(piece) if open && piece.is_run == is_run => {
                    piece.folded.push(char);
                    piece.places.push(place.clone());
                }
                _ => found.push(Piece {
                    folded: vec![char],
                    is_run,
                    places: vec![place.clone()],
                }),
            }
            open = true;
        }
    });
    found
}

/// Appends the words of a text for the index, each with a space before it.
pub(super) fn append(to: &mut String, text: &str) {
    if text.is_ascii() {
        // The tokenizer of the index does the rest: it splits at whatever is neither letter nor
        // digit, and knows no case.
        to.push(' ');
        to.push_str(text);
        return;
    }
    for piece in pieces(text) {
        let chars = &piece.folded;
        if !piece.is_run {
            to.push(' ');
            to.extend(chars);
            continue;
        }
        for pair in chars.windows(2) {
            to.push(' ');
            to.extend(pair);
        }
        for char in chars {
            to.push(' ');
            to.push(*char);
        }
    }
}

/// Calls `take` with what each character (with the marks on it) is folded to, and where it stands.
fn clusters(text: &str, mut take: impl FnMut(&str, Range<usize>)) {
    let mut folded = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((begin, first)) = chars.next() {
        let mut end = begin + first.len_utf8();
        if first.is_ascii() && chars.peek().is_none_or(|(_, next)| next.is_ascii()) {
            folded.clear();
            folded.push(first.to_ascii_lowercase());
            take(&folded, begin..end);
            continue;
        }
        while let Some(&(at, next)) = chars.peek() {
            if !(is_combining_mark(next) || belongs_to_the_one_before(next)) {
                break;
            }
            end = at + next.len_utf8();
            chars.next();
        }
        let Some(cluster) = text.get(begin..end) else {
            continue;
        };
        folded.clear();
        folded.extend(
            cluster
                .nfkd()
                .filter(|&char| !is_accent(char))
                .nfc()
                .flat_map(char::to_lowercase)
                // Lower case brings marks of its own: İ.
                .filter(|&char| !is_accent(char)),
        );
        let plain: String = folded.chars().flat_map(plain_letters).collect();
        take(&plain, begin..end);
    }
}

/// Letters that no decomposition takes apart and that people without them on their keyboard type
/// like this.
fn plain_letters(char: char) -> impl Iterator<Item = char> {
    let (first, second) = match char {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

/// Marks that may be missing from what is typed: accents of Latin, Greek and Cyrillic, vowel points
/// of Hebrew and Arabic. The signs of the scripts of India and of South-East Asia are letters, and
/// the voicing marks of Japanese make another syllable.
fn is_accent(char: char) -> bool {
    matches!(char,
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

/// Vowels and final consonants of decomposed Korean, as some systems write the names of files, and
/// the voicing marks of narrow Japanese.
fn belongs_to_the_one_before(char: char) -> bool {
    matches!(char, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}' | '\u{ff9e}' | '\u{ff9f}')
}

/// Invisible characters within a word.
fn is_joiner(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

fn is_part_of_word(char: char) -> bool {
    char.is_alphanumeric() || is_combining_mark(char)
}

/// Characters of writings that do not put spaces between words, and Korean, which puts them between
/// phrases.
fn is_without_spaces(char: char) -> bool {
    matches!(char,
        // Thai, Lao, Tibetan, Burmese, Khmer.
        '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        // Korean.
        | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}'
        // Kana, Bopomofo, and the ideographs.
        | '\u{3005}' | '\u{3007}' | '\u{3040}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::{append, pieces};

    fn indexed(text: &str) -> Vec<String> {
        let mut words = String::new();
        append(&mut words, text);
        words.split_whitespace().map(str::to_owned).collect()
    }

    fn folded(text: &str) -> Vec<String> {
        pieces(text)
            .iter()
            .map(|piece| piece.folded.iter().collect())
            .collect()
    }

    #[test]
    fn case_and_accents_do_not_count() {
        for (text, words) in [
            ("The Café, ÉCOLE", vec!["the", "cafe", "ecole"]),
            // The accent as a character of its own.
            ("cafe\u{301}", vec!["cafe"]),
            ("Łódź Straße Ærø", vec!["lodz", "strasse", "aero"]),
            ("ΣΟΦΌΣ σοφός", vec!["σοφοσ", "σοφοσ"]),
            ("Ёлка Йод", vec!["елка", "иод"]),
            ("İstanbul ısı", vec!["istanbul", "isi"]),
            ("ﬁne ｆｕｌｌ", vec!["fine", "full"]),
            // Arabic with and without its points, and stretched.
            ("مُحَمَّد محمــد", vec!["محمد", "محمد"]),
            ("שָׁלוֹם", vec!["שלום"]),
        ] {
            assert_eq!(folded(text), words, "{text}");
        }
    }

    #[test]
    fn the_signs_of_a_script_are_letters() {
        assert_eq!(folded("हिन्दी में"), ["हिन्दी", "में"]);
        // Another syllable, not an accent.
        assert_ne!(folded("が"), folded("か"));
    }

    #[test]
    fn writing_without_spaces_is_indexed_by_pairs() {
        assert_eq!(
            indexed("北京大学"),
            ["北京", "京大", "大学", "北", "京", "大", "学"]
        );
        assert_eq!(indexed("山"), ["山"]);
        assert_eq!(
            indexed("買iPhone手機 10月"),
            ["買", "iphone", "手機", "手", "機", "10", "月"]
        );
        assert_eq!(indexed("ไทย"), ["ไท", "ทย", "ไ", "ท", "ย"]);
        // Composed and decomposed Korean are the same, and half-width kana are kana.
        assert_eq!(
            indexed("한글"),
            indexed("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}")
        );
        assert_eq!(indexed("ｶﾞ"), indexed("ガ"));
    }

    #[test]
    fn invisible_characters_split_nothing() {
        assert_eq!(
            folded("sun\u{ad}flower in\u{200b}side"),
            ["sunflower", "inside"]
        );
    }

    #[test]
    fn each_character_knows_where_it_comes_from() {
        let text = "a Straße";
        let piece = pieces(text).pop().unwrap();
        assert_eq!(piece.folded.len(), 7);
        assert_eq!(piece.places.len(), 7);
        // Both s come from the one ß.
        assert_eq!(text.get(piece.places[4].clone()), Some("ß"));
        assert_eq!(piece.places[4], piece.places[5]);
        assert_eq!(piece.places.last().unwrap().end, text.len());
    }
}
