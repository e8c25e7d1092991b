//! Keeping the cache in step with the server.
//!
//! [`incoming`] takes what the connection reports and turns it into transactions; `catch_up` fills
//! what a lost session missed, over REST; `history` fetches older parts when someone looks at
//! them. All three write through the same functions of the store, which know each message by its
//! id, so it does not matter which of them brings it first, or how often.

pub(crate) mod activity;
pub(crate) mod api;
pub(crate) mod arrival;
pub(crate) mod catch_up;
pub(crate) mod composing;
pub(crate) mod context;
pub(crate) mod convert;
pub(crate) mod describe;
pub(crate) mod diagnostics;
pub(crate) mod dialog_api;
mod gone;
pub(crate) mod history;
pub(crate) mod incoming;
pub(crate) mod line;
pub(crate) mod markers;
pub(crate) mod message_api;
pub(crate) mod news;
pub(crate) mod people;
pub(crate) mod pictures;
pub(crate) mod privacy;
pub(crate) mod progress;
pub(crate) mod requests;
pub(crate) mod rooms;
pub(crate) mod search;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod typing;
pub(crate) mod wishes;

pub(crate) use self::convert::user;
