//! How much waits to be read, over all dialogs.

use rusqlite::params;

use crate::model::{UnixMillis, Unread};
use crate::store::{Error, ReadDb};

/// What a badge shows at `now`: muted dialogs and those put away do not count.
pub fn unread(db: &ReadDb<'_>, now: UnixMillis) -> Result<Unread, Error> {
    let with_messages = db.one(
        "SELECT count(*), coalesce(sum(d.unread_known + d.unread_elsewhere), 0)
         FROM dialogs d INDEXED BY dialogs_unread LEFT JOIN organised o ON o.dialog = d.id
         WHERE d.unread_known + d.unread_elsewhere > 0
           AND coalesce(o.archived, 0) = 0 AND coalesce(o.muted_until, 0) <= ?1",
        params![now.0],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
    )?;
    let by_hand = db.one(
        "SELECT count(*)
         FROM organised o INDEXED BY organised_unread JOIN dialogs d ON d.id = o.dialog
         WHERE o.marked_unread = 1 AND o.archived = 0 AND o.muted_until <= ?1
           AND d.unread_known + d.unread_elsewhere = 0",
        params![now.0],
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    let (dialogs, messages) = with_messages.unwrap_or_default();
    let dialogs = dialogs.saturating_add(by_hand.unwrap_or_default());
    Ok(Unread {
        messages: u32::try_from(messages).unwrap_or(u32::MAX),
        dialogs: u32::try_from(dialogs).unwrap_or(u32::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::unread;
    use crate::model::{DialogKind, UnixMillis, Unread};
    use crate::store::dialogs::save;
    use crate::store::testing::{ME, TestDb, dialog, dialog_id, incoming};
    use crate::store::{messages, organise};

    fn counted(db: &TestDb) -> (u32, u32) {
        let Unread { messages, dialogs } = db.read(|db| unread(db, UnixMillis(1_000)));
        (messages, dialogs)
    }

    /// Three dialogs, with one, two and no unread messages.
    fn three() -> TestDb {
        let db = TestDb::new();
        db.write(|tx| {
            for n in 1..=3 {
                save(tx, &dialog(n, DialogKind::Private, &[ME, u64::from(n) + 1]))?;
            }
            for (message, home) in [(1, 1), (2, 2), (3, 2)] {
                let news = messages::MessageRecord {
                    dialog: dialog_id(home),
                    ..incoming(message, 100, "hi")
                };
                messages::insert(tx, &news)?;
            }
            Ok(())
        });
        db
    }

    #[test]
    fn messages_of_all_dialogs_are_counted() {
        assert_eq!(counted(&three()), (3, 2));
    }

    #[test]
    fn a_mark_by_hand_counts_as_a_dialog_without_messages() {
        let db = three();
        db.write(|tx| organise::mark_unread(tx, &[dialog_id(1), dialog_id(3)], true));
        assert_eq!(counted(&db), (3, 3));
    }

    #[test]
    fn what_is_muted_or_put_away_calls_nobody() {
        let db = three();
        db.write(|tx| organise::mute(tx, dialog_id(2), Some(UnixMillis(1_001))));
        assert_eq!(counted(&db), (1, 1));
        db.write(|tx| organise::mute(tx, dialog_id(2), Some(UnixMillis(1_000))));
        assert_eq!(counted(&db), (3, 2), "that mute has ended");
        db.write(|tx| organise::archive(tx, &[dialog_id(1)], true));
        assert_eq!(counted(&db), (2, 1));
    }
}
