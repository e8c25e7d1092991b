//! A backend that speaks the ConnectyCube Chat API: REST over HTTP and XMPP over WebSocket, TCP and TLS.
//!
//! ```text
//! rest ──┐                ┌── xmpp
//!        ├──► state ◄─────┤
//!        └──► delivery ───┘
//! ```
//!
//! `state` owns the domain and the database and knows neither HTTP nor XML. `rest` and `xmpp` are its two faces;
//! they meet only in `delivery`, the small trait by which REST asks the live side to tell people something.
//! `alerts` hands what people miss while they are away to a service that the operator names.

pub mod alerts;
pub mod config;
pub mod delivery;
mod demo;
pub mod folder;
mod lease;
pub mod orders;
pub mod reports;
mod rest;
pub mod server;
pub mod state;
pub mod tls;
pub mod xmpp;
