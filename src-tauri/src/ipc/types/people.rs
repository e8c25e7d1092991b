//! People as lists and bubbles show them.

use cubist_client::model;
use serde::Serialize;
use specta::Type;

use crate::ipc::types::ids::UserId;

/// A person of the application.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The server's id.
    pub id: UserId,
    /// Full name, or login where there is none.
    pub name: String,
    /// Login, where the server shows it.
    pub login: Option<String>,
    /// E-mail address, where the server shows it.
    pub email: Option<String>,
    /// Phone number, where the server shows it.
    pub phone: Option<String>,
    /// Address of a web page, where there is one.
    pub website: Option<String>,
    /// Blob uid or address of the picture.
    pub avatar: Option<String>,
}

impl From<model::User> for User {
    fn from(user: model::User) -> Self {
        Self {
            id: user.id.into(),
            name: user.name,
            login: user.login,
            email: user.email,
            phone: user.phone,
            website: user.website,
            avatar: user.avatar,
        }
    }
}
