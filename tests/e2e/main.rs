//! Stories of people who talk to one another: real engines, the real backend, TLS in between.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong in a story must fail it at once"
)]
