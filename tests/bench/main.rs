//! Measures the engine and the backend, each beside its limit; `npm run bench` runs it.
//!
//! A limit is the same work without the code of this repository, measured in the same run on the
//! same data: bare SQLite, an echo over TLS, another server. Every series goes to standard output
//! as one line of JSON; nothing here passes or fails by the clock.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement that goes wrong must end at once"
)]
#![allow(
    clippy::large_futures,
    clippy::format_collect,
    clippy::assigning_clones,
    clippy::wildcard_enum_match_arm,
    reason = "each runs a few times, outside of what is measured"
)]
#![allow(
    clippy::struct_field_names,
    reason = "the fields bear the names of the file formats and columns they hold"
)]

mod bare;
mod cache;
mod corpus;
mod fan_out;
mod figures;
mod files;
mod idle;
mod incoming;
mod random;
mod raw_client;
mod search;
mod seed;
mod send;
mod servers;
mod text;
mod tls;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures the engine and the backend.
#[derive(Debug, Parser)]
#[command(name = "cubist-bench")]
struct Arguments {
    #[command(subcommand)]
    part: Part,
    /// A short look instead of a measurement: fewer runs on less data.
    #[arg(long, global = true)]
    quick: bool,
    /// Folder for databases, on the disk that is to be measured.
    #[arg(long, global = true, default_value = "target/bench")]
    work: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Makes a profile with years of chats in it.
    Seed {
        /// Data folder of the app.
        #[arg(long)]
        data_dir: PathBuf,
        /// How many chats.
        #[arg(long, default_value_t = 2_000)]
        dialogs: u32,
        /// How many messages.
        #[arg(long, default_value_t = 100_000)]
        messages: usize,
    },
    /// Incoming messages: how many per second, and what one costs in a full cache.
    Incoming,
    /// Search in a full cache.
    Search,
    /// From "send" to the acknowledgement.
    Send,
    /// A file of a hundred megabytes, out and in.
    Files,
    /// One sender, many receiving devices; beside Prosody.
    FanOut,
    /// Memory of connections that wait; beside Prosody.
    Idle,
}

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.work).unwrap();
    let work = std::path::absolute(&arguments.work).unwrap();
    let quick = arguments.quick;
    match arguments.part {
        Part::Seed {
            data_dir,
            dialogs,
            messages,
        } => seed::profile(&data_dir, dialogs, messages).await,
        Part::Incoming => incoming::measure(&work, incoming::Plan::new(quick)).await,
        Part::Search => search::measure(&work, search::Plan::new(quick)).await,
        Part::Send => send::measure(&work, quick).await,
        Part::Files => files::measure(&work, quick).await,
        Part::FanOut => fan_out::measure(&work, quick).await,
        Part::Idle => idle::measure(&work, quick).await,
    }
}
