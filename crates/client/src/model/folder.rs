//! Folders of the chat list. They are this account's own on this device; no server knows of them.

use crate::model::DialogKind;

/// Names one folder within an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderId(pub u32);

/// Which dialogs are in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderRule {
    /// Those put into it.
    ByHand,
    /// All of certain kinds.
    Kinds {
        /// Which ones, at least one.
        kinds: Vec<DialogKind>,
    },
}

/// A folder of the chat list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its id.
    pub id: FolderId,
    /// What it is called.
    pub name: String,
    /// What is in it.
    pub rule: FolderRule,
    /// Its place among the folders, 0 first (places may have gaps).
    pub place: u32,
}
