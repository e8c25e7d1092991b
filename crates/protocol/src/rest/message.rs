//! Messages in the history.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::ext::extra_params::{Attachment, ExtraParams};
use crate::ids::{DialogId, MessageId, UserId};
use crate::rest::tolerant;
use crate::timestamp::{IsoTime, UnixMillis, UnixTime};

/// Keys of a message object that no custom key may take.
const OWN_KEYS: &[&str] = &[
    "_id",
    "attachments",
    "chat_dialog_id",
    "created_at",
    "date_sent",
    "delivered_ids",
    "edited_at",
    "message",
    "reactions",
    "read",
    "read_ids",
    "recipient_id",
    "sender_id",
    "updated_at",
    "views_count",
];

/// Parameters of a stanza that say how to handle it and are no content.
const HANDLING_KEYS: &[&str] = &[
    "dialog_id",
    "message_id",
    "save_to_history",
    "send_to_chat",
    "silent",
];

/// The custom keys that a message's parameters become in the history: all but the platform's own.
pub fn custom_keys(extra: &ExtraParams) -> Map<String, Value> {
    let mut keys = extra.to_json();
    keys.retain(|name, _| {
        !OWN_KEYS.contains(&name.as_str()) && !HANDLING_KEYS.contains(&name.as_str())
    });
    keys
}

/// A message in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The message's id.
    #[serde(rename = "_id")]
    pub id: MessageId,
    /// The dialog it belongs to.
    pub chat_dialog_id: DialogId,
    /// The text.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub message: Option<String>,
    /// When it was sent.
    #[serde(default, deserialize_with = "moment_or_epoch")]
    pub date_sent: UnixTime,
    /// Who sent it.
    pub sender_id: UserId,
    /// The other person of a private chat; written as 0 in other dialogs.
    #[serde(
        default,
        deserialize_with = "tolerant::opt_id",
        serialize_with = "id_or_zero"
    )]
    pub recipient_id: Option<UserId>,
    /// Attachments.
    #[serde(default, deserialize_with = "attachments")]
    pub attachments: Vec<Attachment>,
    /// Who has seen it, the sender included.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub read_ids: Vec<UserId>,
    /// Whose devices have it, the sender included.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub delivered_ids: Vec<UserId>,
    /// Reactions.
    #[serde(default, deserialize_with = "tolerant::opt_value")]
    pub reactions: Option<Reactions>,
    /// How often it was seen; broadcasts and public dialogs only.
    #[serde(default, deserialize_with = "tolerant::count")]
    pub views_count: u64,
    /// When its text was last changed.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub edited_at: Option<IsoTime>,
    /// Whether the other person of a private chat has seen it; written as 0 or 1.
    #[serde(
        default,
        deserialize_with = "tolerant::flag_or_false",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub read: bool,
    /// When it was stored.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub created_at: Option<IsoTime>,
    /// When anything of it last changed.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub updated_at: Option<IsoTime>,
    /// Keys of the app's own.
    #[serde(flatten, serialize_with = "without_own_keys")]
    pub custom: Map<String, Value>,
}

impl Message {
    /// A message without any content.
    pub fn new(
        id: MessageId,
        chat_dialog_id: DialogId,
        sender_id: UserId,
        date_sent: UnixMillis,
    ) -> Self {
        Self {
            id,
            chat_dialog_id,
            message: None,
            date_sent: UnixTime(date_sent),
            sender_id,
            recipient_id: None,
            attachments: Vec::new(),
            read_ids: Vec::new(),
            delivered_ids: Vec::new(),
            reactions: None,
            views_count: 0,
            edited_at: None,
            read: false,
            created_at: None,
            updated_at: None,
            custom: Map::new(),
        }
    }

    /// The parameters that the message had as a stanza, as far as the history keeps them:
    /// custom keys and attachments.
    pub fn extra_params(&self) -> ExtraParams {
        let mut extra = ExtraParams::from_json(&self.custom);
        for attachment in &self.attachments {
            extra.push_attachment(attachment.clone());
        }
        extra
    }
}

/// Reactions to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reactions {
    /// The caller's own.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub own: Vec<String>,
    /// How many people reacted, by reaction.
    #[serde(default)]
    pub total: BTreeMap<String, u64>,
}

/// The body of `POST /chat/Message`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateMessage {
    /// The dialog; absent when [`Self::recipient_id`] names a private chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_dialog_id: Option<DialogId>,
    /// The other person of a private chat.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_id"
    )]
    pub recipient_id: Option<UserId>,
    /// The text.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub message: Option<String>,
    /// Whether the server also delivers it as a stanza.
    #[serde(
        default,
        skip_serializing_if = "tolerant::is_false",
        deserialize_with = "tolerant::flag_or_false",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub send_to_chat: bool,
    /// Whether that stanza asks for markers.
    #[serde(
        default,
        skip_serializing_if = "tolerant::is_false",
        deserialize_with = "tolerant::flag_or_false",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub markable: bool,
    /// Attachments; an array, or an object with index keys.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "attachments"
    )]
    pub attachments: Vec<Attachment>,
    /// Keys of the app's own, not filtered: `_id`, `date_sent` and the like may be among them.
    #[serde(flatten)]
    pub custom: Map<String, Value>,
}

/// The body of `PUT /chat/Message/{ids}`; without ids it concerns the whole dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateMessage {
    /// The dialog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_dialog_id: Option<DialogId>,
    /// Mark as seen by the caller.
    #[serde(
        default,
        skip_serializing_if = "tolerant::is_false",
        deserialize_with = "tolerant::flag_or_false",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub read: bool,
    /// Mark as on the caller's device.
    #[serde(
        default,
        skip_serializing_if = "tolerant::is_false",
        deserialize_with = "tolerant::flag_or_false",
        serialize_with = "tolerant::as_one_or_zero"
    )]
    pub delivered: bool,
    /// The corrected text.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub message: Option<String>,
}

/// The answer of `GET /chat/Message/unread`: `{"total":5,"53aa…":3}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadCounts {
    /// Over all dialogs of the caller.
    pub total: u64,
    /// Of the dialogs asked for.
    pub dialogs: BTreeMap<DialogId, u64>,
}

impl Serialize for UnreadCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.dialogs.len() + 1))?;
        map.serialize_entry("total", &self.total)?;
        for (dialog, count) in &self.dialogs {
            map.serialize_entry(dialog, count)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for UnreadCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::deserialize(deserializer)?;
        let count =
            |value: &Value| tolerant::integer(value).and_then(|number| u64::try_from(number).ok());
        let dialogs = map
            .iter()
            .filter_map(|(name, value)| Some((name.parse().ok()?, count(value)?)));
        Ok(Self {
            total: map.get("total").and_then(count).unwrap_or(0),
            dialogs: dialogs.collect(),
        })
    }
}

impl Serialize for Attachment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.attributes.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Attachment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|map| Self::from_json(&map))
    }
}

/// An array, or an object with the keys `0`, `1`…; what is no object in it is left out.
fn attachments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attachment>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(tolerant::items(&value)
        .iter()
        .filter_map(Value::as_object)
        .map(Attachment::from_json)
        .collect())
}

fn moment_or_epoch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnixTime, D::Error> {
    tolerant::opt_moment(deserializer).map(Option::unwrap_or_default)
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn id_or_zero<S: Serializer>(id: &Option<UserId>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(id.map_or(0, UserId::get))
}

/// A key that stands twice in an object would be read differently by every reader.
fn without_own_keys<S: Serializer>(
    custom: &Map<String, Value>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        custom
            .iter()
            .filter(|(name, _)| !OWN_KEYS.contains(&name.as_str())),
    )
}

#[cfg(test)]
mod tests;
