//! Dialogs: private chats, groups, public channels, broadcasts.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::ids::{DialogId, MessageId, UserId};
use crate::jid::Jid;
use crate::rest::tolerant;
use crate::timestamp::{IsoTime, UnixTime};

mod explore;
mod notifications;
mod requests;

pub use crate::rest::dialog::explore::explore;
pub use crate::rest::dialog::notifications::{Notifications, NotificationsEnvelope};
pub use crate::rest::dialog::requests::{CreateDialog, DialogLists, UpdateDialog};

/// The `type` of a dialog.
///
/// The numbers are the documented ones; the official SDK's own enumeration swaps 1 and 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogKind {
    /// 1: from few to everyone.
    Broadcast,
    /// 2: a group of invited people.
    Group,
    /// 3: two people.
    Private,
    /// 4: open to everyone who subscribes.
    Public,
    /// 5: the chat of a video meeting.
    Meeting,
}

impl DialogKind {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::Broadcast => 1,
            Self::Group => 2,
            Self::Private => 3,
            Self::Public => 4,
            Self::Meeting => 5,
        }
    }

    /// The kind of that number.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Broadcast),
            2 => Some(Self::Group),
            3 => Some(Self::Private),
            4 => Some(Self::Public),
            5 => Some(Self::Meeting),
            _ => None,
        }
    }
}

impl Serialize for DialogKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for DialogKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        tolerant::integer(&value)
            .and_then(Self::from_number)
            .ok_or_else(|| serde::de::Error::custom("expected a dialog type from 1 to 5"))
    }
}

/// How far the caller's own last message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LastMessageStatus {
    /// The server has it.
    Sent,
    /// A device of another person has it.
    Delivered,
    /// Another person saw it.
    Read,
}

/// What people who are no members may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogPermissions {
    /// Whether they may read the newest messages.
    #[serde(default, deserialize_with = "tolerant::flag_or_false")]
    pub allow_preview: bool,
}

/// A dialog, as the caller sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    /// The dialog's id.
    #[serde(rename = "_id")]
    pub id: DialogId,
    /// The owner.
    #[serde(default, deserialize_with = "tolerant::opt_id")]
    pub user_id: Option<UserId>,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: DialogKind,
    /// The name; that of the other person in a private chat.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub name: Option<String>,
    /// Words about the dialog.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub description: Option<String>,
    /// Blob uid or URL of the picture.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub photo: Option<String>,
    /// The members, the owner among them; empty in public dialogs.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub occupants_ids: Vec<UserId>,
    /// How many members; public dialogs only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_count"
    )]
    pub occupants_count: Option<u64>,
    /// Members with more rights.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub admins_ids: Vec<UserId>,
    /// Messages kept in sight.
    #[serde(default, deserialize_with = "tolerant::parsed_items")]
    pub pinned_messages_ids: Vec<MessageId>,
    /// Text of the last message.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub last_message: Option<String>,
    /// Id of the last message.
    #[serde(default, deserialize_with = "tolerant::opt_parsed")]
    pub last_message_id: Option<MessageId>,
    /// Sender of the last message.
    #[serde(default, deserialize_with = "tolerant::opt_id")]
    pub last_message_user_id: Option<UserId>,
    /// When the last message was sent.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub last_message_date_sent: Option<UnixTime>,
    /// How far the last message got, when it is the caller's own.
    #[serde(default, deserialize_with = "tolerant::opt_value")]
    pub last_message_status: Option<LastMessageStatus>,
    /// Messages that the caller has not read.
    #[serde(default, deserialize_with = "tolerant::count")]
    pub unread_messages_count: u32,
    /// The room's address; `null` for private chats.
    #[serde(default, deserialize_with = "tolerant::opt_parsed")]
    pub xmpp_room_jid: Option<Jid>,
    /// Fields of the app's own; values are text.
    #[serde(default, deserialize_with = "extensions")]
    pub extensions: Option<BTreeMap<String, String>>,
    /// What people who are no members may do.
    #[serde(default, deserialize_with = "tolerant::opt_value")]
    pub permissions: Option<DialogPermissions>,
    /// When the dialog was made.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub created_at: Option<IsoTime>,
    /// When the dialog was last changed, new messages included.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub updated_at: Option<IsoTime>,
}

impl Dialog {
    /// A dialog without any content.
    pub const fn new(id: DialogId, kind: DialogKind) -> Self {
        Self {
            id,
            user_id: None,
            kind,
            name: None,
            description: None,
            photo: None,
            occupants_ids: Vec::new(),
            occupants_count: None,
            admins_ids: Vec::new(),
            pinned_messages_ids: Vec::new(),
            last_message: None,
            last_message_id: None,
            last_message_user_id: None,
            last_message_date_sent: None,
            last_message_status: None,
            unread_messages_count: 0,
            xmpp_room_jid: None,
            extensions: None,
            permissions: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// Values are cast to text; anything but an object is absent.
fn extensions<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let Value::Object(map) = Value::deserialize(deserializer)? else {
        return Ok(None);
    };
    let texts = map.into_iter().filter(|(_, value)| !value.is_null());
    Ok(Some(
        texts
            .map(|(name, value)| {
                (
                    name,
                    tolerant::text(&value).unwrap_or_else(|| value.to_string()),
                )
            })
            .collect(),
    ))
}

#[cfg(test)]
mod tests;
