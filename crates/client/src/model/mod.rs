//! What the engine talks about: dialogs, messages, people, accounts and the state of the line.
//!
//! Plain values without behaviour of their own. They are neither rows of the cache nor objects of
//! the wire; `store` and `sync` convert.

mod account;
mod activity;
mod alert;
mod attachment;
mod connection;
mod custom_fields;
mod dialog;
mod dialog_edit;
mod explore;
mod folder;
mod link_preview;
mod message;
mod network;
mod outbox;
mod page;
mod picture;
mod position;
mod privacy;
mod profile;
mod search;
mod secret;
mod shared;
mod status;
mod unknown_message;
mod unread;
mod user;

pub use account::{
    AccountId, AccountSummary, ChatAddress, Endpoints, Identity, InvalidAccountId, Origin, SignUp,
};
pub use activity::Activity;
pub use alert::{Alerts, is_alerting, is_silenced};
pub use attachment::{
    Attachment, AttachmentChange, AttachmentKind, FileProblem, FileSource, FileState, Location,
    NewAttachment, Point, Staged, StagedId, Staging, Unstageable,
};
pub use connection::{ConnectionState, OfflineReason, SignedOutReason};
pub use cubist_protocol::ids::{AppId, DialogId, MessageId, ObjectId, ObjectIdGenerator, UserId};
pub use cubist_protocol::timestamp::UnixMillis;
pub(crate) use custom_fields::{ATTACHMENTS_EXTRA, CustomFields, is_free_name, passed_on};
pub use dialog::{Dialog, DialogKind, Field, Preview, PreviewAttachment, Role};
pub use dialog_edit::{DeleteOutcome, DialogEdit, NewDialog, PictureChange};
pub use explore::{ExplorePage, OccupantPage, PublicDialog};
pub use folder::{Folder, FolderId, FolderRule};
pub(crate) use link_preview::shown_address;
pub use link_preview::{LinkPreview, PreviewPicture};
pub use message::{Draft, Failure, FailureKind, Forwarded, Message, Quote, Reaction, SystemLine};
pub use network::{Authority, Network, Proxy, ProxyProblem, ProxyServer};
pub use outbox::{
    Hold, KeptDraft, KeptEdit, Outbox, OutboxItem, Recipient, SendTime, TakenBack, Waiting,
};
pub use page::{
    Anchor, Cursor, DialogPage, DialogQuery, Edge, GapReason, InvalidCursor, MessagePage,
};
pub use picture::{Picture, PictureKind};
pub use position::Position;
pub use privacy::{Block, PrivacyAction, PrivacyItem, PrivacyList};
pub use profile::{Profile, ProfileEdit};
pub use search::{
    Has, InvalidSearchCursor, SearchCursor, SearchHit, SearchPage, SearchQuery, ServerHits,
    SnippetPart,
};
pub use secret::Secret;
pub use shared::{
    FilePolicy, SharedCounts, SharedCursor, SharedItem, SharedKind, SharedPage, StorageUse,
};
pub use status::Status;
pub use unknown_message::UnknownMessage;
pub use unread::Unread;
pub use user::User;
