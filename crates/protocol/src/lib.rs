//! Wire formats of the `ConnectyCube` Chat API: XMPP stanzas and REST objects.
//!
//! Both sides of the product speak through this crate: the client engine and the local backend
//! never import one another, they agree here.
//!
//! What this crate does not know: sockets, files, databases, tasks, the clock, randomness, and
//! any rule about who may do what. It turns text into types and types into text; time and random
//! bytes are handed in where an id needs them. Everything can be tested with strings.
//!
//! - [`ids`], [`jid`], [`timestamp`]: names and moments.
//! - [`xml`]: bytes to bounded elements and back, on TCP and WebSocket.
//! - [`stanza`]: messages, presences, IQs and their errors; [`ext`] has one module per extension.
//! - [`stream`]: what frames the stanzas (headers, features, SASL, TLS, stream errors).
//! - [`rest`]: JSON objects, errors and list queries of the HTTP API.

pub mod ext;
pub mod ids;
pub mod jid;
pub mod ns;
pub mod rest;
pub mod stanza;
pub mod stream;
pub mod timestamp;
pub mod xml;
