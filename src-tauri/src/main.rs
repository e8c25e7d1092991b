//! The desktop app.

// A console window beside the app would be a surprise on Windows.
#![cfg_attr(all(not(debug_assertions), windows), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    cubist_app::run()
}
