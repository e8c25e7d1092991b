//! A person's card, and changes of one's own.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::types::{activity::Activity, ids::DialogId, people::User, privacy::Block};

/// All that a person's card shows.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The person.
    pub user: User,
    /// Whether they are there, where it is known yet.
    pub activity: Option<Activity>,
    /// My block, where there is one.
    pub block: Option<Block>,
    /// Groups we are both in.
    pub shared_group_ids: Vec<DialogId>,
}

/// Changes of my own profile; `null` keeps what there is, an empty text takes it away.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileEdit {
    /// Full name.
    pub name: Option<String>,
    /// Login.
    pub login: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Address of a web page.
    pub website: Option<String>,
}

impl From<model::Profile> for Profile {
    fn from(profile: model::Profile) -> Self {
        Self {
            user: profile.user.into(),
            activity: profile.activity.map(Into::into),
            block: profile.block.map(Into::into),
            shared_group_ids: profile.shared_groups.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ProfileEdit> for model::ProfileEdit {
    fn from(edit: ProfileEdit) -> Self {
        Self {
            name: edit.name,
            login: edit.login,
            email: edit.email,
            phone: edit.phone,
            website: edit.website,
        }
    }
}
