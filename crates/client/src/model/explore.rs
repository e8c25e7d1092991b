//! Public dialogs, and those in them, as they are found on the server.

use crate::model::{DialogId, User};

/// A public dialog someone may subscribe to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDialog {
    /// Its id.
    pub id: DialogId,
    /// Its title.
    pub name: String,
    /// Blob uid or URL of its picture.
    pub photo: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// How many are in it, as the server says.
    pub occupant_count: u32,
    /// Whether its newest messages can be read without subscribing.
    pub allow_preview: bool,
    /// Whether this account's person is in it.
    pub subscribed: bool,
}

/// A part of the public dialogs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplorePage {
    /// By the last message, newest first.
    pub items: Vec<PublicDialog>,
    /// Whether there are further ones.
    pub more: bool,
}

/// A part of those in a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccupantPage {
    /// In the order of the server, or by number.
    pub items: Vec<User>,
    /// Whether there are further ones.
    pub more: bool,
}
