//! Objects, errors and list queries of the HTTP API.
//!
//! Readers accept every form that the platform's clients and servers were seen to send: `null`,
//! `0` or nothing for what is absent, numbers as strings, lists as text. Writers choose the form
//! that all of them understand.

pub mod change;
pub mod dialog;
pub mod error;
pub mod form;
pub mod message;
pub mod page;
pub mod query;
pub mod session;
pub(crate) mod tolerant;
pub mod user;

pub use crate::rest::change::Change;
pub use crate::rest::dialog::{
    CreateDialog, Dialog, DialogKind, DialogLists, DialogPermissions, LastMessageStatus,
    UpdateDialog,
};
pub use crate::rest::error::{ErrorBody, ErrorEntry};
pub use crate::rest::message::{CreateMessage, Message, Reactions, UnreadCounts, UpdateMessage};
pub use crate::rest::page::{CountEnvelope, DeleteResult, IdList, Page};
pub use crate::rest::query::{ArrayStyle, Filter, ListQuery, Operator, Sort};
pub use crate::rest::session::{Credentials, Session, SessionEnvelope, SessionRequest};
pub use crate::rest::user::{
    NewUser, NewUserEnvelope, UpdateUser, UpdateUserEnvelope, User, UserEnvelope,
};
