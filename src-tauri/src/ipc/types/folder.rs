//! Folders of the chat list.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::types::dialog::DialogKind;

/// What a folder holds.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum FolderRule {
    /// What I put into it.
    ByHand,
    /// Every dialog of these kinds.
    Kinds(Vec<DialogKind>),
}

/// A folder of the chat list.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// Its id, of this account.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// What is in it.
    pub rule: FolderRule,
    /// Its place among the folders, 0 first.
    pub place: u32,
}

impl From<FolderRule> for model::FolderRule {
    fn from(rule: FolderRule) -> Self {
        match rule {
            FolderRule::ByHand => Self::ByHand,
            FolderRule::Kinds(kinds) => Self::Kinds {
                kinds: kinds.into_iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<model::Folder> for Folder {
    fn from(folder: model::Folder) -> Self {
        Self {
            id: folder.id.0,
            name: folder.name,
            rule: match folder.rule {
                model::FolderRule::ByHand => FolderRule::ByHand,
                model::FolderRule::Kinds { kinds } => {
                    FolderRule::Kinds(kinds.into_iter().map(Into::into).collect())
                }
            },
            place: folder.place,
        }
    }
}
