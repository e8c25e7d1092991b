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
}
