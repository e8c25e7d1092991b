//! What the repository promises about itself, checked where a reader would otherwise have to believe it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test at once"
)]

mod edges;
mod names;
