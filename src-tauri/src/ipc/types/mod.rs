//! Shapes that cross to the window. Written once, here; the TypeScript is generated from them.

pub mod account;
pub mod dialog;
pub mod event;
pub mod ids;
pub mod message;
pub mod people;
pub mod settings;
pub mod sign_in;
