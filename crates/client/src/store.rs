//! The encrypted cache.

/// What can go wrong with the cache.
#[derive(Debug, thiserror::Error)]
#[error("cache")]
pub struct Error;
