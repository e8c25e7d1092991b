//! The HTTP API and the program, over real sockets and on a real database.

mod demo;
mod dialogs;
mod messages;
mod people;
mod process;
mod sessions;
mod support;
mod transport;
