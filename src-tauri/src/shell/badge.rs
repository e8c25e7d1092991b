//! How much waits to be read, outside the window: on the dock, the task bar and the tray icon.

use std::time::Duration;

use cubist_client::ClientEvent;
use tauri::{AppHandle, image::Image};
use tokio::sync::broadcast::error::RecvError;

#[cfg(target_os = "linux")]
use super::launcher::Launcher;
use crate::{ipc::types::account::AccountUnread, state::App};

/// Changes within this time make one count: a catch-up brings hundreds.
const GATHER: Duration = Duration::from_millis(200);

/// The mark's colour: red of the tokens, opaque.
const MARK: [u8; 4] = [0xd1, 0x24, 0x2f, 0xff];

/// Counts after each change of dialogs and shows what it finds, until the app ends.
pub async fn follow(handle: AppHandle, app: App) {
    let Some(engine) = app.opened_engine().await else {
        return;
    };
    let mut events = engine.events();
    let icon = icon(&handle).await;
    loop {
        let mut counts = Vec::new();
        for summary in engine.accounts() {
            let Some(account) = engine.account(&summary.id) else {
                continue;
            };
            match account.unread().await {
                Ok(unread) => counts.push(AccountUnread {
                    account_id: summary.id.into(),
                    messages: unread.messages,
                    dialogs: unread.dialogs,
                }),
                Err(error) => tracing::debug!(%error, "unread messages were not counted"),
            }
        }
        if app.set_unread(&counts) {
            icon.show(total(&counts)).await;
        }
        let changed = async {
            loop {
                match events.recv().await {
                    Ok(ClientEvent::DialogsChanged { .. } | ClientEvent::AccountsChanged)
                    | Err(RecvError::Lagged(_)) => return true,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return false,
                }
            }
        };
        let go_on = tokio::select! {
            go_on = changed => go_on,
            () = app.ended() => false,
        };
        if !go_on {
            return;
        }
        tokio::time::sleep(GATHER).await;
    }
}

/// Unread messages of all accounts; chats that were only marked by hand count as one each where they
/// are more.
fn total(counts: &[AccountUnread]) -> u32 {
    let sum = |of: fn(&AccountUnread) -> u32| counts.iter().map(of).fold(0, u32::saturating_add);
    sum(|unread| unread.messages).max(sum(|unread| unread.dialogs))
}

#[cfg(target_os = "linux")]
async fn icon(_handle: &AppHandle) -> Launcher {
    Launcher::connect().await
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async, reason = "connects to the desktop elsewhere")]
async fn icon(handle: &AppHandle) -> Icon {
    Icon(handle.clone())
}

/// The app's icon on the dock or the task bar.
#[cfg(not(target_os = "linux"))]
struct Icon(AppHandle);

#[cfg(not(target_os = "linux"))]
impl Icon {
    #[allow(clippy::unused_async, reason = "tells the desktop elsewhere")]
    async fn show(&self, count: u32) {
        use tauri::Manager as _;

        let Some(window) = self.0.get_webview_window(super::window::LABEL) else {
            return;
        };
        #[cfg(windows)]
        let shown = window.set_overlay_icon(
            (count > 0).then(|| marked(&Image::new_owned(vec![0; 32 * 32 * 4], 32, 32))),
        );
        #[cfg(not(windows))]
        let shown = window.set_badge_count((count > 0).then_some(i64::from(count)));
        if let Err(error) = shown {
            tracing::debug!(%error, "this desktop shows no badge");
        }
    }
}

/// The icon with a dot in its lower corner at the end, half as wide as it is.
pub(super) fn marked(icon: &Image<'_>) -> Image<'static> {
    let (width, height) = (icon.width(), icon.height());
    let radius = f64::from(width.min(height)) / 4.0;
    let centre = (f64::from(width) - radius, f64::from(height) - radius);
    let mut pixels = icon.rgba().to_vec();
    let row = usize::try_from(width).unwrap_or(1).max(1);
    for (place, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let at = |value: usize| f64::from(u32::try_from(value).unwrap_or(u32::MAX)) + 0.5;
        let (x, y) = (at(place % row), at(place / row));
        let distance = (x - centre.0).hypot(y - centre.1);
        if distance <= radius - 1.0 {
            pixel.copy_from_slice(&MARK);
        } else if distance <= radius + 1.0 {
            // A clear ring tells the dot from the icon on any panel.
            pixel.copy_from_slice(&[0; 4]);
        }
    }
    Image::new_owned(pixels, width, height)
}

#[cfg(test)]
mod tests {
    use tauri::image::Image;

    use super::{MARK, marked, total};
    use crate::ipc::types::account::AccountUnread;

    fn pixel<'a>(image: &'a Image<'_>, x: usize, y: usize) -> &'a [u8] {
        let at = (y * 32 + x) * 4;
        &image.rgba()[at..at + 4]
    }

    #[test]
    fn all_accounts_count_and_none_when_they_are_locked() {
        let of = |n: u8, messages, dialogs| AccountUnread {
            account_id: cubist_client::model::AccountId::from_random([n; 8]).into(),
            messages,
            dialogs,
        };
        assert_eq!(total(&[of(1, 3, 2), of(2, 4, 1)]), 7);
        assert_eq!(total(&[of(1, 0, 2)]), 2, "marked by hand");
        assert_eq!(total(&[]), 0);
    }

    #[test]
    fn the_mark_is_a_dot_with_a_clear_ring_in_the_lower_corner() {
        let plain = Image::new_owned([7; 32 * 32 * 4].to_vec(), 32, 32);
        let image = marked(&plain);
        assert_eq!(pixel(&image, 24, 24), MARK);
        assert_eq!(pixel(&image, 16, 24), [0; 4]);
        assert_eq!(pixel(&image, 4, 4), [7; 4]);
        assert_eq!((image.width(), image.height()), (32, 32));
    }
}
