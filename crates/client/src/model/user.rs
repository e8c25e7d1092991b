//! People.

use crate::model::UserId;

/// A person of the application, as far as this engine knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their number within the application.
    pub id: UserId,
    /// Full name; falls back to the login, and is empty when neither is known.
    pub name: String,
    /// What they sign in with, if the server tells.
    pub login: Option<String>,
    /// Blob uid or URL of their picture.
    pub avatar: Option<String>,
    /// Their e-mail address, if they show it.
    pub email: Option<String>,
    /// Their telephone number, if they show it.
    pub phone: Option<String>,
    /// Their web site, if they have one.
    pub website: Option<String>,
}

impl User {
    /// Someone of whom nothing but the number and the name is known.
    pub fn named(id: UserId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            login: None,
            avatar: None,
            email: None,
            phone: None,
            website: None,
        }
    }
}
