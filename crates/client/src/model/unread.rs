//! How much waits to be read.

/// What waits to be read in an account, as a badge outside the window shows it. Dialogs that are
/// muted or put away are not counted: they are not to call anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Unread messages of others.
    pub messages: u32,
    /// Dialogs with unread messages, or marked as unread by hand.
    pub dialogs: u32,
}
