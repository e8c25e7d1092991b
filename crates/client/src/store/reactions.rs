//! Reactions to messages.
//!
//! The history tells how many reacted and what this person did, the line tells who did what. A
//! name and a count may speak of the same person; then nothing is added twice, and the message is
//! noted as doubtful: the server is asked who reacted, and its answer is the truth. A message whose
//! reactions all came by the line needs no question.

use rusqlite::params;

use crate::model::{DialogId, MessageId, Reaction, UserId};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, WriteTx, messages, wishes};

/// Reactions to one message, in the order of first use.
type Tally = Vec<Reaction>;

/// Reactions as a row of the history tells of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// This person's own.
    pub own: Vec<String>,
    /// How many people reacted, by emoji.
    pub total: Vec<(String, u32)>,
}

impl Snapshot {
    /// As a screen shows it: the most frequent first.
    pub fn shown(&self) -> Vec<Reaction> {
        shown(self.tally())
    }

    /// Without any wish of this person that waits.
    pub(super) fn tally(&self) -> Vec<Reaction> {
        self.total
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(emoji, count)| Reaction {
                emoji: emoji.clone(),
                count: *count,
                mine: self.own.contains(emoji),
            })
            .collect()
    }
}

/// Somebody reacted, or took it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// To which message.
    pub message: MessageId,
    /// Where it stands, as far as the stanza says.
    pub dialog: DialogId,
    /// Who.
    pub user: UserId,
    /// With what.
    pub emoji: String,
    /// Whether the reaction is there from now on.
    pub is_on: bool,
}

/// Takes in what the line tells. A change of a message that is not here waits for it.
pub fn change(tx: &mut WriteTx<'_>, change: &Change) -> Result<(), Error> {
    let Some((dialog, stored)) = tally_of(tx, change.message)? else {
        return messages::keep_early_reaction(tx, change);
    };
    let Some(mut tally) = stored.filter(|_| dialog == change.dialog) else {
        return Ok(());
    };
    if change.user == tx.me() {
        if !wishes::reaction_waits(tx, change.message, &change.emoji)? {
            note_who(tx, change)?;
            set_mine(&mut tally, &change.emoji, change.is_on);
        }
        return save(tx, dialog, change.message, &tally);
    }
    let known = tx.one(
        "SELECT is_on FROM reactors WHERE message = ?1 AND emoji = ?2 AND user = ?3",
        params![
            Oid::from(change.message),
            change.emoji,
            change.user.as_i64()
        ],
        |row| Ok(row.get::<_, bool>(0)?),
    )?;
    let counted = tally.iter().find(|shown| shown.emoji == change.emoji);
    let nameless = match counted {
        Some(shown) => {
            let named = named(tx, change.message, &change.emoji)?;
            i64::from(shown.count) - i64::from(shown.mine) - named > 0
        }
        None => false,
    };
    let is_news = known != Some(change.is_on);
    let step = match (is_news, change.is_on, known) {
        (false, ..) => 0,
        (true, true, _) if nameless => 0,
        (true, true, _) => 1,
        (true, false, Some(true)) => -1,
        (true, false, _) => -i64::from(nameless),
    };
    if is_news {
        note_who(tx, change)?;
    }
    if nameless || is_doubtful(tx, change.message)? {
        doubt(tx, change.message)?;
    }
    add(&mut tally, &change.emoji, step);
    save(tx, dialog, change.message, &tally)
}

/// Keeps what somebody is known by name to have done.
fn note_who(tx: &mut WriteTx<'_>, change: &Change) -> Result<(), Error> {
    tx.run(
        "INSERT INTO reactors (message, emoji, user, is_on) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (message, emoji, user) DO UPDATE SET is_on = excluded.is_on",
        params![
            Oid::from(change.message),
            change.emoji,
            change.user.as_i64(),
            change.is_on
        ],
    )?;
    Ok(())
}

/// This person reacts, or takes it back; the wish stands in the queue.
pub(super) fn set_own(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    emoji: &str,
    is_on: bool,
) -> Result<(), Error> {
    if let Some((dialog, Some(mut tally))) = tally_of(tx, message)? {
        set_mine(&mut tally, emoji, is_on);
        save(tx, dialog, message, &tally)?;
    }
    Ok(())
}

/// Whether this person's reaction is shown.
pub fn is_mine(db: &ReadDb<'_>, message: MessageId, emoji: &str) -> Result<bool, Error> {
    let tally = tally_of(db, message)?.and_then(|(_, tally)| tally);
    Ok(tally.is_some_and(|tally| tally.iter().any(|shown| shown.emoji == emoji && shown.mine)))
}

/// Takes in what a row of the history tells of a message that is here.
pub(super) fn adopt(
    tx: &mut WriteTx<'_>,
    message: MessageId,
    stored: &str,
    snapshot: &Snapshot,
) -> Result<(), Error> {
    let told = overlaid(tx, message, snapshot.tally())?;
    let present = decode(stored)?;
    if same(&told, &present) {
        return Ok(());
    }
    let has_names = tx
        .one(
            "SELECT 1 FROM reactors WHERE message = ?1 LIMIT 1",
            [Oid::from(message)],
            |_| Ok(()),
        )?
        .is_some();
    if has_names {
        doubt(tx, message)?;
    }
    if let Some((dialog, Some(_))) = tally_of(tx, message)? {
        save(tx, dialog, message, &in_order_of(&present, told))?;
    }
    Ok(())
}

/// Messages the server is to be asked about, with the number of each doubt.
pub fn doubtful(db: &ReadDb<'_>, limit: u32) -> Result<Vec<(i64, MessageId)>, Error> {
    db.all(
        "SELECT seq, message FROM reaction_doubts ORDER BY seq LIMIT ?1",
        [limit],
        |row| Ok((row.get(0)?, row.get::<_, Oid>(1)?.message())),
    )
}

/// Whether the server is to be asked about any message.
pub fn any_doubtful(db: &ReadDb<'_>) -> Result<bool, Error> {
    Ok(!doubtful(db, 1)?.is_empty())
}

/// The server said who reacted, asked after doubt `seq` was noted; `None` when it would not say.
/// A doubt that came since stays.
pub fn settle(
    tx: &mut WriteTx<'_>,
    seq: i64,
    message: MessageId,
    who: Option<&[(String, Vec<UserId>)]>,
) -> Result<(), Error> {
    tx.run(
        "DELETE FROM reaction_doubts WHERE message = ?1 AND seq = ?2",
        params![Oid::from(message), seq],
    )?;
    let (Some(who), Some((dialog, Some(present)))) = (who, tally_of(tx, message)?) else {
        return Ok(());
    };
    let me = tx.me();
    tx.run(
        "DELETE FROM reactors WHERE message = ?1",
        [Oid::from(message)],
    )?;
    let mut told = Vec::with_capacity(who.len());
    for (emoji, users) in who {
        for user in users.iter().filter(|user| **user != me) {
            tx.run(
                "INSERT INTO reactors (message, emoji, user, is_on) VALUES (?1, ?2, ?3, 1)
                 ON CONFLICT (message, emoji, user) DO NOTHING",
                params![Oid::from(message), emoji, user.as_i64()],
            )?;
        }
        let count = u32::try_from(users.len()).unwrap_or(u32::MAX);
        if count > 0 {
            told.push(Reaction {
                emoji: emoji.clone(),
                count,
                mine: users.contains(&me),
            });
        }
    }
    let told = overlaid(tx, message, told)?;
    save(tx, dialog, message, &in_order_of(&present, told))
}

/// What of a stored tally a screen shows: the most frequent first, the older first of two.
pub(super) fn shown(mut tally: Vec<Reaction>) -> Vec<Reaction> {
    tally.sort_by_key(|reaction| std::cmp::Reverse(reaction.count));
    tally
}

/// A tally as it is stored, in the order of first use.
pub(super) fn encode(tally: &[Reaction]) -> String {
    if tally.is_empty() {
        return String::new();
    }
    let rows: Vec<(&str, u32, u8)> = tally
        .iter()
        .map(|reaction| {
            (
                reaction.emoji.as_str(),
                reaction.count,
                reaction.mine.into(),
            )
        })
        .collect();
    // Texts and numbers only; there is nothing in it that JSON could not hold.
    serde_json::to_string(&rows).unwrap_or_default()
}

/// The tally in a column.
pub(super) fn decode(text: &str) -> Result<Vec<Reaction>, Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, u32, u8)> =
        serde_json::from_str(text).map_err(|_| Error::Corrupt { what: "reactions" })?;
    let read = |(emoji, count, mine)| Reaction {
        emoji,
        count,
        mine: mine != 0,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Where a message stands and its tally; no tally when it is deleted or only a line.
fn tally_of(
    db: &ReadDb<'_>,
    message: MessageId,
) -> Result<Option<(DialogId, Option<Tally>)>, Error> {
    db.one(
        "SELECT dialog, deleted, system, reactions FROM messages WHERE id = ?1",
        [Oid::from(message)],
        |row| {
            let is_there = row.get::<_, i64>(1)? == 0 && row.get::<_, String>(2)?.is_empty();
            let tally = is_there
                .then(|| decode(&row.get::<_, String>(3)?))
                .transpose()?;
            Ok((row.get::<_, Oid>(0)?.dialog(), tally))
        },
    )
}

fn save(
    tx: &mut WriteTx<'_>,
    dialog: DialogId,
    message: MessageId,
    tally: &[Reaction],
) -> Result<(), Error> {
    let changed = tx.run(
        "UPDATE messages SET reactions = ?2 WHERE id = ?1 AND reactions <> ?2",
        params![Oid::from(message), encode(tally)],
    )?;
    if changed > 0 {
        tx.touch_message(dialog, message);
    }
    Ok(())
}

/// How many other people are known by name to have reacted with this.
fn named(db: &ReadDb<'_>, message: MessageId, emoji: &str) -> Result<i64, Error> {
    let count = db.one(
        "SELECT count(*) FROM reactors
         WHERE message = ?1 AND emoji = ?2 AND is_on = 1 AND user <> ?3",
        params![Oid::from(message), emoji, db.me().as_i64()],
        |row| Ok(row.get(0)?),
    )?;
    Ok(count.unwrap_or_default())
}

fn is_doubtful(db: &ReadDb<'_>, message: MessageId) -> Result<bool, Error> {
    Ok(db
        .one(
            "SELECT 1 FROM reaction_doubts WHERE message = ?1",
            [Oid::from(message)],
            |_| Ok(()),
        )?
        .is_some())
}

fn doubt(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    tx.run(
        "INSERT OR REPLACE INTO reaction_doubts (message) VALUES (?1)",
        [Oid::from(message)],
    )?;
    Ok(())
}

fn set_mine(tally: &mut Vec<Reaction>, emoji: &str, is_on: bool) {
    let is_mine = tally
        .iter()
        .any(|reaction| reaction.emoji == emoji && reaction.mine);
    if is_mine != is_on {
        add(tally, emoji, if is_on { 1 } else { -1 });
    }
    if let Some(reaction) = tally.iter_mut().find(|reaction| reaction.emoji == emoji) {
        reaction.mine = is_on;
    }
}

fn add(tally: &mut Vec<Reaction>, emoji: &str, step: i64) {
    let step = i32::try_from(step).unwrap_or_default();
    match tally.iter_mut().find(|reaction| reaction.emoji == emoji) {
        Some(reaction) => reaction.count = reaction.count.saturating_add_signed(step),
        None if step > 0 => tally.push(Reaction {
            emoji: emoji.to_owned(),
            count: step.unsigned_abs(),
            mine: false,
        }),
        None => {}
    }
    tally.retain(|reaction| reaction.count > 0);
}

/// What this person wants and the server does not know yet counts already.
fn overlaid(
    db: &ReadDb<'_>,
    message: MessageId,
    mut tally: Vec<Reaction>,
) -> Result<Vec<Reaction>, Error> {
    for (emoji, is_on) in wishes::reactions_waiting(db, message)? {
        set_mine(&mut tally, &emoji, is_on);
    }
    Ok(tally)
}

/// The same reactions, those that are shown already in their places.
fn in_order_of(present: &[Reaction], told: Vec<Reaction>) -> Vec<Reaction> {
    let mut told = told;
    let place = |reaction: &Reaction| {
        let known = present
            .iter()
            .position(|shown| shown.emoji == reaction.emoji);
        known.unwrap_or(usize::MAX)
    };
    told.sort_by_key(place);
    told
}

fn same(a: &[Reaction], b: &[Reaction]) -> bool {
    a.len() == b.len() && a.iter().all(|reaction| b.contains(reaction))
}

#[cfg(test)]
mod tests;
