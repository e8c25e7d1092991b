//! The live side over real sockets: what a client sends and what it gets, one module per story.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail loudly, and its helpers are read beside it"
)]

mod support;

mod activity;
mod blocks;
mod changes;
mod deliver;
mod groups;
mod limits;
mod login;
mod markers;
mod messages;
mod offline;
mod open_dialogs;
mod privacy;
mod requests;
mod resumption;
mod rooms;
mod transcript;
