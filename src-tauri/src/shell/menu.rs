//! The menu bar of macOS, in the language of the page.
//!
//! What the page can do by a shortcut it does when it is chosen here, with the keys that the person
//! gave it; the rest is the system's own. Other systems have no bar: there the page has it all.

use tauri::{
    AppHandle, Manager as _, Wry,
    menu::{
        HELP_SUBMENU_ID, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu,
        WINDOW_SUBMENU_ID,
    },
};

use crate::{
    ipc::types::{
        event::AppEvent,
        words::{MenuCommand, MenuWords},
    },
    shell::window,
    state::App,
};

/// Tells items of the bar from those of the tray.
const PREFIX: &str = "bar:";

/// Ends the program as closing its window does: the system's own item would not ask the page.
const QUIT: &str = "quit";
const QUIT_KEYS: &str = "CmdOrCtrl+Q";

/// Keeps the bar in line with the words until the app ends. Until they are said the library's own
/// bar stands there, in English.
pub async fn follow(handle: AppHandle, app: App) {
    if !cfg!(target_os = "macos") {
        return;
    }
    let mut words = app.watch_words();
    let mut shown: Option<MenuWords> = None;
    loop {
        let wanted = words
            .borrow_and_update()
            .as_ref()
            .and_then(|words| words.menu.clone());
        if wanted.is_some() && wanted != shown {
            if let Some(wanted) = &wanted
                && let Err(error) = bar(&handle, wanted).and_then(|bar| handle.set_menu(bar))
            {
                tracing::warn!(%error, "the menu bar cannot be shown");
            }
            shown = wanted;
        }
        if words.changed().await.is_err() {
            return;
        }
    }
}

/// Does what was chosen in the bar.
pub fn chosen(handle: &AppHandle, event: &MenuEvent) {
    let Some(id) = event.id().as_ref().strip_prefix(PREFIX) else {
        return;
    };
    if id == QUIT {
        return window::quit(handle);
    }
    window::raise(handle);
    handle.state::<App>().tell(AppEvent::MenuChosen {
        command: id.to_owned(),
    });
}

fn bar(handle: &AppHandle, words: &MenuWords) -> tauri::Result<Menu<Wry>> {
    let own = |id: &str| command(handle, words, id);
    let line = || PredefinedMenuItem::separator(handle);
    let app = submenu(
        handle,
        "app",
        "Cubist",
        &[
            &own("about")?,
            &line()?,
            &own("settings")?,
            &own("lock")?,
            &line()?,
            &PredefinedMenuItem::services(handle, Some(&words.services))?,
            &line()?,
            &PredefinedMenuItem::hide(handle, Some(&words.hide))?,
            &PredefinedMenuItem::hide_others(handle, Some(&words.hide_others))?,
            &PredefinedMenuItem::show_all(handle, Some(&words.show_all))?,
            &line()?,
            &item(handle, QUIT, &words.quit, Some(QUIT_KEYS))?,
        ],
    )?;
    let file = submenu(
        handle,
        "file",
        &words.file,
        &[
            &own("newChat")?,
            &own("newGroup")?,
            &line()?,
            &PredefinedMenuItem::close_window(handle, Some(&words.close))?,
        ],
    )?;
    let edit = submenu(
        handle,
        "edit",
        &words.edit,
        &[
            &PredefinedMenuItem::undo(handle, Some(&words.undo))?,
            &PredefinedMenuItem::redo(handle, Some(&words.redo))?,
            &line()?,
            &PredefinedMenuItem::cut(handle, Some(&words.cut))?,
            &PredefinedMenuItem::copy(handle, Some(&words.copy))?,
            &PredefinedMenuItem::paste(handle, Some(&words.paste))?,
            &PredefinedMenuItem::select_all(handle, Some(&words.select_all))?,
            &line()?,
            &own("searchChat")?,
        ],
    )?;
    let view = submenu(
        handle,
        "view",
        &words.view,
        &[
            &own("palette")?,
            &own("details")?,
            &own("outbox")?,
            &line()?,
            &own("zoomReset")?,
            &own("zoomIn")?,
            &own("zoomOut")?,
            &line()?,
            &PredefinedMenuItem::fullscreen(handle, Some(&words.fullscreen))?,
        ],
    )?;
    let windows = submenu(
        handle,
        WINDOW_SUBMENU_ID,
        &words.window,
        &[
            &PredefinedMenuItem::minimize(handle, Some(&words.minimise))?,
            &PredefinedMenuItem::maximize(handle, Some(&words.fill))?,
            &line()?,
            &PredefinedMenuItem::bring_all_to_front(handle, Some(&words.front))?,
        ],
    )?;
    let help = submenu(handle, HELP_SUBMENU_ID, &words.help, &[&own("shortcuts")?])?;
    Menu::with_items(handle, &[&app, &file, &edit, &view, &windows, &help])
}

fn submenu(
    handle: &AppHandle,
    id: &str,
    words: &str,
    items: &[&dyn IsMenuItem<Wry>],
) -> tauri::Result<Submenu<Wry>> {
    Submenu::with_id_and_items(handle, id, words, true, items)
}

/// An item that the page does; one that it says nothing of is left without words and cannot be chosen.
fn command(handle: &AppHandle, words: &MenuWords, id: &str) -> tauri::Result<MenuItem<Wry>> {
    match words.commands.iter().find(|command| command.id == id) {
        Some(MenuCommand { label, keys, .. }) => {
            let keys = keys.as_deref().map(accelerator);
            item(handle, id, label, keys.as_deref())
        }
        None => MenuItem::with_id(handle, format!("{PREFIX}{id}"), "", false, None::<&str>),
    }
}

fn item(
    handle: &AppHandle,
    id: &str,
    words: &str,
    keys: Option<&str>,
) -> tauri::Result<MenuItem<Wry>> {
    let id = format!("{PREFIX}{id}");
    MenuItem::with_id(handle, id.as_str(), words, true, keys)
        // Keys that the bar has no name for work all the same: the page listens for them.
        .or_else(|_| MenuItem::with_id(handle, id.as_str(), words, true, None::<&str>))
}

/// A chord of the page (`Mod+Shift+K`) as the menu library writes it.
fn accelerator(chord: &str) -> String {
    let parts = chord.split('+').map(|part| match part {
        "Mod" => "CmdOrCtrl",
        "Ctrl" => "Control",
        // The key that has it above its own sign.
        "Plus" => "Shift+=",
        other => other,
    });
    parts.collect::<Vec<_>>().join("+")
}

#[cfg(test)]
mod tests {
    use super::accelerator;

    #[test]
    fn keys_are_written_as_the_menu_wants_them() {
        for (chord, wanted) in [
            ("Mod+,", "CmdOrCtrl+,"),
            ("Mod+Shift+O", "CmdOrCtrl+Shift+O"),
            ("Mod+=", "CmdOrCtrl+="),
            ("Mod+-", "CmdOrCtrl+-"),
            ("Mod+Plus", "CmdOrCtrl+Shift+="),
            ("Ctrl+Alt+ArrowDown", "Control+Alt+ArrowDown"),
        ] {
            assert_eq!(accelerator(chord), wanted, "{chord}");
        }
    }
}
