//! What a profile shows, and what one changes of one's own.

use std::fmt;

use crate::model::{Activity, Block, DialogId, User};

/// Someone as their card shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The person.
    pub user: User,
    /// When they were last there; `None` until the server has answered.
    pub activity: Option<Activity>,
    /// Whether this account blocks them.
    pub block: Option<Block>,
    /// Groups both are in, most recently used first.
    pub shared_groups: Vec<DialogId>,
}

/// Changes of one's own profile: `None` keeps a field, an empty text clears it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    /// The name others see; cannot be cleared.
    pub name: Option<String>,
    /// What one signs in with.
    pub login: Option<String>,
    /// E-mail address; one can sign in with it, too.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Web site.
    pub website: Option<String>,
}

impl ProfileEdit {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for ProfileEdit {
    /// The names of the fields only: addresses and numbers are nobody's business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = [
            ("name", &self.name),
            ("login", &self.login),
            ("email", &self.email),
            ("phone", &self.phone),
            ("website", &self.website),
        ];
        f.debug_set()
            .entries(
                fields
                    .iter()
                    .filter(|(_, value)| value.is_some())
                    .map(|(name, _)| name),
            )
            .finish()
    }
}
