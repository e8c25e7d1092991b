//! The icon in the tray: unread messages at a glance, the way back to a window that was closed, and
//! times without notifications.
//!
//! It stands as long as the settings want it, the page has said its words and somebody shows it. On
//! Linux a left click is not delivered, so that everything is in the menu.

use std::{sync::atomic::Ordering, time::Duration};

use tauri::{
    AppHandle,
    image::Image,
    menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::time::Instant;

use crate::{
    ipc::types::words::DesktopWords,
    shell::{badge, window},
    state::App,
};

/// Name of the one icon.
const ID: &str = "main";

/// How far the menu may be behind the clock: a computer that slept does not count the hours.
const STEP: Duration = Duration::from_secs(30);

/// A panel that starts anew is back within this time; after it the window does not wait for it.
const GRACE: Duration = Duration::from_secs(5);

/// A panel that starts with the computer, as the app does, is there within this time.
const LATE: Duration = Duration::from_secs(60);

/// Milliseconds of the times that the menu offers.
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Ends only when the person ends it: the largest number that a page knows exactly.
const ALWAYS: i64 = (1 << 53) - 1;

/// Whether the icon can be made. Without the library it needs, making one would end the app. Whether
/// anybody shows it is another question ([`App::has_tray`]).
pub fn is_possible() -> bool {
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        library::is_here()
    }
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    {
        true
    }
}

/// Keeps the icon in line with settings, words and unread messages until the app ends. With `hidden`
/// the window waits for the tray where there is none yet.
pub async fn follow(handle: AppHandle, app: App, hidden: bool) {
    let mut settings = app.settings.watch();
    let mut words = app.watch_words();
    let mut unread = app.watch_unread();
    let mut icons_shown = app.watch_icons_shown();
    let mut waits_until = hidden.then(|| Instant::now() + LATE);
    let mut alone_from: Option<Instant> = None;
    let possible = is_possible();
    let mut shown: Option<Shown> = None;
    loop {
        let wanted = {
            let settings = settings.borrow_and_update();
            let is_quiet = settings.quiet_until.is_some_and(|until| until > now());
            let has_unread = unread
                .borrow_and_update()
                .iter()
                .any(|account| account.dialogs > 0);
            let words = words.borrow_and_update().clone();
            words
                .filter(|_| settings.tray_icon && possible)
                .map(|words| Face {
                    words,
                    is_quiet,
                    has_unread,
                })
        };
        match wanted {
            // Hidden and not taken away: the libraries of Linux do not let one of this name come back.
            None => {
                if let Some(shown) = &mut shown
                    && let Err(error) = shown.hide()
                {
                    tracing::warn!(%error, "the tray icon cannot be hidden");
                }
            }
            Some(face) => {
                if let Err(error) = dress(&handle, &app, &mut shown, face) {
                    tracing::warn!(%error, "the tray icon cannot be shown");
                }
            }
        }
        let stands = shown.as_ref().is_some_and(|shown| shown.is_visible)
            && *icons_shown.borrow_and_update();
        if stands
            && waits_until
                .take()
                .is_some_and(|until| Instant::now() < until)
        {
            window::into_tray(&handle);
        }
        if stands {
            alone_from = None;
        }
        if app.tray_stands.swap(stands, Ordering::AcqRel) && !stands {
            alone_from = Some(Instant::now() + GRACE);
        }
        let is_quiet = shown.as_ref().is_some_and(|shown| shown.face.is_quiet);
        tokio::select! {
            () = tokio::time::sleep(STEP), if is_quiet => {}
            changed = settings.changed() => if changed.is_err() { return },
            changed = words.changed() => if changed.is_err() { return },
            () = tokio::time::sleep_until(alone_from.unwrap_or_else(Instant::now)),
                if alone_from.is_some() =>
            {
                alone_from = None;
                window::out_of_tray(&handle);
            }
            changed = icons_shown.changed() => if changed.is_err() { return },
            changed = unread.changed() => if changed.is_err() { return },
            () = app.ended() => return,
        }
    }
}

/// What the icon and its menu show.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Face {
    words: DesktopWords,
    is_quiet: bool,
    has_unread: bool,
}

/// The icon that stands, and what it shows.
struct Shown {
    icon: TrayIcon,
    face: Face,
    is_visible: bool,
}

impl Shown {
    fn hide(&mut self) -> tauri::Result<()> {
        if self.is_visible {
            self.icon.set_visible(false)?;
            self.is_visible = false;
        }
        Ok(())
    }
}

fn dress(
    handle: &AppHandle,
    app: &App,
    shown: &mut Option<Shown>,
    face: Face,
) -> tauri::Result<()> {
    match shown {
        None => {
            let told = app.clone();
            let icon = TrayIconBuilder::with_id(ID)
                .icon(picture(face.has_unread))
                .tooltip(&face.words.status)
                .menu(&menu(handle, &face)?)
                .show_menu_on_left_click(false)
                .on_menu_event(move |handle, event| chosen(handle, &told, event.id().as_ref()))
                .on_tray_icon_event(|icon, event| {
                    if let TrayIconEvent::Click {
                        button: MouseButton::Left,
                        button_state: MouseButtonState::Up,
                        ..
                    } = event
                    {
                        window::raise(icon.app_handle());
                    }
                })
                .build(handle)?;
            *shown = Some(Shown {
                icon,
                face,
                is_visible: true,
            });
        }
        Some(shown) => {
            if !shown.is_visible {
                shown.icon.set_visible(true)?;
                shown.is_visible = true;
            }
            if shown.face.has_unread != face.has_unread {
                shown.icon.set_icon(Some(picture(face.has_unread)))?;
            }
            if shown.face.words.status != face.words.status {
                shown.icon.set_tooltip(Some(&face.words.status))?;
            }
            if shown.face.words != face.words || shown.face.is_quiet != face.is_quiet {
                shown.icon.set_menu(Some(menu(handle, &face)?))?;
            }
            shown.face = face;
        }
    }
    Ok(())
}

fn picture(has_unread: bool) -> Image<'static> {
    let plain = tauri::include_image!("./icons/32x32.png");
    if has_unread {
        badge::marked(&plain)
    } else {
        plain
    }
}

fn menu(handle: &AppHandle, face: &Face) -> tauri::Result<Menu<tauri::Wry>> {
    let words = &face.words;
    let item = |id: &str, text: &str| MenuItem::with_id(handle, id, text, true, None::<&str>);
    let quiet = if face.is_quiet {
        Submenu::with_items(
            handle,
            &words.quiet,
            true,
            &[&item("quiet-off", &words.quiet_off)? as &dyn IsMenuItem<_>],
        )?
    } else {
        Submenu::with_items(
            handle,
            &words.quiet,
            true,
            &[
                &item("quiet-hour", &words.quiet_hour)? as &dyn IsMenuItem<_>,
                &item("quiet-day", &words.quiet_day)?,
                &item("quiet-always", &words.quiet_always)?,
            ],
        )?
    };
    Menu::with_items(
        handle,
        &[
            &MenuItem::with_id(handle, "status", &words.status, false, None::<&str>)?
                as &dyn IsMenuItem<_>,
            &PredefinedMenuItem::separator(handle)?,
            &item("open", &words.open)?,
            &quiet,
            &PredefinedMenuItem::separator(handle)?,
            &item("quit", &words.quit)?,
        ],
    )
}

fn chosen(handle: &AppHandle, app: &App, id: &str) {
    let now = now();
    match id {
        "open" => window::raise(handle),
        "quit" => window::quit(handle),
        "quiet-hour" => app.set_quiet(Some(now.saturating_add(HOUR))),
        "quiet-day" => app.set_quiet(Some(now.saturating_add(DAY))),
        "quiet-always" => app.set_quiet(Some(ALWAYS)),
        "quiet-off" => app.set_quiet(None),
        _ => {}
    }
}

/// Unix milliseconds.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(all(unix, not(target_os = "macos")))]
mod library {
    use std::path::Path;

    /// The libraries the icon is made with, either of which serves.
    const NAMES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

    /// Where systems keep their libraries, besides the folders of one architecture.
    const FOLDERS: [&str; 6] = [
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
        "/lib64",
        "/lib",
        "/app/lib",
    ];

    pub(super) fn is_here() -> bool {
        let own = format!("{}-linux-gnu", std::env::consts::ARCH);
        let listed = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        std::env::split_paths(&listed)
            .chain(FOLDERS.iter().map(|folder| Path::new(folder).to_owned()))
            .flat_map(|folder| [folder.join(&own), folder])
            .any(|folder| NAMES.iter().any(|name| folder.join(name).exists()))
    }
}
