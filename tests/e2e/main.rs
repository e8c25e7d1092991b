//! Stories of people who talk to one another: real engines, the real backend, TLS in between.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what goes wrong in a story must fail it at once, and a story names only what it waits for"
)]

mod activity;
mod blocks;
mod changes;
mod channels;
mod cuts;
mod devices;
mod dialogs;
mod downloads;
mod groups;
mod kills;
mod links;
mod offline;
mod pictures;
mod profiles;
mod proxies;
mod real_servers;
mod refusals;
mod reports;
mod search;
mod sessions;
mod slow_readers;
mod talk;
mod uploads;
mod waiting;
mod ways;
