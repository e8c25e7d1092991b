//! Which notifications stand on the desktop, one per dialog, and what they are about.
//!
//! A dialog's messages share its notification, so that a lively group takes one place and not
//! twenty. Nothing here talks to the desktop or knows what of it may be shown.

use std::collections::HashMap;

use cubist_client::model::{AccountId, DialogId, MessageId};

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

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Who wrote it; none where the dialog's name says so.
    pub(super) sender: Option<String>,
    /// What it says.
    pub(super) text: String,
}

/// All that a notification may tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    /// The dialog's name.
    pub(super) name: String,
    /// How many messages there are, those without a line included.
    pub(super) count: usize,
    /// The newest messages, oldest first.
    pub(super) lines: Vec<Line>,
    /// The newest of its messages: where a click leads.
    pub(super) newest: MessageId,
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
    name: String,
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
            name: self.name.clone(),
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
        name: String,
        message: MessageId,
        line: Line,
    ) -> Change {
        let standing = self.0.entry(place.clone()).or_insert_with(|| Standing {
            name: String::new(),
            messages: Vec::new(),
            earlier: 0,
        });
        standing.name = name;
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
    use cubist_client::model::{AccountId, DialogId, MessageId, ObjectId};

    use super::{Board, Card, Change, LINES, Line, Place, REMEMBERED};

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
            sender: Some("Ann".to_owned()),
            text: text.to_owned(),
        }
    }

    fn add(board: &mut Board, n: u8) -> Card {
        let news = line(&format!("line {n}"));
        match board.add(&place(), "Ridge Walk".to_owned(), message(n), news) {
            Change::Show(card) => card,
            other @ (Change::Keep | Change::Close) => panic!("{other:?}"),
        }
    }

    fn texts(card: &Card) -> Vec<&str> {
        card.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn messages_of_a_dialog_share_a_notification() {
        let mut board = Board::default();
        let one = add(&mut board, 1);
        assert_eq!((one.name.as_str(), one.count), ("Ridge Walk", 1));
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
