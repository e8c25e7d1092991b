//! The main window.

use std::time::Duration;

use tauri::{
    AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};

use crate::{
    shell::{drag, profile::Profile, tray},
    state::App,
};

/// Label of the one window, named by its capability.
pub const LABEL: &str = "main";

/// Opens the window, sized for three columns and able to shrink to one.
///
/// `hidden` is for a start with the computer: the window waits in the tray, or minimised where there
/// is none.
pub fn open(app: &AppHandle, profile: &Profile, hidden: bool) -> tauri::Result<WebviewWindow> {
    let title = if profile.name == "default" {
        "Cubist".to_owned()
    } else {
        format!("Cubist · {}", profile.name)
    };
    let waits_in_tray =
        hidden && tray::is_possible() && app.state::<App>().settings.get().tray_icon;
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(title)
        .inner_size(1280.0, 820.0)
        .min_inner_size(380.0, 520.0)
        // A link in a message opens the person's browser; the window itself never leaves the app.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "about")
                || matches!(url.host_str(), Some("tauri.localhost" | "localhost"))
        })
        .visible(!waits_in_tray)
        .build()?;
    if hidden && !waits_in_tray {
        window.minimize()?;
    }
    Ok(window)
}

/// The page gets this long to keep what was typed; a page that hangs does not hold its window.
pub const FAREWELL: Duration = Duration::from_secs(2);

/// A window that is closed asks its page first: a draft may still be on its way to the disk.
pub fn on_event(window: &Window, event: &WindowEvent) {
    if let WindowEvent::DragDrop(event) = event {
        return drag::tell(window, event);
    }
    // The system's word, not the page's: a page that is hidden may hear nothing of it.
    if let WindowEvent::Focused(focused) = event {
        return window.state::<App>().focus.set(window.label(), *focused);
    }
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    let app = window.state::<App>();
    if app.stays_in_tray() {
        api.prevent_close();
        // The page hears that it is hidden, and keeps what was typed.
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window cannot be hidden");
        }
        return;
    }
    if !app.announce_closing() {
        return;
    }
    api.prevent_close();
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FAREWELL).await;
        if let Err(error) = window.destroy() {
            tracing::debug!(%error, "the window had gone already");
        }
    });
}

/// Ends the app as closing its window does, also from the tray.
pub fn quit(app: &AppHandle) {
    app.state::<App>().leave();
    let Some(window) = app.get_webview_window(LABEL) else {
        app.exit(0);
        return;
    };
    if let Err(error) = window.close() {
        tracing::warn!(%error, "the window cannot be closed");
        app.exit(0);
    }
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
