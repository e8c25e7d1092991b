//! Shapes that cross to the window. Written once, here; the TypeScript is generated from them.

pub mod account;
pub mod activity;
pub mod attachment;
pub mod diagnostics;
pub mod dialog;
pub mod dialog_edit;
pub mod event;
pub mod explore;
pub mod export;
pub mod folder;
pub mod ids;
pub mod keys;
pub mod message;
pub mod new_message;
pub mod outbox;
pub mod people;
pub mod picture;
pub mod privacy;
pub mod profile;
pub mod reaction;
pub mod search;
pub mod settings;
pub mod sign_in;
pub mod system_line;
pub mod unknown_message;
