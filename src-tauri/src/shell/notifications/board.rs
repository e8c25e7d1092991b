//! Which notifications stand on the desktop, one per dialog, and what they are about.
//!
//! A dialog's messages share its notification, so that a lively group takes one place and not
//! twenty. Nothing here talks to the desktop or knows what of it may be shown.

use std::collections::HashMap;

use cubist_client::model::{AccountId, DialogId, MessageId, Picture, UserId};

/// Lines a notification shows; desktops cut longer ones in their middle.
const LINES: usize = 4;

/// Messages that are remembered for a dialog, so that taking one back shows the one before.
const REMEMBERED: usize = 50;

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Whose dialog.
    pub(super) account: AccountId,
    /// Which one.
    pub(super) dialog: DialogId,
}

/// What a line says of who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Byline {
    /// Nothing: the dialog's name says so.
    None,
    /// Nothing yet: the name is on its way.
    Unknown,
    /// The name.
    Name(String),
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Who wrote it.
    pub(super) from: UserId,
    /// What is said of them.
    pub(super) byline: Byline,
    /// What it says.
    pub(super) text: String,
}

/// All that a notification may tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    /// Where it was written.
    pub(super) heading: String,
    /// The picture of whoever wrote last, or the dialog's; none while there is none here.
    pub(super) picture: Option<Picture>,
    /// How many messages there are, those without a line included.
    pub(super) count: usize,
    /// The newest messages, oldest first.
    pub(super) lines: Vec<Line>,
    /// The newest of its messages: where a click leads.
    pub(super) newest: MessageId,
}

impl Card {
    /// Its newest message alone, for desktops on which what was told before stands beside it.
    pub(super) fn newest_alone(mut self) -> Self {
        let told_before = self.lines.len().saturating_sub(1);
        self.lines.drain(..told_before);
        self.count = 1;
        self
    }
}

/// What is to be done with a notification.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    Keep,
    /// It says something else.
    Show(Card),
    /// It goes.
    Close,
}

/// Messages of one dialog that stand on the desktop.
#[derive(Debug)]
struct Standing {
    heading: String,
    picture: Option<Picture>,
    /// Oldest first.
    messages: Vec<(MessageId, Line)>,
    /// Those that were forgotten since they no longer fit.
    earlier: usize,
}

impl Standing {
    fn card(&self) -> Option<Card> {
        let (newest, _) = self.messages.last()?;
        let first = self.messages.len().saturating_sub(LINES);
        Some(Card {
            heading: self.heading.clone(),
            picture: self.picture.clone(),
            count: self.messages.len().saturating_add(self.earlier),
            lines: self
                .messages
                .iter()
                .skip(first)
                .map(|(_, line)| line.clone())
                .collect(),
            newest: *newest,
        })
    }
}

/// Everything that stands.
#[derive(Debug, Default)]
pub(super) struct Board(HashMap<Place, Standing>);

impl Board {
    /// Adds a message with its line. The same message twice is one message.
    pub(super) fn add(
        &mut self,
        place: &Place,
        heading: String,
        picture: Option<Picture>,
        message: MessageId,
        line: Line,
    ) -> Change {
        let standing = self.0.entry(place.clone()).or_insert_with(|| Standing {
            heading: String::new(),
            picture: None,
            messages: Vec::new(),
            earlier: 0,
        });
        standing.heading = heading;
        standing.picture = picture;
        if let Some((_, old)) = standing.messages.iter_mut().find(|(id, _)| *id == message) {
            *old = line;
        } else {
            if standing.messages.len() >= REMEMBERED {
                standing.messages.remove(0);
                standing.earlier = standing.earlier.saturating_add(1);
            }
            standing.messages.push((message, line));
        }
        self.card(place).map_or(Change::Keep, Change::Show)
    }

    /// What is told of a dialog now.
    pub(super) fn card(&self, place: &Place) -> Option<Card> {
        self.0.get(place).and_then(Standing::card)
    }

    /// Whether the message stands somewhere in this dialog.
    pub(super) fn has(&self, place: &Place, message: MessageId) -> bool {
        self.0
            .get(place)
            .is_some_and(|standing| standing.messages.iter().any(|(id, _)| *id == message))
    }

    /// The dialog has another name, or has got its first.
    pub(super) fn rename(
        &mut self,
        place: &Place,
        heading: String,
        picture: Option<Picture>,
    ) -> Change {
        let Some(standing) = self.0.get_mut(place) else {
            return Change::Keep;
        };
        if standing.heading == heading {
            return Change::Keep;
        }
        standing.heading = heading;
        standing.picture = picture.or(standing.picture.take());
        standing.card().map_or(Change::Keep, Change::Show)
    }

    /// Somebody is known now: what they wrote says so.
    pub(super) fn introduce(&mut self, place: &Place, user: UserId, name: &str) -> Change {
        let Some(standing) = self.0.get_mut(place) else {
            return Change::Keep;
        };
        let mut is_news = false;
        for (_, line) in &mut standing.messages {
            if line.from == user && line.byline == Byline::Unknown {
                line.byline = Byline::Name(name.to_owned());
                is_news = true;
            }
        }
        let card = standing.card().filter(|_| is_news);
        card.map_or(Change::Keep, Change::Show)
    }

    /// The words of a message changed.
    pub(super) fn reword(&mut self, place: &Place, message: MessageId, line: Line) -> Change {
        let Some(standing) = self.0.get_mut(place) else {
            return Change::Keep;
        };
        match standing.messages.iter_mut().find(|(id, _)| *id == message) {
            Some((_, old)) if *old != line => {
                *old = line;
                standing.card().map_or(Change::Keep, Change::Show)
            }
            Some(_) | None => Change::Keep,
        }
    }

    /// Messages were seen or deleted.
    pub(super) fn forget(&mut self, place: &Place, is_gone: impl Fn(MessageId) -> bool) -> Change {
        let Some(standing) = self.0.get_mut(place) else {
            return Change::Keep;
        };
        let before = standing.messages.len();
        standing.messages.retain(|(id, _)| !is_gone(*id));
        if standing.messages.len() == before {
            return Change::Keep;
        }
        if let Some(card) = standing.card() {
            return Change::Show(card);
        }
        self.clear(place)
    }

    /// Everything in the dialog was seen, or the person has closed its notification.
    pub(super) fn clear(&mut self, place: &Place) -> Change {
        match self.0.remove(place) {
            Some(_) => Change::Close,
            None => Change::Keep,
        }
    }

    /// The dialogs that have something standing.
    pub(super) fn places(&self) -> Vec<Place> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use cubist_client::model::{
        AccountId, DialogId, MessageId, ObjectId, Picture, PictureKind, UserId,
    };

    use super::{Board, Byline, Card, Change, LINES, Line, Place, REMEMBERED};

    fn id(n: u8) -> ObjectId {
        let mut bytes = [0; 12];
        bytes[11] = n;
        ObjectId::from_bytes(bytes)
    }

    fn message(n: u8) -> MessageId {
        MessageId::new(id(n))
    }

    fn place() -> Place {
        Place {
            account: AccountId::from_random([1; 8]),
            dialog: DialogId::new(id(200)),
        }
    }

    fn line(text: &str) -> Line {
        Line {
            from: ann(),
            byline: Byline::Name("Ann".to_owned()),
            text: text.to_owned(),
        }
    }

    fn ann() -> UserId {
        UserId::new(7).unwrap()
    }

    fn shown(change: Change) -> Card {
        match change {
            Change::Show(card) => card,
            other @ (Change::Keep | Change::Close) => panic!("{other:?}"),
        }
    }

    fn add(board: &mut Board, n: u8) -> Card {
        let news = line(&format!("line {n}"));
        shown(board.add(&place(), "Ridge Walk".to_owned(), None, message(n), news))
    }

    fn picture() -> Picture {
        Picture {
            bytes: [1, 2, 3].into(),
            kind: PictureKind::Png,
        }
    }

    fn texts(card: &Card) -> Vec<&str> {
        card.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn messages_of_a_dialog_share_a_notification() {
        let mut board = Board::default();
        let one = add(&mut board, 1);
        assert_eq!((one.heading.as_str(), one.count), ("Ridge Walk", 1));
        let two = add(&mut board, 2);
        assert_eq!((texts(&two), two.count), (vec!["line 1", "line 2"], 2));
        assert_eq!(two.newest, message(2));
        assert_eq!(board.places(), [place()]);
        assert_eq!(board.card(&place()), Some(two));
    }

    #[test]
    fn only_the_newest_lines_are_shown_and_all_are_counted() {
        let mut board = Board::default();
        let mut last = add(&mut board, 1);
        let count = u8::try_from(REMEMBERED + 3).unwrap();
        for n in 2..=count {
            last = add(&mut board, n);
        }
        assert_eq!(last.count, usize::from(count));
        assert_eq!(last.lines.len(), LINES);
        assert_eq!(last.lines.last(), Some(&line(&format!("line {count}"))));
    }

    #[test]
    fn a_message_told_twice_counts_once() {
        let mut board = Board::default();
        add(&mut board, 1);
        assert_eq!(add(&mut board, 1).count, 1);
    }

    #[test]
    fn what_was_seen_or_deleted_leaves_and_the_last_takes_the_notification_along() {
        let mut board = Board::default();
        add(&mut board, 1);
        add(&mut board, 2);
        assert_eq!(board.forget(&place(), |id| id == message(9)), Change::Keep);
        let Change::Show(left) = board.forget(&place(), |id| id == message(2)) else {
            panic!("one is left");
        };
        assert_eq!((texts(&left), left.newest), (vec!["line 1"], message(1)));
        assert_eq!(board.forget(&place(), |_| true), Change::Close);
        assert_eq!(board.clear(&place()), Change::Keep);
    }

    #[test]
    fn a_name_that_comes_later_is_told_and_brings_its_picture() {
        let mut board = Board::default();
        let name = |board: &mut Board, heading: &str, picture| {
            board.rename(&place(), heading.to_owned(), picture)
        };
        assert_eq!(name(&mut board, "Nothing stands", None), Change::Keep);
        board.add(&place(), "Cubist".to_owned(), None, message(1), line("hi"));
        assert_eq!(
            name(&mut board, "Cubist", None),
            Change::Keep,
            "not known yet"
        );
        let named = shown(name(&mut board, "Ridge Walk", Some(picture())));
        assert_eq!(named.heading, "Ridge Walk");
        assert_eq!(named.picture, Some(picture()));
        assert_eq!(texts(&named), ["hi"]);
        let renamed = shown(name(&mut board, "Ridge Run", None));
        assert_eq!(renamed.picture, Some(picture()), "it keeps its picture");
    }

    #[test]
    fn somebody_who_becomes_known_is_named_in_their_own_lines() {
        let mut board = Board::default();
        let unknown = |from: u64, text: &str| Line {
            from: UserId::new(from).unwrap(),
            byline: Byline::Unknown,
            text: text.to_owned(),
        };
        for (n, line) in [(1, unknown(7, "a")), (2, unknown(8, "b")), (3, line("c"))] {
            board.add(&place(), "Ridge Walk".to_owned(), None, message(n), line);
        }
        let card = shown(board.introduce(&place(), ann(), "Ann"));
        let bylines: Vec<&Byline> = card.lines.iter().map(|line| &line.byline).collect();
        let named = Byline::Name("Ann".to_owned());
        assert_eq!(bylines, [&named, &Byline::Unknown, &named]);
        let again = board.introduce(&place(), ann(), "Ann B.");
        assert_eq!(again, Change::Keep, "nothing waits for it");
    }

    #[test]
    fn an_edit_changes_its_line_alone() {
        let mut board = Board::default();
        add(&mut board, 1);
        add(&mut board, 2);
        let same = board.reword(&place(), message(1), line("line 1"));
        assert_eq!(same, Change::Keep);
        let Change::Show(card) = board.reword(&place(), message(1), line("better")) else {
            panic!("it changed");
        };
        assert_eq!(texts(&card), ["better", "line 2"]);
        assert_eq!(board.reword(&place(), message(7), line("x")), Change::Keep);
        assert!(board.has(&place(), message(1)) && !board.has(&place(), message(7)));
    }
}
