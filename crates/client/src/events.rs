//! What the engine says by itself.
//!
//! Events leave after the commit that made them true, never before. They go through a broadcast
//! channel: a reader that is too slow loses the oldest, is told so, and loads everything it shows
//! again. It never holds up the socket.

use std::time::Duration;

use crate::model::{DialogId, MessageId, UserId};
use crate::voice::EndReason;

use crate::model::{
    AccountId, Activity, AttachmentChange, Block, ConnectionState, Dialog, Folder, Message, User,
};

/// One thing that changed. Every event can be applied twice without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The list of accounts, or something its entries show, changed.
    AccountsChanged,
    /// The line of an account changed.
    Connection {
        /// Whose.
        account: AccountId,
        /// The new state.
        state: ConnectionState,
    },
    /// Dialogs are new or different, or gone.
    DialogsChanged {
        /// Whose.
        account: AccountId,
        /// As they are now.
        dialogs: Vec<Dialog>,
        /// No longer there.
        removed: Vec<DialogId>,
    },
    /// Messages of one dialog are new or different, or gone.
    MessagesChanged {
        /// Whose.
        account: AccountId,
        /// In which dialog.
        dialog: DialogId,
        /// As they are now, oldest first.
        messages: Vec<Message>,
        /// No longer there.
        removed: Vec<MessageId>,
    },
    /// Files of messages came further, or got stuck.
    AttachmentsChanged {
        /// Whose.
        account: AccountId,
        /// In which dialog.
        dialog: DialogId,
        /// Each attachment once.
        changes: Vec<AttachmentChange>,
    },
    /// Who is typing in a dialog.
    TypingChanged {
        /// Whose.
        account: AccountId,
        /// In which dialog.
        dialog: DialogId,
        /// Everyone typing now; empty when nobody is.
        users: Vec<UserId>,
    },
    /// People are new or different.
    UsersChanged {
        /// Whose.
        account: AccountId,
        /// As they are now.
        users: Vec<User>,
    },
    /// Something is known of when these people were last there.
    ActivityChanged {
        /// Whose.
        account: AccountId,
        /// What is known now, each person once.
        people: Vec<(UserId, Activity)>,
    },
    /// Who is blocked, or the privacy lists, changed.
    PrivacyChanged {
        /// Whose.
        account: AccountId,
        /// Everyone who is blocked now, ascending.
        blocked: Vec<Block>,
    },
    /// The folders of the chat list changed.
    FoldersChanged {
        /// Whose.
        account: AccountId,
        /// All of them, in their order.
        folders: Vec<Folder>,
    },
    /// How loud a voice message is that is being recorded, twenty times a second.
    VoiceLevel {
        /// Whose.
        account: AccountId,
        /// For which dialog.
        dialog: DialogId,
        /// From 0 to [`LOUDEST`](crate::voice::LOUDEST).
        level: u8,
        /// Its length so far.
        elapsed: Duration,
    },
    /// A recording ended by itself; what was said waits to be taken.
    VoiceEnded {
        /// Whose.
        account: AccountId,
        /// For which dialog.
        dialog: DialogId,
        /// Why.
        reason: EndReason,
    },
    /// The number of messages that wait to be sent changed.
    OutboxChanged {
        /// Whose.
        account: AccountId,
        /// How many wait.
        waiting: u32,
    },
    /// A message has just come that somebody is to be told of; [`crate::model::is_alerting`] is the
    /// rule. Never sent for what was caught up with: neither for the history nor for what a server
    /// kept while this device was away. When the message is seen later, here or elsewhere, or is
    /// deleted, [`Self::MessagesChanged`] tells of it as of any other.
    MessageAlert {
        /// Whose.
        account: AccountId,
        /// Where, as it is now.
        dialog: Box<Dialog>,
        /// The message.
        message: Box<Message>,
    },
    /// Gaps in the history of a dialog opened or closed: ask for the edges again.
    HistoryChanged {
        /// Whose.
        account: AccountId,
        /// In which dialog.
        dialog: DialogId,
    },
}
