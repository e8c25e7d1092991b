//! What is asked for when dialogs are made, changed and deleted.

use std::fmt;

use crate::model::{DialogId, DialogKind, Field, UserId};

/// A dialog that is to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDialog {
    /// Group or public; the others are made elsewhere.
    pub kind: DialogKind,
    /// Its title, 1 to 200 characters.
    pub name: String,
    /// What it is about, at most 1,000 characters.
    pub description: Option<String>,
    /// Its picture as an encoded file, cropped already.
    pub photo: Option<Vec<u8>>,
    /// The others in it; this account's person need not be named.
    pub users: Vec<UserId>,
    /// Fields of the application's own, at most three.
    pub fields: Vec<Field>,
    /// Whether people who are not in it may read its newest messages.
    pub allow_preview: bool,
}

/// Changes of a dialog: `None` keeps a property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogEdit {
    /// The new title, 1 to 200 characters.
    pub name: Option<String>,
    /// The new description, at most 1,000 characters; an empty one takes it away.
    pub description: Option<String>,
    /// What becomes of the picture.
    pub photo: Option<PictureChange>,
    /// All fields as they shall be, at most three.
    pub fields: Option<Vec<Field>>,
    /// Whether people who are not in it may read its newest messages.
    pub allow_preview: Option<bool>,
}

impl DialogEdit {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What becomes of a picture.
#[derive(Clone, PartialEq, Eq)]
pub enum PictureChange {
    /// An encoded file, cropped already, takes its place.
    Set(Vec<u8>),
    /// It goes.
    Remove,
}

/// What became of dialogs that were to be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOutcome {
    /// Gone, those that were gone already among them.
    pub deleted: Vec<DialogId>,
    /// Still there: this person may not delete them for everyone.
    pub refused: Vec<DialogId>,
}

/// Without the bytes of the picture.
impl fmt::Debug for NewDialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDialog")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("description", &self.description)
            .field("photo", &self.photo.as_ref().map(Vec::len))
            .field("users", &self.users)
            .field("fields", &self.fields)
            .field("allow_preview", &self.allow_preview)
            .finish()
    }
}

/// Without the bytes of the picture.
impl fmt::Debug for PictureChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(bytes) => f.debug_tuple("Set").field(&bytes.len()).finish(),
            Self::Remove => f.write_str("Remove"),
        }
    }
}
