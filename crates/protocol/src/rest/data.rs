//! Data records: objects of an app's own classes. Reports of people and messages are such records
//! (guide: "Moderation").

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::ids::{MessageId, ObjectId, UserId};
use crate::rest::page::{IdList, readable};
use crate::rest::tolerant;
use crate::timestamp::UnixTime;

mod permissions;

pub use crate::rest::data::permissions::{DataAccess, DataPermissions, DataPermissionsAnswer};

/// The class of reports of people.
pub const USER_REPORTS: &str = "UserReports";

/// The class of reports of messages.
pub const MESSAGE_REPORTS: &str = "MessageReports";

/// A record of [`USER_REPORTS`], as it is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserReport {
    /// Who is reported.
    #[serde(rename = "reportedUserId")]
    pub reported_user_id: UserId,
    /// Why, in the reporter's words.
    #[serde(default, deserialize_with = "text_or_empty")]
    pub reason: String,
}

/// A record of [`MESSAGE_REPORTS`], as it is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageReport {
    /// What is reported; a text, though the guide calls it an integer.
    #[serde(rename = "reportedMessageId")]
    pub reported_message_id: MessageId,
    /// Why, in the reporter's words.
    #[serde(default, deserialize_with = "text_or_empty")]
    pub reason: String,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataRecord {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// The record it belongs to.
    #[serde(
        rename = "_parent_id",
        default,
        deserialize_with = "tolerant::opt_parsed"
    )]
    pub parent_id: Option<ObjectId>,
    /// The fields of the class; everything that is none of the others.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
    /// Who made it.
    #[serde(default, deserialize_with = "tolerant::opt_id")]
    pub user_id: Option<UserId>,
    /// When it was made, in unix seconds.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub created_at: Option<UnixTime>,
    /// When it was last changed, in unix seconds.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub updated_at: Option<UnixTime>,
    /// Who may do what with it; shown to its maker only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_value"
    )]
    pub permissions: Option<DataPermissions>,
}

/// Names of a record's own parts, which no class can have as fields.
const OWN: [&str; 6] = [
    "_id",
    "_parent_id",
    "user_id",
    "created_at",
    "updated_at",
    "permissions",
];

/// The fields of a record that is created or changed, and who may do what with it.
///
/// What a caller writes into the record's own parts is left out; only the permissions are theirs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataFields {
    /// The fields of the class.
    pub fields: Map<String, Value>,
    /// Who may do what, when it shall not be the usual.
    pub permissions: Option<DataPermissions>,
}

impl Serialize for DataFields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<(&str, Value)> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        if let Some(permissions) = &self.permissions {
            let value = serde_json::to_value(permissions).map_err(serde::ser::Error::custom)?;
            entries.push(("permissions", value));
        }
        serializer.collect_map(entries)
    }
}

impl<'de> Deserialize<'de> for DataFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let permissions = match fields.get("permissions") {
            None | Some(Value::Null) => None,
            Some(value @ Value::Object(_)) => {
                Some(DataPermissions::deserialize(value).map_err(serde::de::Error::custom)?)
            }
            // A list would be taken for the permissions in their order.
            Some(_) => return Err(serde::de::Error::custom("expected permissions by name")),
        };
        fields.retain(|name, _| !OWN.contains(&name.as_str()));
        Ok(Self {
            fields,
            permissions,
        })
    }
}

/// The body of `POST` and `PUT /data/{class}/multi`: `{"record":{"1":{…},"2":{…}}}`.
///
/// The keys only number the records; changed ones have their `id` among their fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataBatch {
    /// The records by their keys.
    pub record: BTreeMap<String, DataFields>,
}

/// The body of `PUT /data/{class}/by_criteria`: which records, and what they become.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataUpdateByCriteria {
    /// Conditions by field: `{"age":{"gte":41}}` or `{"age":41}`.
    #[serde(default)]
    pub search_criteria: Map<String, Value>,
    /// The new fields.
    #[serde(flatten)]
    pub fields: DataFields,
}

/// The answer to lists, batches and updates by criteria; each has its own of the optional parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DataPage {
    /// The class.
    pub class_name: String,
    /// How many records come before the page; lists and updates by criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<u64>,
    /// The most that a page may have; lists and updates by criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How many records fitted; updates by criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_found: Option<u64>,
    /// Records that are not there; updates of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_found: Option<IdList>,
    /// The records.
    pub items: Vec<DataRecord>,
    /// As [`crate::rest::Page::unreadable`].
    #[serde(skip)]
    pub unreadable: usize,
}

#[derive(Deserialize)]
struct RawDataPage {
    #[serde(default, deserialize_with = "text_or_empty")]
    class_name: String,
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    skip: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    limit: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    total_found: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::opt_value")]
    not_found: Option<IdList>,
    items: Vec<Value>,
}

impl<'de> Deserialize<'de> for DataPage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawDataPage::deserialize(deserializer)?;
        let (items, unreadable) = readable(raw.items);
        Ok(Self {
            class_name: raw.class_name,
            skip: raw.skip,
            limit: raw.limit,
            total_found: raw.total_found,
            not_found: raw.not_found,
            items,
            unreadable,
        })
    }
}

/// The answer to `DELETE /data/{class}/by_criteria`: `{"total_deleted":2}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalDeleted {
    /// How many records are gone.
    #[serde(deserialize_with = "tolerant::count")]
    pub total_deleted: u64,
}

fn text_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(tolerant::opt_text(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
