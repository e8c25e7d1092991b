//! Objects, errors and list queries of the HTTP API.
//!
//! Readers accept every form that the platform's clients and servers were seen to send: `null`,
//! `0` or nothing for what is absent, numbers as strings, lists as text. Writers choose the form
//! that all of them understand.

pub(crate) mod tolerant;
