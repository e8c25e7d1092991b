//! Which characters XML 1.0 allows, and what happens to the others.

use std::borrow::Cow;

/// XML 1.0 §2.2: whether a document may hold the character at all.
pub(crate) const fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// The text without the characters that XML 1.0 forbids.
///
/// The official SDK sends control characters as they are; relaying one would end the stream of
/// every strict receiver.
pub fn strip_illegal(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_legal) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| is_legal(*c)).collect())
    }
}

/// Whether a name (without prefix) consists of name characters.
///
/// More tolerant than XML 1.0 §2.3 in one point: the first character may be a digit, `-` or `.`,
/// because the official SDK names the items of an array `0`, `1`, `2`.
pub(crate) fn is_tolerable_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_name_char)
}

/// XML 1.0 §2.3: `NameChar`, without the colon that separates the prefix.
const fn is_name_char(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' | '\u{b7}'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{203f}'..='\u{2040}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}
