//! The private dialog of a pair.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use rusqlite::{OptionalExtension, params};

use crate::state::cards::Cards;
use crate::state::dialog_cards::{DialogCard, load_card};
use crate::state::dialogs::{DialogKind, parse_dialog_id};
use crate::state::{State, StateError, occupants, users};

impl State {
    /// The private dialog of a pair, made if missing and shown again to `one` if they hid it.
    ///
    /// [`StateError::NotFound`] if either does not exist or both are the same.
    pub async fn private_dialog(
        &self,
        one: UserId,
        other: UserId,
    ) -> Result<Arc<DialogCard>, StateError> {
        let pair = (one.min(other), one.max(other));
        if let Some(card) = self.inner.cards.get_pair(pair) {
            return Ok(card);
        }
        self.show_private_dialog(one, other).await
    }

    /// The private dialog of a pair, if there is one.
    pub async fn known_private_dialog(
        &self,
        one: UserId,
        other: UserId,
    ) -> Result<Option<Arc<DialogCard>>, StateError> {
        let pair = (one.min(other), one.max(other));
        if let Some(card) = self.inner.cards.get_pair(pair) {
            return Ok(Some(card));
        }
        let id: Option<String> = self
            .read(move |db| {
                Ok(db
                    .prepare_cached(
                        "SELECT id FROM dialogs WHERE pair_low = ?1 AND pair_high = ?2",
                    )?
                    .query_row([pair.0.as_i64(), pair.1.as_i64()], |row| row.get(0))
                    .optional()?)
            })
            .await?;
        match id {
            Some(id) => self.dialog_card(&parse_dialog_id(&id)?).await,
            None => Ok(None),
        }
    }

    /// As [`Self::private_dialog`], and surely shows it again to `one`: for creating it over REST.
    pub async fn show_private_dialog(
        &self,
        one: UserId,
        other: UserId,
    ) -> Result<Arc<DialogCard>, StateError> {
        if one == other {
            return Err(StateError::NotFound);
        }
        let pair = (one.min(other), one.max(other));
        let inner = Arc::clone(&self.inner);
        let now = self.inner.clock.now();
        self.write(move |tx| {
            // Also of a pair that has one already: who deleted their account cannot be written to.
            if !users::exists(tx, one)? || !users::exists(tx, other)? {
                return Err(StateError::NotFound);
            }
            let (low, high) = (pair.0.as_i64(), pair.1.as_i64());
            let known: Option<(i64, String)> = tx
                .prepare_cached("SELECT key, id FROM dialogs WHERE pair_low = ?1 AND pair_high = ?2")?
                .query_row([low, high], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let id = if let Some((key, id)) = known {
                tx.prepare_cached("UPDATE occupants SET hidden = 0 WHERE dialog = ?1 AND user_id = ?2 AND hidden")?
                    .execute([key, one.as_i64()])?;
                parse_dialog_id(&id)?
            } else {
                let id = inner.ids.dialog(now);
                let seconds = now.seconds();
                let key = tx
                    .prepare_cached(
                        "INSERT INTO dialogs (id, kind, owner, pair_low, pair_high, created_at, updated_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
                    )?
                    .insert(params![
                        id.to_string(),
                        DialogKind::Private.number(),
                        one.as_i64(),
                        low,
                        high,
                        seconds
                    ])?;
                for user in [low, high] {
                    occupants::add(tx, key, DialogKind::Private, user, seconds)?;
                }
                id
            };
            let card = load_card(tx, id)?.ok_or(StateError::NotFound)?;
            let card = Arc::new(card);
            let remembered = Arc::clone(&card);
            tx.after_commit(move || remember_new(&inner.cards, &remembered));
            Ok(card)
        })
        .await
    }
}

/// A change made the cached card stale; the new one is known at once.
fn remember_new(cards: &Cards, card: &Arc<DialogCard>) {
    cards.forget(card.id);
    cards.remember(cards.generation(), card);
}
