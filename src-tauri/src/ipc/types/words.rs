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
}
