//! What the stories in `tests/e2e` are told with: a backend, people, and lines that fail.
//!
//! ```text
//! Person ── engine ── FlakyProxy ──┐
//!                                  ├── Backend (in this process, or one that can be killed)
//! Person ── engine ── FlakyProxy ──┘
//! ```
//!
//! Everything waits for events, with a deadline that only a failing test ever reaches.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    clippy::must_use_candidate,
    reason = "support code of tests: whatever goes wrong here must fail the test at once"
)]

pub mod backend;
pub mod deadline;
pub mod files;
pub mod flaky_proxy;
pub mod pages;
pub mod person;
pub mod programs;
pub mod proxy;
pub mod puppet;
pub mod world;

pub use backend::{Backend, BackendProcess};
pub use deadline::within;
pub use flaky_proxy::{Direction, FlakyProxy};
pub use person::Person;
pub use puppet::Puppet;
pub use world::World;
