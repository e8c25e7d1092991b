//! Names that only this server picks: resources, stream ids, names of resumable sessions.

use std::fmt::Write;

/// The longest wish for a resource that is honoured as its beginning.
const LONGEST_WISH: usize = 40;

/// 32 hexadecimal digits from the system's secure source.
pub(super) fn random_name() -> String {
    let bytes: [u8; 16] = rand::random();
    bytes
        .iter()
        .fold(String::with_capacity(32), |mut name, byte| {
            // Writing into a string cannot fail.
            write!(name, "{byte:02x}").unwrap_or_default();
            name
        })
}

/// RFC 6120 §7.7: the resource for a new session.
///
/// Always ends in a long random part: the official SDK drops every message whose sender's address contains its own
/// resource, so a short one would lose messages. A client's wish becomes the beginning.
pub(super) fn pick(wish: Option<&str>) -> String {
    let wish: String = wish
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .take(LONGEST_WISH)
        .collect();
    let random = random_name();
    if wish.is_empty() {
        random
    } else {
        format!("{wish}-{random}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_only_the_beginning() {
        let resource = pick(Some("flutter_1"));
        assert!(resource.starts_with("flutter_1-"), "{resource}");
        assert_eq!(resource.len(), "flutter_1-".len() + 32);
        assert_ne!(resource, pick(Some("flutter_1")));
    }

    #[test]
    fn no_resource_is_short_or_has_odd_characters() {
        assert_eq!(pick(None).len(), 32);
        assert_eq!(pick(Some("/ <>@\u{1}")).len(), 32);
        assert!(pick(Some(&"x".repeat(1000))).len() <= 80);
    }
}
