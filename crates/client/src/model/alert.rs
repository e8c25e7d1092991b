//! Whether somebody is to be told of a message.

use crate::model::{Dialog, Message, Status, UnixMillis, UserId};

/// Which messages of a dialog somebody is told of on this computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Alerts {
    /// Those that the person chose for all dialogs.
    #[default]
    Usual,
    /// All of them, whatever was chosen for others.
    All,
    /// Those that name this person.
    Mentions,
    /// None, not even those.
    Nothing,
}

impl Alerts {
    /// Its number in the cache; never renumbered.
    pub const fn code(self) -> i64 {
        match self {
            Self::Usual => 0,
            Self::All => 1,
            Self::Mentions => 2,
            Self::Nothing => 3,
        }
    }

    /// The choice with this number in the cache.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Usual),
            1 => Some(Self::All),
            2 => Some(Self::Mentions),
            3 => Some(Self::Nothing),
            _ => None,
        }
    }
}

/// Whether a message that has just come is worth an alert on this device: a notification, a sound.
///
/// It is, when all of this is so:
/// - someone else wrote it, and it is a message, not a line about the dialog, and not deleted;
/// - it has not been seen, here or on another device;
/// - its sender did not ask for silence;
/// - the dialog is not muted at `now`, or the message names this person: who is named is told even
///   in a muted dialog;
/// - it is among those that the person chose for the dialog on this computer. Without such a choice
///   the dialog's setting on the server counts here, too: notifications that are off there come from
///   nowhere.
///
/// That it has just come is for the caller to know: the engine asks for what comes on the line
/// while it is there, never for what is caught up with from the history or the queue of a server
/// ([`crate::ClientEvent::MessageAlert`]). Whether the window is being looked at, or alerts are
/// wanted at all, is for the one who shows them.
pub fn is_alerting(message: &Message, dialog: &Dialog, me: UserId, now: UnixMillis) -> bool {
    let is_news = message.sender != me
        && message.system.is_none()
        && !message.deleted
        && message.status != Status::Read;
    let names_me = message.mentions.contains(&me);
    is_news && !message.silent && is_wanted(dialog, names_me, now)
}

/// Whether alerts of a dialog that stand somewhere are to go: since they were given, the person has
/// muted it, or chosen that less of it is told.
pub fn is_silenced(dialog: &Dialog, now: UnixMillis) -> bool {
    !is_wanted(dialog, dialog.mention, now)
}

fn is_wanted(dialog: &Dialog, names_me: bool, now: UnixMillis) -> bool {
    let is_muted = dialog.muted_until.is_some_and(|until| until > now);
    let is_chosen = match dialog.alerts {
        Alerts::Usual => dialog.notifications,
        Alerts::All => true,
        Alerts::Mentions => names_me,
        Alerts::Nothing => false,
    };
    is_chosen && (!is_muted || names_me)
}

#[cfg(test)]
mod tests {
    use super::{Alerts, is_alerting, is_silenced};
    use crate::model::{Dialog, Message, Status, SystemLine, UnixMillis};
    use crate::store::testing::{ME, TestDb, dialog_id, incoming, message_id, user_id};
    use crate::store::{dialogs, messages};

    const NOW: UnixMillis = UnixMillis(1_000);

    /// A message of person 2 in a dialog that is not muted.
    fn news() -> (Message, Dialog) {
        let db = TestDb::with_dialog();
        db.write(|tx| messages::insert(tx, &incoming(1, 10, "hi")));
        db.read(|db| {
            Ok((
                messages::load(db, message_id(1))?.unwrap(),
                dialogs::load(db, dialog_id(1))?.unwrap(),
            ))
        })
    }

    fn alerts(change: impl FnOnce(&mut Message, &mut Dialog)) -> bool {
        let (mut message, mut dialog) = news();
        change(&mut message, &mut dialog);
        is_alerting(&message, &dialog, user_id(ME), NOW)
    }

    #[test]
    fn an_unseen_message_of_someone_else_alerts() {
        assert!(alerts(|_, _| {}));
    }

    #[test]
    fn own_seen_silent_and_deleted_messages_and_lines_do_not() {
        assert!(!alerts(|message, _| message.sender = user_id(ME)));
        assert!(!alerts(|message, _| message.status = Status::Read));
        assert!(!alerts(|message, _| message.silent = true));
        assert!(!alerts(|message, _| message.deleted = true));
        assert!(!alerts(|message, _| message.system = Some(SystemLine::Left)));
    }

    #[test]
    fn notifications_that_are_off_on_the_server_come_from_here_neither() {
        assert!(!alerts(|_, dialog| dialog.notifications = false));
        assert!(!alerts(|message, dialog| {
            dialog.notifications = false;
            message.mentions = vec![user_id(ME)];
        }));
        assert!(alerts(|_, dialog| {
            dialog.notifications = false;
            dialog.alerts = Alerts::All;
        }));
    }

    #[test]
    fn what_was_chosen_for_the_dialog_counts() {
        let told = |choice: Alerts, names_me: bool| {
            alerts(|message, dialog| {
                dialog.alerts = choice;
                message.mentions = if names_me { vec![user_id(ME)] } else { vec![] };
            })
        };
        for (choice, any, mine) in [
            (Alerts::Usual, true, true),
            (Alerts::All, true, true),
            (Alerts::Mentions, false, true),
            (Alerts::Nothing, false, false),
        ] {
            assert_eq!(
                (told(choice, false), told(choice, true)),
                (any, mine),
                "{choice:?}"
            );
        }
        assert!(!alerts(|_, dialog| {
            dialog.alerts = Alerts::All;
            dialog.muted_until = Some(Dialog::MUTED_FOR_GOOD);
        }));
    }

    #[test]
    fn a_dialog_that_is_muted_now_takes_back_what_names_nobody() {
        let (_, dialog) = news();
        assert!(!is_silenced(&dialog, NOW));
        let muted = Dialog {
            muted_until: Some(Dialog::MUTED_FOR_GOOD),
            ..dialog
        };
        assert!(is_silenced(&muted, NOW));
        let mention = Dialog {
            mention: true,
            ..muted
        };
        assert!(!is_silenced(&mention, NOW));
        let nothing = Dialog {
            alerts: Alerts::Nothing,
            ..mention
        };
        assert!(is_silenced(&nothing, NOW));
    }

    #[test]
    fn choices_keep_their_numbers() {
        for alerts in [
            Alerts::Usual,
            Alerts::All,
            Alerts::Mentions,
            Alerts::Nothing,
        ] {
            assert_eq!(Alerts::from_code(alerts.code()), Some(alerts));
        }
        assert_eq!(Alerts::from_code(4), None);
    }

    #[test]
    fn a_mute_silences_until_its_moment_and_not_those_who_name_me() {
        let mute =
            |until: i64| move |dialog: &mut Dialog| dialog.muted_until = Some(UnixMillis(until));
        assert!(!alerts(|_, dialog| mute(1_001)(dialog)));
        assert!(!alerts(
            |_, dialog| dialog.muted_until = Some(Dialog::MUTED_FOR_GOOD)
        ));
        assert!(alerts(|_, dialog| mute(1_000)(dialog)), "it has ended");
        assert!(alerts(|message, dialog| {
            mute(1_001)(dialog);
            message.mentions = vec![user_id(3), user_id(ME)];
        }));
        assert!(!alerts(|message, dialog| {
            mute(1_001)(dialog);
            message.mentions = vec![user_id(3)];
        }));
        assert!(!alerts(|message, _| {
            message.mentions = vec![user_id(ME)];
            message.silent = true;
        }));
    }
}
