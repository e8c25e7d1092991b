//! What makes it a program of the desktop: where its files are, how its window is drawn, its
//! microphone, and the local backend that runs beside it.

pub mod arguments;
pub mod attachments;
pub mod authority;
pub mod badge;
pub mod clipboard;
pub mod connection_history;
pub mod desktop_proxy;
pub mod drag;
pub mod endpoints;
pub mod exports;
pub mod file_dialog;
pub mod focus;
pub mod kept_files;
#[cfg(target_os = "linux")]
mod launcher;
pub mod links;
pub mod local_backend;
pub mod lock;
pub mod media_server;
pub mod menu;
pub mod metered;
pub mod microphone;
pub mod notifications;
pub mod offers;
pub mod organisation;
pub mod pasted;
pub mod pictures;
pub mod place;
pub mod profile;
pub mod recent_log;
pub mod renderer;
mod scheme;
pub mod screen_lock;
pub mod settings_file;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod testing;
pub mod tiles;
pub mod tray;
pub mod tray_host;
pub mod updates;
pub mod window;
pub mod writing;
