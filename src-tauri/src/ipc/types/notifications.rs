//! What a person wants to be told outside the window.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Which messages are worth a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NotifyAbout {
    /// Every message of a chat that is not muted.
    #[default]
    Everything,
    /// Messages in private chats, and those that name me.
    Personal,
    /// None.
    Nothing,
}

/// How much a notification tells to whoever looks at the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NotifyShows {
    /// Who wrote, where and what.
    #[default]
    Text,
    /// Who wrote and where.
    Sender,
    /// That there is something.
    Nothing,
}

/// What is heard with a notification, in the sounds of the desktop's own theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NotifySound {
    /// The one for messages.
    #[default]
    Message,
    /// A bell.
    Bell,
    /// A short chime.
    Chime,
    /// Nothing.
    Off,
}

/// A part of each day without notifications, in minutes after midnight of this computer's time.
/// One that begins after its end goes over midnight; one that ends where it begins is the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// When they begin, 0 to 1,439.
    pub from: u16,
    /// When they end, 0 to 1,439.
    pub to: u16,
}

impl QuietHours {
    /// Minutes of a day.
    pub const DAY: u16 = 24 * 60;

    /// Whether a minute of the day lies within.
    pub const fn contain(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

/// The choices about notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notifications {
    /// What they are about.
    pub about: NotifyAbout,
    /// What they tell.
    pub shows: NotifyShows,
    /// What is heard.
    pub sound: NotifySound,
    /// When there are none.
    pub quiet_hours: Option<QuietHours>,
}

#[cfg(test)]
mod tests {
    use super::QuietHours;

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let night = QuietHours {
            from: 22 * 60,
            to: 7 * 60,
        };
        for (minute, quiet) in [
            (1319, false),
            (1320, true),
            (0, true),
            (419, true),
            (420, false),
        ] {
            assert_eq!(night.contain(minute), quiet, "{minute}");
        }
    }

    #[test]
    fn quiet_hours_end_with_the_minute_before_their_end() {
        let noon = QuietHours { from: 720, to: 780 };
        for (minute, quiet) in [(719, false), (720, true), (779, true), (780, false)] {
            assert_eq!(noon.contain(minute), quiet, "{minute}");
        }
    }

    #[test]
    fn quiet_hours_that_end_where_they_begin_are_the_whole_day() {
        let always = QuietHours { from: 60, to: 60 };
        assert!(
            [0, 59, 60, 1439]
                .iter()
                .all(|&minute| always.contain(minute))
        );
    }
}
