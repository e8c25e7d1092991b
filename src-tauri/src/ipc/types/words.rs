//! Words that stand outside the window: in the tray's menu and on notifications.
//!
//! The page owns the language, so the page hands them over, at its start and whenever they change.

use serde::Deserialize;
use specta::Type;

/// The words of the desktop, in the person's language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DesktopWords {
    /// The tray's tooltip, and what its menu says of the state: connection and unread messages.
    pub status: String,
    /// Brings the window up.
    pub open: String,
    /// Ends the app.
    pub quit: String,
    /// The menu of times without notifications.
    pub quiet: String,
    /// One of its times.
    pub quiet_hour: String,
    /// One of its times.
    pub quiet_day: String,
    /// One of its times: until it is turned off.
    pub quiet_always: String,
    /// Ends it.
    pub quiet_off: String,
    /// Action of a notification: to the field of the chat.
    pub reply: String,
    /// Action of a notification.
    pub mark_read: String,
    /// Action of a notification: no more of this chat for an hour.
    pub mute: String,
    /// The whole text of a notification that is to say nothing.
    pub hidden: String,
    /// A picture without a caption.
    pub picture: String,
    /// A film without a caption.
    pub video: String,
    /// Sound without a caption.
    pub audio: String,
    /// A voice message.
    pub voice: String,
    /// A file without a caption.
    pub file: String,
    /// A place on the map.
    pub location: String,
    /// The menu bar, on systems that have one.
    pub menu: Option<MenuWords>,
}

/// The menu bar of macOS: its menus, what the system does in them, and what the page does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MenuWords {
    /// A menu.
    pub file: String,
    /// A menu.
    pub edit: String,
    /// A menu.
    pub view: String,
    /// A menu.
    pub window: String,
    /// A menu.
    pub help: String,
    /// What other programs offer.
    pub services: String,
    /// Hides this program.
    pub hide: String,
    /// Hides all others.
    pub hide_others: String,
    /// Ends both.
    pub show_all: String,
    /// Ends this program.
    pub quit: String,
    /// Closes the window.
    pub close: String,
    /// In a field.
    pub undo: String,
    /// In a field.
    pub redo: String,
    /// In a field.
    pub cut: String,
    /// Of what is selected.
    pub copy: String,
    /// In a field.
    pub paste: String,
    /// In a field or on the page.
    pub select_all: String,
    /// The window on the whole screen.
    pub fullscreen: String,
    /// The window in the dock.
    pub minimise: String,
    /// The window as large as the screen has room.
    pub fill: String,
    /// All windows over those of others.
    pub front: String,
    /// What the page does.
    pub commands: Vec<MenuCommand>,
}

/// Something that the page does when it is chosen in the menu bar.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MenuCommand {
    /// How the page calls it.
    pub id: String,
    /// What stands there.
    pub label: String,
    /// The keys that do the same, as the page writes them (`Mod+Shift+K`).
    pub keys: Option<String>,
}
