//! What a person chose for this profile, and what the window gets at its start.

use std::{collections::BTreeMap, ops::RangeInclusive};

use cubist_client::model::FilePolicy;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::types::{
    account::{Account, AccountUnread},
    ids::{AccountId, DialogId},
    keys::KeyState,
    notifications::Notifications,
    organisation::OrganisationState,
    update::UpdateState,
};

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system says, live.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// High contrast.
    Contrast,
}

/// What is loaded without being asked for; the rest waits for a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AutoDownload {
    /// Pictures of up to so many bytes; 0 for none.
    pub images: u64,
    /// Other files of up to so many bytes; 0 for none.
    pub files: u64,
    /// Whether on networks that are paid for by use, too.
    pub on_metered: bool,
}

impl Default for AutoDownload {
    fn default() -> Self {
        Self {
            images: 10 * 1024 * 1024,
            files: 1024 * 1024,
            on_metered: false,
        }
    }
}

/// Seconds without the focus that may be chosen: long enough to read a page, short enough to say something.
const INACTIVE_AFTER_S: RangeInclusive<u32> = 30..=3600;

/// Seconds without a touch after which the app may lock, if it does.
const LOCK_AFTER_S: RangeInclusive<u32> = 30..=86_400;

/// Seconds for which a message can be taken back, at most: a longer wait would no longer be sending.
const UNDO_SEND_S: u32 = 60;

/// Shortcuts that may have keys of one's own, and bytes of a name or of keys: far more than the page has.
const SHORTCUTS: usize = 200;
const SHORTCUT_BYTES: usize = 64;

/// Sizes of files that may be loaded unasked: none, up to the largest there can be.
const FILE_LIMITS: RangeInclusive<u64> = 0..=cubist_client::attachments::MAX_BYTES;

/// Least room for loaded files: less would be loaded again and again.
const LEAST_BUDGET: u64 = 50 * 1024 * 1024;

/// Sizes of the page that can be chosen, in percent.
const ZOOM: RangeInclusive<u32> = 50..=300;

/// Factors on the size of text that make sense.
const TEXT_SCALE: RangeInclusive<f64> = 0.5..=3.0;

/// Choices of this profile, kept in `settings.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the settings page"
)]
pub struct Settings {
    /// Colours.
    pub theme: Theme,
    /// The language of the words, as a BCP 47 tag without a region; `null` for the first of the
    /// system's that there is a catalogue for.
    pub language: Option<String>,
    /// Factor on every size of text: 0.87, 1, 1.13, 1.27 or 1.4.
    #[specta(type = specta_typescript::Number)]
    pub text_scale: f64,
    /// Size of the whole page in percent of its own, 50 to 300.
    pub zoom: u32,
    /// Enter sends and Shift+Enter breaks the line; the other way round when false.
    pub send_with_enter: bool,
    /// Keys of shortcuts where they are not those they came with, by the name of the shortcut; `null`
    /// for none. The page knows which names there are; one that a later version knows stays.
    pub shortcuts: BTreeMap<String, Option<String>>,
    /// Whether this computer looks at a page whose link is being written, so that its preview can
    /// go along. On at first: only links that the person writes are looked at, from addresses of
    /// the public web, and who receives the message asks nobody.
    pub link_previews: bool,
    /// Whether the backend on this computer goes on after the last window closed.
    pub keep_local_backend: bool,
    /// Seconds for which a message that was sent can be taken back, at most 60; 0 sends at once.
    pub undo_send_s: u32,
    /// Width of the chat list in CSS pixels, 260 to 420.
    pub list_width: u32,
    /// Seconds without the focus after which I count as inactive, 30 to 3,600.
    pub inactive_after_s: u32,
    /// Seconds without a touch after which the app locks, 30 to 86,400; 0 for never. Counts where
    /// the keys can be locked.
    pub lock_after_s: u32,
    /// Whether the app locks with the screen. Counts where the keys can be locked.
    pub lock_with_screen: bool,
    /// What is loaded without being asked for.
    pub auto_download: AutoDownload,
    /// Bytes that loaded files may take up on this computer, 50 MB at least; those not seen for the
    /// longest time go first.
    pub cache_budget_bytes: u64,
    /// Address of detailed maps (a `PMTiles` file, or tiles by `{z}/{x}/{y}`), chosen by the person;
    /// without one no map is ever asked for over the network.
    pub map_tiles: Option<String>,
    /// What is told outside the window.
    pub notifications: Notifications,
    /// Until when I want no notifications, in unix milliseconds. Kept by the shell, which also
    /// offers it in the tray: what the page saves here is not taken.
    pub quiet_until: Option<i64>,
    /// Whether there is an icon in the tray.
    pub tray_icon: bool,
    /// Closing the window leaves the app in the tray; without an icon there it ends as ever.
    pub close_to_tray: bool,
    /// The account shown last.
    pub last_account: Option<AccountId>,
    /// The dialog shown last.
    pub last_dialog: Option<DialogId>,
}

impl Settings {
    /// The first choice that nobody can have made, as the page calls it.
    pub fn out_of_range(&self) -> Option<&'static str> {
        let short = |text: &str| text.len() <= SHORTCUT_BYTES;
        let files = &self.auto_download;
        let checks = [
            ("zoom", ZOOM.contains(&self.zoom)),
            ("textScale", TEXT_SCALE.contains(&self.text_scale)),
            (
                "inactiveAfterS",
                INACTIVE_AFTER_S.contains(&self.inactive_after_s),
            ),
            (
                "lockAfterS",
                self.lock_after_s == 0 || LOCK_AFTER_S.contains(&self.lock_after_s),
            ),
            ("undoSendS", self.undo_send_s <= UNDO_SEND_S),
            (
                "shortcuts",
                self.shortcuts.len() <= SHORTCUTS
                    && self
                        .shortcuts
                        .iter()
                        .all(|(name, keys)| short(name) && keys.as_deref().is_none_or(short)),
            ),
            (
                "autoDownload",
                FILE_LIMITS.contains(&files.images) && FILE_LIMITS.contains(&files.files),
            ),
            ("cacheBudgetBytes", self.cache_budget_bytes >= LEAST_BUDGET),
        ];
        checks
            .into_iter()
            .find(|(_, holds)| !holds)
            .map(|(name, _)| name)
    }

    /// What the engine is told of them, on a network that is paid for by use or on another.
    pub fn file_policy(&self, is_metered: bool) -> FilePolicy {
        let AutoDownload {
            images,
            files,
            on_metered,
        } = self.auto_download;
        let asks = is_metered && !on_metered;
        FilePolicy {
            images: if asks { 0 } else { images },
            files: if asks { 0 } else { files },
            budget: self.cache_budget_bytes,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: None,
            text_scale: 1.0,
            zoom: 100,
            send_with_enter: true,
            shortcuts: BTreeMap::new(),
            link_previews: true,
            keep_local_backend: false,
            undo_send_s: 0,
            list_width: 320,
            inactive_after_s: 300,
            lock_after_s: 15 * 60,
            lock_with_screen: true,
            auto_download: AutoDownload::default(),
            cache_budget_bytes: 2 * 1024 * 1024 * 1024,
            map_tiles: None,
            notifications: Notifications::default(),
            quiet_until: None,
            tray_icon: true,
            close_to_tray: false,
            last_account: None,
            last_dialog: None,
        }
    }
}

/// The system the window runs on.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Platform {
    /// Linux and the other free desktops.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

/// All that the first frame needs.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Bootstrap {
    /// Version of the app.
    pub version: String,
    /// Name of the profile.
    pub profile: String,
    /// The system.
    pub platform: Platform,
    /// Whether the caches can be opened.
    pub keys: KeyState,
    /// Whether the app can be locked: nothing opens its caches without a person.
    pub can_lock: bool,
    /// The accounts of this profile.
    pub accounts: Vec<Account>,
    /// What waits to be read in them.
    pub unread: Vec<AccountUnread>,
    /// The person's choices.
    pub settings: Settings,
    /// Bytes of the largest file that can be sent.
    pub max_upload_bytes: u64,
    /// The organisation that handed the app over.
    pub organisation: OrganisationState,
    /// How it stands with new versions of the program.
    pub updates: UpdateState,
    /// Whether this desktop shows icons of programs.
    pub has_tray: bool,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{AutoDownload, Settings};

    #[test]
    fn what_nobody_can_have_chosen_is_named() {
        assert_eq!(Settings::default().out_of_range(), None);
        let long = "k".repeat(65);
        let cases = [
            (
                "zoom",
                Settings {
                    zoom: 301,
                    ..Settings::default()
                },
            ),
            (
                "zoom",
                Settings {
                    zoom: 49,
                    ..Settings::default()
                },
            ),
            (
                "textScale",
                Settings {
                    text_scale: f64::NAN,
                    ..Settings::default()
                },
            ),
            (
                "inactiveAfterS",
                Settings {
                    inactive_after_s: 29,
                    ..Settings::default()
                },
            ),
            (
                "lockAfterS",
                Settings {
                    lock_after_s: 1,
                    ..Settings::default()
                },
            ),
            (
                "undoSendS",
                Settings {
                    undo_send_s: 61,
                    ..Settings::default()
                },
            ),
            (
                "shortcuts",
                Settings {
                    shortcuts: BTreeMap::from([("palette".to_owned(), Some(long))]),
                    ..Settings::default()
                },
            ),
            (
                "autoDownload",
                Settings {
                    auto_download: AutoDownload {
                        files: u64::MAX,
                        ..AutoDownload::default()
                    },
                    ..Settings::default()
                },
            ),
            (
                "cacheBudgetBytes",
                Settings {
                    cache_budget_bytes: 0,
                    ..Settings::default()
                },
            ),
        ];
        for (field, settings) in cases {
            assert_eq!(settings.out_of_range(), Some(field));
        }
        let never = Settings {
            lock_after_s: 0,
            ..Settings::default()
        };
        assert_eq!(never.out_of_range(), None);
    }

    #[test]
    fn nothing_comes_unasked_where_it_costs_unless_the_person_wants_that() {
        let mut settings = Settings::default();
        assert!(settings.file_policy(false).images > 0);
        let asking = settings.file_policy(true);
        assert_eq!((asking.images, asking.files), (0, 0));
        assert_eq!(asking.budget, settings.cache_budget_bytes);
        settings.auto_download.on_metered = true;
        assert_eq!(
            settings.file_policy(true).images,
            settings.auto_download.images
        );
    }
}
