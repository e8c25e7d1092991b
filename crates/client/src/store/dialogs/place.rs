//! The date of what this person writes.

use crate::model::{Dialog, DialogId, MessageId, UnixMillis};
use crate::store::{Error, ReadDb, dialogs};

/// A message written after one whose sender's clock is ahead by up to this many seconds still
/// comes behind it. More is a broken clock, and not followed.
const FOLLOWED_CLOCK_ERROR: i64 = 60;

/// The time to send at in a dialog: now, or right behind the newest message when its sender's clock
/// is a little ahead, so that an answer never stands above what it answers.
pub fn place_behind(
    db: &ReadDb<'_>,
    now: UnixMillis,
    id: MessageId,
    dialog: DialogId,
) -> Result<UnixMillis, Error> {
    Ok(match dialogs::load(db, dialog)? {
        Some(target) => behind(now, id, &target),
        None => now,
    })
}

/// The same, for a dialog that is at hand.
pub fn behind(now: UnixMillis, id: MessageId, dialog: &Dialog) -> UnixMillis {
    let seconds = now.seconds();
    let Some(last) = &dialog.last else {
        return UnixMillis::from_seconds(seconds);
    };
    let newest = last.sent_at.seconds();
    let ahead = newest > seconds || (newest == seconds && last.id > id);
    let followed = ahead && newest - seconds <= FOLLOWED_CLOCK_ERROR;
    let step = i64::from(last.id > id);
    UnixMillis::from_seconds(if followed { newest + step } else { seconds })
}
