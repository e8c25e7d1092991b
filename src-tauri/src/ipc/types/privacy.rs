//! Blocked people and the privacy lists behind them.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::{error::IpcError, types::ids::UserId};

/// Somebody I block.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// Who.
    pub user_id: UserId,
    /// Whether I cannot write to them either.
    pub mutual: bool,
}

/// What a privacy list does about a person.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PrivacyAction {
    /// Lets them through.
    Allow,
    /// Stops them.
    Deny,
}

/// One rule of a privacy list.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrivacyItem {
    /// About whom.
    pub user_id: UserId,
    /// What is done.
    pub action: PrivacyAction,
    /// Whether it also stops what I would send them.
    pub mutual: bool,
}

/// A privacy list (XEP-0016).
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrivacyList {
    /// Its name.
    pub name: String,
    /// Whether it is the one that takes effect.
    pub is_default: bool,
    /// Its rules, the first that fits decides.
    pub items: Vec<PrivacyItem>,
}

impl From<model::Block> for Block {
    fn from(block: model::Block) -> Self {
        Self {
            user_id: block.user.into(),
            mutual: block.mutual,
        }
    }
}

impl From<model::PrivacyItem> for PrivacyItem {
    fn from(item: model::PrivacyItem) -> Self {
        Self {
            user_id: item.user.into(),
            action: match item.action {
                model::PrivacyAction::Allow => PrivacyAction::Allow,
                model::PrivacyAction::Deny => PrivacyAction::Deny,
            },
            mutual: item.mutual,
        }
    }
}

impl TryFrom<PrivacyItem> for model::PrivacyItem {
    type Error = IpcError;

    fn try_from(item: PrivacyItem) -> Result<Self, IpcError> {
        Ok(Self {
            user: item.user_id.try_into()?,
            action: match item.action {
                PrivacyAction::Allow => model::PrivacyAction::Allow,
                PrivacyAction::Deny => model::PrivacyAction::Deny,
            },
            mutual: item.mutual,
        })
    }
}

impl From<model::PrivacyList> for PrivacyList {
    fn from(list: model::PrivacyList) -> Self {
        Self {
            name: list.name,
            is_default: list.is_default,
            items: list.items.into_iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<PrivacyList> for model::PrivacyList {
    type Error = IpcError;

    fn try_from(list: PrivacyList) -> Result<Self, IpcError> {
        Ok(Self {
            name: list.name,
            is_default: list.is_default,
            items: list
                .items
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_, _>>()?,
        })
    }
}
