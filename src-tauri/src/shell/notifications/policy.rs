//! Whether an alert of the engine becomes a notification now.
//!
//! The engine has decided what is worth an alert (muted chats, silent messages, what is caught up
//! with); here is only what the person chose for this computer, and where they look.

use cubist_client::model::Alerts;

use crate::ipc::types::notifications::{Notifications, NotifyAbout, NotifyShows};

/// What is known at the moment of an alert.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Unix milliseconds.
    pub(super) now: i64,
    /// Minutes after midnight of this computer's time, 0 to 1,439.
    pub(super) minute: u16,
    /// Until when the person wants no notifications, in unix milliseconds.
    pub(super) quiet_until: Option<i64>,
    /// Whether the person looks at the account it came for: what comes is seen there.
    pub(super) is_looking: bool,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// A dialog of two people.
    pub(super) is_private: bool,
    /// The message names this person.
    pub(super) names_me: bool,
    /// What the person chose for the dialog.
    pub(super) alerts: Alerts,
}

/// Whether to notify.
pub(super) fn notifies(wanted: &Notifications, subject: Subject, moment: Moment) -> bool {
    let is_quiet = moment.quiet_until.is_some_and(|until| until > moment.now)
        || wanted
            .quiet_hours
            .is_some_and(|hours| hours.contain(moment.minute));
    let is_wanted = match (subject.alerts, wanted.about) {
        (Alerts::Usual, NotifyAbout::Everything) | (Alerts::All, _) => true,
        (Alerts::Usual, NotifyAbout::Personal) => subject.is_private || subject.names_me,
        (Alerts::Usual, NotifyAbout::Nothing) | (Alerts::Nothing, _) => false,
        (Alerts::Mentions, _) => subject.names_me,
    };
    is_wanted && !is_quiet && !moment.is_looking
}

/// How much is told. What the desktop keeps although the app is locked tells no text where there is a
/// lock.
pub(super) fn told(wanted: NotifyShows, can_lock: bool, can_withdraw: bool) -> NotifyShows {
    match wanted {
        NotifyShows::Text if can_lock && !can_withdraw => NotifyShows::Sender,
        NotifyShows::Text | NotifyShows::Sender | NotifyShows::Nothing => wanted,
    }
}

/// Whether the person wants nothing to stand now: they are not to be disturbed, or want no
/// notifications. What stands goes then; quiet hours begin without their doing and take nothing away.
pub(super) fn is_silent(wanted: &Notifications, quiet_until: Option<i64>, now: i64) -> bool {
    wanted.about == NotifyAbout::Nothing || quiet_until.is_some_and(|until| until > now)
}

#[cfg(test)]
mod tests {
    use super::{Alerts, Moment, Subject, is_silent, notifies, told};
    use crate::ipc::types::notifications::{Notifications, NotifyAbout, NotifyShows, QuietHours};

    const IN_GROUP: Subject = Subject {
        is_private: false,
        names_me: false,
        alerts: Alerts::Usual,
    };

    const AWAY: Moment = Moment {
        now: 1_000,
        minute: 600,
        quiet_until: None,
        is_looking: false,
    };

    fn about(about: NotifyAbout) -> Notifications {
        Notifications {
            about,
            ..Notifications::default()
        }
    }

    #[test]
    fn a_person_who_looks_at_the_app_is_not_called() {
        let wanted = Notifications::default();
        assert!(notifies(&wanted, IN_GROUP, AWAY));
        let here = Moment {
            is_looking: true,
            ..AWAY
        };
        assert!(!notifies(&wanted, IN_GROUP, here));
    }

    #[test]
    fn personal_means_private_chats_and_ones_own_name() {
        let wanted = about(NotifyAbout::Personal);
        assert!(!notifies(&wanted, IN_GROUP, AWAY));
        for subject in [
            Subject {
                is_private: true,
                ..IN_GROUP
            },
            Subject {
                names_me: true,
                ..IN_GROUP
            },
        ] {
            assert!(notifies(&wanted, subject, AWAY));
            assert!(!notifies(&about(NotifyAbout::Nothing), subject, AWAY));
        }
    }

    #[test]
    fn a_chat_may_be_an_exception_but_not_from_the_times_without_any() {
        let chosen = |alerts| Subject { alerts, ..IN_GROUP };
        let nothing = about(NotifyAbout::Nothing);
        assert!(notifies(&nothing, chosen(Alerts::All), AWAY));
        assert!(!notifies(&nothing, chosen(Alerts::Mentions), AWAY));
        let named = Subject {
            names_me: true,
            ..chosen(Alerts::Mentions)
        };
        assert!(notifies(&nothing, named, AWAY));
        let everything = about(NotifyAbout::Everything);
        assert!(!notifies(&everything, chosen(Alerts::Nothing), AWAY));
        let quiet = Moment {
            quiet_until: Some(1_001),
            ..AWAY
        };
        assert!(!notifies(&everything, chosen(Alerts::All), quiet));
    }

    #[test]
    fn do_not_disturb_ends_at_its_moment() {
        let until = |until| Moment {
            quiet_until: Some(until),
            ..AWAY
        };
        let wanted = Notifications::default();
        assert!(!notifies(&wanted, IN_GROUP, until(1_001)));
        assert!(notifies(&wanted, IN_GROUP, until(1_000)));
    }

    #[test]
    fn with_a_lock_no_text_is_left_where_nothing_can_be_taken_back() {
        let shows = [NotifyShows::Text, NotifyShows::Sender, NotifyShows::Nothing];
        for wanted in shows {
            assert_eq!(told(wanted, true, true), wanted);
            assert_eq!(told(wanted, false, false), wanted);
        }
        let [text, sender, nothing] = shows.map(|wanted| told(wanted, true, false));
        assert_eq!(text, NotifyShows::Sender);
        assert_eq!(
            (sender, nothing),
            (NotifyShows::Sender, NotifyShows::Nothing)
        );
    }

    #[test]
    fn who_wants_nothing_now_keeps_nothing() {
        let wanted = Notifications::default();
        assert!(!is_silent(&wanted, None, 1_000));
        assert!(!is_silent(&wanted, Some(1_000), 1_000), "it has ended");
        assert!(is_silent(&wanted, Some(1_001), 1_000));
        assert!(is_silent(&about(NotifyAbout::Nothing), None, 1_000));
        assert!(!is_silent(&about(NotifyAbout::Personal), None, 1_000));
    }

    #[test]
    fn quiet_hours_are_quiet() {
        let wanted = Notifications {
            quiet_hours: Some(QuietHours { from: 600, to: 660 }),
            ..Notifications::default()
        };
        assert!(!notifies(&wanted, IN_GROUP, AWAY));
        let later = Moment {
            minute: 660,
            ..AWAY
        };
        assert!(notifies(&wanted, IN_GROUP, later));
    }
}
