//! The main window.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::shell::profile::Profile;

/// Label of the one window, named by its capability.
pub const LABEL: &str = "main";

/// Opens the window, sized for three columns and able to shrink to one.
pub fn open(app: &AppHandle, profile: &Profile) -> tauri::Result<WebviewWindow> {
    let title = if profile.name == "default" {
        "Cubist".to_owned()
    } else {
        format!("Cubist · {}", profile.name)
    };
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(title)
        .inner_size(1280.0, 820.0)
        .min_inner_size(380.0, 520.0)
        // A link in a message opens the person's browser; the window itself never leaves the app.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "about")
                || matches!(url.host_str(), Some("tauri.localhost" | "localhost"))
        })
        .disable_drag_drop_handler()
        .build()
}

/// Brings the window to the front, for a second start of the same profile.
pub fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    for step in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window cannot be raised");
        }
    }
}
