//! Objects, errors and list queries of the HTTP API.
//!
//! Readers accept every form that the platform's clients and servers were seen to send: `null`,
//! `0` or nothing for what is absent, numbers as strings, lists as text. Writers choose the form
//! that all of them understand.

pub mod blob;
pub mod change;
pub mod data;
pub mod dialog;
pub mod error;
pub mod form;
pub mod message;
pub mod page;
pub mod query;
pub mod reactions;
pub mod search;
pub mod session;
pub mod subscription;
pub(crate) mod tolerant;
pub mod user;

pub use crate::rest::blob::{
    Blob, BlobAccess, BlobAccessKind, BlobEnvelope, BlobUid, BlobUidError, CompleteBlob, NewBlob,
    NewBlobEnvelope, UpdateBlob, UpdateBlobEnvelope, UploadForm, UploadFormError,
};
pub use crate::rest::change::Change;
pub use crate::rest::data::{
    DataAccess, DataBatch, DataFields, DataPage, DataPermissions, DataPermissionsAnswer,
    DataRecord, DataUpdateByCriteria, MESSAGE_REPORTS, MessageReport, TotalDeleted, USER_REPORTS,
    UserReport,
};
pub use crate::rest::dialog::{
    CreateDialog, Dialog, DialogKind, DialogLists, DialogPermissions, LastMessageStatus,
    Notifications, NotificationsEnvelope, UpdateDialog, explore,
};
pub use crate::rest::error::{ErrorBody, ErrorEntry};
pub use crate::rest::message::{CreateMessage, Message, Reactions, UnreadCounts, UpdateMessage};
pub use crate::rest::page::{Count, CountEnvelope, DeleteResult, IdList, NumberedPage, Page};
pub use crate::rest::query::{ArrayStyle, Filter, ListQuery, Operator, Sort};
pub use crate::rest::reactions::{ChangeReactions, ReactionUsers};
pub use crate::rest::search::{SearchEnvelope, SearchResults};
pub use crate::rest::session::{Credentials, Session, SessionEnvelope, SessionRequest};
pub use crate::rest::subscription::{
    Device, Event, EventEnvelope, EventUsers, Named, NewDevice, NewSubscription, PushToken,
    Subscription, SubscriptionEnvelope,
};
pub use crate::rest::user::{
    NewUser, NewUserEnvelope, OnlineUsers, UpdateUser, UpdateUserEnvelope, User, UserEnvelope,
};
