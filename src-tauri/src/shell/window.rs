//! The main window.

use std::{sync::atomic::Ordering, time::Duration};

use tauri::{
    AppHandle, Manager, Monitor, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent, Wry,
    webview::{PermissionKind, PermissionResponse},
};

use crate::{
    shell::{
        drag,
        place::{self, Display, Place},
        profile::Profile,
    },
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
    let state = app.state::<App>();
    let waits_in_tray = hidden && state.has_tray() && state.settings.get().tray_icon;
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(title)
        .min_inner_size(place::LEAST.0, place::LEAST.1)
        // A link in a message opens the person's browser; the window itself never leaves the app.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "about")
                || matches!(url.host_str(), Some("tauri.localhost" | "localhost"))
        })
        // The page asks when somebody presses "here" to send a place; the system has its own say.
        .on_permission_request(|_, kind| {
            if matches!(kind, PermissionKind::Geolocation) {
                PermissionResponse::Allow
            } else {
                PermissionResponse::Default
            }
        })
        .visible(!waits_in_tray);
    let window = placed(builder, app).build()?;
    zoom(&window, app.state::<App>().settings.get().zoom);
    if hidden && !waits_in_tray {
        window.minimize()?;
    }
    Ok(window)
}

/// Lets the window begin where it was on these displays.
fn placed<'a, M: Manager<Wry>>(
    builder: WebviewWindowBuilder<'a, Wry, M>,
    app: &AppHandle,
) -> WebviewWindowBuilder<'a, Wry, M> {
    let displays = displays(app.available_monitors());
    let Some(place) = app.state::<App>().places.of(&displays) else {
        return builder.inner_size(place::USUAL.0, place::USUAL.1);
    };
    // Each display has a scale of its own, and the window is described in that of its display.
    let scale = displays
        .iter()
        .find(|display| display.has(place.x, place.y))
        .map_or(1.0, |display| display.scale);
    builder
        .inner_size(
            f64::from(place.width) / scale,
            f64::from(place.height) / scale,
        )
        .position(f64::from(place.x) / scale, f64::from(place.y) / scale)
        .maximized(place.maximised)
}

fn displays(monitors: tauri::Result<Vec<Monitor>>) -> Vec<Display> {
    let monitors = monitors.unwrap_or_else(|error| {
        tracing::warn!(%error, "the displays are not known");
        Vec::new()
    });
    let described = monitors.iter().map(|monitor| {
        let area = monitor.work_area();
        Display {
            name: monitor.name().cloned().unwrap_or_default(),
            x: area.position.x,
            y: area.position.y,
            width: area.size.width,
            height: area.size.height,
            scale: monitor.scale_factor(),
        }
    });
    described.collect()
}

/// While a window is moved it is elsewhere many times a second; where it came to rest counts. A
/// window that is being maximised says its new size before it says that it is.
const REST: Duration = Duration::from_millis(400);

/// Remembers where the window is once it has come to rest.
fn note_place(window: &Window) {
    let app = window.state::<App>().inner().clone();
    let turn = app
        .place_turn
        .fetch_add(1, Ordering::AcqRel)
        .wrapping_add(1);
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(REST).await;
        if app.place_turn.load(Ordering::Acquire) == turn {
            keep_place(&window);
        }
    });
}

/// Remembers where the window is now, unless it is put aside.
fn keep_place(window: &Window) {
    let now = || -> tauri::Result<Option<(Vec<Display>, Place)>> {
        if window.is_minimized()? || !window.is_visible()? || window.is_fullscreen()? {
            return Ok(None);
        }
        let displays = displays(window.available_monitors());
        let (corner, inside) = (window.outer_position()?, window.inner_size()?);
        let place = Place {
            x: corner.x,
            y: corner.y,
            width: inside.width,
            height: inside.height,
            maximised: window.is_maximized()?,
        };
        Ok(Some((displays, place)))
    };
    match now() {
        Ok(Some((displays, place))) => {
            let places = &window.state::<App>().places;
            let before = places.of(&displays).filter(|_| place.maximised);
            let place = before.map_or(place, |before| Place {
                maximised: true,
                ..before
            });
            places.put(&displays, place);
        }
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "the place of the window is not known"),
    }
}

/// Shows the pages larger or smaller; 100 is their own size.
pub fn zoom(window: &WebviewWindow, percent: u32) {
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!(%error, "the pages cannot be zoomed");
    }
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
    if let WindowEvent::Moved(_) | WindowEvent::Resized(_) = event {
        return note_place(window);
    }
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    keep_place(window);
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

/// Takes a window that was put aside into the tray, where it should have begun.
pub fn into_tray(app: &AppHandle) {
    step_aside(app, |window| {
        if window.is_minimized()? {
            window.hide()?;
        }
        Ok(())
    });
}

/// Puts a window in the tray aside instead: nobody sees the icon that would bring it back.
pub fn out_of_tray(app: &AppHandle) {
    step_aside(app, |window| {
        if !window.is_visible()? {
            window.minimize()?;
            window.show()?;
        }
        Ok(())
    });
}

fn step_aside(app: &AppHandle, step: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    let moved = app.get_webview_window(LABEL).map(|window| step(&window));
    if let Some(Err(error)) = moved {
        tracing::warn!(%error, "the window cannot be put aside");
    }
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
