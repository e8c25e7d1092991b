//! Unread counts: kept as two counters per dialog and occupant, so hardly anything is counted when asked.

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::params;

use crate::state::dialogs::parse_dialog_id;
use crate::state::{State, StateError};

/// Unread messages of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// In the dialogs asked for, or in all.
    pub total: u64,
    /// Of the dialogs asked for that the user is in; empty when asked for all.
    pub dialogs: Vec<(DialogId, u64)>,
}

/// What is unread in the dialog `d` for its occupant `o`; nothing for somebody outside.
///
/// In open dialogs both counters hold messages that were deleted since, so those among them that the person did not
/// read are counted and taken off. In the others there are none.
pub(crate) const UNREAD: &str = "max(0, d.message_count - coalesce(o.seen, d.message_count) -
   (SELECT count(*) FROM removed_messages x
    WHERE x.dialog = d.key AND x.key > o.read_to AND x.sender <> o.user_id))";

impl State {
    /// Counts unread messages, of some dialogs or (`None`) of all.
    pub async fn unread(
        &self,
        user: UserId,
        dialogs: Option<Vec<DialogId>>,
    ) -> Result<Unread, StateError> {
        self.check_count(dialogs.as_ref().map_or(0, Vec::len))?;
        let Some(dialogs) = dialogs else {
            let total: i64 = self
                .read(move |db| {
                    Ok(db
                        .prepare_cached(&format!(
                            "SELECT coalesce(sum({UNREAD}), 0)
                             FROM occupants o JOIN dialogs d ON d.key = o.dialog WHERE o.user_id = ?1 AND NOT o.hidden"
                        ))?
                        .query_row([user.as_i64()], |row| row.get(0))?)
                })
                .await?;
            return Ok(Unread {
                total: total.unsigned_abs(),
                dialogs: Vec::new(),
            });
        };
        let list: serde_json::Value = dialogs.iter().map(ToString::to_string).collect();
        self.read(move |db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT d.id, {UNREAD} FROM dialogs d
                 JOIN occupants o ON o.dialog = d.key AND o.user_id = ?2
                 WHERE d.id IN (SELECT value FROM json_each(?1)) ORDER BY d.id"
            ))?;
            let mut rows = query.query(params![list.to_string(), user.as_i64()])?;
            let mut unread = Unread::default();
            while let Some(row) = rows.next()? {
                let id: String = row.get(0)?;
                let count = row.get::<_, i64>(1)?.unsigned_abs();
                unread.total += count;
                unread.dialogs.push((parse_dialog_id(&id)?, count));
            }
            Ok(unread)
        })
        .await
    }
}
