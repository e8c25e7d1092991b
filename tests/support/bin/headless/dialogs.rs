//! Requests about dialogs and those in them.

use cubist_client::Account;
use cubist_client::model::{DialogEdit, DialogId, DialogKind, Field, NewDialog, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::values;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub(crate) enum DialogCall {
    /// Of a kind: 2 or 4.
    CreateDialog {
        kind: i64,
        name: String,
        #[serde(default)]
        description: Option<String>,
        #[serde(default)]
        users: Vec<UserId>,
        /// Names and values.
        #[serde(default)]
        fields: Vec<(String, String)>,
        #[serde(default)]
        preview: bool,
    },
    UpdateDialog {
        dialog: DialogId,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        description: Option<String>,
        #[serde(default)]
        fields: Option<Vec<(String, String)>>,
    },
    AddOccupants {
        dialog: DialogId,
        users: Vec<UserId>,
    },
    RemoveOccupants {
        dialog: DialogId,
        users: Vec<UserId>,
    },
    AddAdmins {
        dialog: DialogId,
        users: Vec<UserId>,
    },
    RemoveAdmins {
        dialog: DialogId,
        users: Vec<UserId>,
    },
    Leave {
        dialog: DialogId,
    },
    DeleteDialogs {
        dialogs: Vec<DialogId>,
        for_all: bool,
    },
    ClearHistory {
        dialog: DialogId,
    },
    SetNotifications {
        dialog: DialogId,
        enabled: bool,
    },
    Explore {
        query: String,
    },
    Preview {
        dialog: DialogId,
    },
    Subscribe {
        dialog: DialogId,
    },
    Unsubscribe {
        dialog: DialogId,
    },
    Occupants {
        dialog: DialogId,
    },
    JoinRoom {
        dialog: DialogId,
    },
    RoomOccupants {
        dialog: DialogId,
    },
}

/// Does it.
pub(crate) async fn run(account: &Account, call: DialogCall) -> Result<Value, Failure> {
    match call {
        DialogCall::CreateDialog {
            kind,
            name,
            description,
            users,
            fields: given,
            preview,
        } => {
            let new = NewDialog {
                kind: DialogKind::from_code(kind).ok_or("no such kind")?,
                name,
                description,
                photo: None,
                users,
                fields: fields(given),
                allow_preview: preview,
            };
            return Ok(json!(account.create_dialog(new).await?.to_string()));
        }
        DialogCall::UpdateDialog {
            dialog,
            name,
            description,
            fields: given,
        } => {
            let edit = DialogEdit {
                name,
                description,
                fields: given.map(fields),
                ..DialogEdit::default()
            };
            account.update_dialog(dialog, edit).await?;
        }
        DialogCall::AddOccupants { dialog, users } => account.add_occupants(dialog, users).await?,
        DialogCall::RemoveOccupants { dialog, users } => {
            account.remove_occupants(dialog, users).await?;
        }
        DialogCall::AddAdmins { dialog, users } => account.add_admins(dialog, users).await?,
        DialogCall::RemoveAdmins { dialog, users } => account.remove_admins(dialog, users).await?,
        DialogCall::Leave { dialog } => account.leave(dialog).await?,
        DialogCall::DeleteDialogs { dialogs, for_all } => {
            let outcome = account.delete_dialogs(dialogs, for_all).await?;
            return Ok(json!({ "deleted": outcome.deleted, "refused": outcome.refused }));
        }
        DialogCall::ClearHistory { dialog } => account.clear_history(dialog).await?,
        DialogCall::SetNotifications { dialog, enabled } => {
            account.set_notifications(dialog, enabled).await?;
        }
        DialogCall::Explore { query } => {
            let page = account.explore(query, 0).await?;
            return Ok(page.items.iter().map(values::public).collect());
        }
        DialogCall::Preview { dialog } => {
            let messages = account.preview(dialog).await?;
            return Ok(messages.iter().map(values::message).collect());
        }
        DialogCall::Subscribe { dialog } => {
            account.subscribe(dialog).await?;
        }
        DialogCall::Unsubscribe { dialog } => account.unsubscribe(dialog).await?,
        DialogCall::Occupants { dialog } => {
            let page = account.occupants(dialog, 0, 100).await?;
            return Ok(page.items.iter().map(values::user).collect());
        }
        DialogCall::JoinRoom { dialog } => account.join_room(dialog).await?,
        DialogCall::RoomOccupants { dialog } => {
            return Ok(json!(values::ids(&account.room_occupants(dialog).await?)));
        }
    }
    Ok(Value::Null)
}

fn fields(given: Vec<(String, String)>) -> Vec<Field> {
    let field = |(name, value)| Field { name, value };
    given.into_iter().map(field).collect()
}
