//! Whether somebody is to be told of a message.

use crate::model::{Dialog, Message, Status, UnixMillis, UserId};

/// Whether a message that has just come is worth an alert on this device: a notification, a sound.
///
/// It is, when all of this is so:
/// - someone else wrote it, and it is a message, not a line about the dialog, and not deleted;
/// - it has not been seen, here or on another device;
/// - its sender did not ask for silence;
/// - the dialog is not muted at `now`, or the message names this person: who is named is told even
///   in a muted dialog.
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
    let is_muted = dialog.muted_until.is_some_and(|until| until > now);
    is_news && !message.silent && (!is_muted || message.mentions.contains(&me))
}

#[cfg(test)]
mod tests {
    use super::is_alerting;
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
