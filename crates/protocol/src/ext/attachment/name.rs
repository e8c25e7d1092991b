//! Names of files, which strangers choose.

/// Characters of a name that are shown; no ordinary file system takes names of more than 255.
const NAME_CHARS: usize = 200;

/// Characters that are kept of the ending of a name that is cut.
const ENDING_CHARS: usize = 16;

/// The name of a file without what could mislead whoever reads it: folders before it, line breaks
/// and other controls, and marks that turn the direction of writing (`photo\u{202e}gpj.exe` reads
/// `photoexe.jpg`). A longer name loses its middle, never its ending. Empty when nothing is left.
pub fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: Vec<char> = last.chars().filter(|&c| !is_misleading(c)).collect();
    let text: String = clean.iter().collect();
    let text = text.trim();
    if text.chars().all(|c| c == '.') {
        return String::new();
    }
    let length = text.chars().count();
    if length <= NAME_CHARS {
        return text.to_owned();
    }
    let ending: String = match text.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= ENDING_CHARS => format!(".{ending}"),
        _ => String::new(),
    };
    let kept = NAME_CHARS - 1 - ending.chars().count();
    let start: String = text.chars().take(kept).collect();
    format!("{start}…{ending}")
}

/// Controls, marks of direction (UAX #9), and characters that take no room and hide what they
/// stand between.
fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::shown_name;

    #[test]
    fn an_ordinary_name_stays() {
        for name in [
            "report.pdf",
            "Отчёт 2026.txt",
            "写真.jpg",
            ".profile",
            "a b (1).tar.gz",
        ] {
            assert_eq!(shown_name(name), name);
        }
    }

    #[test]
    fn what_misleads_goes() {
        for (name, shown) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
            ("..", ""),
            ("./", ""),
            ("a\0b.txt", "ab.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("a\u{2066}b\u{2069}\u{200f}.txt", "ab.txt"),
            ("line\r\nbreak.txt", "linebreak.txt"),
            ("invoice.pdf\u{200b}\u{200b}.exe", "invoice.pdf.exe"),
            ("  spaced.txt  ", "spaced.txt"),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_ending() {
        let long = format!("{}.jpeg", "é".repeat(4_000));
        let shown = shown_name(&long);
        assert_eq!(shown.chars().count(), 200);
        assert!(
            shown.starts_with("éé") && shown.ends_with("é….jpeg"),
            "{shown}"
        );
        let bare = shown_name(&"x".repeat(4_000));
        assert_eq!(bare.chars().count(), 200);
        let dotted = format!("a.{}", "y".repeat(4_000));
        assert_eq!(shown_name(&dotted).chars().count(), 200);
    }
}
