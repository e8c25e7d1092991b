//! Everything the engine says by itself, on the window's one ordered channel.

use serde::Serialize;
use specta::Type;

use crate::ipc::types::{
    account::{Account, AccountUnread, ConnectionState},
    activity::PersonActivity,
    attachment::{AttachmentChange, DragPhase},
    dialog::Dialog,
    export::ExportProgress,
    folder::Folder,
    ids::{AccountId, DialogId, MessageId, UserId},
    message::Message,
    people::User,
    privacy::Block,
    settings::Settings,
    update::UpdateState,
    voice::VoiceEnd,
};

/// One event. All upserts are idempotent: the window may have loaded the same rows already.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum AppEvent {
    /// Accounts came, went or changed.
    AccountsChanged {
        /// All of them.
        accounts: Vec<Account>,
    },
    /// What waits to be read changed.
    UnreadChanged {
        /// Of every account whose cache is open.
        unread: Vec<AccountUnread>,
    },
    /// An account's line changed.
    ConnectionChanged {
        /// Which account.
        account_id: AccountId,
        /// Its state.
        state: ConnectionState,
    },
    /// Rows of the chat list changed.
    DialogsChanged {
        /// Which account.
        account_id: AccountId,
        /// New or changed rows.
        dialogs: Vec<Dialog>,
        /// Rows that are gone.
        removed_ids: Vec<DialogId>,
    },
    /// Messages came or changed; their place follows from `sentAt` and `id`.
    MessagesChanged {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// New or changed messages.
        messages: Vec<Message>,
        /// Messages that are gone.
        removed_ids: Vec<MessageId>,
    },
    /// Files of messages came further, or got stuck.
    AttachmentsChanged {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// Each attachment once.
        changes: Vec<AttachmentChange>,
    },
    /// Files of another program are dragged over the window, or let go of there.
    FilesDragged {
        /// What happens.
        phase: DragPhase,
        /// CSS pixels from the left edge of the page; 0 when they left.
        #[specta(type = specta_typescript::Number)]
        x: f64,
        /// CSS pixels from its top.
        #[specta(type = specta_typescript::Number)]
        y: f64,
        /// How many files.
        count: u32,
        /// For `stageOffered`, when they were let go of.
        drop_id: Option<u32>,
    },
    /// Files were handed over by another program (“open with”, or `cubist --share FILE`): the
    /// person says where they go.
    FilesShared {
        /// For `stageShared`.
        share_id: u32,
        /// How many.
        count: u32,
    },
    /// An export has come further.
    ExportProgressed {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// How far.
        progress: ExportProgress,
    },
    /// What lies beyond the edges of loaded pages may have changed.
    HistoryChanged {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
    },
    /// Who types in a dialog now.
    TypingChanged {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// Everyone who types, most recent last.
        user_ids: Vec<UserId>,
    },
    /// Names or pictures of people changed.
    UsersChanged {
        /// Which account.
        account_id: AccountId,
        /// The people.
        users: Vec<User>,
    },
    /// How loud the voice message is that is being recorded, twenty times a second.
    VoiceLevel {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// From 0 to 31.
        level: u8,
        /// Its length so far.
        elapsed_ms: u64,
    },
    /// A recording ended by itself; what was said waits for `stopVoice`.
    VoiceEnded {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// Why.
        reason: VoiceEnd,
    },
    /// The number of messages that wait to be sent changed.
    OutboxChanged {
        /// Which account.
        account_id: AccountId,
        /// How many wait.
        waiting: u32,
    },
    /// Whether people are there changed.
    ActivityChanged {
        /// Which account.
        account_id: AccountId,
        /// The people.
        people: Vec<PersonActivity>,
    },
    /// Whom I block changed.
    PrivacyChanged {
        /// Which account.
        account_id: AccountId,
        /// Everyone I block now.
        blocked: Vec<Block>,
    },
    /// The folders of the chat list changed.
    FoldersChanged {
        /// Which account.
        account_id: AccountId,
        /// All of them, in their order.
        folders: Vec<Folder>,
    },
    /// The person came from outside the window (a notification, a link): show this.
    Goto {
        /// Which account.
        account_id: AccountId,
        /// Which dialog.
        dialog_id: DialogId,
        /// Which message, unless the dialog as a whole is meant.
        message_id: Option<MessageId>,
        /// Whether they want to write.
        compose: bool,
    },
    /// The person followed a link from outside: `takeLink` says where to, when there is somebody to
    /// show it to.
    LinkFollowed,
    /// Choices were made outside the window, in the tray for instance.
    SettingsChanged {
        /// All of them.
        settings: Settings,
    },
    /// One of the page's commands was chosen in the menu bar.
    MenuChosen {
        /// How the page calls it.
        command: String,
    },
    /// It stands otherwise with new versions of the program.
    UpdateChanged {
        /// How.
        state: UpdateState,
    },
    /// The desktop shows icons of programs now, or does so no longer.
    TrayChanged {
        /// Whether the app's icon is seen.
        has_tray: bool,
    },
    /// The window is about to close: keep what was typed, then call `close`.
    Closing,
    /// The app is about to lock: keep what was typed, then call `lock`.
    LockWanted,
    /// The app is locked: forget everything that was shown.
    Locked,
    /// The window read too slowly and missed something: load again what is shown.
    Reload,
}
