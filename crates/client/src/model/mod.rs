//! What the engine talks about: dialogs, messages, people, accounts and the state of the line.
//!
//! Plain values without behaviour of their own. They are neither rows of the cache nor objects of
//! the wire; `store` and `sync` convert.

mod account;
mod connection;
mod dialog;
mod message;
mod page;
mod position;
mod secret;
mod status;
mod user;

pub use account::{
    AccountId, AccountSummary, ChatAddress, Endpoints, Identity, InvalidAccountId, Origin, SignUp,
};
pub use connection::{ConnectionState, OfflineReason, SignedOutReason};
pub use cubist_protocol::ids::{AppId, DialogId, MessageId, ObjectId, ObjectIdGenerator, UserId};
pub use cubist_protocol::timestamp::UnixMillis;
pub use dialog::{Dialog, DialogKind, Preview};
pub use message::{Failure, FailureKind, Message};
pub use page::{
    Anchor, Cursor, DialogPage, DialogQuery, Edge, GapReason, InvalidCursor, MessagePage, SearchHit,
};
pub use position::Position;
pub use secret::Secret;
pub use status::Status;
pub use user::User;
