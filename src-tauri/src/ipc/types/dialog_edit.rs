//! What the window asks for when dialogs are made, changed and deleted.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::{
    error::IpcError,
    types::{
        dialog::{DialogKind, Field},
        ids::{DialogId, UserId, all},
        picture::{Picture, PictureChange},
    },
};

/// A dialog to be made.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewDialog {
    /// Group or public.
    pub kind: DialogKind,
    /// Name, 1 to 200 characters.
    pub name: String,
    /// Description, 1,000 characters at most.
    pub description: Option<String>,
    /// Picture, cropped already.
    pub photo: Option<Picture>,
    /// Who is in it from the start, beside me.
    pub user_ids: Vec<UserId>,
    /// Custom fields, three at most.
    pub fields: Vec<Field>,
    /// Whether people outside may read the last messages of a public dialog.
    pub allow_preview: bool,
}

/// Changes of a dialog; `null` keeps what there is.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DialogEdit {
    /// Name, 1 to 200 characters.
    pub name: Option<String>,
    /// Description, 1,000 characters at most; empty takes it away.
    pub description: Option<String>,
    /// Picture.
    pub photo: Option<PictureChange>,
    /// All custom fields, three at most.
    pub fields: Option<Vec<Field>>,
    /// Whether people outside may read the last messages.
    pub allow_preview: Option<bool>,
}

/// What became of a request to delete several dialogs.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeleteOutcome {
    /// Those that are gone.
    pub deleted_ids: Vec<DialogId>,
    /// Those I may not delete like that.
    pub refused_ids: Vec<DialogId>,
}

impl TryFrom<NewDialog> for model::NewDialog {
    type Error = IpcError;

    fn try_from(request: NewDialog) -> Result<Self, IpcError> {
        Ok(Self {
            kind: request.kind.into(),
            name: request.name,
            description: request.description,
            photo: request.photo.map(TryInto::try_into).transpose()?,
            users: all(request.user_ids)?,
            fields: request.fields.into_iter().map(Into::into).collect(),
            allow_preview: request.allow_preview,
        })
    }
}

impl TryFrom<DialogEdit> for model::DialogEdit {
    type Error = IpcError;

    fn try_from(edit: DialogEdit) -> Result<Self, IpcError> {
        Ok(Self {
            name: edit.name,
            description: edit.description,
            photo: edit.photo.map(TryInto::try_into).transpose()?,
            fields: edit
                .fields
                .map(|fields| fields.into_iter().map(Into::into).collect()),
            allow_preview: edit.allow_preview,
        })
    }
}

impl From<model::DeleteOutcome> for DeleteOutcome {
    fn from(outcome: model::DeleteOutcome) -> Self {
        Self {
            deleted_ids: outcome.deleted.into_iter().map(Into::into).collect(),
            refused_ids: outcome.refused.into_iter().map(Into::into).collect(),
        }
    }
}
