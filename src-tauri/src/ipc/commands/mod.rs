//! Commands: each parses, asks the engine once and converts the answer.

#![allow(
    clippy::let_underscore_must_use,
    reason = "the command macro writes such a line into every command"
)]

pub mod accounts;
pub mod attachments;
pub mod diagnostics;
pub mod dialogs;
pub mod explore;
pub mod export;
pub mod keys;
pub mod links;
pub mod maps;
pub mod members;
pub mod message_changes;
pub mod messages;
pub mod network;
pub mod organisation;
pub mod organise;
pub mod outbox;
pub mod people;
pub mod presence;
pub mod privacy;
pub mod profile;
pub mod search;
pub mod settings;
pub mod staging;
pub mod start;
pub mod updates;
pub mod voice;

use std::str::FromStr;

use crate::ipc::error::IpcError;

/// Reads a cursor that came from the window.
pub(crate) fn parse<T: FromStr>(field: &str, text: &str) -> Result<T, IpcError> {
    text.parse().map_err(|_| IpcError::InvalidInput {
        field: field.to_owned(),
    })
}
