//! The system's dialog for files and folders.

use std::path::PathBuf;

use tauri::WebviewWindow;
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

/// Lets the person choose files; none when they change their mind.
pub async fn choose(window: &WebviewWindow) -> Vec<PathBuf> {
    let (answer, chosen) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(window)
        .pick_files(move |files| {
            // The command's window may have gone meanwhile.
            answer.send(files.unwrap_or_default()).ok();
        });
    chosen
        .await
        .unwrap_or_default()
        .into_iter()
        .filter_map(|file| file.into_path().ok())
        .collect()
}

/// Lets the person choose one file to read; none when they change their mind.
pub async fn choose_file(window: &WebviewWindow) -> Option<PathBuf> {
    let (answer, chosen) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(window)
        .pick_file(move |file| {
            // The command's window may have gone meanwhile.
            answer.send(file).ok();
        });
    chosen.await.ok().flatten()?.into_path().ok()
}

/// Lets the person choose a folder to write into; none when they change their mind.
pub async fn choose_folder(window: &WebviewWindow) -> Option<PathBuf> {
    let (answer, chosen) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(window)
        .pick_folder(move |folder| {
            // The command's window may have gone meanwhile.
            answer.send(folder).ok();
        });
    chosen.await.ok().flatten()?.into_path().ok()
}
