//! Parts of long lists.

use std::fmt;
use std::str::FromStr;

use crate::model::{DialogId, MessageId};

use crate::model::{Dialog, Message, UnixMillis};

/// Where a page of the chat list ended. Crosses to the screen as opaque text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Last activity of the last dialog on the page.
    pub last_activity: UnixMillis,
    /// Its id, since activities can be equal.
    pub dialog: DialogId,
}

/// The text is no cursor that this engine gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position in the chat list")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.last_activity.0, self.dialog)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (activity, dialog) = text.split_once('.').ok_or(InvalidCursor)?;
        Ok(Self {
            last_activity: UnixMillis(activity.parse().map_err(|_| InvalidCursor)?),
            dialog: dialog.parse().map_err(|_| InvalidCursor)?,
        })
    }
}

/// Which part of the chat list is wanted, by last activity descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialogQuery {
    /// Where the previous page ended; `None` for the top.
    pub after: Option<Cursor>,
    /// How many at most.
    pub limit: u32,
}

/// A part of the chat list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogPage {
    /// By last activity, newest first.
    pub items: Vec<Dialog>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// Which part of a dialog is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The newest messages.
    Newest,
    /// Around the oldest unread message; like `Newest` when there is none.
    FirstUnread,
    /// Older than this one.
    Before(MessageId),
    /// Newer than this one.
    After(MessageId),
    /// This one in the middle.
    Around(MessageId),
    /// Around the first message of this second or later; like `Newest` when there is none.
    Date(UnixMillis),
}

/// Why a part of the history cannot be shown now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// There is no connection; it is fetched when there is one.
    Offline,
    /// The server was asked and failed; asking again can help.
    Failed,
}

/// What lies beyond an end of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Nothing: the dialog begins (or ends) here.
    End,
    /// More messages: ask for the next page.
    More,
    /// Messages that exist and are not here.
    Gap {
        /// Why not.
        reason: GapReason,
    },
}

/// A part of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// Oldest first.
    pub items: Vec<Message>,
    /// What is older than the first item.
    pub before: Edge,
    /// What is newer than the last item.
    pub after: Edge,
}

#[cfg(test)]
mod tests {
    use super::{Cursor, InvalidCursor};
    use crate::model::UnixMillis;

    #[test]
    fn cursor_survives_its_trip_as_text() {
        let cursor = Cursor {
            last_activity: UnixMillis(-17),
            dialog: "5c094c0ce588ce6856f87422".parse().unwrap(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn cursor_refuses_what_it_did_not_write() {
        for text in ["", ".", "1", "1.x", "x.5c094c0ce588ce6856f87422"] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
