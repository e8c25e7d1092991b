//! Corrections and reactions that came before their message: it may be on its way, or be fetched
//! later. Strangers could send any number of them, so only the newest are kept.

use cubist_protocol::ext::extra_params::ExtraParams;
use rusqlite::params;

use crate::model::{DialogId, MessageId, UnixMillis, UserId};
use crate::store::columns::{Oid, user};
use crate::store::messages::changes::{Correction, correct};
use crate::store::messages::reading::decode_extra;
use crate::store::messages::{encode_extra, present};
use crate::store::reactions::{self, Change};
use crate::store::{Error, ReadDb, WriteTx};

/// Changes kept for messages that are not here.
const EARLY_CHANGES: i64 = 1_000;

const CORRECTION: i64 = 1;
const REACTION: i64 = 2;

/// One change that waits.
struct Early<'e> {
    message: MessageId,
    user: UserId,
    kind: i64,
    dialog: DialogId,
    /// The emoji.
    what: &'e str,
    text: &'e str,
    extra: &'e ExtraParams,
    at: UnixMillis,
}

pub(super) fn keep_correction(tx: &mut WriteTx<'_>, correction: &Correction) -> Result<(), Error> {
    keep(
        tx,
        &Early {
            message: correction.message,
            user: correction.by,
            kind: CORRECTION,
            dialog: correction.dialog,
            what: "",
            text: &correction.text,
            extra: &correction.extra,
            at: correction.at,
        },
    )
}

pub(in crate::store) fn keep_reaction(tx: &mut WriteTx<'_>, change: &Change) -> Result<(), Error> {
    keep(
        tx,
        &Early {
            message: change.message,
            user: change.user,
            kind: REACTION,
            dialog: change.dialog,
            what: &change.emoji,
            text: if change.is_on { "1" } else { "0" },
            extra: &ExtraParams::new(),
            at: UnixMillis(0),
        },
    )
}

fn keep(tx: &mut WriteTx<'_>, early: &Early<'_>) -> Result<(), Error> {
    // The last word counts, and takes its place behind all others.
    tx.run(
        "INSERT OR REPLACE INTO early_changes (message, user, kind, dialog, what, text, extra, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            Oid::from(early.message),
            early.user.as_i64(),
            early.kind,
            Oid::from(early.dialog),
            early.what,
            early.text,
            encode_extra(early.extra),
            early.at.0
        ],
    )?;
    tx.run(
        "DELETE FROM early_changes WHERE seq <= (SELECT max(seq) FROM early_changes) - ?1",
        [EARLY_CHANGES],
    )?;
    Ok(())
}

/// Whether any change waits for its message.
pub(super) fn any(db: &ReadDb<'_>) -> Result<bool, Error> {
    Ok(db
        .one("SELECT 1 FROM early_changes LIMIT 1", [], |_| Ok(()))?
        .is_some())
}

/// Applies what came before this message, in its order.
pub(super) fn apply(tx: &mut WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let Some(dialog) = present(tx, message)?.map(|present| present.dialog) else {
        return Ok(());
    };
    let mut waiting = tx.all(
        "DELETE FROM early_changes WHERE message = ?1
         RETURNING seq, user, kind, dialog, what, text, extra, at",
        [Oid::from(message)],
        |row| {
            Ok((
                row.get::<_, i64>(0)?,
                user(row.get(1)?)?,
                row.get::<_, i64>(2)?,
                row.get::<_, Oid>(3)?.dialog(),
                (row.get::<_, String>(4)?, row.get::<_, String>(5)?),
                decode_extra(&row.get::<_, String>(6)?)?,
                UnixMillis(row.get(7)?),
            ))
        },
    )?;
    waiting.sort_by_key(|(seq, ..)| *seq);
    for (_, by, kind, there, (what, text), extra, at) in waiting {
        // Only what was said where the message stands is about it.
        if there != dialog {
            continue;
        }
        if kind == CORRECTION {
            let correction = Correction {
                message,
                dialog,
                by,
                text,
                extra,
                at,
            };
            correct(tx, &correction)?;
        } else {
            let change = Change {
                message,
                dialog,
                user: by,
                emoji: what,
                is_on: text == "1",
            };
            reactions::change(tx, &change)?;
        }
    }
    Ok(())
}
