//! Who may reach whom: privacy lists (XEP-0016) in the terms of the messenger.

use crate::model::UserId;

/// Someone who is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// Who.
    pub user: UserId,
    /// Nothing goes to them either.
    pub mutual: bool,
}

/// What an item of a privacy list does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrivacyAction {
    /// Lets them through, also when a later item would not.
    Allow,
    /// Keeps them out.
    Deny,
}

/// One person of a privacy list. It covers what they write alone and in groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrivacyItem {
    /// Who.
    pub user: UserId,
    /// Let through or kept out.
    pub action: PrivacyAction,
    /// With [`PrivacyAction::Deny`]: both ways. Without meaning otherwise.
    pub mutual: bool,
}

/// One privacy list. Only the default one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyList {
    /// Its name, unique within the account.
    pub name: String,
    /// Whether it is the one in force.
    pub is_default: bool,
    /// Its people, in the order in which the server asks them; each person once.
    pub items: Vec<PrivacyItem>,
}

impl PrivacyList {
    /// The people it keeps out.
    pub fn blocks(&self) -> impl Iterator<Item = Block> {
        self.items
            .iter()
            .filter(|item| item.action == PrivacyAction::Deny)
            .map(|item| Block {
                user: item.user,
                mutual: item.mutual,
            })
    }
}
