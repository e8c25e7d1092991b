//! The REST API, with the life cycle of its session.
//!
//! A [`Client`] belongs to one account. It keeps the session token, makes a new session when the
//! server says that the old one is gone (once for all calls that hear it at the same time), and
//! repeats each of those calls once. Calls that may be repeated without harm are repeated after a
//! passing failure; others are not, because the first one may have had its effect.
//!
//! Layers, from the wire up: `transport` makes one HTTP exchange and names what can go wrong with
//! it; `client` adds repetition and the session; `auth`, `users`, `dialogs`, `messages`, `blobs`
//! and `data` are the calls; `foreign` guards addresses that others wrote down.

mod auth;
mod blobs;
mod client;
mod data;
mod dialogs;
pub(crate) mod downloads;
mod error;
pub(crate) mod foreign;
mod membership;
mod messages;
mod query;
mod redirections;
mod session;
mod transport;
pub(crate) mod uploads;
mod users;

pub use blobs::NewFile;
pub use client::{Client, RestConfig};
pub use cubist_protocol::rest::UnreadCounts;
pub use error::Error;
pub use query::{DialogFilter, MessageFilter, Page, SearchFilter, Sort};
pub use session::Session;
