//! Devices that want to be alerted of what their owners miss.

use cubist_protocol::ids::{DialogId, UserId};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Map, Value};

use crate::state::user_search::to_i64;
use crate::state::users::user_id;
use crate::state::{State, StateError};

/// A device to alert.
#[derive(Clone, PartialEq)]
pub struct Subscription {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub user: UserId,
    /// The push service, `gcm` for instance.
    pub channel: String,
    /// What kind of device it is, `android` for instance.
    pub platform: String,
    /// The device's own id.
    pub udid: String,
    /// What the push service needs to reach it, as the device gave it.
    pub token: Map<String, Value>,
}

impl std::fmt::Debug for Subscription {
    /// Without the token: who has it can write to the device.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .field("user", &self.user)
            .field("channel", &self.channel)
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

/// A device as it introduces itself.
#[derive(Clone)]
pub struct NewSubscription {
    /// As of [`Subscription`].
    pub channel: String,
    /// As of [`Subscription`].
    pub platform: String,
    /// As of [`Subscription`].
    pub udid: String,
    /// As of [`Subscription`].
    pub token: Map<String, Value>,
}

/// Devices of one person; a further one takes the place of the oldest.
const DEVICES: i64 = 50;

/// Longest name of a channel, a platform or a device.
const NAME_MAX: usize = 256;

/// Most bytes of a token; a browser's is made of an address and two keys.
const TOKEN_MAX: usize = 8_192;

const COLUMNS: &str = "id, user_id, channel, platform, udid, token";

impl State {
    /// Keeps a device. One that is kept already gets its new token under its old number.
    pub async fn subscribe_device(
        &self,
        user: UserId,
        new: NewSubscription,
    ) -> Result<Subscription, StateError> {
        for (field, text) in [
            ("notification_channel", &new.channel),
            ("platform", &new.platform),
            ("udid", &new.udid),
        ] {
            if text.is_empty() {
                return Err(StateError::invalid(field, "is required"));
            }
            if text.len() > NAME_MAX {
                return Err(StateError::invalid(
                    field,
                    format!("is too long (maximum is {NAME_MAX} bytes)"),
                ));
            }
        }
        let token = Value::Object(new.token.clone()).to_string();
        if token.len() > TOKEN_MAX {
            return Err(StateError::invalid(
                "push_token",
                format!("is too long (maximum is {TOKEN_MAX} bytes)"),
            ));
        }
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            let id = tx
                .prepare_cached(
                    "INSERT INTO subscriptions (user_id, channel, platform, udid, token, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (user_id, channel, udid) DO UPDATE SET platform = ?3, token = ?5
                     RETURNING id",
                )?
                .query_row(
                    params![user.as_i64(), new.channel, new.platform, new.udid, token, now],
                    |row| row.get(0),
                )?;
            tx.prepare_cached(
                "DELETE FROM subscriptions WHERE user_id = ?1 AND id <>?2 AND id <=
                   (SELECT id FROM subscriptions WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
            )?
            .execute([user.as_i64(), id, DEVICES])?;
            Ok(Subscription {
                id,
                user,
                channel: new.channel,
                platform: new.platform,
                udid: new.udid,
                token: new.token,
            })
        })
        .await
    }

    /// The devices of some people, by person.
    pub async fn subscriptions(&self, users: Vec<UserId>) -> Result<Vec<Subscription>, StateError> {
        let list: Value = users.iter().map(|user| user.as_i64()).collect();
        self.read(move |db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM subscriptions
                 WHERE user_id IN (SELECT value FROM json_each(?1)) ORDER BY user_id, id"
            ))?;
            let rows = query.query_map([list.to_string()], from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Forgets one of the user's devices. [`StateError::NotFound`] if it is not theirs.
    pub async fn unsubscribe_device(&self, user: UserId, id: i64) -> Result<(), StateError> {
        self.write(move |tx| {
            let gone = tx
                .prepare_cached("DELETE FROM subscriptions WHERE id = ?1 AND user_id = ?2")?
                .execute([id, user.as_i64()])?;
            if gone == 0 {
                return Err(StateError::NotFound);
            }
            Ok(())
        })
        .await
    }

    /// Which of `people` want to be alerted of a dialog's messages.
    pub async fn wanting_alerts(
        &self,
        dialog: DialogId,
        people: Vec<UserId>,
    ) -> Result<Vec<UserId>, StateError> {
        let list: Value = people.iter().map(|user| user.as_i64()).collect();
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT o.user_id FROM json_each(?1) j CROSS JOIN occupants o
                 WHERE o.dialog = (SELECT key FROM dialogs WHERE id = ?2) AND o.user_id = j.value
                   AND o.notifications",
            )?;
            let rows = query.query_map(params![list.to_string(), dialog.to_string()], |row| {
                user_id(row, 0)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// People with a device who want to be alerted of an open dialog's messages, in pages: those after `after`.
    ///
    /// Led by the devices, so that the cost is not that of everyone in the dialog.
    pub async fn subscribers_wanting_alerts(
        &self,
        dialog: DialogId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<UserId>, StateError> {
        let after = after.map_or(0, UserId::as_i64);
        self.read(move |db| {
            let key: Option<i64> = db
                .prepare_cached("SELECT key FROM dialogs WHERE id = ?1")?
                .query_row([dialog.to_string()], |row| row.get(0))
                .optional()?;
            let Some(key) = key else {
                return Ok(Vec::new());
            };
            let mut query = db.prepare_cached(
                "SELECT DISTINCT s.user_id FROM subscriptions s CROSS JOIN occupants o
                 WHERE s.user_id > ?2 AND o.dialog = ?1 AND o.user_id = s.user_id
                   AND o.notifications AND NOT o.hidden
                 ORDER BY s.user_id LIMIT ?3",
            )?;
            let rows = query.query_map([key, after, to_i64(limit)], |row| user_id(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn from_row(row: &Row<'_>) -> Result<Subscription, rusqlite::Error> {
    let token: String = row.get(5)?;
    Ok(Subscription {
        id: row.get(0)?,
        user: user_id(row, 1)?,
        channel: row.get(2)?,
        platform: row.get(3)?,
        udid: row.get(4)?,
        token: serde_json::from_str(&token).unwrap_or_default(),
    })
}
