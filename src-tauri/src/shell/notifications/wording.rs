//! What a notification says.

use cubist_client::model::{AccountId, AccountSummary, AttachmentKind};

use super::board::{Byline, Card};
use crate::ipc::types::{notifications::NotifyShows, words::DesktopWords};

/// Longest text of one message, in characters: some desktops lay out all of a novel.
const LONGEST: usize = 300;

/// Stands where no name may be told, or none is known yet.
const APP: &str = "Cubist";

/// Where it was written: the dialog's name and, with several accounts, whose dialog it is.
pub(super) fn heading(dialog: &str, whose: &AccountId, accounts: &[AccountSummary]) -> String {
    let dialog = if dialog.is_empty() { APP } else { dialog };
    let own = accounts.iter().find(|account| account.id == *whose);
    match own.filter(|_| accounts.len() > 1) {
        Some(own) => format!("{dialog} · {}", own.name),
        None => dialog.to_owned(),
    }
}

/// The first line: where, and how many messages when there are several.
pub(super) fn title(card: &Card, shows: NotifyShows) -> String {
    let name = match shows {
        NotifyShows::Text | NotifyShows::Sender => card.heading.as_str(),
        NotifyShows::Nothing => APP,
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
        .map(|line| {
            let said = match shows {
                NotifyShows::Text => &line.text,
                NotifyShows::Sender | NotifyShows::Nothing => &words.hidden,
            };
            match (&line.byline, shows) {
                (Byline::Name(name), NotifyShows::Text | NotifyShows::Sender) => {
                    format!("{name}: {said}")
                }
                (Byline::None | Byline::Unknown, _) | (_, NotifyShows::Nothing) => said.clone(),
            }
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

#[cfg(test)]
pub(super) mod tests {
    use cubist_client::model::{
        AccountId, AccountSummary, AttachmentKind, ConnectionState, MessageId, ObjectId, Origin,
        UserId,
    };

    use super::{LONGEST, body, heading, said, title};
    use crate::ipc::types::{notifications::NotifyShows, words::DesktopWords};
    use crate::shell::notifications::board::{Byline, Card, Line};

    /// An account of the person with this name.
    pub(in super::super) fn account(n: u8, name: &str) -> AccountSummary {
        AccountSummary {
            id: AccountId::from_random([n; 8]),
            user: UserId::new(n.into()).unwrap(),
            name: name.to_owned(),
            login: None,
            email: None,
            avatar: None,
            origin: Origin::Local,
            server: "here".to_owned(),
            connection: ConnectionState::Online,
            waiting: 0,
        }
    }

    pub(in super::super) fn words() -> DesktopWords {
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
            heading: "Ridge Walk".to_owned(),
            picture: None,
            count,
            lines: lines
                .iter()
                .map(|(sender, text)| Line {
                    from: UserId::new(7).unwrap(),
                    byline: sender.map_or(Byline::None, |name| Byline::Name(name.to_owned())),
                    text: (*text).to_owned(),
                })
                .collect(),
            newest: MessageId::new(ObjectId::from_bytes([1; 12])),
        }
    }

    #[test]
    fn with_several_accounts_the_heading_says_whose_it_is() {
        let (ada, work) = (account(1, "Ada"), account(2, "Ada at work"));
        let both = [ada.clone(), work.clone()];
        assert_eq!(
            heading("Ridge Walk", &ada.id, std::slice::from_ref(&ada)),
            "Ridge Walk"
        );
        assert_eq!(heading("Ridge Walk", &ada.id, &both), "Ridge Walk · Ada");
        assert_eq!(
            heading("Ridge Walk", &work.id, &both),
            "Ridge Walk · Ada at work"
        );
    }

    #[test]
    fn a_dialog_whose_name_is_on_its_way_has_the_name_of_the_app() {
        let (ada, work) = (account(1, "Ada"), account(2, "Ada at work"));
        assert_eq!(heading("", &ada.id, std::slice::from_ref(&ada)), "Cubist");
        assert_eq!(
            heading("", &work.id, &[ada, work.clone()]),
            "Cubist · Ada at work"
        );
        let mut group = card(&[(None, "hi")], 1);
        group.lines[0].byline = Byline::Unknown;
        assert_eq!(body(&group, NotifyShows::Text, &words()), "hi");
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
}
