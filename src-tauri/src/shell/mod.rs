//! What makes it a program of the desktop: where its files are, how its window is drawn, its
//! microphone, and the local backend that runs beside it.

pub mod arguments;
pub mod clipboard;
pub mod endpoints;
pub mod file_dialog;
pub mod focus;
pub mod local_backend;
pub mod microphone;
pub mod offers;
pub mod pasted;
pub mod pictures;
pub mod profile;
pub mod renderer;
pub mod settings_file;
pub mod tiles;
pub mod window;
