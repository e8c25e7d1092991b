//! Lines the messenger writes itself between the messages.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::UserId;

/// What happened in a dialog; who did it is the message's sender.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum SystemLine {
    /// Made the dialog.
    Created,
    /// Added people.
    Added {
        /// Whom.
        user_ids: Vec<UserId>,
    },
    /// Removed people.
    Removed {
        /// Whom.
        user_ids: Vec<UserId>,
    },
    /// Left.
    Left,
    /// Gave it another name.
    Renamed {
        /// The new one.
        name: String,
    },
    /// Changed the picture.
    PhotoChanged,
    /// Changed the description.
    DescriptionChanged,
    /// Changed the custom fields.
    FieldsChanged,
    /// Made people admins.
    AdminsAdded {
        /// Whom.
        user_ids: Vec<UserId>,
    },
    /// Took the role of admin away.
    AdminsRemoved {
        /// From whom.
        user_ids: Vec<UserId>,
    },
    /// Called, which this messenger cannot take.
    Called {
        /// Whether with a picture.
        video: bool,
    },
}

impl From<model::SystemLine> for SystemLine {
    fn from(line: model::SystemLine) -> Self {
        let ids = |people: Vec<model::UserId>| people.into_iter().map(Into::into).collect();
        match line {
            model::SystemLine::Created => Self::Created,
            model::SystemLine::Added { users } => Self::Added {
                user_ids: ids(users),
            },
            model::SystemLine::Removed { users } => Self::Removed {
                user_ids: ids(users),
            },
            model::SystemLine::Left => Self::Left,
            model::SystemLine::Renamed { name } => Self::Renamed { name },
            model::SystemLine::PhotoChanged => Self::PhotoChanged,
            model::SystemLine::DescriptionChanged => Self::DescriptionChanged,
            model::SystemLine::FieldsChanged => Self::FieldsChanged,
            model::SystemLine::AdminsAdded { users } => Self::AdminsAdded {
                user_ids: ids(users),
            },
            model::SystemLine::AdminsRemoved { users } => Self::AdminsRemoved {
                user_ids: ids(users),
            },
            model::SystemLine::Called { video } => Self::Called { video },
        }
    }
}
