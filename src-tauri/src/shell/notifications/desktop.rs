//! Notifications on the desktop, through `notify-rust`.
//!
//! On Linux and the BSDs they have actions and can be changed and withdrawn (Desktop Notifications
//! Specification 1.2). On Windows they have actions, on macOS they are only shown: the library can
//! take them back on neither.

use std::collections::HashMap;

use cubist_client::model::{MessageId, Picture};
use notify_rust::{Notification, NotificationResponse};
use tokio::sync::mpsc;

use super::board::Place;
use crate::ipc::types::{notifications::NotifySound, words::DesktopWords};

/// Whether what stands can be taken back, when it was read or the app is locked.
pub(super) const CAN_WITHDRAW: bool = cfg!(all(unix, not(target_os = "macos")));

/// What a person did with a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Clicked it: show the message.
    Open,
    /// Wants to answer.
    Reply,
    /// Has seen enough.
    MarkRead,
    /// Wants to hear nothing of this dialog for a while.
    Mute,
    /// Put it away, or let its time pass.
    Closed,
}

impl From<&NotificationResponse> for Act {
    fn from(response: &NotificationResponse) -> Self {
        match response {
            NotificationResponse::Default => Self::Open,
            NotificationResponse::Action(name) => match name.as_str() {
                "reply" => Self::Reply,
                "mark-read" => Self::MarkRead,
                "mute" => Self::Mute,
                _ => Self::Open,
            },
            NotificationResponse::Reply(_) => Self::Reply,
            NotificationResponse::Closed(_) => Self::Closed,
        }
    }
}

/// One act and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The dialog.
    pub(super) place: Place,
    /// The newest message the notification showed.
    pub(super) newest: MessageId,
    /// The act.
    pub(super) act: Act,
    /// Which of the notifications that stood for this dialog, one after the other.
    serial: u64,
}

/// One notification as it is to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'a> {
    /// Its heading, plain.
    pub(super) title: &'a str,
    /// Its text, plain.
    pub(super) body: &'a str,
    /// The newest message in it: where a click leads.
    pub(super) newest: MessageId,
    /// Words of its actions.
    pub(super) words: &'a DesktopWords,
    /// The sender's picture, or the dialog's.
    pub(super) picture: Option<&'a Picture>,
    /// What is heard; one that only changed is never.
    pub(super) sound: NotifySound,
}

/// The desktop's notifications of this app.
#[derive(Debug)]
pub(super) struct Desktop {
    standing: HashMap<Place, (u64, system::Standing)>,
    /// What the desktop can do; asked once.
    ability: Option<system::Ability>,
    answers: mpsc::UnboundedSender<Answer>,
    /// Notifications so far.
    serial: u64,
}

impl Desktop {
    /// What people do with the notifications is told over the channel.
    pub(super) fn new(answers: mpsc::UnboundedSender<Answer>) -> Self {
        Self {
            standing: HashMap::new(),
            ability: None,
            answers,
            serial: 0,
        }
    }

    /// Shows a notification, in place of the one that stands for the same dialog.
    pub(super) async fn show(&mut self, place: &Place, sheet: Sheet<'_>) {
        let ability = match &self.ability {
            Some(ability) => ability.clone(),
            None => system::ability().await,
        };
        let mut notification = Notification::new();
        notification.appname("Cubist").summary(sheet.title);
        system::dress(&mut notification, sheet, &ability);
        self.serial = self.serial.wrapping_add(1);
        let (serial, newest) = (self.serial, sheet.newest);
        let (place, answers) = (place.clone(), self.answers.clone());
        let before = self.standing.remove(&place).map(|(_, standing)| standing);
        let about = place.clone();
        let answer = move |response: &NotificationResponse| {
            let answer = Answer {
                place: about,
                newest,
                act: response.into(),
                serial,
            };
            // Nobody listens when the app ends.
            answers.send(answer).ok();
        };
        match system::show(notification, before, answer).await {
            Ok(standing) => {
                self.ability = Some(ability);
                self.standing.insert(place, (serial, standing));
            }
            // A desktop without notifications is no reason to stop; perhaps its service comes yet.
            Err(error) => tracing::debug!(%error, "no notification"),
        }
    }

    /// Whether the answer is of the notification that stands now. One that came too late, after
    /// another took its place, says nothing about the new one.
    pub(super) fn is_current(&self, answer: &Answer) -> bool {
        let standing = self.standing.get(&answer.place);
        standing.is_some_and(|(serial, _)| *serial == answer.serial)
    }

    /// Takes a notification away.
    pub(super) async fn close(&mut self, place: &Place) {
        if let Some((_, standing)) = self.standing.remove(place) {
            system::close(standing).await;
        }
    }

    /// The desktop has taken it away.
    pub(super) fn forget(&mut self, place: &Place) {
        self.standing.remove(place);
    }

    /// Takes all of them away: the app ends.
    pub(super) async fn close_all(&mut self) {
        for (_, (_, standing)) in self.standing.drain() {
            system::close(standing).await;
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use std::sync::Arc;

    use notify_rust::{
        Hint, Image, Notification, NotificationHandle, NotificationResponse, Timeout,
    };
    use tokio::task::AbortHandle;

    use super::super::wording::escaped;
    use super::{NotifySound, Sheet};

    /// Side of the picture in pixels; desktops draw it at 48 to 96.
    const PICTURE_SIDE: u32 = 128;

    /// The app's own picture.
    const MARK: &[u8] = include_bytes!("../../../../icons/128x128.png");

    /// What the desktop's service can do.
    #[derive(Clone, Debug, Default)]
    pub(in super::super) struct Ability {
        has_actions: bool,
        reads_markup: bool,
    }

    /// A notification that stands.
    #[derive(Debug)]
    pub(in super::super) struct Standing {
        handle: Arc<NotificationHandle>,
        /// Waits for what the person does with it.
        waiting: AbortHandle,
    }

    impl Drop for Standing {
        fn drop(&mut self) {
            self.waiting.abort();
        }
    }

    pub(super) async fn ability() -> Ability {
        // The library asks the bus and blocks its thread for it; once for what it can do, and once,
        // for good, for how pictures are named, which would otherwise come at the worst moment.
        let ask = || {
            let _: &_ = &*notify_rust::SPEC_VERSION;
            notify_rust::get_capabilities()
        };
        match tokio::task::spawn_blocking(ask).await {
            Ok(Ok(names)) => Ability {
                has_actions: names.iter().any(|name| name == "actions"),
                reads_markup: names.iter().any(|name| name == "body-markup"),
            },
            Ok(Err(error)) => {
                tracing::debug!(%error, "the desktop does not say what its notifications can do");
                Ability::default()
            }
            Err(_) => Ability::default(),
        }
    }

    pub(super) fn dress(notification: &mut Notification, sheet: Sheet<'_>, ability: &Ability) {
        if ability.reads_markup {
            notification.body(&escaped(sheet.body));
        } else {
            notification.body(sheet.body);
        }
        notification
            .icon("cubist")
            .timeout(Timeout::Default)
            .hint(Hint::Category("im.received".to_owned()))
            .hint(Hint::DesktopEntry("Cubist".to_owned()));
        // Names of the freedesktop sound naming specification: the desktop plays them in its own
        // theme, and not while it is not to disturb.
        match sheet.sound {
            NotifySound::Message => sound(notification, "message-new-instant"),
            NotifySound::Bell => sound(notification, "bell"),
            NotifySound::Chime => sound(notification, "complete"),
            NotifySound::Off => {
                notification.hint(Hint::SuppressSound(true));
            }
        }
        if ability.has_actions {
            notification
                .action("default", &sheet.words.open)
                .action("reply", &sheet.words.reply)
                .action("mark-read", &sheet.words.mark_read)
                .action("mute", &sheet.words.mute);
        }
        // Without a picture of anybody it is the app's own: as a name only an installed app has one.
        let picture = sheet.picture.and_then(|picture| drawn(&picture.bytes));
        if let Some(image) = picture.or_else(|| drawn(MARK)) {
            notification.image_data(image);
        }
    }

    fn sound(notification: &mut Notification, name: &str) {
        notification.hint(Hint::SoundName(name.to_owned()));
    }

    /// The engine has encoded the picture itself; one that does not decode is left out.
    fn drawn(bytes: &[u8]) -> Option<Image> {
        let picture = image::load_from_memory(bytes)
            .ok()?
            .thumbnail(PICTURE_SIDE, PICTURE_SIDE)
            .into_rgba8();
        let (width, height) = (
            picture.width().try_into().ok()?,
            picture.height().try_into().ok()?,
        );
        Image::from_rgba(width, height, picture.into_raw()).ok()
    }

    pub(super) async fn show(
        mut notification: Notification,
        before: Option<Standing>,
        answer: impl FnOnce(&NotificationResponse) + Send + 'static,
    ) -> Result<Standing, notify_rust::error::Error> {
        if let Some(before) = before {
            notification.id(before.handle.id());
        }
        let handle = Arc::new(notification.show_async().await?);
        let watched = Arc::clone(&handle);
        let waiting = tokio::spawn(async move { watched.wait_for_action_async(answer).await });
        Ok(Standing {
            handle,
            waiting: waiting.abort_handle(),
        })
    }

    pub(super) async fn close(standing: Standing) {
        standing.waiting.abort();
        standing.handle.close_async().await;
    }

    #[cfg(test)]
    mod tests {
        use std::io::Cursor;

        use cubist_client::model::{MessageId, ObjectId, Picture, PictureKind};
        use image::{ImageFormat, RgbImage};
        use notify_rust::{Hint, Image, Notification};

        use super::super::super::wording::tests::words;
        use super::{Ability, MARK, NotifySound, Sheet, drawn, dress};

        const ABLE: Ability = Ability {
            has_actions: true,
            reads_markup: true,
        };

        /// A square of one colour, as a person's picture comes from the engine.
        fn portrait() -> Picture {
            let mut bytes = Cursor::new(Vec::new());
            RgbImage::from_pixel(8, 8, image::Rgb([200, 30, 60]))
                .write_to(&mut bytes, ImageFormat::Png)
                .unwrap();
            Picture {
                bytes: bytes.into_inner().into(),
                kind: PictureKind::Png,
            }
        }

        fn dressed(
            picture: Option<&Picture>,
            sound: NotifySound,
            ability: &Ability,
        ) -> Notification {
            let mut notification = Notification::new();
            let sheet = Sheet {
                title: "Ridge Walk",
                body: "1 < 2",
                newest: MessageId::new(ObjectId::from_bytes([1; 12])),
                words: &words(),
                picture,
                sound,
            };
            dress(&mut notification, sheet, ability);
            notification
        }

        fn image(notification: &Notification) -> &Image {
            let mut images = Vec::new();
            for hint in &notification.hints {
                if let Hint::ImageData(image) = hint {
                    images.push(image);
                }
            }
            assert_eq!(images.len(), 1, "one picture");
            images[0]
        }

        #[test]
        fn the_sender_s_picture_stands_on_it_and_without_one_the_app_s_mark() {
            let portrait = portrait();
            let sent = dressed(Some(&portrait), NotifySound::Message, &ABLE);
            assert_eq!(*image(&sent), drawn(&portrait.bytes).unwrap());
            let mark = drawn(MARK).unwrap();
            let plain = dressed(None, NotifySound::Message, &ABLE);
            assert_eq!(*image(&plain), mark);
            let broken = Picture {
                bytes: b"no picture".to_vec().into(),
                kind: PictureKind::Png,
            };
            let plain = dressed(Some(&broken), NotifySound::Message, &ABLE);
            assert_eq!(*image(&plain), mark);
        }

        #[test]
        fn the_sound_is_the_one_that_was_chosen_and_none_is_asked_for_as_such() {
            let heard = |sound| {
                let notification = dressed(None, sound, &ABLE);
                let mut asked = Vec::new();
                for hint in &notification.hints {
                    if let Hint::SoundName(name) = hint {
                        asked.push(Some(name.clone()));
                    } else if let Hint::SuppressSound(true) = hint {
                        asked.push(None);
                    }
                }
                asked
            };
            let named = |name: &str| vec![Some(name.to_owned())];
            assert_eq!(heard(NotifySound::Message), named("message-new-instant"));
            assert_eq!(heard(NotifySound::Bell), named("bell"));
            assert_eq!(heard(NotifySound::Chime), named("complete"));
            assert_eq!(heard(NotifySound::Off), vec![None]);
        }

        #[test]
        fn a_desktop_gets_only_what_it_can_show() {
            let able = dressed(None, NotifySound::Off, &ABLE);
            assert_eq!(able.body, "1 &lt; 2");
            let names: Vec<&String> = able.actions.iter().step_by(2).collect();
            assert_eq!(names, ["default", "reply", "mark-read", "mute"]);
            let plain = dressed(None, NotifySound::Off, &Ability::default());
            assert_eq!(plain.body, "1 < 2");
            assert!(plain.actions.is_empty());
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod system {
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
}
