//! Who may do what with a data record.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::ids::{ObjectId, UserId};
use crate::rest::tolerant;

/// For whom one of the actions is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataAccess {
    /// `open`: everyone.
    Open,
    /// `owner`: who made the record.
    Owner,
    /// `open_for_users_ids`: these people, beside the owner.
    Users(Vec<UserId>),
    /// `open_for_groups`: people with one of these tags, beside the owner.
    Groups(Vec<String>),
}

/// The permissions of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPermissions {
    /// Who sees it.
    #[serde(default = "open")]
    pub read: DataAccess,
    /// Who changes it.
    #[serde(default = "owner")]
    pub update: DataAccess,
    /// Who removes it.
    #[serde(default = "owner")]
    pub delete: DataAccess,
}

/// The answer to `GET /data/{class}/{id}?permissions=1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPermissionsAnswer {
    /// The record.
    pub record_id: ObjectId,
    /// Who may do what with it.
    pub permissions: DataPermissions,
}

const fn open() -> DataAccess {
    DataAccess::Open
}

const fn owner() -> DataAccess {
    DataAccess::Owner
}

impl Default for DataPermissions {
    /// Seen by everyone, changed by the owner: what the platform gives to new records.
    fn default() -> Self {
        Self {
            read: open(),
            update: owner(),
            delete: owner(),
        }
    }
}

impl Serialize for DataAccess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::Open => json!({"access": "open"}),
            Self::Owner => json!({"access": "owner"}),
            Self::Users(ids) => json!({"access": "open_for_users_ids", "ids": ids}),
            Self::Groups(groups) => json!({"access": "open_for_groups", "groups": groups}),
        };
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DataAccess {
    /// Fails for an access that is not known, since a guess would open or close too much.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Map::deserialize(deserializer)?;
        let list = |names: [&str; 2]| {
            let list = names.iter().find_map(|name| value.get(*name));
            let items = list.map(tolerant::items).unwrap_or_default();
            items.iter().filter_map(tolerant::text).collect::<Vec<_>>()
        };
        match value.get("access").and_then(Value::as_str) {
            Some("open") => Ok(Self::Open),
            Some("owner") => Ok(Self::Owner),
            Some("open_for_users_ids") => {
                let ids = list(["ids", "users_ids"]);
                let ids: Result<Vec<_>, _> = ids.iter().map(|id| id.trim().parse()).collect();
                ids.map(Self::Users).map_err(serde::de::Error::custom)
            }
            Some("open_for_groups") => Ok(Self::Groups(list(["groups", "users_groups"]))),
            _ => Err(serde::de::Error::custom(
                "expected open, owner, open_for_users_ids or open_for_groups",
            )),
        }
    }
}
