//! Names of files that every system takes.

/// Longest name (bytes): what the strictest file system takes is 255, and a number may come to it.
const NAME_BYTES: usize = 120;

/// Names that Windows keeps for devices, with or without an ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name for a file or a folder, made of `wanted`: no path, no character that a system refuses or
/// a screen does not show, no device. `fallback` where nothing is left.
pub(super) fn safe(wanted: &str, fallback: &str) -> String {
    let mut name = String::new();
    for c in wanted.chars() {
        let fit = match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            _ if c.is_control() || is_direction(c) => continue,
            _ if c.is_whitespace() => ' ',
            _ => c,
        };
        name.push(fit);
    }
    let (stem, ending) = split(&name);
    let ending: String = ending.chars().take(16).collect();
    let mut stem = stem.to_owned();
    let most = NAME_BYTES.saturating_sub(ending.len() + 1);
    while stem.len() > most {
        stem.pop();
    }
    // Windows drops spaces and dots at the end, and a dot at the beginning hides a file.
    let stem = stem.trim_matches([' ', '.']);
    let stem = if stem.is_empty() { fallback } else { stem };
    let ending = ending.trim_matches([' ', '.']);
    let stem = if is_device(stem) {
        format!("_{stem}")
    } else {
        stem.to_owned()
    };
    if ending.is_empty() {
        stem
    } else {
        format!("{stem}.{ending}")
    }
}

/// The same name for the `n`th file that wants it.
pub(super) fn numbered(name: &str, n: u32) -> String {
    if n < 2 {
        return name.to_owned();
    }
    match split(name) {
        (stem, "") => format!("{stem} ({n})"),
        (stem, ending) => format!("{stem} ({n}).{ending}"),
    }
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or((name, ""))
}

fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default();
    let first = first.trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        let digit = first.strip_prefix(prefix);
        digit.is_some_and(|digit| digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit()))
    };
    DEVICES.contains(&first.as_str()) || numbered("com") || numbered("lpt")
}

/// Marks that turn the direction of writing: `photo[RLO]gpj.exe` would read `photoexe.jpg`.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{NAME_BYTES, numbered, safe};

    #[test]
    fn ordinary_names_stay() {
        for name in [
            "photo.jpg",
            "Ridge Walk",
            "архив.tar.gz",
            "山.png",
            "a-b_c (1).txt",
        ] {
            assert_eq!(safe(name, "file"), name);
        }
    }

    #[test]
    fn no_name_leads_elsewhere_or_means_something() {
        for (wanted, expected) in [
            ("../../etc/passwd", "_._etc_passwd"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            (" . ", "file"),
            ("C:\\boot.ini", "C__boot.ini"),
            ("a<b>|c?.txt", "a_b__c_.txt"),
            ("line\nbreak\0.txt", "linebreak.txt"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1.log", "_com1.log"),
            ("com10.log", "com10.log"),
            ("trailing. ", "trailing"),
            (".hidden", "file.hidden"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
        ] {
            assert_eq!(safe(wanted, "file"), expected, "{wanted:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_ending() {
        let name = safe(&format!("{}.jpeg", "é".repeat(300)), "file");
        assert!(
            name.len() <= NAME_BYTES && name.ends_with("é.jpeg"),
            "{name}"
        );
        assert!(safe(&"x".repeat(1000), "file").len() <= NAME_BYTES);
        assert!(safe(&format!("a.{}", "b".repeat(1000)), "file").len() <= NAME_BYTES);
    }

    #[test]
    fn the_second_of_a_name_is_numbered_before_its_ending() {
        assert_eq!(numbered("a.jpg", 1), "a.jpg");
        assert_eq!(numbered("a.jpg", 2), "a (2).jpg");
        assert_eq!(numbered("Ridge", 3), "Ridge (3)");
    }
}
