//! The messenger engine: everything between the socket and the screen, without a window.
//!
//! [`Engine`] holds the accounts of one profile; each [`Account`] owns a connection, an encrypted
//! cache and an outbox. This crate knows nothing of Tauri, of the JSON of the screens, or of the
//! backend's code: two engines fit in one test.

pub mod attachments;
pub mod clock;
pub mod connection;
pub mod engine;
pub mod error;
pub mod events;
pub mod export;
pub mod keys;
pub mod model;
pub mod network;
pub mod outbox;
pub mod previews;
pub mod rest;
pub mod store;
pub mod sync;
pub mod tiles;
pub mod voice;

pub use engine::{Account, Engine, EngineConfig, NetworkTrial};
pub use error::Error;
pub use events::ClientEvent;
