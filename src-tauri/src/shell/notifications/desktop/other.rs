//! Windows and macOS: shown once, and the system's from then on.

use notify_rust::{Notification, NotificationResponse};

use super::{NotifySound, Sheet};

/// Nothing to choose here.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Ability;

/// The system keeps it; it cannot be taken back.
#[derive(Debug)]
pub(in super::super) struct Standing;

#[allow(clippy::unused_async, reason = "asks the desktop elsewhere")]
pub(super) async fn ability() -> Ability {
    Ability
}

pub(super) fn dress(notification: &mut Notification, sheet: Sheet<'_>, _ability: &Ability) {
    notification.body(sheet.body);
    let [message, bell, chime] = if cfg!(windows) {
        ["IM", "Reminder", "Mail"]
    } else {
        ["Ping", "Glass", "Purr"]
    };
    match sheet.sound {
        NotifySound::Message => notification.sound_name(message),
        NotifySound::Bell => notification.sound_name(bell),
        NotifySound::Chime => notification.sound_name(chime),
        NotifySound::Off => notification,
    };
    #[cfg(windows)]
    {
        notification
            .action("reply", &sheet.words.reply)
            .action("mark-read", &sheet.words.mark_read)
            .action("mute", &sheet.words.mute);
        // Windows shows toasts of programs it knows; one that was not installed borrows a name.
        if !tauri::is_dev() {
            notification.app_id("org.cubist.messenger");
        }
    }
}

#[cfg(windows)]
#[allow(clippy::unused_async, reason = "talks to the desktop elsewhere")]
pub(super) async fn show(
    notification: Notification,
    _before: Option<Standing>,
    answer: impl FnOnce(&NotificationResponse) + Send + 'static,
) -> Result<Standing, notify_rust::error::Error> {
    // The library waits for the person on the thread that asks: one of its own.
    std::thread::spawn(move || {
        let waited = notification
            .show()
            .and_then(|handle| handle.wait_for_response(answer));
        if let Err(error) = waited {
            tracing::debug!(%error, "no notification");
        }
    });
    Ok(Standing)
}

#[cfg(not(windows))]
pub(super) async fn show(
    notification: Notification,
    _before: Option<Standing>,
    _answer: impl FnOnce(&NotificationResponse) + Send + 'static,
) -> Result<Standing, notify_rust::error::Error> {
    // The library waits for the system.
    match tokio::task::spawn_blocking(move || notification.show().map(drop)).await {
        Ok(shown) => shown.map(|()| Standing),
        Err(_) => Ok(Standing),
    }
}

#[allow(clippy::unused_async, reason = "talks to the desktop elsewhere")]
pub(super) async fn close(_standing: Standing) {}
