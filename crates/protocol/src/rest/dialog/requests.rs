//! The calls that make and change dialogs (guide: "Create dialog", "Update dialog", "Add/Remove occupants",
//! "Add/Remove admins").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, UserId};
use crate::rest::change::Change;
use crate::rest::dialog::{DialogKind, DialogPermissions, extensions};
use crate::rest::tolerant;

/// The body of `POST /chat/Dialog`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateDialog {
    /// What kind it shall be.
    #[serde(rename = "type")]
    pub kind: DialogKind,
    /// The name; required but for private chats.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub name: Option<String>,
    /// The other members; written as `"a, b"`, read from that or from an array.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::parsed_items",
        serialize_with = "tolerant::as_comma_text"
    )]
    pub occupants_ids: Vec<UserId>,
    /// Words about the dialog.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub description: Option<String>,
    /// Blob uid or URL of the picture.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub photo: Option<String>,
    /// Fields of the app's own.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "extensions"
    )]
    pub extensions: Option<BTreeMap<String, String>>,
    /// What people who are no members may do.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_value"
    )]
    pub permissions: Option<DialogPermissions>,
    /// Members with more rights.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::parsed_items",
        serialize_with = "tolerant::as_comma_text"
    )]
    pub admins_ids: Vec<UserId>,
}

impl CreateDialog {
    /// A private chat with someone.
    pub fn private(with: UserId) -> Self {
        Self {
            occupants_ids: vec![with],
            ..Self::of_kind(DialogKind::Private)
        }
    }

    /// A group.
    pub fn group(name: impl Into<String>, members: Vec<UserId>) -> Self {
        Self {
            name: Some(name.into()),
            occupants_ids: members,
            ..Self::of_kind(DialogKind::Group)
        }
    }

    /// A public dialog, to which people subscribe by themselves.
    pub fn public(name: impl Into<String>, allow_preview: bool) -> Self {
        Self {
            name: Some(name.into()),
            permissions: Some(DialogPermissions { allow_preview }),
            ..Self::of_kind(DialogKind::Public)
        }
    }

    /// A dialog of a kind without any content.
    pub const fn of_kind(kind: DialogKind) -> Self {
        Self {
            kind,
            name: None,
            occupants_ids: Vec::new(),
            description: None,
            photo: None,
            extensions: None,
            permissions: None,
            admins_ids: Vec::new(),
        }
    }
}

/// The body of `PUT /chat/Dialog/{id}`, and of `PUT /chat/Dialog/{id}/admins`, where only the lists of
/// admins count.
///
/// Fields that are not mentioned stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateDialog {
    /// The name.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub name: Option<String>,
    /// Words about the dialog.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub description: Change<String>,
    /// Blob uid or URL of the picture.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub photo: Change<String>,
    /// Fields of the app's own.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "extensions"
    )]
    pub extensions: Option<BTreeMap<String, String>>,
    /// What people who are no members may do.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_value"
    )]
    pub permissions: Option<DialogPermissions>,
    /// What is added to lists.
    #[serde(default, skip_serializing_if = "DialogLists::is_empty")]
    pub push_all: DialogLists,
    /// What is removed from lists.
    #[serde(default, skip_serializing_if = "DialogLists::is_empty")]
    pub pull_all: DialogLists,
}

impl UpdateDialog {
    /// Adds members.
    pub fn add_occupants(users: Vec<UserId>) -> Self {
        Self {
            push_all: DialogLists::of_occupants(users),
            ..Self::default()
        }
    }

    /// Removes members; oneself to leave.
    pub fn remove_occupants(users: Vec<UserId>) -> Self {
        Self {
            pull_all: DialogLists::of_occupants(users),
            ..Self::default()
        }
    }

    /// Gives members more rights: `PUT /chat/Dialog/{id}/admins`.
    pub fn add_admins(users: Vec<UserId>) -> Self {
        Self {
            push_all: DialogLists::of_admins(users),
            ..Self::default()
        }
    }

    /// Takes these rights back: `PUT /chat/Dialog/{id}/admins`.
    pub fn remove_admins(users: Vec<UserId>) -> Self {
        Self {
            pull_all: DialogLists::of_admins(users),
            ..Self::default()
        }
    }
}

/// Items to add to or remove from a dialog's lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogLists {
    /// Members.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::parsed_items"
    )]
    pub occupants_ids: Vec<UserId>,
    /// Members with more rights.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::parsed_items"
    )]
    pub admins_ids: Vec<UserId>,
    /// Messages kept in sight.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "tolerant::parsed_items"
    )]
    pub pinned_messages_ids: Vec<MessageId>,
}

impl DialogLists {
    fn of_occupants(occupants_ids: Vec<UserId>) -> Self {
        Self {
            occupants_ids,
            ..Self::default()
        }
    }

    fn of_admins(admins_ids: Vec<UserId>) -> Self {
        Self {
            admins_ids,
            ..Self::default()
        }
    }

    /// Whether there is nothing in any list.
    pub const fn is_empty(&self) -> bool {
        self.occupants_ids.is_empty()
            && self.admins_ids.is_empty()
            && self.pinned_messages_ids.is_empty()
    }
}
