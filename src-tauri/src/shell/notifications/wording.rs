//! What a notification says.

use cubist_client::model::AttachmentKind;

use super::board::Card;
use crate::ipc::types::{notifications::NotifyShows, words::DesktopWords};

/// Longest text of one message, in characters: some desktops lay out all of a novel.
const LONGEST: usize = 300;

/// The heading: where, and how many messages when there are several.
pub(super) fn title(card: &Card, shows: NotifyShows) -> String {
    let name = match shows {
        NotifyShows::Text | NotifyShows::Sender => card.name.as_str(),
        NotifyShows::Nothing => "Cubist",
    };
    if card.count > 1 {
        format!("{name} ({})", card.count)
    } else {
        name.to_owned()
    }
}

/// A line for each of the newest messages, as much of it as may be shown. Where that makes them the
/// same, the heading counts them already.
pub(super) fn body(card: &Card, shows: NotifyShows, words: &DesktopWords) -> String {
    let mut lines: Vec<String> = card
        .lines
        .iter()
        .map(|line| match (shows, &line.sender) {
            (NotifyShows::Text, Some(sender)) => format!("{sender}: {}", line.text),
            (NotifyShows::Text, None) => line.text.clone(),
            (NotifyShows::Sender, Some(sender)) => format!("{sender}: {}", words.hidden),
            (NotifyShows::Sender, None) | (NotifyShows::Nothing, _) => words.hidden.clone(),
        })
        .collect();
    if shows != NotifyShows::Text {
        lines.dedup();
    }
    lines.join("\n")
}

/// What a message says in one line: its text, what hangs on it, or both.
pub(super) fn said(text: &str, kind: Option<AttachmentKind>, words: &DesktopWords) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kind = kind.map(|kind| match kind {
        AttachmentKind::Image => &words.picture,
        AttachmentKind::Video => &words.video,
        AttachmentKind::Audio => &words.audio,
        AttachmentKind::Voice => &words.voice,
        AttachmentKind::File => &words.file,
        AttachmentKind::Location => &words.location,
    });
    match (kind, line.is_empty()) {
        (Some(kind), true) => kind.clone(),
        (Some(kind), false) => shortened(&format!("{kind} · {line}")),
        (None, false) => shortened(&line),
        (None, true) => words.hidden.clone(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}

/// The text for a desktop that reads markup: what people write is never markup.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use cubist_client::model::{AttachmentKind, MessageId, ObjectId};

    use super::{LONGEST, body, escaped, said, title};
    use crate::ipc::types::{notifications::NotifyShows, words::DesktopWords};
    use crate::shell::notifications::board::{Card, Line};

    fn words() -> DesktopWords {
        let same = |word: &str| word.to_owned();
        DesktopWords {
            status: same("status"),
            open: same("open"),
            quit: same("quit"),
            quiet: same("quiet"),
            quiet_hour: same("hour"),
            quiet_day: same("day"),
            quiet_always: same("always"),
            quiet_off: same("off"),
            reply: same("reply"),
            mark_read: same("read"),
            mute: same("mute"),
            hidden: same("New message"),
            picture: same("Picture"),
            video: same("Video"),
            audio: same("Sound"),
            voice: same("Voice message"),
            file: same("File"),
            location: same("Location"),
            menu: None,
        }
    }

    fn card(lines: &[(Option<&str>, &str)], count: usize) -> Card {
        Card {
            name: "Ridge Walk".to_owned(),
            count,
            lines: lines
                .iter()
                .map(|(sender, text)| Line {
                    sender: sender.map(str::to_owned),
                    text: (*text).to_owned(),
                })
                .collect(),
            newest: MessageId::new(ObjectId::from_bytes([1; 12])),
        }
    }

    #[test]
    fn the_heading_counts_more_than_one() {
        let one = card(&[(None, "hi")], 1);
        assert_eq!(title(&one, NotifyShows::Text), "Ridge Walk");
        let many = card(&[(None, "hi")], 7);
        assert_eq!(title(&many, NotifyShows::Sender), "Ridge Walk (7)");
        assert_eq!(title(&many, NotifyShows::Nothing), "Cubist (7)");
    }

    #[test]
    fn each_message_has_its_line_with_who_wrote_it() {
        let group = card(&[(Some("Ann"), "One"), (Some("Bob"), "Two")], 2);
        assert_eq!(
            body(&group, NotifyShows::Text, &words()),
            "Ann: One\nBob: Two"
        );
        let private = card(&[(None, "One"), (None, "One")], 2);
        assert_eq!(body(&private, NotifyShows::Text, &words()), "One\nOne");
    }

    #[test]
    fn what_is_hidden_is_in_no_line() {
        let group = card(
            &[
                (Some("Ann"), "secret"),
                (Some("Ann"), "more"),
                (Some("Bob"), "x"),
            ],
            3,
        );
        assert_eq!(
            body(&group, NotifyShows::Sender, &words()),
            "Ann: New message\nBob: New message"
        );
        assert_eq!(body(&group, NotifyShows::Nothing, &words()), "New message");
    }

    #[test]
    fn a_message_is_told_in_one_line_of_bearable_length() {
        let told = |text: &str, kind| said(text, kind, &words());
        assert_eq!(told(" a\n\n b\t", None), "a b");
        assert_eq!(told("", Some(AttachmentKind::Voice)), "Voice message");
        assert_eq!(
            told("Summit!", Some(AttachmentKind::Image)),
            "Picture · Summit!"
        );
        assert_eq!(told(" ", None), "New message");
        let long = told(&"ä".repeat(LONGEST + 1), None);
        assert_eq!(long, format!("{}…", "ä".repeat(LONGEST)));
    }

    #[test]
    fn what_people_write_is_not_markup() {
        assert_eq!(
            escaped("<a href='x'>1 & 2</a>"),
            "&lt;a href='x'&gt;1 &amp; 2&lt;/a&gt;"
        );
    }
}
