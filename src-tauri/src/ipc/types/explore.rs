//! Public dialogs and the people in dialogs, as they are found page by page.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::{ids::DialogId, people::User};

/// A public dialog as somebody outside sees it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PublicDialog {
    /// The server's id.
    pub id: DialogId,
    /// Its name.
    pub name: String,
    /// Blob uid or address of the picture.
    pub photo: Option<String>,
    /// Description, where there is one.
    pub description: Option<String>,
    /// How many people are in it.
    pub occupant_count: u32,
    /// Whether its last messages may be read from outside.
    pub allow_preview: bool,
    /// Whether I am in it.
    pub subscribed: bool,
}

/// Public dialogs of the application.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExplorePage {
    /// The dialogs.
    pub items: Vec<PublicDialog>,
    /// Whether there are more.
    pub more: bool,
}

/// A part of the people of a dialog.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OccupantPage {
    /// The people.
    pub items: Vec<User>,
    /// Whether there are more.
    pub more: bool,
}

impl From<model::PublicDialog> for PublicDialog {
    fn from(dialog: model::PublicDialog) -> Self {
        Self {
            id: dialog.id.into(),
            name: dialog.name,
            photo: dialog.photo,
            description: dialog.description,
            occupant_count: dialog.occupant_count,
            allow_preview: dialog.allow_preview,
            subscribed: dialog.subscribed,
        }
    }
}

impl From<model::ExplorePage> for ExplorePage {
    fn from(page: model::ExplorePage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            more: page.more,
        }
    }
}

impl From<model::OccupantPage> for OccupantPage {
    fn from(page: model::OccupantPage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            more: page.more,
        }
    }
}
